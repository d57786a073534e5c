//! # supplementalGroupsPolicy
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
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "supplementalGroupsPolicy",
    title: "groups of the image",
    family: Family::SecurityContext,
    fields: &[
        "spec.securityContext.supplementalGroupsPolicy",
    ],
    fills: &[],
    hardened: Some("an image can put its user into groups that nobody sees in the pod"),
    checks: &[Check {
        id: "supplementalGroupsPolicy",
        level: Some(Level::Hardened),
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "TODO",
            check: CheckFn::Pod(check),
        }],
    }],
};

fn check<'p>(_pod: Pod<'p, '_>, _report: &mut Report<'p>) {}
