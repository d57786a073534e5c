//! # mountPropagation
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
use crate::settings::{choices, settings};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "mountPropagation",
    title: "mount propagation",
    family: Family::Isolation,
    fields: &[
        "spec.containers[*].volumeMounts[*].mountPropagation",
    ],
    fills: &[],
    hardened: Some("by Bidirectional a container's mounts appear on the node"),
    checks: &[Check {
        id: "mountPropagation",
        level: Some(Level::Hardened),
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "TODO",
            check: CheckFn::Pod(check),
        }],
    }],
};

choices! {
    /// Whether mounts pass between container and node.
    pub enum Propagation {
        /// Neither way.
        None = "None",
        /// From the node to the container.
        HostToContainer = "HostToContainer",
        /// Both ways.
        Bidirectional = "Bidirectional",
    }
}

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters {
        /// Modes that may be set. An empty list: none.
        allow: Option<Vec<Propagation>> = "allow",
    }
}

fn check<'p>(_pod: Pod<'p, '_>, _report: &mut Report<'p>) {}
