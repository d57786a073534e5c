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

use super::names::Names;
use crate::pattern::Pattern;
use crate::pod::Pod;
use crate::report::Report;
use crate::rule::{Check, CheckFn, Family, Revision, Rule};
use crate::settings::settings;
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

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters {
        /// Names that mounts may have. An empty list: none.
        allow: Option<Vec<Pattern>> = "allow",
        /// Names that no mount may have, though `allow` fits them.
        forbid: Vec<Pattern> = "forbid",
    }
}

fn check<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    let names = match report.parameters().volume_mounts.as_deref() {
        Some(given) => Names { allow: given.allow.as_deref(), forbid: &given.forbid },
        None => Names { allow: Some(&[]), forbid: &[] },
    };
    for container in pod.containers() {
        for (index, mount) in container.volume_mounts().iter().enumerate() {
            if !names.allow(|pattern| pattern.matches(&mount.name)) {
                let place = container.at_item("volumeMounts", index, "name");
                report.violation(place, &*mount.name, names.text(), "mount another volume");
            }
        }
    }
}
