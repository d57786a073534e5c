//! What an object has more than another.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::fmt::{self, Display, Write};
use std::str::FromStr;

/// A value, and where in an object or a document it goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Addition {
    /// The way to it. All but the last step exist.
    pub path: Path,
    /// The value.
    pub value: Value,
}

/// Steps from a value into it; shown as findings show paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(pub Vec<Step>);

/// One step into a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// To the value of a key.
    Key(String),
    /// To an item.
    Index(usize),
}

impl Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, step) in self.0.iter().enumerate() {
            match step {
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) if key.contains(['.', '[']) => write!(f, "[{key}]")?,
                Step::Key(key) => {
                    if number > 0 {
                        f.write_char('.')?;
                    }
                    f.write_str(key)?;
                }
            }
        }
        Ok(())
    }
}

impl FromStr for Path {
    type Err = anyhow::Error;

    /// Reads a path as findings write it.
    fn from_str(text: &str) -> Result<Self> {
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            if let Some(inner) = rest.strip_prefix('[') {
                let (inside, after) = inner
                    .split_once(']')
                    .with_context(|| format!("the path `{text}` has a `[` without `]`"))?;
                let step = inside.parse().map(Step::Index);
                steps.push(step.unwrap_or_else(|_| Step::Key(inside.to_owned())));
                rest = after;
            } else {
                let (key, after) = rest.split_at(rest.find(['.', '[']).unwrap_or(rest.len()));
                steps.push(Step::Key(key.to_owned()));
                rest = after;
            }
            rest = rest.strip_prefix('.').unwrap_or(rest);
        }
        Ok(Self(steps))
    }
}

impl Path {
    pub(crate) fn with(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    pub(super) fn join(&self, inner: &Self) -> Self {
        Self([self.0.as_slice(), inner.0.as_slice()].concat())
    }
}

/// What `after` has where `before` has nothing, `null`, or an empty list.
///
/// # Errors
/// When `after` lacks or changes something: a policy that does so is not to edit files.
pub fn between(before: &Value, after: &Value) -> Result<Vec<Addition>> {
    let mut additions = Vec::new();
    compare(before, after, &Path::default(), &mut additions)?;
    Ok(additions)
}

fn compare(before: &Value, after: &Value, path: &Path, out: &mut Vec<Addition>) -> Result<()> {
    match (before, after) {
        (before, after) if before == after => {}
        (before, _) if is_absent(before, after) => {
            out.push(Addition { path: path.clone(), value: after.clone() });
        }
        (Value::Object(before), Value::Object(after))
            if before.keys().all(|key| after.contains_key(key)) =>
        {
            for (key, value) in after {
                let path = path.with(Step::Key(key.clone()));
                compare(before.get(key).unwrap_or(&Value::Null), value, &path, out)?;
            }
        }
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
            for (index, (before, after)) in before.iter().zip(after).enumerate() {
                compare(before, after, &path.with(Step::Index(index)), out)?;
            }
        }
        _ => bail!("the policy changes `{path}`, which is set; only what is absent can be filled"),
    }
    Ok(())
}

fn is_absent(before: &Value, after: &Value) -> bool {
    let is_empty = |value: &Value| value.as_array().is_some_and(Vec::is_empty);
    before.is_null() || is_empty(before) && after.is_array()
}

impl Addition {
    /// Puts the value into `root`. Where the way does not exist, nothing happens.
    pub fn apply(&self, root: &mut Value) {
        let Some((last, way)) = self.path.0.split_last() else {
            return;
        };
        let parent = way.iter().try_fold(root, |value, step| match step {
            Step::Key(key) => value.get_mut(key),
            Step::Index(index) => value.get_mut(index),
        });
        match (parent, last) {
            (Some(Value::Object(members)), Step::Key(key)) => {
                members.insert(key.clone(), self.value.clone());
            }
            (Some(Value::Array(items)), Step::Index(index)) => {
                if let Some(item) = items.get_mut(*index) {
                    *item = self.value.clone();
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_was_absent_is_an_addition() {
        let before = json!({"a": null, "b": [{"c": 1}, {}], "d": [], "e": {"f": false}});
        let after =
            json!({"a": 1, "b": [{"c": 1}, {"x.y": 2}], "d": ["X"], "e": {"f": false, "g": {}}});
        let additions = between(&before, &after).expect("additions");
        let paths: Vec<String> = additions.iter().map(|added| added.path.to_string()).collect();
        assert_eq!(paths, ["a", "b[1][x.y]", "d", "e.g"]);
        for added in &additions {
            assert_eq!(added.path.to_string().parse::<Path>().expect("a path"), added.path);
        }
        let mut applied = before;
        additions.iter().for_each(|addition| addition.apply(&mut applied));
        assert_eq!(applied, after);
    }

    #[test]
    fn a_policy_that_changes_or_removes_is_refused() {
        for (before, after) in [
            (json!({"a": {"b": true}}), json!({"a": {"b": false}})),
            (json!({"a": {"b": true}}), json!({"a": {}})),
            (json!({"a": [1]}), json!({"a": [1, 2]})),
            (json!({"a": []}), json!({"a": {}})),
        ] {
            let error = between(&before, &after).expect_err("refused").to_string();
            assert!(error.contains("which is set"), "{error}");
        }
    }
}
