//! Runs cases and reports.

use super::{Case, Expectation, compare, mutated};
use crate::engine::Engine;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use rayon::prelude::*;
use serde_json::{Value, json};

/// What became of one variant of a case.
#[derive(Debug)]
pub struct Outcome<'a> {
    /// The case.
    pub case: &'a Case,
    /// Which variant; empty when there is only one.
    pub variant: String,
    /// The difference to what was expected, `None` when there is none.
    pub mismatch: Option<String>,
}

impl Outcome<'_> {
    /// The name of case and variant.
    pub fn title(&self) -> String {
        if self.variant.is_empty() {
            self.case.name.clone()
        } else {
            format!("{} ({})", self.case.name, self.variant)
        }
    }
}

/// Runs every variant of every case, on all processors, in order.
pub fn run<'a>(engine: &dyn Engine, cases: &'a [Case], done: impl Fn() + Sync) -> Vec<Outcome<'a>> {
    cases
        .par_iter()
        .flat_map_iter(|case| {
            let judged = case.payloads().into_iter().map(|(variant, payload, expected)| {
                let mismatch = one(&case.engine(engine), &payload, &expected).err();
                Outcome { case, variant, mismatch }
            });
            let missing = case.missing.iter().map(|name| {
                let mismatch = Some("+ the manifests have no such resource".to_owned());
                Outcome { case, variant: name.clone(), mismatch }
            });
            let outcomes: Vec<Outcome<'a>> = judged.chain(missing).collect();
            done();
            outcomes
        })
        .collect()
}

/// Sends one payload and compares the answer; a mutated object is sent again, to see that it stays.
fn one(engine: &dyn Engine, payload: &[u8], expected: &Expectation) -> Result<(), String> {
    let answer = engine.validate(payload).map_err(|error| format!("+ no answer: {error:#}"))?;
    compare(expected, &answer).map_err(|mismatch| mismatch.to_string())?;
    mutated::check(engine, payload, &answer)
}

/// The outcomes as a JUnit document, one suite a file.
pub fn junit(outcomes: &[Outcome<'_>]) -> Report {
    let mut report = Report::new("ringfence");
    for group in outcomes.chunk_by(|one, other| one.case.file == other.case.file) {
        let mut suite = TestSuite::new(group[0].case.file.display().to_string());
        for outcome in group {
            let mut status = TestCaseStatus::success();
            if let Some(mismatch) = &outcome.mismatch {
                status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status.set_message(format!("not as expected, line {}", outcome.case.line));
                status.set_description(mismatch.clone());
            }
            let mut case = TestCase::new(outcome.title(), status);
            case.set_classname(outcome.case.rule.clone());
            suite.add_test_case(case);
        }
        report.add_test_suite(suite);
    }
    report
}

/// The outcomes as JSON.
pub fn json(outcomes: &[Outcome<'_>]) -> Value {
    let failed = outcomes.iter().filter(|outcome| outcome.mismatch.is_some()).count();
    let cases: Vec<Value> = outcomes
        .iter()
        .map(|outcome| {
            json!({
                "file": outcome.case.file.display().to_string(),
                "line": outcome.case.line,
                "rule": outcome.case.rule,
                "name": outcome.case.name,
                "variant": outcome.variant,
                "result": if outcome.mismatch.is_some() { "fail" } else { "pass" },
                "mismatch": outcome.mismatch,
            })
        })
        .collect();
    json!({
        "summary": {"cases": outcomes.len(), "passed": outcomes.len() - failed, "failed": failed},
        "cases": cases,
    })
}
