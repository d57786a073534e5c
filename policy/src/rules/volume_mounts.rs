//! # volumeMounts
//!
//! Which volumes containers mount, by name. The pod's author chooses the names, so that this keeps
//! nothing apart by itself; it holds together what templates, charts and injectors agree on: a volume
//! that a sidecar owns and no other container may mount, or one that must be mounted.
//!
//! ## Allowed values
//!
//! `volumeMounts[*].name` of every container: what `allow` fits, and `forbid` does not. Without
//! parameters no volume may be mounted.
//!
//! ## How to fix
//!
//! Mount a volume of an allowed name, or ask for an exemption for the container.
//!
//! Source: Kubernetes API reference, `VolumeMount.name`.

pub(crate) use super::names::Parameters;
use crate::pattern::Pattern;
use crate::pod::Pod;
use crate::report::Report;
use crate::rule::{Check, CheckFn, Family, Revision, Rule};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "volumeMounts",
    title: "volumes that containers mount, by name",
    family: Family::Isolation,
    fields: &["spec.containers[*].volumeMounts[*].name"],
    fills: &[],
    hardened: None,
    checks: &[Check {
        id: "volumeMounts",
        level: None,
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "containers mount the volumes that the settings allow",
            check: CheckFn::Pod(check),
        }],
    }],
};

fn check<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    let given = report.parameters().volume_mounts.as_deref();
    for container in pod.containers() {
        for (index, mount) in container.volume_mounts().iter().enumerate() {
            let fits = |pattern: &Pattern| pattern.matches(&mount.name);
            if !given.is_some_and(|given| given.allows(fits)) {
                let place = container.at_item("volumeMounts", index, "name");
                let allowed = given.map_or("none".into(), Parameters::text);
                report.violation(place, &*mount.name, allowed, "mount another volume");
            }
        }
    }
}
