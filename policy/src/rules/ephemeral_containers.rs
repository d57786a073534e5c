//! # ephemeralContainers
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
    id: "ephemeralContainers",
    title: "ephemeral containers",
    family: Family::Isolation,
    fields: &[
        "spec.ephemeralContainers[*]",
    ],
    fills: &[],
    hardened: None,
    checks: &[Check {
        id: "ephemeralContainers",
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
        /// Users who may add ephemeral containers.
        users: Option<Vec<Pattern>> = "users",
        /// Groups whose members may add ephemeral containers.
        groups: Option<Vec<String>> = "groups",
        /// Images that ephemeral containers may have.
        images: Option<Vec<Pattern>> = "images",
        /// Capabilities that ephemeral containers may add.
        allow_add: Option<Vec<String>> = "allowAdd",
    }
}

fn check<'p>(_pod: Pod<'p, '_>, _report: &mut Report<'p>) {}
