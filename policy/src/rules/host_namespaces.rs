//! # hostNamespaces
//!
//! A pod in the node's network namespace can listen to its traffic and reach what is bound to its
//! loopback address; in its PID namespace it sees and may trace the node's processes; in its IPC
//! namespace it shares their memory.
//!
//! ## Allowed values
//!
//! `spec.hostNetwork`, `spec.hostPID`, `spec.hostIPC`: unset, `false`.
//!
//! ## Parameters
//!
//! In the node's network every port of a container is a port of the node: the API server says so by
//! filling in `hostPort`, so `hostPorts` has to allow them, too.
//!
//! ## How to fix
//!
//! Remove the field. What must watch the node belongs in a privileged namespace of its own.
//!
//! Source: Pod Security Standards, baseline, "Host Namespaces".

use crate::pod::Pod;
use crate::report::Report;
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::settings::{choices, settings};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "hostNamespaces",
    title: "namespaces of the node",
    family: Family::Isolation,
    fields: &["spec.hostNetwork", "spec.hostPID", "spec.hostIPC"],
    fills: &[],
    hardened: None,
    checks: &[
        Check {
            id: "hostNamespaces",
            level: Some(Level::Baseline),
            overrides: &[],
            revisions: &[Revision {
                since: Version::v1(0),
                summary: "the pod has network, PID and IPC namespaces of its own",
                check: CheckFn::Pod(check),
            }],
        },
        Check {
            id: "hostNamespaces_parameters",
            level: None,
            overrides: &[],
            revisions: &[Revision {
                since: Version::v1(0),
                summary: "the pod shares no namespaces of the node but those the settings allow",
                check: CheckFn::Pod(check),
            }],
        },
    ],
};

choices! {
    /// A namespace of the node.
    pub enum HostNamespace {
        /// Its network.
        Network = "hostNetwork",
        /// Its processes.
        Pid = "hostPID",
        /// Its inter-process communication.
        Ipc = "hostIPC",
    }
}

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters {
        /// Namespaces of the node that pods may share. An empty list: none.
        allow: Vec<HostNamespace> = "allow",
    }
}

fn check<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    let namespaces = [
        (HostNamespace::Network, pod.host_network()),
        (HostNamespace::Pid, pod.host_pid()),
        (HostNamespace::Ipc, pod.host_ipc()),
    ];
    for (namespace, set) in namespaces {
        if set && !is_allowed(namespace, report) {
            report.violation(pod.at(namespace.name()), "true", "unset, false", "remove it");
        }
    }
}

fn is_allowed(namespace: HostNamespace, report: &Report<'_>) -> bool {
    let parameters = report.parameters().host_namespaces.as_deref();
    parameters.is_some_and(|given| given.allow.contains(&namespace))
}

#[cfg(test)]
mod tests {
    use crate::settings::Settings;

    #[test]
    fn namespaces_are_named_as_the_fields_are() {
        let text =
            r#"{"rules":{"hostNamespaces":{"allow":["hostPid","hostNetwork","hostUsers"]}}}"#;
        let errors = Settings::decode(text).expect_err("settings with mistakes");
        let errors = errors.iter().map(|error| (&*error.path, &*error.message));
        assert_eq!(
            errors.collect::<Vec<_>>(),
            [
                (
                    "rules.hostNamespaces.allow[0]",
                    "unknown value `hostPid`, did you mean `hostPID`?; \
                     expected hostNetwork, hostPID, hostIPC"
                ),
                (
                    "rules.hostNamespaces.allow[2]",
                    "unknown value `hostUsers`; expected hostNetwork, hostPID, hostIPC"
                ),
            ]
        );
    }
}
