//! # shareProcessNamespace
//!
//! With a process namespace in common, every container of a pod sees the processes of the others:
//! their command lines, through `/proc` their environment and root file system as far as file
//! permissions allow, and it may send them signals. A sidecar that is broken into reaches the
//! secrets of the container beside it.
//!
//! ## Allowed values
//!
//! `spec.shareProcessNamespace`: unset, `false`.
//!
//! ## How to fix
//!
//! Remove the field. To debug, add an ephemeral container with `targetContainerName`: it shares the
//! processes of that container only. The node's process namespace is another matter:
//! `hostNamespaces`.
//!
//! Source: Kubernetes documentation, "Share Process Namespace between Containers in a Pod";
//! pid_namespaces(7).

use crate::pod::Pod;
use crate::report::Report;
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "shareProcessNamespace",
    title: "shared process namespaces",
    family: Family::Isolation,
    fields: &["spec.shareProcessNamespace"],
    fills: &[],
    hardened: Some("containers of one pod reach each other's processes and secrets by it"),
    checks: &[Check {
        id: "shareProcessNamespace",
        level: Some(Level::Hardened),
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "every container has a process namespace of its own",
            check: CheckFn::Pod(check),
        }],
    }],
};

fn check<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    if pod.share_process_namespace() == Some(true) {
        report.violation(pod.at("shareProcessNamespace"), "true", "unset, false", "remove it");
    }
}
