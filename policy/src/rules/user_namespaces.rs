//! # userNamespaces
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
use crate::rule::{Check, CheckFn, Family, Revision, Rule};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "userNamespaces",
    title: "user namespaces",
    family: Family::Isolation,
    fields: &[
        "spec.hostUsers",
    ],
    fills: &[],
    hardened: None,
    checks: &[Check {
        id: "userNamespaces",
        level: None,
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "TODO",
            check: CheckFn::Pod(check),
        }],
    }],
};

fn check<'p>(_pod: Pod<'p, '_>, _report: &mut Report<'p>) {}
