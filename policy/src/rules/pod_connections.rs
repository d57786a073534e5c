//! # podConnections
//!
//! Whoever may `exec` into a pod or `attach` to it acts with its service account, its secrets and its
//! network, and copies files out of it; a forwarded port or the proxy reaches what listens on the
//! pod's own loopback, where nobody asks for a password. None of it shows in a manifest.
//!
//! ## Allowed values
//!
//! Connections to `pods/exec`, `pods/attach`, `pods/portforward` and `pods/proxy`: none, or those in
//! `allow`. A finding's value is the subresource, the pod and the container that is named, as in
//! `exec web-0/app`: exemptions pick by it, and by namespace, user and group.
//!
//! ## How to fix
//!
//! Read logs, or debug with an ephemeral container; ask for an exemption for those on call.
//!
//! RBAC decides first who may connect. This rule is asked where the webhook is sent the operation
//! `CONNECT` of these subresources.
//!
//! Source: Kubernetes API reference, `PodExecOptions` and its like; "Role Based Access Control Good
//! Practices".

use crate::connection::{Connection, sub_resource};
use crate::plain::PlainCheck;
use crate::pod::Admission;
use crate::report::{Place, Report};
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::settings::{choices, settings};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "podConnections",
    title: "connections into running pods",
    family: Family::Isolation,
    fields: &["container"],
    fills: &[],
    hardened: Some("whoever connects acts with the pod's identity, and no manifest shows it"),
    checks: &[Check {
        id: "podConnections",
        level: Some(Level::Hardened),
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "nobody connects to a running pod past its Services",
            check: CheckFn::Plain(PlainCheck::Connection(check)),
        }],
    }],
};

choices! {
    /// A way into a pod: a subresource of pods.
    pub enum Way {
        /// `kubectl attach`.
        Attach = "attach",
        /// `kubectl exec` and `kubectl cp`.
        Exec = "exec",
        /// `kubectl port-forward`.
        PortForward = "portforward",
        /// The API server's proxy.
        Proxy = "proxy",
    }
}

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters {
        /// Ways into pods that everybody may take whom RBAC lets.
        allow: Vec<Way> = "allow",
    }
}

fn check<'p>(
    connection: &'p Connection<'_>,
    admission: &'p Admission<'p>,
    report: &mut Report<'p>,
) {
    let given = report.parameters().pod_connections.as_deref();
    let ways = given.map(|given| &*given.allow).unwrap_or_default();
    let way = sub_resource(&connection.kind);
    if ways.iter().any(|allowed| allowed.name() == way) {
        return;
    }
    let separator = if connection.container.is_empty() { "" } else { "/" };
    let found = [way, " ", admission.name, separator, &connection.container].concat();
    let allowed = ways.iter().map(|allowed| allowed.name()).collect::<Vec<_>>().join(", ");
    let allowed = if allowed.is_empty() { "none".to_owned() } else { allowed };
    let place = Place::at("container");
    report.violation(place, found, allowed, "read logs, or debug with an ephemeral container");
}
