//! The Pod Security Standards alone, without a request around the pod.

use crate::judge::describe;
use crate::plan;
use crate::report::Report;
use crate::rule::Level;
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
    let standards = plan::checks(level, version).filter(|(rule, ..)| rule.id != "wellFormed");
    let mut failing = standards
        .filter(|(rule, check, revision)| {
            let mut report = Report::new(rule, check);
            (revision.check)(pod, &mut report);
            !report.into_violations().is_empty()
        })
        .map(|(_, check, _)| check.id)
        .collect::<Vec<_>>();
    failing.sort_unstable();
    Ok(failing)
}
