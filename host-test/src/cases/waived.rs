//! What a case expects of exemptions: violations they let pass, and warnings that they end.

use super::ExpectedViolation;
use crate::answer::{Judgement, Waived};
use anyhow::{Context, Result, bail};
use serde_json::Value;

/// A violation that an exemption lets pass, as a case describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedWaived {
    /// The id of the exemption.
    pub exemption: String,
    /// The violation.
    pub violation: ExpectedViolation,
}

impl ExpectedWaived {
    fn matches(&self, got: &Waived) -> bool {
        self.exemption == got.exemption && self.violation.matches(&got.violation)
    }

    fn describe(&self) -> String {
        format!("{} by {}", self.violation.describe(), self.exemption)
    }
}

/// Reads `expect.waived`.
pub(super) fn parse(list: Option<&Value>) -> Result<Vec<ExpectedWaived>> {
    let items = match list {
        None => return Ok(Vec::new()),
        Some(Value::Array(items)) => items,
        Some(_) => bail!("`expect.waived` is a list of violations with their `exemption`"),
    };
    let one = |item: &Value| -> Result<ExpectedWaived> {
        let mut item = item.clone();
        let exemption = item.as_object_mut().and_then(|fields| fields.shift_remove("exemption"));
        let exemption = exemption.as_ref().and_then(Value::as_str);
        let exemption = exemption.context("`exemption` is missing or not text")?.to_owned();
        Ok(ExpectedWaived { exemption, violation: serde_json::from_value(item)? })
    };
    items.iter().map(one).collect::<Result<_>>().context("`expect.waived`")
}

/// Adds what exemptions let pass, position by position; tells whether it is as expected.
pub(super) fn diff(expected: &[ExpectedWaived], got: &Judgement, lines: &mut Vec<String>) -> bool {
    let mut differs = false;
    for index in 0..expected.len().max(got.waived.len()) {
        match (expected.get(index), got.waived.get(index)) {
            (Some(expected), Some(got)) if expected.matches(got) => {
                lines.push(format!("  waived {}", expected.describe()));
            }
            (expected, got) => {
                differs = true;
                lines.extend(expected.map(|expected| format!("- waived {}", expected.describe())));
                lines.extend(got.map(|got| {
                    let found = super::expect::describe_found(&got.violation);
                    format!("+ waived {found} by {}", got.exemption)
                }));
            }
        }
    }
    differs
}

/// The difference between the warnings of an answer and those expected. Where a case does not name
/// them there are some if violations warn, and none otherwise.
pub(super) fn warnings(
    expected: Option<&[String]>,
    violations_warn: bool,
    got: &Judgement,
) -> Vec<String> {
    let mut lines = Vec::new();
    match expected {
        Some(expected) if expected != got.warnings => {
            lines.extend(expected.iter().map(|line| format!("- warning {line:?}")));
        }
        None if violations_warn && got.warnings.is_empty() => {
            lines.push("- warnings for the requester".into());
        }
        None if !violations_warn && !got.warnings.is_empty() => {
            lines.push("- no warnings".into());
        }
        _ => return lines,
    }
    lines.extend(got.warnings.iter().map(|line| format!("+ warning {line:?}")));
    if got.warnings.is_empty() {
        lines.push("+ no warnings".into());
    }
    lines
}
