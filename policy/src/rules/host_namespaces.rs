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
    checks: &[Check {
        id: "hostNamespaces",
        level: Some(Level::Baseline),
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "the pod has network, PID and IPC namespaces of its own",
            check: CheckFn::Pod(check),
        }],
    }],
};

choices! {
    /// A namespace of the node.
    pub enum HostNamespace {
        /// Its network.
        HostNetwork = "hostNetwork",
        /// Its processes.
        HostPid = "hostPID",
        /// Its inter-process communication.
        HostIpc = "hostIPC",
    }
}

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters {
        /// Namespaces of the node that pods may use. An empty list: none.
        allow: Vec<HostNamespace> = "allow",
    }
}

fn check<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    let namespaces = [
        ("hostNetwork", pod.host_network()),
        ("hostPID", pod.host_pid()),
        ("hostIPC", pod.host_ipc()),
    ];
    for (field, set) in namespaces {
        if set {
            report.violation(pod.at(field), "true", "unset, false", "remove it");
        }
    }
}
