//! Which checks the cases try: that each both passes and finds something.

use super::Case;
use crate::answer::Judgement;
use crate::engine::Engine;
use rayon::prelude::*;
use ringfence_policy::{RULES, Settings};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// How often cases try a check. A case counts once for each of its variants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tried {
    /// The settings ask it, of something that was judged.
    pub asked: usize,
    /// It finds something, be it waived or not.
    pub found: usize,
    /// It is asked and finds nothing.
    pub passed: usize,
}

/// A check of a rule, and how often it is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Covered {
    /// The rule's id.
    pub rule: &'static str,
    /// The check's id.
    pub check: &'static str,
    /// How often.
    #[serde(flatten)]
    pub tried: Tried,
}

impl Covered {
    /// Whether the cases would notice that it finds nothing any more, or everything.
    pub fn is_covered(&self) -> bool {
        self.tried.found > 0 && self.tried.passed > 0
    }
}

type Counts = BTreeMap<String, Tried>;

/// Every check of this policy, in the order of the rules.
pub fn of(engine: &dyn Engine, cases: &[Case]) -> Vec<Covered> {
    let counts =
        cases.par_iter().map(|case| of_case(engine, case)).reduce(Counts::new, |mut one, other| {
            for (check, tried) in other {
                let sum = one.entry(check).or_default();
                sum.asked += tried.asked;
                sum.found += tried.found;
                sum.passed += tried.passed;
            }
            one
        });
    let checks = RULES.iter().flat_map(|rule| rule.checks.iter().map(|check| (rule.id, check.id)));
    let covered = checks.map(|(rule, check)| {
        let tried = counts.get(check).copied().unwrap_or_default();
        Covered { rule, check, tried }
    });
    covered.collect()
}

fn of_case(engine: &dyn Engine, case: &Case) -> Counts {
    let mut counts = Counts::new();
    for (_, payload, _) in case.payloads() {
        let answer = case.engine(engine).validate(&payload).ok();
        let Some(answer) = answer.and_then(|answer| Judgement::parse(&answer).ok()) else {
            continue;
        };
        if answer.outcome != "judged" {
            continue;
        }
        let waived = answer.waived.iter().map(|waived| &waived.violation);
        let mut found: Vec<&str> =
            answer.violations.iter().chain(waived).map(|found| found.check.as_str()).collect();
        found.sort_unstable();
        found.dedup();
        for check in &found {
            counts.entry((*check).to_owned()).or_default().found += 1;
        }
        for check in asked(&payload) {
            let tried = counts.entry(check.to_owned()).or_default();
            tried.asked += 1;
            tried.passed += usize::from(!found.contains(&check));
        }
    }
    counts
}

/// The checks that the settings of a payload ask.
fn asked(payload: &[u8]) -> Vec<&'static str> {
    let payload: Value = serde_json::from_slice(payload).unwrap_or_default();
    let settings = Settings::decode(&payload["settings"].to_string());
    settings.map_or_else(
        |_| Vec::new(),
        |settings| settings.checks().map(|(_, check, _, _)| check.id).collect(),
    )
}
