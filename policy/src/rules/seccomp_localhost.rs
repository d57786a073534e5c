//! # seccompLocalhost
//!
//! TODO
//!
//! ## Allowed values
//!
//! TODO
//!
//! ## How to fix
//!
//! TODO
//!
//! Source: TODO

use crate::pod::Pod;
use crate::report::Report;
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::settings::settings;
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "seccompLocalhost",
    title: "seccomp profiles of the node",
    family: Family::Seccomp,
    fields: &[
        "spec.securityContext.seccompProfile.localhostProfile",
        "spec.containers[*].securityContext.seccompProfile.localhostProfile",
    ],
    fills: &[],
    hardened: Some("a profile is only as good as the folder its name leads to"),
    checks: &[Check {
        id: "seccompLocalhost",
        level: Some(Level::Hardened),
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "TODO",
            check: CheckFn::Pod(check),
        }],
    }],
};

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters {
        /// Profiles that may be named: patterns in which `{namespace}` is the pod's namespace and `*`
        /// stands for any run of characters but `/`. An empty list: none.
        allow: Option<Vec<String>> = "allow",
        /// Profiles that are installed on the nodes; any other one is refused.
        inventory: Option<Vec<String>> = "inventory",
    }
}

fn check<'p>(_pod: Pod<'p, '_>, _report: &mut Report<'p>) {}
