//! Kubernetes RBAC as data: what a role grants, whom a binding gives it to, and where that leads.
//!
//! ```text
//! JSON -> model ─┬-> allow, cover        the authorizer's and the escalation check's own semantics
//!                ├-> role -> hit, danger what a role grants that leads further than it looks
//!                └-> binding -> subject  to whom, and in which scope; builtin: admin, edit, view
//! ```
//!
//! Pure: no I/O, no globals, no panics. What is decoded borrows from its text.
//!
//! The meaning is that of the code that decides in a cluster: `RuleAllows` of
//! `k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac`, `Covers` of
//! `k8s.io/component-helpers/auth/rbac/validation`, and `pkg/apis/rbac/validation`, against all of
//! which tests hold this crate. In short:
//!
//! * `*` stands for all verbs, groups, resources or paths; `*/subresource` for the subresource of all
//!   resources; `*` at the end of a path for whatever follows. There is nothing else: `pods/*` or
//!   `get*` stand for themselves.
//! * `resourceNames` bound requests that have a name. A `deletecollection` has none, so that a rule
//!   with names never allows it; a `create` has one only by PUT or server-side apply; `list` and
//!   `watch` have the one that their field selector asks for.
//! * Paths are asked about in the cluster only, like resources without a namespace: a Role, or a
//!   RoleBinding of a ClusterRole, grants nothing of them. The exceptions are a Namespace, for which
//!   one is asked in it, and `bind` on ClusterRoles, for which one is asked where the binding is
//!   made.
//!
//! ```
//! use ringfence_rbac::{Request, Role, allows, findings, from_json};
//!
//! let role: Role<'_> = from_json(
//!     r#"{"kind": "Role", "metadata": {"name": "reader", "namespace": "shop"}, "rules": [
//!         {"apiGroups": [""], "resources": ["pods", "secrets"], "verbs": ["get", "list"]}]}"#,
//! )?;
//! let request = Request::Resource {
//!     verb: "list", group: "", resource: "secrets", subresource: "", name: "",
//! };
//! assert!(allows(&role, request));
//!
//! let found = findings(&role);
//! assert_eq!(found.len(), 1);
//! assert_eq!((found[0].id, &*found[0].path), ("secrets-read", "rules[0].resources[1]"));
//! assert_eq!(found[0].what, "get, list secrets");
//! # Ok::<(), ringfence_rbac::json::Error>(())
//! ```

#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod allow;
mod binding;
mod builtin;
mod cover;
mod danger;
mod defect;
mod finding;
mod hit;
mod ids;
mod model;
mod notice;
mod refusal;
mod role;
mod subject;

pub use ringfence_json as json;

pub use allow::{Request, RuleRef, allows};
pub use binding::binding_findings;
pub use builtin::Builtin;
pub use cover::covers;
pub use danger::{DANGERS, Danger, DangerSet, Grant, Severity};
pub use finding::Finding;
pub use ids::IDS;
pub use model::{
    AggregationRule, Binding, LabelSelector, Metadata, PolicyRule, Requirement, Role, RoleRef,
    Scope, Subject,
};
pub use notice::{NOTICES, Notice};
pub use role::{dangers, findings};
pub use subject::Who;

/// The examples of the readme are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

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
