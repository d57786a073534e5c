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
//! ## Parameters
//!
//! Every port of every container has to be in one of the ranges of `allow`. `0` is never a port.
//!
//! ## How to fix
//!
//! Remove the field and expose the pod by a Service.
//!
//! Source: Pod Security Standards, baseline, "Host Ports".

use std::borrow::Cow;

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
    checks: &[
        Check {
            id: "hostPorts",
            level: Some(Level::Baseline),
            overrides: &[],
            revisions: &[Revision {
                since: Version::v1(0),
                summary: "no container opens a port of the node",
                check: CheckFn::Pod(check),
            }],
        },
        Check {
            id: "hostPorts_parameters",
            level: None,
            overrides: &[],
            revisions: &[Revision {
                since: Version::v1(0),
                summary: "containers open no ports of the node but those the settings allow",
                check: CheckFn::Pod(check),
            }],
        },
    ],
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
    let parameters = report.parameters().host_ports.as_deref();
    let allow = parameters.map_or(&[][..], |given| &given.allow);
    for container in pod.containers() {
        for (index, port) in container.ports().iter().enumerate() {
            let Some(port) = port.host_port.filter(|port| *port != 0) else {
                continue;
            };
            if !allow.iter().any(|range| range.contains(port)) {
                report.violation(
                    container.at_item("ports", index, "hostPort"),
                    port.to_string(),
                    allowed(allow),
                    "remove it and expose the pod by a Service",
                );
            }
        }
    }
}

fn allowed(ranges: &[PortRange]) -> Cow<'static, str> {
    let mut text = Cow::Borrowed("unset, 0");
    for PortRange { min, max } in ranges {
        let text = text.to_mut();
        text.push_str(", ");
        text.push_str(&min.0.to_string());
        if min != max {
            text.push_str(" to ");
            text.push_str(&max.0.to_string());
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use crate::settings::Settings;

    #[test]
    fn ranges_hold_ports_that_there_are() {
        let text = r#"{"rules":{"hostPorts":{"allow":[{"min":0,"max":80},{"min":9,"max":8},
            {"min":65536,"max":65535},{"max":8},8080,{"min":1,"max":2,"protocol":"TCP"}]}}}"#;
        let errors = Settings::decode(text).expect_err("settings with mistakes");
        let errors = errors.iter().map(|error| (&*error.path, &*error.message));
        assert_eq!(
            errors.collect::<Vec<_>>(),
            [
                (
                    "rules.hostPorts.allow[0].min",
                    "expected a whole number from 1 to 65535, found 0"
                ),
                ("rules.hostPorts.allow[1]", "min 9 is greater than max 8: no value is in it"),
                (
                    "rules.hostPorts.allow[2].min",
                    "expected a whole number from 1 to 65535, found 65536"
                ),
                ("rules.hostPorts.allow[3].min", "it is missing"),
                ("rules.hostPorts.allow[4]", "expected an object, found a number"),
                (
                    "rules.hostPorts.allow[5].protocol",
                    "unknown setting `protocol`; known: max, min"
                ),
            ]
        );
    }
}
