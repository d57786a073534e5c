//! # nodePlacement
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
    id: "nodePlacement",
    title: "placement on nodes",
    family: Family::Isolation,
    fields: &[
        "spec.nodeName",
        "spec.nodeSelector",
        "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution",
        "spec.tolerations[*]",
    ],
    fills: &[],
    hardened: Some("a pod that places itself can move next to the control plane or to another tenant"),
    checks: &[Check {
        id: "nodePlacement",
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
        /// Labels of nodes that every pod must ask for, by `nodeSelector` or required affinity.
        require: Vec<RequiredLabel> = "require",
        /// Whether pods may tolerate the taints of control-plane nodes.
        allow_control_plane: bool = "allowControlPlane",
        /// Whether pods may tolerate every taint: a toleration `Exists` without a key.
        allow_tolerate_everything: bool = "allowTolerateEverything",
        /// Whether pods may name their node, past the scheduler.
        allow_node_name: bool = "allowNodeName",
    }

    /// A label that nodes must have.
    #[derive(Default)]
    pub struct RequiredLabel {
        /// The label.
        key: String = "key",
        /// Its values, of which one must hold.
        values: Vec<String> = "values",
    }
}

fn check<'p>(_pod: Pod<'p, '_>, _report: &mut Report<'p>) {}
