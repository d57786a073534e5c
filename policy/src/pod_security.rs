//! The Pod Security Standards alone, without a request around the pod.

use crate::cluster::{self, Cluster};
use crate::judge::{World, describe};
use crate::plan;
use crate::pod::Admission;
use crate::report::Report;
use crate::rule::{Check, CheckFn, Level, Revision, Rule};
use crate::settings::{Pinned, Settings};
use crate::version::Version;
use crate::workload;

/// The checks asked at a level of a version, with their rules and the revision in force.
pub fn checks(
    level: Level,
    version: Version,
) -> impl Iterator<Item = (&'static Rule, &'static Check, &'static Revision)> {
    let steps = plan::steps(&settings(level, version));
    steps.into_iter().map(|step| (step.rule, step.check, step.revision))
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
    let admission = Admission::default();
    let pod = template.subject(&admission).ok_or("the pod has no spec")?;
    let settings = settings(level, version);
    let world = World { today: &|| None, cluster: Cluster::new(&cluster::nobody) };
    let mut failing = Vec::new();
    for (rule, check, revision) in checks(level, version).filter(|(rule, ..)| is_standard(rule)) {
        let mut report = Report::new(&settings, &world, rule, check);
        for check in revision.check.each() {
            if let CheckFn::Pod(ask) = check {
                ask(pod, &mut report);
            }
        }
        if !report.into_violations().is_empty() {
            failing.push(check.id);
        }
    }
    failing.sort_unstable();
    Ok(failing)
}

/// Whether Pod Security Admission has the rule too.
fn is_standard(rule: &Rule) -> bool {
    rule.is_of_standards() && rule.id != "wellFormed"
}

fn settings(profile: Level, version: Version) -> Settings {
    Settings {
        profile: profile.into(),
        version: Pinned { version, latest: false },
        ..Settings::default()
    }
}
