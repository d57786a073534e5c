//! The Pod Security Standards alone, without a request around the pod.

use crate::judge::describe;
use crate::plan;
use crate::report::Report;
use crate::rule::Level;
use crate::rules::RULES;
use crate::version::Version;
use crate::workload;

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
    for (index, check, revision) in plan::checks(level, version) {
        let Some(rule) = RULES.get(index).filter(|rule| rule.id != "wellFormed") else {
            continue;
        };
        let mut report = Report::new(rule, check);
        (revision.check)(pod, &mut report);
        if !report.into_violations().is_empty() {
            failing.push(check.id);
        }
    }
    failing.sort_unstable();
    Ok(failing)
}
