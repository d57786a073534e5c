//! # runtimeClass
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

use crate::pattern::Pattern;
use crate::pod::Pod;
use crate::report::Report;
use crate::rule::{Check, CheckFn, Family, Revision, Rule};
use crate::settings::settings;
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "runtimeClass",
    title: "runtime classes",
    family: Family::Isolation,
    fields: &[
        "spec.runtimeClassName",
    ],
    fills: &[],
    hardened: None,
    checks: &[Check {
        id: "runtimeClass",
        level: None,
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
        /// Classes that may be named. An empty list: none.
        allow: Option<Vec<Pattern>> = "allow",
        /// Classes that may not be named; it wins over `allow`.
        forbid: Vec<Pattern> = "forbid",
        /// Whether a class must be named.
        required: bool = "required",
        /// The class that `mutate` fills in where none is named.
        default: Option<String> = "default",
    }
}

fn check<'p>(_pod: Pod<'p, '_>, _report: &mut Report<'p>) {}
