//! # runAsUser
//!
//! User 0 in a container is user 0 of the node, held back only by capabilities and namespaces.
//!
//! ## Allowed values
//!
//! `runAsUser` of the pod and of every container: unset, or any number but `0`. From v1.35 on, pods
//! with a user namespace of their own (`hostUsers: false`) are not asked.
//!
//! ## How to fix
//!
//! Remove the field, or name a user of the image that is not root.
//!
//! Source: Pod Security Standards, restricted, "Running as Non-root user"; KEP-127.

use crate::pod::Pod;
use crate::report::Report;
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::settings::{IdRange, settings};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "runAsUser",
    title: "running as user 0",
    family: Family::SecurityContext,
    fields: &["spec.securityContext.runAsUser", "spec.containers[*].securityContext.runAsUser"],
    fills: &[],
    hardened: None,
    checks: &[Check {
        id: "runAsUser",
        level: Some(Level::Restricted),
        overrides: &[],
        revisions: &[
            Revision {
                since: Version::v1(23),
                summary: "neither the pod nor a container sets user 0",
                check: CheckFn::Pod(check_1_23),
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
        /// Users that may be set, as ranges, instead of any but 0. An empty list: none.
        ranges: Option<Vec<IdRange>> = "ranges",
        /// Whether a user must be set.
        required: bool = "required",
    }
}

const ALLOWED: &str = "unset, 1 or above";
const HINT: &str = "name a user that is not root";

fn check_1_23<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    if pod.security_context().run_as_user == Some(0) {
        report.violation(pod.at("securityContext.runAsUser"), "0", ALLOWED, HINT);
    }
    for container in pod.containers() {
        if container.security_context().run_as_user == Some(0) {
            report.violation(container.at("securityContext.runAsUser"), "0", ALLOWED, HINT);
        }
    }
}

fn check_1_35<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    if !pod.has_user_namespace() {
        check_1_23(pod, report);
    }
}
