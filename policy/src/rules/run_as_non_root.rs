//! # runAsNonRoot
//!
//! With `runAsNonRoot: true` the kubelet refuses to start a container whose image or settings would
//! make it run as user 0.
//!
//! ## Allowed values
//!
//! `true` for every container: its own `securityContext.runAsNonRoot`, or, where it says nothing,
//! the pod's `spec.securityContext.runAsNonRoot`. An outright `false` is refused wherever it
//! stands, also at pod level above containers that all say `true`. Windows pods are asked too. From
//! v1.35 on, pods with a user namespace of their own (`hostUsers: false`) are not asked: their root
//! is nobody on the node.
//!
//! ## How to fix
//!
//! Set `spec.securityContext.runAsNonRoot: true`. An image whose `USER` is a name also needs a
//! numeric `runAsUser`, or the kubelet cannot tell that it is not root.
//!
//! Source: Pod Security Standards, restricted, "Running as Non-root"; KEP-127.

use crate::pod::Pod;
use crate::report::{Report, UNSET};
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::settings::settings;
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "runAsNonRoot",
    title: "running as non-root",
    family: Family::SecurityContext,
    fields: &[
        "spec.securityContext.runAsNonRoot",
        "spec.containers[*].securityContext.runAsNonRoot",
    ],
    fills: &[],
    hardened: None,
    checks: &[Check {
        id: "runAsNonRoot",
        level: Some(Level::Restricted),
        overrides: &[],
        revisions: &[
            Revision {
                since: Version::v1(0),
                summary: "every container runs as non-root, by its own word or the pod's",
                check: CheckFn::Pod(check_1_0),
            },
            Revision {
                since: Version::v1(35),
                summary: "pods with a user namespace of their own are not asked",
                check: CheckFn::Pod(check_1_35),
            },
        ],
    }],
};

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters {
        /// Whether a `runAsUser` other than 0 does as well.
        accept_run_as_user: bool = "acceptRunAsUser",
    }
}

fn check_1_0<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    if pod.security_context().run_as_non_root == Some(false) {
        report.violation(
            pod.at("securityContext.runAsNonRoot"),
            "false",
            "true, or unset where every container says true",
            "set it to true",
        );
    }
    for container in pod.containers() {
        let (found, hint) = match container.security_context().run_as_non_root {
            Some(true) => continue,
            Some(false) => ("false", "set it to true"),
            None if container.run_as_non_root() == Some(true) => continue,
            None => (UNSET, "set spec.securityContext.runAsNonRoot to true for the whole pod"),
        };
        report.violation(container.at("securityContext.runAsNonRoot"), found, "true", hint);
    }
}

fn check_1_35<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    if !pod.has_user_namespace() {
        check_1_0(pod, report);
    }
}
