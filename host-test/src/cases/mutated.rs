//! What a case says about the object that an answer returns.

use crate::answer::Judgement;
use crate::engine::Engine;
use crate::fix::addition::{self, Path, Step};
use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

/// `object` with the values at their paths; objects on the way are made.
pub(super) fn filled(object: &Value, values: &[(String, Value)]) -> Result<Value> {
    let mut filled = object.clone();
    for (path, value) in values {
        *place(&mut filled, path)? = value.clone();
    }
    Ok(filled)
}

fn place<'v>(object: &'v mut Value, path: &str) -> Result<&'v mut Value> {
    let steps: Path = path.parse()?;
    steps.0.iter().try_fold(object, |value, step| match step {
        Step::Index(index) => value
            .get_mut(index)
            .with_context(|| format!("`expect.mutated`: there is no item [{index}] on `{path}`")),
        Step::Key(key) => {
            if value.is_null() {
                *value = Value::Object(Map::new());
            }
            let Value::Object(members) = value else {
                bail!("`expect.mutated`: something stands on the way to `{path}`");
            };
            Ok(members.entry(key).or_insert(Value::Null))
        }
    })
}

/// Where two objects differ, as lines of a diff.
pub(super) fn differences(expected: Option<&Value>, got: Option<&str>) -> Vec<String> {
    let read = got.map(|text| serde_json::from_str::<Value>(text).unwrap_or(Value::Null));
    let mut lines = Vec::new();
    match (expected, &read) {
        (None, None) => {}
        (Some(expected), Some(got)) => compare(expected, got, &Path::default(), &mut lines),
        (Some(_), None) => lines.push("- a mutated object".into()),
        (None, Some(_)) => lines.push(format!("+ mutated object {}", got.unwrap_or_default())),
    }
    lines
}

fn compare(expected: &Value, got: &Value, path: &Path, lines: &mut Vec<String>) {
    match (expected, got) {
        (expected, got) if expected == got => {}
        (Value::Object(expected), Value::Object(got)) => {
            for (key, value) in expected {
                let got = got.get(key).unwrap_or(&Value::Null);
                compare(value, got, &path.with(Step::Key(key.clone())), lines);
            }
            for (key, value) in got.iter().filter(|(key, _)| !expected.contains_key(*key)) {
                lines.push(format!("+ mutated {}: {value}", path.with(Step::Key(key.clone()))));
            }
        }
        (Value::Array(expected), Value::Array(got)) if expected.len() == got.len() => {
            for (index, (expected, got)) in expected.iter().zip(got).enumerate() {
                compare(expected, got, &path.with(Step::Index(index)), lines);
            }
        }
        (expected, got) => {
            lines.push(format!("- mutated {path}: {expected}"));
            lines.push(format!("+ mutated {path}: {got}"));
        }
    }
}

/// Holds a mutated object to what is true of every one: it only adds, and sent again it meets the
/// same verdict and is not mutated.
///
/// # Errors
/// What is not true, as lines of a diff.
pub(super) fn check(engine: &dyn Engine, payload: &[u8], answer: &[u8]) -> Result<(), String> {
    let Ok(Judgement { mutated: Some(mutated), violations, .. }) = Judgement::parse(answer) else {
        return Ok(());
    };
    let again = || -> Result<()> {
        let mut payload: Value = serde_json::from_slice(payload)?;
        let object = payload.pointer_mut("/request/object").context("the request has no object")?;
        let mutated = serde_json::from_str(&mutated).context("the mutated object is no JSON")?;
        addition::between(object, &mutated)?;
        *object = mutated;
        let answer = engine.validate(payload.to_string().as_bytes())?;
        let second = Judgement::parse(&answer)?;
        if let Some(mutated) = second.mutated {
            bail!("sent again, the mutated object is mutated again: {mutated}");
        }
        if second.violations != violations {
            bail!("sent again, the mutated object has other violations");
        }
        Ok(())
    };
    again().map_err(|error| format!("+ {error:#}"))
}
