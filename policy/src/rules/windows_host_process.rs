//! # windowsHostProcess
//!
//! A Windows HostProcess container is a process of the node, with the node's network and files.
//!
//! ## Allowed values
//!
//! `securityContext.windowsOptions.hostProcess` of the pod and of every container: unset, `false`.
//!
//! ## How to fix
//!
//! Remove the field.
//!
//! Source: Pod Security Standards, baseline, "HostProcess"; KEP-1981.

use crate::pod::Pod;
use crate::report::Report;
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "windowsHostProcess",
    title: "Windows HostProcess containers",
    family: Family::SecurityContext,
    fields: &[
        "spec.securityContext.windowsOptions.hostProcess",
        "spec.containers[*].securityContext.windowsOptions.hostProcess",
    ],
    fills: &[],
    hardened: None,
    checks: &[Check {
        id: "windowsHostProcess",
        level: Some(Level::Baseline),
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "neither the pod nor a container is a HostProcess",
            check: CheckFn::Pod(check),
        }],
    }],
};

fn check<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    const FIELD: &str = "securityContext.windowsOptions.hostProcess";
    const ALLOWED: &str = "unset, false";
    if pod.security_context().windows_options.host_process == Some(true) {
        report.violation(pod.at(FIELD), "true", ALLOWED, "remove it");
    }
    for container in pod.containers() {
        if container.security_context().windows_options.host_process == Some(true) {
            report.violation(container.at(FIELD), "true", ALLOWED, "remove it");
        }
    }
}
