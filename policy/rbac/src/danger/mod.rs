//! Permissions that lead further than they look.
//!
//! Left out, since what they let do is what they look like: ConfigMaps, Events, Leases, `tokenreviews`
//! and access reviews, evictions, `podtemplates` (nothing makes pods of them), `deviceclasses` and
//! `resourceclaims` (`adminAccess` hangs on a label of the namespace, not on a permission: see
//! `namespaces-write`), `signers` with `sign` or `attest`, and `impersonate-on:…`, without which the
//! constrained verbs of impersonation do nothing, and which do nothing without these.

mod control;
mod identity;
mod table;
mod workload;

use crate::model::Scope;

pub use table::DANGERS;
use table::{COUNT, SOURCES};

/// A kind of permission.
#[derive(Debug, Clone, Copy)]
pub struct Danger {
    /// Its name in settings.
    pub id: &'static str,
    /// The permissions; any of them is one.
    pub grants: &'static [Grant],
    /// Paths that are no resources; any of them, by whatever verb.
    pub urls: &'static [&'static str],
    /// The least reach in which it grants anything: `Cluster` for resources without a namespace,
    /// about which nobody is asked in a namespace.
    pub reach: Scope,
    /// How far it leads where it is granted in one namespace. As `in_cluster` if its reach is that.
    pub in_namespace: Severity,
    /// How far it leads where it is granted in the cluster.
    pub in_cluster: Severity,
    /// The way from the permission to more, in one sentence.
    pub escalation: &'static str,
}

/// Verbs on resources of a group.
#[derive(Debug, Clone, Copy)]
pub struct Grant {
    /// Any of these verbs.
    pub verbs: &'static [&'static str],
    /// The group.
    pub group: &'static str,
    /// Any of these resources, `resource/subresource` where it is one. With a `/` at its end: all
    /// subresources.
    pub resources: &'static [&'static str],
}

/// How far something leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Hardly anywhere by itself.
    Low,
    /// Around a control.
    Medium,
    /// To credentials or workloads of others.
    High,
    /// To all of the cluster.
    Critical,
}

impl Severity {
    /// One less, if there is one.
    pub(crate) fn less(self) -> Self {
        match self {
            Self::Low | Self::Medium => Self::Low,
            Self::High => Self::Medium,
            Self::Critical => Self::High,
        }
    }

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// A danger, and where it is said to be one.
type Row = (Danger, &'static str);

impl Danger {
    /// The one of that name.
    pub fn from_id(id: &str) -> Option<&'static Self> {
        DANGERS.iter().find(|danger| danger.id == id)
    }

    /// Where it is said to be one: a page of Kubernetes' documentation, a KEP or a CVE.
    pub fn source(&self) -> &'static str {
        let mut sources = DANGERS.iter().zip(&SOURCES);
        sources.find(|(danger, _)| danger.id == self.id).map_or("", |(_, source)| source)
    }

    /// How far it leads there.
    pub fn severity(&self, scope: Scope) -> Severity {
        match scope {
            Scope::Namespace => self.in_namespace,
            Scope::Cluster => self.in_cluster,
        }
    }
}

/// Some of [`DANGERS`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DangerSet(u64);

const _: () = assert!(COUNT <= 64, "a set is one word");

impl DangerSet {
    pub(crate) fn add(&mut self, index: usize) {
        self.0 |= 1 << index;
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many there are.
    pub fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Those of either.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those that are not of the other.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether it has all of the other.
    pub fn is_superset(self, other: Self) -> bool {
        other.without(self).is_empty()
    }

    /// Whether the one of that name is in it.
    pub fn contains(self, id: &str) -> bool {
        self.iter().any(|danger| danger.id == id)
    }

    /// In the order of the table.
    pub fn iter(self) -> impl Iterator<Item = &'static Danger> {
        let all = DANGERS.iter().enumerate();
        all.filter_map(move |(index, danger)| (self.0 >> index & 1 == 1).then_some(danger))
    }

    /// How far the worst of them leads.
    pub fn severity(self, scope: Scope) -> Option<Severity> {
        self.iter().map(|danger| danger.severity(scope)).max()
    }
}

const READ: &[&str] = &["get", "list", "watch"];
const WRITE: &[&str] = &["create", "update", "patch"];
const CHANGE: &[&str] = &["update", "patch"];
/// Adding, changing and taking away.
const CONTROL: &[&str] = &["create", "update", "patch", "delete", "deletecollection"];
/// Changing and taking away, where a new one only adds to what holds.
const LOOSEN: &[&str] = &["update", "patch", "delete", "deletecollection"];
/// The methods of HTTP, as a proxy is asked for them.
const PROXY: &[&str] = &["get", "create", "update", "patch", "delete"];
/// A stream is opened by POST, and by GET for WebSockets: with `get` alone before Kubernetes 1.35
/// (feature gate AuthorizePodWebsocketUpgradeCreatePermission).
const STREAM: &[&str] = &["create", "get"];

const CORE: &str = "";
const RBAC: &str = "rbac.authorization.k8s.io";
const AUTHENTICATION: &str = "authentication.k8s.io";
const CERTIFICATES: &str = "certificates.k8s.io";
const ADMISSION: &str = "admissionregistration.k8s.io";

const fn grant(
    verbs: &'static [&'static str],
    group: &'static str,
    resources: &'static [&'static str],
) -> Grant {
    Grant { verbs, group, resources }
}

/// A danger in a namespace, of which the cluster's many make more.
const fn namespaced(
    id: &'static str,
    (in_namespace, in_cluster): (Severity, Severity),
    grants: &'static [Grant],
    escalation: &'static str,
    source: &'static str,
) -> Row {
    let reach = Scope::Namespace;
    (Danger { id, grants, urls: &[], reach, in_namespace, in_cluster, escalation }, source)
}

/// A danger of resources without a namespace.
const fn cluster(
    id: &'static str,
    severity: Severity,
    grants: &'static [Grant],
    escalation: &'static str,
    source: &'static str,
) -> Row {
    let (in_namespace, in_cluster) = (severity, severity);
    let reach = Scope::Cluster;
    (Danger { id, grants, urls: &[], reach, in_namespace, in_cluster, escalation }, source)
}

#[cfg(test)]
mod tests;
