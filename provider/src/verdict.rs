//! What the module's answer comes to, in the form that every caller of the provider is given.

use std::collections::BTreeMap;

use ringfence_host::Answer;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::text::bounded;

/// The version of [`Value`].
pub(crate) const VERSION: &str = "v1";

/// Violations that are read of an answer. The module writes a thousand and counts the rest.
const VIOLATIONS: usize = 2000;

/// A verdict of the module, ready to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Verdict {
    pub(crate) allowed: bool,
    /// [`Value`] as JSON.
    pub(crate) value: Box<RawValue>,
    /// What was found, for metrics and the log.
    pub(crate) found: Vec<Found>,
    /// Where the first denying violations are, for the log.
    pub(crate) places: Vec<String>,
    /// `judged`, `skipped`, `malformed` or `invalid-settings`.
    pub(crate) outcome: String,
}

/// Violations of one rule with one action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) rule: String,
    pub(crate) action: String,
    pub(crate) times: u64,
}

/// The verdict as templates and policies read it.
#[derive(Serialize)]
struct Value<'a> {
    version: &'static str,
    allowed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u16>,
    /// Rules that deny.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rules: Vec<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    warnings: &'a [String],
}

/// One item of the audit annotation `violations`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Item {
    One {
        rule: String,
        action: String,
        path: String,
    },
    /// The rest, counted.
    More {
        #[serde(rename = "more")]
        _more: u64,
    },
}

/// Paths that are kept for the log.
const PLACES: usize = 20;

impl Verdict {
    /// Reads an answer of the module; also gives its audit annotations and the object as the module
    /// wants it.
    ///
    /// # Errors
    /// When it is none, or contradicts itself: an answer that is not understood admits nothing.
    pub(crate) fn of(bytes: &[u8]) -> Result<(Self, Rest), String> {
        let answer = Answer::parse(bytes).map_err(|error| bounded(error.to_string()))?;
        let items = match answer.audit_annotations.get("violations") {
            Some(text) => serde_json::from_str::<Vec<Item>>(text).map_err(|error| {
                bounded(format!("the module's list of violations is not understood: {error}"))
            })?,
            None => Vec::new(),
        };
        let mutated = answer.mutated_object.filter(|object| object.get() != "null");
        let (found, places, denying) = gathered(&items);
        if answer.accepted && !denying.is_empty() {
            return Err(
                "the module accepts the request and lists a violation that denies it".into()
            );
        }
        if !answer.accepted && mutated.is_some() {
            return Err("the module denies the request and changes its object".into());
        }
        let message = match (&answer.message, answer.accepted) {
            (Some(message), false) if !message.is_empty() => Some(message.as_str()),
            (_, false) => Some("denied by ringfence, which says nothing more"),
            (_, true) => None,
        };
        let value = Value {
            version: VERSION,
            allowed: answer.accepted,
            message,
            code: answer.code,
            rules: denying,
            warnings: &answer.warnings,
        };
        let value = serde_json::value::to_raw_value(&value).map_err(|error| error.to_string())?;
        let outcome = answer.audit_annotations.get("outcome").cloned().unwrap_or_default();
        let rest = Rest {
            message: message.map(str::to_owned),
            code: answer.code,
            warnings: answer.warnings,
            annotations: answer.audit_annotations,
            mutated,
        };
        Ok((Self { allowed: answer.accepted, value, found, places, outcome }, rest))
    }

    /// About how much memory it takes.
    pub(crate) fn size(&self) -> usize {
        let found = self.found.iter().map(|found| found.rule.len() + 64).sum::<usize>();
        let places = self.places.iter().map(|place| place.len() + 24).sum::<usize>();
        self.value.get().len() + found + places + 256
    }
}

/// What of an answer only an admission review has room for.
#[derive(Debug)]
pub(crate) struct Rest {
    pub(crate) message: Option<String>,
    pub(crate) code: Option<u16>,
    pub(crate) warnings: Vec<String>,
    pub(crate) annotations: BTreeMap<String, String>,
    pub(crate) mutated: Option<Box<RawValue>>,
}

/// Violations by rule and action, where the first denying ones are, and the rules that deny.
fn gathered(items: &[Item]) -> (Vec<Found>, Vec<String>, Vec<&str>) {
    let (mut found, mut places, mut denying) = (Vec::<Found>::new(), Vec::new(), Vec::new());
    for item in items.iter().take(VIOLATIONS) {
        let Item::One { rule, action, path } = item else { continue };
        let known = found.iter_mut().find(|one| one.rule == *rule && one.action == *action);
        match known {
            Some(one) => one.times += 1,
            None => {
                found.push(Found { rule: rule.clone(), action: action.clone(), times: 1 });
            }
        }
        if action == "deny" {
            if places.len() < PLACES {
                places.push(format!("{rule}: {path}"));
            }
            if !denying.contains(&rule.as_str()) {
                denying.push(rule.as_str());
            }
        }
    }
    (found, places, denying)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(answer: &str) -> Result<serde_json::Value, String> {
        let (verdict, _) = Verdict::of(answer.as_bytes())?;
        serde_json::from_str(verdict.value.get()).map_err(|error| error.to_string())
    }

    #[test]
    fn an_answer_becomes_a_value() {
        let violations = r#"[{"rule":"privileged","action":"deny","path":"spec.containers[0]"},
            {"rule":"privileged","action":"deny","path":"spec.containers[1]"},
            {"rule":"hostPorts","action":"warn","path":"spec.containers[1]"},{"more":7}]"#;
        let answer = serde_json::json!({"accepted": false, "message": "no", "code": 403,
            "audit_annotations": {"outcome": "judged", "violations": violations},
            "warnings": ["careful"]});
        let expected = serde_json::json!({"version": "v1", "allowed": false, "message": "no",
            "code": 403, "rules": ["privileged"], "warnings": ["careful"]});
        assert_eq!(value(&answer.to_string()), Ok(expected));
        let (verdict, _) = Verdict::of(answer.to_string().as_bytes()).expect("a verdict");
        assert_eq!(verdict.found.len(), 2);
        assert_eq!(verdict.found[0].times, 2);
        assert_eq!(verdict.places.len(), 2);
    }

    #[test]
    fn what_contradicts_itself_is_no_verdict() {
        for wrong in [
            "",
            "null",
            r#"{"accepted":"true"}"#,
            r#"{"accepted":true,"audit_annotations":{"violations":"nonsense"}}"#,
            r#"{"accepted":true,"audit_annotations":{"violations":"[{\"rule\":\"a\",\"action\":\"deny\",\"path\":\"\"}]"}}"#,
            r#"{"accepted":false,"mutated_object":{}}"#,
        ] {
            assert!(Verdict::of(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_denial_always_says_something() {
        for silent in [r#"{"accepted":false}"#, r#"{"accepted":false,"message":""}"#] {
            let value = value(silent).expect("a value");
            assert!(value["message"].as_str().is_some_and(|text| !text.is_empty()), "{value}");
        }
    }
}
