//! NetworkPolicy as data: who is isolated, what a policy opens, and whether one may reach another.
//!
//! ```text
//! JSON -> model (policies) ─┬-> isolation -> openness      which policies select a pod, and what is left open
//!         cluster (pods, …) ┼-> content                    what a policy says that it should not
//!                           └-> reach -> side              may one reach another, and what decides it
//!         selector, cidr, port: what a rule's parts mean
//! ```
//!
//! Pure: no I/O, no globals, no panics. What is decoded borrows from its text.
//!
//! The meaning is that of the API: the comments of `networking.k8s.io/v1`
//! (`k8s.io/api/networking/v1/types.go`), its defaults and validation
//! (`k8s.io/kubernetes/pkg/apis/networking`), and the page "Network Policies" of the Kubernetes
//! documentation. Where these leave something to the plugin, or the manifests do not tell, an
//! [`Answer`] is `Unknown`, with the cause, and never a guess:
//!
//! * a policy or a part of it that the API server refuses ([`Defect`]);
//! * pods on the host network: plugins may or may not know them from their node, so that policies
//!   may not hold for them, and selectors may not select them;
//! * traffic from a pod to its own node: "always allowed" to the documentation, unmentioned by the
//!   API, and held by plugins either way. Traffic from the node to the pod is allowed;
//! * an `ipBlock` where the pod's addresses are not known, or a `namespaceSelector` where the
//!   namespace's labels are not, and it depends on them.
//!
//! Where a plugin says that it does otherwise, the API's text is followed. An `ipBlock` is held
//! against the addresses of pods, too, which Cilium's CIDR rules are not ("Layer 3 Policies" of its
//! documentation).
//!
//! Not part of it: Services and load balancers, which may change addresses on the way before or
//! after a policy is held against them; protocols without ports; AdminNetworkPolicies and the
//! policies of single plugins.
//!
//! ```
//! use ringfence_network::{
//!     Answer, Direction, Endpoint, NetworkPolicy, Openness, Pod, Protocol, Snapshot, findings,
//!     from_json, isolation, reach,
//! };
//!
//! let policies: [NetworkPolicy<'_>; 1] = [from_json(
//!     r#"{"metadata": {"namespace": "shop"}, "spec": {"ingress": [
//!         {"from": [{"podSelector": {"matchLabels": {"app": "web"}}}], "ports": [{"port": 80}]}]}}"#,
//! )?];
//! let pods: [Pod<'_>; 2] = [
//!     from_json(r#"{"metadata": {"namespace": "shop", "labels": {"app": "web"}}}"#)?,
//!     from_json(r#"{"metadata": {"namespace": "shop", "labels": {"app": "db"}}}"#)?,
//! ];
//!
//! let isolated = isolation(&policies, "shop", &pods[1].metadata.labels);
//! assert_eq!(isolated.isolates(Direction::Ingress), Answer::Yes);
//! assert_eq!(isolated.isolates(Direction::Egress), Answer::No);
//! assert_eq!(isolated.openness(Direction::Ingress), Openness::Partly);
//! assert!(findings(&policies[0]).is_empty());
//!
//! let snapshot = Snapshot { policies: &policies, pods: &pods, namespaces: &[] };
//! let [web, db] = [Endpoint::Pod(&pods[0]), Endpoint::Pod(&pods[1])];
//! assert_eq!(reach(snapshot, web, db, Protocol::Tcp, 80).answer, Answer::Yes);
//! assert_eq!(reach(snapshot, db, web, Protocol::Tcp, 80).answer, Answer::No);
//! # Ok::<(), ringfence_network::json::Error>(())
//! ```

#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod answer;
mod cidr;
mod cluster;
mod content;
mod defect;
mod isolation;
mod labels;
mod model;
mod openness;
mod port;
mod ranges;
mod reach;
mod selector;
mod side;

pub use ringfence_json as json;

pub use answer::{Answer, Cause};
pub use cidr::{Block, Cidr, Family, MetadataAddress};
pub use cluster::{
    AddressEntry, Container, ContainerPort, NAMESPACE_NAME, Namespace, NamespaceLabels, Pod,
    PodSpec, PodStatus, Snapshot,
};
pub use content::{Fact, Finding, findings};
pub use defect::Defect;
pub use isolation::{Isolation, Selecting, isolation, isolation_by};
pub use labels::{Label, Labelled, Labels};
pub use model::{
    Direction, EgressRule, IngressRule, IntOrString, IpBlock, Metadata, NetworkPolicy,
    NetworkPolicyPort, NetworkPolicySpec, Peer, Rule,
};
pub use openness::{Openness, openness};
pub use port::Protocol;
pub use reach::{Endpoint, Reach, RuleAt, Side, Why, reach};
pub use selector::{LabelSelector, Requirement, Width};

/// Reads one JSON document.
///
/// # Errors
/// Where it is no JSON, or a field is of another type than the API gives it.
pub fn from_json<'a, T: json::Decode<'a>>(text: &'a str) -> Result<T, json::Error> {
    let mut scanner = json::Scanner::new(text);
    let value = T::decode(&mut scanner)?;
    scanner.end()?;
    Ok(value)
}
