//! # supplementalGroups
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
use crate::settings::{IdRange, settings};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "supplementalGroups",
    title: "supplemental groups",
    family: Family::SecurityContext,
    fields: &[
        "spec.securityContext.supplementalGroups",
    ],
    fills: &[],
    hardened: Some("group 0 owns files of the node and of most images, and the standards leave it open"),
    checks: &[Check {
        id: "supplementalGroups",
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
        /// Ids that may be set, as ranges. An empty list: none.
        ranges: Option<Vec<IdRange>> = "ranges",
        /// Whether an id must be set.
        required: bool = "required",
    }
}

fn check<'p>(_pod: Pod<'p, '_>, _report: &mut Report<'p>) {}
