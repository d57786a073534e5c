//! # shareProcessNamespace
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
    id: "shareProcessNamespace",
    title: "shared process namespaces",
    family: Family::Isolation,
    fields: &[
        "spec.shareProcessNamespace",
    ],
    fills: &[],
    hardened: Some("containers of one pod see each other's processes, environment and files by it"),
    checks: &[Check {
        id: "shareProcessNamespace",
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
