//! # windowsRunAsUserName
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
    id: "windowsRunAsUserName",
    title: "users of Windows containers",
    family: Family::SecurityContext,
    fields: &[
        "spec.securityContext.windowsOptions.runAsUserName",
        "spec.containers[*].securityContext.windowsOptions.runAsUserName",
    ],
    fills: &[],
    hardened: Some("the standards keep Linux containers from root and leave Windows containers their administrator"),
    checks: &[Check {
        id: "windowsRunAsUserName",
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
        /// Users that may be set, in any case of letters. An empty list: none.
        allow: Option<Vec<String>> = "allow",
        /// Whether a user must be set.
        required: bool = "required",
    }
}

fn check<'p>(_pod: Pod<'p, '_>, _report: &mut Report<'p>) {}
