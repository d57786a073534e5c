//! What a case expects, and how an answer differs from it.

use super::mutated;
use super::waived::{self, ExpectedWaived};
use crate::answer::{Judgement, Verdict, Violation};
use anyhow::{Context, Result, bail};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::fmt::Write;

/// The actions of a violation, in the order they are told.
const ACTIONS: [&str; 3] = ["deny", "warn", "audit"];

/// How an answer comes about of which nothing but the verdict is expected.
const OUTCOMES: [&str; 2] = ["judged", "skipped"];

/// What the policy must answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// Not written yet: no answer is as expected.
    Nothing,
    /// Judged and accepted, without any violation.
    Pass,
    /// Accepted because nothing in it is judged.
    Skip,
    /// One of these two.
    Quiet,
    /// Denied as unreadable, with a reason that contains this text.
    Malformed(String),
    /// Judged, with exactly these violations; accepted unless one of them denies.
    Violations {
        /// Violations that deny, in order.
        deny: Vec<ExpectedViolation>,
        /// Violations that warn, in order.
        warn: Vec<ExpectedViolation>,
        /// Violations for the record, in order.
        audit: Vec<ExpectedViolation>,
        /// Violations that exemptions let pass, in order.
        waived: Vec<ExpectedWaived>,
        /// Every warning; `None`: some if violations warn, and none otherwise.
        warnings: Option<Vec<String>>,
        /// What the policy puts into the object, by path.
        filled: Vec<(String, Value)>,
        /// The whole object with that in it; `None`: the answer leaves it as it was sent.
        mutated: Option<Value>,
    },
}

/// A violation as a case describes it; what is left out is not compared.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct ExpectedViolation {
    /// The id of the check.
    pub check: String,
    /// The id of the rule.
    #[serde(default)]
    pub rule: Option<String>,
    /// The path.
    #[serde(default)]
    pub path: Option<String>,
    /// The value found, as text.
    #[serde(default, deserialize_with = "scalar")]
    pub found: Option<String>,
    /// The container.
    #[serde(default)]
    pub container: Option<ExpectedContainer>,
    /// The values allowed, as text.
    #[serde(default, deserialize_with = "scalar")]
    pub allowed: Option<String>,
    /// The hint.
    #[serde(default)]
    pub hint: Option<String>,
}

/// A container as a case describes it.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct ExpectedContainer {
    /// The name.
    #[serde(default)]
    pub name: Option<String>,
    /// The image.
    #[serde(default)]
    pub image: Option<String>,
}

/// `found: 0` is as good as `found: "0"`.
fn scalar<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    })
}

/// Reads the field `expect`.
pub(super) fn parse(expect: &Value) -> Result<Expectation> {
    match expect {
        Value::String(text) if text == "pass" => Ok(Expectation::Pass),
        Value::String(text) if text == "skip" => Ok(Expectation::Skip),
        Value::Object(fields) => {
            if let Some(reason) = fields.get("malformed") {
                let text = reason
                    .as_str()
                    .context("`expect.malformed` is text that the reason contains")?;
                if fields.len() > 1 {
                    bail!("`expect.malformed` stands alone");
                }
                return Ok(Expectation::Malformed(text.to_owned()));
            }
            let known = |name: &str| {
                ACTIONS.contains(&name) || ["waived", "warnings", "mutated"].contains(&name)
            };
            if let Some(name) = fields.keys().find(|name| !known(name)) {
                bail!(
                    "unknown field `expect.{name}`; it is pass, skip, malformed, deny, warn, audit, waived, warnings or mutated"
                );
            }
            let list = |action: &str| -> Result<Vec<ExpectedViolation>> {
                let Some(list) = fields.get(action) else {
                    return Ok(Vec::new());
                };
                serde_json::from_value(list.clone()).with_context(|| format!("`expect.{action}`"))
            };
            let (deny, warn, audit) = (list("deny")?, list("warn")?, list("audit")?);
            let filled: Vec<(String, Value)> = match fields.get("mutated") {
                None => Vec::new(),
                Some(Value::Object(values)) => values.clone().into_iter().collect(),
                Some(_) => bail!("`expect.mutated` is a mapping from paths to values"),
            };
            let waived = waived::parse(fields.get("waived"))?;
            let warnings = fields.get("warnings").map(|list| serde_json::from_value(list.clone()));
            let warnings = warnings.transpose().context("`expect.warnings` is a list of texts")?;
            let lists = [deny.is_empty(), warn.is_empty(), audit.is_empty(), waived.is_empty()];
            if lists.iter().all(|empty| *empty) && filled.is_empty() {
                bail!("`expect` lists no violation; write `expect: pass`");
            }
            if !deny.is_empty() && !filled.is_empty() {
                bail!("an object that is denied is not mutated; keep `deny` or `mutated`");
            }
            Ok(Expectation::Violations {
                deny,
                warn,
                audit,
                waived,
                warnings,
                filled,
                mutated: None,
            })
        }
        _ => {
            bail!(
                "`expect` is pass, skip, or a mapping with malformed, deny, warn, audit, waived, warnings, mutated"
            )
        }
    }
}

impl Expectation {
    /// The same expectation with every path rewritten.
    pub(super) fn with_paths(mut self, rewrite: impl Fn(String) -> String) -> Self {
        if let Self::Violations { deny, warn, audit, waived, filled, .. } = &mut self {
            let waived = waived.iter_mut().map(|waived| &mut waived.violation);
            for violation in deny.iter_mut().chain(warn).chain(audit).chain(waived) {
                violation.path = violation.path.take().map(&rewrite);
            }
            for (path, _) in filled {
                *path = rewrite(std::mem::take(path));
            }
        }
        self
    }

    /// The same expectation of `object`: with the whole object that the answer must return.
    pub(super) fn of_object(mut self, object: Option<&Value>) -> Result<Self> {
        if let Self::Violations { filled, mutated, .. } = &mut self
            && !filled.is_empty()
        {
            let object = object.context("`expect.mutated`: the request has no object")?;
            *mutated = Some(mutated::filled(object, filled)?);
        }
        Ok(self)
    }

    fn mutated(&self) -> Option<&Value> {
        match self {
            Self::Violations { mutated, .. } => mutated.as_ref(),
            _ => None,
        }
    }

    fn waived(&self) -> (&[ExpectedWaived], Option<&[String]>) {
        match self {
            Self::Violations { waived, warnings, .. } => (waived, warnings.as_deref()),
            _ => (&[], None),
        }
    }

    fn list(&self, action: &str) -> &[ExpectedViolation] {
        match (self, action) {
            (Self::Violations { deny, .. }, "deny") => deny,
            (Self::Violations { warn, .. }, "warn") => warn,
            (Self::Violations { audit, .. }, "audit") => audit,
            _ => &[],
        }
    }
}

impl ExpectedViolation {
    pub(super) fn matches(&self, found: &Violation) -> bool {
        let same =
            |expected: &Option<String>, got: &str| expected.as_ref().is_none_or(|text| text == got);
        let container = self.container.as_ref().is_none_or(|expected| {
            found.container.as_ref().is_some_and(|got| {
                same(&expected.name, &got.name) && same(&expected.image, &got.image)
            })
        });
        self.check == found.check
            && same(&self.rule, &found.rule)
            && same(&self.path, &found.path)
            && same(&self.found, &found.found)
            && same(&self.allowed, &found.allowed)
            && same(&self.hint, &found.hint)
            && container
    }

    pub(super) fn describe(&self) -> String {
        let mut text = self.check.clone();
        let container = self.container.as_ref();
        let parts = [
            ("rule", self.rule.as_ref()),
            ("path", self.path.as_ref()),
            ("found", self.found.as_ref()),
            ("container", container.and_then(|container| container.name.as_ref())),
            ("image", container.and_then(|container| container.image.as_ref())),
            ("allowed", self.allowed.as_ref()),
            ("hint", self.hint.as_ref()),
        ];
        for (name, value) in parts {
            if let Some(value) = value {
                // Writing to a String does not fail.
                let _ = write!(text, ", {name} {value:?}");
            }
        }
        text
    }
}

/// How an answer differs from what the case expects: a diff, `-` expected, `+` got.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", lines.join("\n"))]
pub struct Mismatch {
    /// The lines of the diff.
    pub lines: Vec<String>,
}

/// Compares an answer with what is expected: the verdict, and number, order and content of the
/// violations.
///
/// # Errors
/// The difference.
pub fn compare(expected: &Expectation, answer: &[u8]) -> Result<(), Mismatch> {
    let got = match Judgement::parse(answer) {
        Ok(got) => got,
        Err(error) => {
            return Err(Mismatch { lines: vec![format!("+ no answer: {error:#}")] });
        }
    };
    let mut lines = Vec::new();
    let is_either = *expected == Expectation::Quiet && OUTCOMES.contains(&got.outcome.as_str());
    let expected_verdict = verdict_of(expected);
    let got_verdict = if is_either { verdict(&got) } else { describe_verdict(&got) };
    let reason = got.reason.as_deref().or(got.message.as_deref()).unwrap_or_default();
    if expected_verdict != got_verdict {
        lines.push(format!("- {expected_verdict}"));
        lines.push(format!(
            "+ {got_verdict}{}{}",
            if reason.is_empty() { "" } else { ": " },
            reason.escape_debug()
        ));
    }
    if let Expectation::Malformed(text) = expected
        && !reason.contains(text.as_str())
    {
        lines.push(format!("- reason contains {text:?}"));
        lines.push(format!("+ reason {reason:?}"));
    }
    let mut differs = !lines.is_empty();
    for action in ACTIONS {
        differs |= diff(action, expected.list(action), &got, &mut lines);
    }
    let mutated = mutated::differences(expected.mutated(), got.mutated.as_deref());
    differs |= !mutated.is_empty();
    lines.extend(mutated);
    let (waived, warnings) = expected.waived();
    differs |= waived::diff(waived, &got, &mut lines);
    let warnings = waived::warnings(warnings, !expected.list("warn").is_empty(), &got);
    differs |= !warnings.is_empty();
    lines.extend(warnings);
    if differs { Err(Mismatch { lines }) } else { Ok(()) }
}

/// Adds the two lists of an action, position by position; tells whether they differ.
fn diff(
    action: &str,
    expected: &[ExpectedViolation],
    got: &Judgement,
    lines: &mut Vec<String>,
) -> bool {
    let got: Vec<&Violation> =
        got.violations.iter().filter(|found| found.action == action).collect();
    let mut differs = false;
    for index in 0..expected.len().max(got.len()) {
        match (expected.get(index), got.get(index)) {
            (Some(expected), Some(got)) if expected.matches(got) => {
                lines.push(format!("  {action} {}", expected.describe()));
            }
            (expected, got) => {
                differs = true;
                lines
                    .extend(expected.map(|expected| format!("- {action} {}", expected.describe())));
                lines.extend(got.map(|got| format!("+ {action} {}", describe_found(got))));
            }
        }
    }
    differs
}

pub(super) fn describe_found(found: &Violation) -> String {
    let mut text = format!("{}, path {:?}, found {:?}", found.check, found.path, found.found);
    if let Some(container) = &found.container {
        // Writing to a String does not fail.
        let _ = write!(text, ", container {:?}, image {:?}", container.name, container.image);
    }
    let _ = write!(text, ", allowed {:?}", found.allowed);
    text
}

fn verdict_of(expected: &Expectation) -> &'static str {
    match expected {
        Expectation::Nothing => "something: there is no `expect` yet",
        Expectation::Pass => "judged, accepted",
        Expectation::Quiet => "accepted",
        Expectation::Skip => "skipped, accepted",
        Expectation::Malformed(_) => "malformed, denied with code 400",
        Expectation::Violations { deny, .. } if deny.is_empty() => "judged, accepted",
        Expectation::Violations { .. } => "judged, denied with code 403",
    }
}

fn describe_verdict(got: &Judgement) -> String {
    let outcome = if got.outcome.is_empty() { "without outcome" } else { got.outcome.as_str() };
    format!("{outcome}, {}", verdict(got))
}

fn verdict(got: &Judgement) -> String {
    match (got.verdict, got.code) {
        (Verdict::Denied, Some(code)) => format!("denied with code {code}"),
        (Verdict::Denied, None) => "denied without code".to_owned(),
        _ => "accepted".to_owned(),
    }
}
