//! # mountPropagation
//!
//! A container sees the mounts it is given. With `HostToContainer` it also sees what the node
//! mounts below them later; with `Bidirectional` what it mounts itself appears on the node and in
//! every container that shares the folder, and stays there when the container is gone.
//!
//! ## Allowed values
//!
//! `volumeMounts[*].mountPropagation` of every container: unset, `None`, `HostToContainer`.
//!
//! ## How to fix
//!
//! Remove the field. Drivers that mount for other pods need `Bidirectional`; they belong in a
//! namespace of their own.
//!
//! Source: Kubernetes documentation, "Volumes", "Mount propagation".

use crate::pod::Pod;
use crate::report::Report;
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::settings::{choices, settings};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "mountPropagation",
    title: "mount propagation",
    family: Family::Isolation,
    fields: &["spec.containers[*].volumeMounts[*].mountPropagation"],
    fills: &[],
    hardened: Some("what a container mounts appears on the node"),
    checks: &[Check {
        id: "mountPropagation",
        level: Some(Level::Hardened),
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "no mount of a container appears on the node",
            check: CheckFn::Pod(check),
        }],
    }],
};

choices! {
    /// Whether mounts pass between container and node.
    pub enum Propagation {
        /// Neither way.
        None = "None",
        /// From the node to the container.
        HostToContainer = "HostToContainer",
        /// Both ways.
        Bidirectional = "Bidirectional",
    }
}

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters {
        /// Modes that may be set, instead of `None` and `HostToContainer`. `None` is what an unset
        /// field means, so it may always be set. An empty list: nothing else.
        allow: Option<Vec<Propagation>> = "allow",
    }
}

fn check<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    let parameters = report.parameters().mount_propagation.as_deref();
    let allow = parameters.and_then(|given| given.allow.as_deref());
    let allow = allow.unwrap_or(&[Propagation::HostToContainer]);
    for container in pod.containers() {
        for (index, mount) in container.volume_mounts().iter().enumerate() {
            let Some(mode) = mount.mount_propagation.as_deref() else {
                continue;
            };
            if mode == "None" || allow.iter().any(|allowed| allowed.name() == mode) {
                continue;
            }
            let near = |allowed: &&str| allowed.eq_ignore_ascii_case(mode);
            let near = allow.iter().map(|mode| mode.name()).chain(["None"]).find(near);
            report.violation(
                container.at_item("volumeMounts", index, "mountPropagation"),
                if mode.is_empty() { "an empty text" } else { mode },
                allowed(allow),
                if near.is_some() { "mind the case of its letters" } else { "remove it" },
            );
        }
    }
}

fn allowed(modes: &[Propagation]) -> String {
    let mut text = "unset, None".to_owned();
    for mode in modes.iter().filter(|mode| **mode != Propagation::None) {
        text.push_str(", ");
        text.push_str(mode.name());
    }
    text
}

#[cfg(test)]
mod tests {
    use crate::settings::Settings;

    #[test]
    fn modes_are_named_as_in_the_field() {
        let text = r#"{"rules":{"mountPropagation":{"allow":["bidirectional","Both","None"]}}}"#;
        let errors = Settings::decode(text).expect_err("settings with mistakes");
        let errors = errors.iter().map(|error| (&*error.path, &*error.message));
        assert_eq!(
            errors.collect::<Vec<_>>(),
            [
                (
                    "rules.mountPropagation.allow[0]",
                    "unknown value `bidirectional`, did you mean `Bidirectional`?; \
                     expected None, HostToContainer, Bidirectional"
                ),
                (
                    "rules.mountPropagation.allow[1]",
                    "unknown value `Both`; expected None, HostToContainer, Bidirectional"
                ),
            ]
        );
    }
}
