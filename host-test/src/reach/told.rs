//! What is told of an answer: owned, comparable, the same for people and for programs.

use super::end::Span;
use super::parts::Ports;
use super::words;
use ringfence_network::{Answer, NetworkPolicy, Reach, RuleAt, Side, Why};
use serde::Serialize;

/// Answers for some addresses, by ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The addresses that the traffic comes from, where it does from addresses.
    pub from: Option<Span>,
    /// The addresses that it goes to.
    pub to: Option<Span>,
    /// Ports and the answer for them, ascending.
    pub ports: Vec<(Ports, Outcome)>,
}

/// An answer, and what decides it at either end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// `yes`, `no` or `unknown`.
    pub answer: &'static str,
    /// Why it is unknown, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Where the traffic comes from.
    pub egress: End,
    /// Where it goes to.
    pub ingress: End,
}

/// What one end has to say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct End {
    /// `yes`, `no` or `unknown`.
    pub answer: &'static str,
    /// Why.
    pub why: Reason,
    /// The policies that isolate the pod in this direction, and those that may.
    pub isolated_by: Vec<String>,
    /// The rule that lets the traffic through, or may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<Rule>,
}

/// Why traffic may pass at one end, or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Reason {
    /// No pod: no policy is about it.
    Outside,
    /// A pod cannot block access to itself.
    SamePod,
    /// It comes from the pod's own node.
    LocalNode,
    /// No policy isolates the pod in that direction.
    NotIsolated,
    /// A rule is about the traffic.
    Rule,
    /// The pod is isolated, and no rule is about the traffic.
    NoRule,
    /// It cannot be said.
    Undecided,
}

/// A rule of a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// The policy, with its namespace.
    pub policy: String,
    /// Where in it.
    pub path: String,
}

/// All parts together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// All of it is reachable.
    Yes,
    /// Nothing of it is.
    No,
    /// Some of it is.
    Partly,
    /// Nothing of it surely is, and something may be.
    Unknown,
}

impl Outcome {
    pub(super) fn of(reach: &Reach<'_, '_>) -> Self {
        let cause = match reach.answer {
            Answer::Unknown(cause) => Some(words::cause(cause)),
            Answer::Yes | Answer::No => None,
        };
        let (egress, ingress) = (End::of(&reach.egress), End::of(&reach.ingress));
        Self { answer: words::answer(reach.answer), cause, egress, ingress }
    }
}

impl End {
    fn of(side: &Side<'_, '_>) -> Self {
        let (why, rule) = match side.why {
            Why::Outside => (Reason::Outside, None),
            Why::SamePod => (Reason::SamePod, None),
            Why::LocalNode => (Reason::LocalNode, None),
            Why::NotIsolated => (Reason::NotIsolated, None),
            Why::Rule(rule) => (Reason::Rule, Some(rule)),
            Why::NoRule => (Reason::NoRule, None),
            Why::Undecided(rule) => (Reason::Undecided, rule),
        };
        Self {
            answer: words::answer(side.answer),
            why,
            isolated_by: side.isolated_by.iter().map(|policy| name(policy)).collect(),
            rule: rule.map(Rule::of),
        }
    }
}

impl Rule {
    fn of(rule: RuleAt<'_, '_>) -> Self {
        Self { policy: name(rule.policy), path: rule.path() }
    }
}

fn name(policy: &NetworkPolicy<'_>) -> String {
    format!("{}/{}", policy.namespace(), policy.metadata.name)
}

impl Verdict {
    /// That of these parts.
    pub fn of(parts: &[Part]) -> Self {
        let outcomes = parts.iter().flat_map(|part| &part.ports);
        let mut has = [false; 3];
        for (_, outcome) in outcomes {
            has = match (outcome.answer, has) {
                ("yes", [_, no, unknown]) => [true, no, unknown],
                ("no", [yes, _, unknown]) => [yes, true, unknown],
                (_, [yes, no, _]) => [yes, no, true],
            };
        }
        match has {
            [true, false, false] => Self::Yes,
            [true, ..] => Self::Partly,
            [false, _, true] => Self::Unknown,
            [false, _, false] => Self::No,
        }
    }

    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Partly => "partly",
            Self::Unknown => "unknown",
        }
    }
}
