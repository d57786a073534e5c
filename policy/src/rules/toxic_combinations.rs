//! # toxicCombinations
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
    id: "toxicCombinations",
    title: "combinations that undo a fence",
    family: Family::Isolation,
    fields: &[
        "spec.hostPID",
    ],
    fills: &[],
    hardened: Some("each half may have its reason, and both together are the node"),
    checks: &[Check {
        id: "toxicCombinations",
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
        /// Combinations that are let pass, by their ids.
        allow: Vec<String> = "allow",
    }
}

fn check<'p>(_pod: Pod<'p, '_>, _report: &mut Report<'p>) {}
