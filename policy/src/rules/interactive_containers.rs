//! # interactiveContainers
//!
//! A container with an open standard input or a terminal is made to be typed into. Whoever may attach
//! to it acts with its service account, its secrets and its network, and what is typed shows in no
//! manifest. Services and jobs need neither.
//!
//! ## Allowed values
//!
//! `stdin` and `tty` of every container: unset, `false`.
//!
//! ## How to fix
//!
//! Remove both fields. To look into a pod, add an ephemeral container for as long as that takes; who
//! may do so is `ephemeralContainers`' matter, and an exemption lets such containers be typed into.
//!
//! Source: Kubernetes API reference, `Container.stdin` and `Container.tty`.

use crate::pod::Pod;
use crate::report::Report;
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "interactiveContainers",
    title: "containers made to be typed into",
    family: Family::Isolation,
    fields: &["spec.containers[*].stdin", "spec.containers[*].tty"],
    fills: &[],
    hardened: Some("whoever attaches to a terminal acts with the pod's identity, unseen"),
    checks: &[Check {
        id: "interactiveContainers",
        level: Some(Level::Hardened),
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "no container has an open standard input or a terminal",
            check: CheckFn::Pod(check),
        }],
    }],
};

fn check<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    for container in pod.containers() {
        for (field, is_set) in [("stdin", container.has_stdin()), ("tty", container.has_tty())] {
            if is_set {
                report.violation(container.at(field), "true", "unset, false", "remove it");
            }
        }
    }
}
