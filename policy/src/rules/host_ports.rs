//! # hostPorts
//!
//! A host port opens a port of the node to a container: past NetworkPolicies in many clusters, and
//! one pod a node.
//!
//! ## Allowed values
//!
//! `ports[*].hostPort` of every container: unset, `0`. Beware: with `hostNetwork: true` the API
//! server fills `hostPort` with `containerPort`.
//!
//! ## How to fix
//!
//! Remove the field and expose the pod by a Service.
//!
//! Source: Pod Security Standards, baseline, "Host Ports".

use crate::pod::Pod;
use crate::report::Report;
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::settings::{PortRange, settings};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "hostPorts",
    title: "ports of the node",
    family: Family::Isolation,
    fields: &["spec.containers[*].ports[*].hostPort"],
    fills: &[],
    hardened: None,
    checks: &[Check {
        id: "hostPorts",
        level: Some(Level::Baseline),
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "no container opens a port of the node",
            check: CheckFn::Pod(check),
        }],
    }],
};

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters {
        /// Ports of the node that containers may open. An empty list: none.
        allow: Vec<PortRange> = "allow",
    }
}

fn check<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    for container in pod.containers() {
        for (index, port) in container.ports().iter().enumerate() {
            if let Some(port) = port.host_port.filter(|port| *port != 0) {
                report.violation(
                    container.at_item("ports", index, "hostPort"),
                    port.to_string(),
                    "unset, 0",
                    "remove it and expose the pod by a Service",
                );
            }
        }
    }
}
