//! The answer of a policy as the command understands it.

use anyhow::{Context, Result, bail};
use ringfence_host::Answer;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// One violation, as the audit annotation `violations` lists it.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// The rule's id, as settings name it.
    pub rule: String,
    /// The id of the check, Pod Security Admission's own.
    pub check: String,
    /// What follows: `deny`, `warn` or `audit`.
    pub action: String,
    /// Where in the object.
    pub path: String,
    /// In which container, if in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<Container>,
    /// The offending value.
    pub found: String,
    /// What may stand there.
    pub allowed: String,
    /// How to mend it.
    pub hint: String,
}

/// A violation that an exemption lets pass, as the audit annotation `waived` lists it.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Waived {
    /// The violation, with the action it would have had.
    #[serde(flatten)]
    pub violation: Violation,
    /// The id of the exemption.
    pub exemption: String,
    /// Why it is granted.
    pub reason: String,
    /// The last day on which it applies, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
}

/// A container as a violation names it.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Container {
    /// Its name.
    pub name: String,
    /// Its image.
    pub image: String,
}

/// What became of a resource.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing to object to.
    Accepted,
    /// Let in, for the record.
    Audited,
    /// Let in with a warning.
    Warned,
    /// Not let in.
    Denied,
    /// Nothing in it that a rule judges.
    Skipped,
    /// No answer: neither accepted nor denied.
    Error,
}

impl Verdict {
    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Audited => "audited",
            Self::Warned => "warned",
            Self::Denied => "denied",
            Self::Skipped => "skipped",
            Self::Error => "not judged",
        }
    }
}

/// A decoded answer.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// What became of the request.
    pub verdict: Verdict,
    /// The annotation `outcome`: `judged`, `skipped`, `malformed`; empty from a foreign policy.
    pub outcome: String,
    /// The HTTP status of a denial.
    pub code: Option<u16>,
    /// Why the request is denied.
    pub message: Option<String>,
    /// Why it was skipped or could not be read.
    pub reason: Option<String>,
    /// In document order.
    pub violations: Vec<Violation>,
    /// How many violations more there are than the answer lists.
    pub unlisted: usize,
    /// What exemptions let pass, in document order.
    pub waived: Vec<Waived>,
    /// Warnings for whoever sent the request.
    pub warnings: Vec<String>,
    /// The object as the policy admits it, JSON text; `None` where that is as it was sent.
    pub mutated: Option<String>,
}

/// An item of an annotation: the list ends with a count where it was cut.
#[derive(Deserialize)]
#[serde(untagged)]
enum Item<T> {
    More { more: usize },
    One(Box<T>),
}

/// The list in an annotation, and how many items there are beyond those it names.
fn list<T: DeserializeOwned>(text: Option<&String>, name: &str) -> Result<(Vec<T>, usize)> {
    let items: Vec<Item<T>> = match text {
        Some(text) => serde_json::from_str(text).with_context(|| {
            format!("the audit annotation `{name}` of the answer is not a list of violations")
        })?,
        None => Vec::new(),
    };
    let mut list = Vec::new();
    let mut unlisted = 0;
    for item in items {
        match item {
            Item::One(one) => list.push(*one),
            Item::More { more } => unlisted += more,
        }
    }
    Ok((list, unlisted))
}

impl Judgement {
    /// Decodes the answer to `validate`.
    ///
    /// # Errors
    /// When it is no such answer, or contradicts itself: an unreadable answer accepts nothing.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let answer = Answer::parse(bytes)?;
        let mut annotations = answer.audit_annotations;
        let (violations, unlisted) =
            list::<Violation>(annotations.get("violations"), "violations")?;
        let (waived, _) = list(annotations.get("waived"), "waived")?;
        if answer.accepted && violations.iter().any(|violation| violation.action == "deny") {
            bail!("the answer accepts the request and lists a violation that denies it");
        }
        let mutated = answer.mutated_object.filter(|object| object.get() != "null");
        if !answer.accepted && mutated.is_some() {
            bail!("the answer denies the request and changes its object");
        }
        let outcome = annotations.remove("outcome").unwrap_or_default();
        let has = |action: &str| violations.iter().any(|violation| violation.action == action);
        let verdict = match (answer.accepted, outcome.as_str()) {
            (false, _) => Verdict::Denied,
            (true, "skipped") => Verdict::Skipped,
            (true, _) if has("warn") || !answer.warnings.is_empty() => Verdict::Warned,
            (true, _) if has("audit") => Verdict::Audited,
            (true, _) => Verdict::Accepted,
        };
        Ok(Self {
            verdict,
            outcome,
            code: answer.code,
            message: answer.message,
            reason: annotations.remove("reason"),
            violations,
            unlisted,
            waived,
            warnings: answer.warnings,
            mutated: mutated.map(|object| object.get().to_owned()),
        })
    }
}
