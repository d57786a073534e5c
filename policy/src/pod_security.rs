//! The Pod Security Standards alone, without a request around the pod.

use crate::judge::describe;
use crate::plan;
use crate::report::Report;
use crate::rule::{Check, Level, Revision, Rule};
use crate::rules::RULES;
use crate::settings::Action;
use crate::version::Version;
use crate::workload;

/// The checks asked at a level of a version, with their rules and the revision in force.
pub fn checks(
    level: Level,
    version: Version,
) -> impl Iterator<Item = (&'static Rule, &'static Check, &'static Revision)> {
    plan::checks(level, version, |_| Action::Deny)
        .filter_map(|(index, check, revision)| Some((*RULES.get(index)?, check, revision)))
}

/// The ids of Pod Security Admission's checks that a pod fails at a level of a version, sorted.
/// `pod` is the JSON of a `v1` Pod.
///
/// # Errors
/// Where the pod cannot be read: path and reason.
pub fn failing_checks(
    pod: &[u8],
    level: Level,
    version: Version,
) -> Result<Vec<&'static str>, String> {
    let text = std::str::from_utf8(pod).map_err(|error| error.to_string())?;
    let kind = workload::find("", "Pod").ok_or("no pods")?;
    let template = workload::decode(text, kind).map_err(|error| describe(&error))?;
    let template = template.ok_or("the pod is null")?;
    let pod = template.subject().ok_or("the pod has no spec")?;
    let mut failing = Vec::new();
    for (rule, check, revision) in checks(level, version).filter(|(rule, ..)| is_standard(rule)) {
        let mut report = Report::new(rule, check);
        (revision.check)(pod, &mut report);
        if !report.into_violations().is_empty() {
            failing.push(check.id);
        }
    }
    failing.sort_unstable();
    Ok(failing)
}

/// Whether Pod Security Admission has the rule too.
fn is_standard(rule: &Rule) -> bool {
    rule.id != "wellFormed"
}
