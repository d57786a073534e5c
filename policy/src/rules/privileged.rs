//! # privileged
//!
//! A privileged container has every capability, sees every device of the node and runs without
//! seccomp, AppArmor or SELinux confinement: its root is the node's root.
//!
//! ## Allowed values
//!
//! `securityContext.privileged` of every container: unset, `false`.
//!
//! ## How to fix
//!
//! Remove the field. What needs a single privilege gets the one capability; what needs a device
//! gets a device plugin. Capabilities that the container drops and its seccomp profile do nothing
//! while it is privileged.
//!
//! Source: Pod Security Standards, baseline, "Privileged Containers".

use crate::pod::{Container, Pod};
use crate::report::Report;
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "privileged",
    title: "privileged containers",
    family: Family::SecurityContext,
    fields: &["spec.containers[*].securityContext.privileged"],
    fills: &[],
    hardened: None,
    checks: &[Check {
        id: "privileged",
        level: Some(Level::Baseline),
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "no container is privileged",
            check: CheckFn::Pod(check),
        }],
    }],
};

fn check<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    for container in pod.containers() {
        if container.security_context().privileged == Some(true) {
            report.violation(
                container.at("securityContext.privileged"),
                "true",
                "unset, false",
                if is_fenced_in_vain(container) {
                    "remove it: while it stands, dropped capabilities and seccomp profile do nothing"
                } else {
                    "remove it and add the one capability that is needed"
                },
            );
        }
    }
}

/// Whether the container has fences that a privileged one does not feel.
fn is_fenced_in_vain(container: Container<'_, '_>) -> bool {
    let own = container.security_context();
    !own.capabilities.drop.is_empty() || own.seccomp_profile.is_some()
}
