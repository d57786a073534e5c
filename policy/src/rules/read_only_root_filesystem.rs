//! # readOnlyRootFilesystem
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
    id: "readOnlyRootFilesystem",
    title: "read-only root filesystems",
    family: Family::SecurityContext,
    fields: &[
        "spec.containers[*].securityContext.readOnlyRootFilesystem",
    ],
    fills: &[],
    hardened: Some("what an intruder cannot write, he cannot run"),
    checks: &[Check {
        id: "readOnlyRootFilesystem",
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
