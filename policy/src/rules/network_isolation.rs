//! # networkIsolation
//!
//! Pods reach each other across namespaces unless a NetworkPolicy selects them: then what no rule
//! lets through is denied. A workload that no policy selects is open to every tenant, and whoever
//! takes the last policy away, or adds one that opens everything, opens what was closed.
//!
//! ## Allowed values
//!
//! * Of pods and pod templates: labels that some NetworkPolicy of their namespace selects, for each
//!   of `directions` (both, unless they say less), where all policies together leave something
//!   closed. Selectors are read whole, `matchExpressions` too, and `policyTypes` as the API server
//!   defaults them. Pods on the host network are not isolated by policies.
//! * Of NetworkPolicies: to be created, changed and deleted so that no running pod that was
//!   isolated is so no longer.
//!
//! ## Parameters
//!
//! A direction that is not listed is not asked for: `directions: [Ingress]` is for clusters whose
//! pods may call anybody.
//!
//! ## How to fix
//!
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: default-deny}
//! spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
//! ```
//!
//! and beside it policies for what the workload needs, names from DNS among them. The policies are
//! there before the workload is.
//!
//! Labels that change through `pods/status`, which is the kubelets', are not seen; nor is a policy that
//! opens a pod to every namespace and not to everybody, which is `networkPolicyContent`'s.
//!
//! A namespace can be deleted all the same: its pods go first, and then nothing holds its policies.
//!
//! Source: Kubernetes documentation, "Network Policies"; `k8s.io/api/networking/v1/types.go`.

mod change;

use ringfence_network as network;
use ringfence_network::{Answer, Direction, Isolation, Labels, Openness, isolation};

use crate::cluster::NETWORK_POLICY;
use crate::judge::describe;
use crate::plain::PlainCheck;
use crate::pod::Pod;
use crate::report::Report;
use crate::rule::{Check, CheckFn, Family, Revision, Rule};
use crate::settings::{choices, settings};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "networkIsolation",
    title: "isolation by NetworkPolicies",
    family: Family::Namespaces,
    fields: &["metadata.labels", "spec.hostNetwork", "spec"],
    fills: &[],
    hardened: None,
    checks: &[Check {
        id: "networkIsolation",
        level: None,
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "workloads run where a NetworkPolicy denies by default, and it stays",
            check: CheckFn::Several(&[
                CheckFn::Pod(check),
                CheckFn::Plain(PlainCheck::NetworkPolicy(change::written)),
                CheckFn::Deletion(PlainCheck::NetworkPolicy(change::deleted)),
            ]),
        }],
    }],
};

choices! {
    /// A direction of traffic, as `policyTypes` names it.
    pub enum PolicyType {
        /// To the pod.
        Ingress = "Ingress",
        /// From the pod.
        Egress = "Egress",
    }
}

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters {
        /// Directions in which pods are isolated; both where nothing is said.
        directions: Option<Vec<PolicyType>> = "directions",
        /// Whether pods may be on the host network, where policies do not hold.
        allow_host_network: bool = "allowHostNetwork",
    }
}

/// The directions that are asked for.
fn directions(given: Option<&Parameters>) -> impl Iterator<Item = Direction> {
    let listed = given.and_then(|given| given.directions.as_deref());
    Direction::BOTH.into_iter().filter(move |direction| {
        listed.is_none_or(|listed| listed.iter().any(|it| it.name() == direction.policy_type()))
    })
}

fn check<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    let given = report.parameters().network_isolation.as_deref();
    if directions(given).next().is_none() {
        return;
    }
    if pod.host_network() {
        if !given.is_some_and(|given| given.allow_host_network) {
            let hint = "leave the host network: NetworkPolicies do not hold there";
            report.violation(pod.at("hostNetwork"), "true", "false", hint);
        }
        return;
    }
    let place = || pod.at_metadata("labels");
    let labels: Labels<'_> = match pod.labels().read() {
        Ok(labels) => labels,
        Err(error) => {
            report.violation(place(), describe(&error), "labels", "write labels as texts");
            return;
        }
    };
    let namespace = pod.admission().namespace;
    let cluster = report.cluster();
    let policies = match cluster.list::<network::NetworkPolicy<'_>>(NETWORK_POLICY, namespace) {
        Ok(policies) => policies,
        Err(unknown) => {
            report.unknown(place(), &unknown, "a NetworkPolicy that selects the pod");
            return;
        }
    };
    let isolated = isolation(&policies, namespace, &labels);
    for direction in directions(given) {
        if let Some(found) = open(&isolated, direction) {
            let kind = direction.policy_type();
            let allowed = ["a NetworkPolicy that isolates the pod for ", kind].concat();
            report.violation(place(), found, allowed, HINT);
        }
    }
}

const HINT: &str = "add a policy with an empty podSelector and no rules to the namespace first";

/// Why a pod is open in a direction; none where it is isolated.
fn open(isolated: &Isolation<'_, '_>, direction: Direction) -> Option<String> {
    let kind = direction.policy_type();
    match isolated.isolates(direction) {
        Answer::No => return Some(["no NetworkPolicy for ", kind].concat()),
        Answer::Unknown(_) => {
            let names = names(isolated, direction);
            return Some([names.as_str(), ", which may isolate it for ", kind, " or not"].concat());
        }
        Answer::Yes => {}
    }
    (isolated.openness(direction) == Openness::Everything).then(|| {
        let names = names(isolated, direction);
        ["everyone let in or out again for ", kind, " by ", &names].concat()
    })
}

/// The names of the policies that isolate a pod in a direction, or may.
fn names(isolated: &Isolation<'_, '_>, direction: Direction) -> String {
    let names = isolated.by(direction).map(|selecting| &*selecting.policy.metadata.name);
    names.collect::<Vec<_>>().join(", ")
}
