//! The roles that come with Kubernetes, for people.
//!
//! `ClusterRoles` of `k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac/bootstrappolicy` in 1.36,
//! against which a test holds them. A cluster's own may grant more: ClusterRoles with labels are
//! aggregated to them.

use std::borrow::Cow;

use crate::allow::{Request, RuleRef};
use crate::danger::DangerSet;
use crate::hit::granted;
use crate::model::Scope;

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Builtin {
    /// Everything.
    ClusterAdmin,
    /// Everything of users in a namespace, and giving it to others.
    Admin,
    /// Everything of users in a namespace.
    Edit,
    /// Reading what holds no credentials.
    View,
}

impl Builtin {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::ClusterAdmin, Self::Admin, Self::Edit, Self::View];

    /// The ClusterRole's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::ClusterAdmin => "cluster-admin",
            Self::Admin => "admin",
            Self::Edit => "edit",
            Self::View => "view",
        }
    }

    /// The one of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|builtin| builtin.name() == name)
    }

    /// Its rules, those that are aggregated to it included.
    pub fn rules(self) -> impl Iterator<Item = RuleRef<'static>> {
        let parts: [&[RuleRef<'static>]; 3] = match self {
            Self::ClusterAdmin => [CLUSTER_ADMIN, &[], &[]],
            Self::Admin => [ADMIN, EDIT, VIEW],
            Self::Edit => [&[], EDIT, VIEW],
            Self::View => [&[], &[], VIEW],
        };
        parts.into_iter().flatten().copied()
    }

    /// Whether it allows the request, where it is bound.
    pub fn allows(self, request: Request<'_>) -> bool {
        self.rules().any(|rule| rule.allows(request))
    }

    /// The dangers that it grants where it is bound in that scope.
    pub fn dangers(self, scope: Scope) -> DangerSet {
        granted(self.rules(), scope)
    }
}

macro_rules! list {
    ($($text:literal)*) => { &[$(Cow::Borrowed($text)),*] };
}

const NONE: &[Cow<'static, str>] = &[];
const ALL: &[Cow<'static, str>] = list!["*"];
const CREATE: &[Cow<'static, str>] = list!["create"];
const READ: &[Cow<'static, str>] = list!["get" "list" "watch"];
const WRITE: &[Cow<'static, str>] = list!["create" "update" "patch" "delete" "deletecollection"];
const READ_WRITE: &[Cow<'static, str>] =
    list!["get" "list" "watch" "create" "update" "patch" "delete" "deletecollection"];
const CORE: &[Cow<'static, str>] = list![""];
const EVENTS: &[Cow<'static, str>] = list!["" "events.k8s.io"];

const fn rule(
    verbs: &'static [Cow<'static, str>],
    api_groups: &'static [Cow<'static, str>],
    resources: &'static [Cow<'static, str>],
) -> RuleRef<'static> {
    RuleRef { api_groups, resources, verbs, resource_names: NONE, non_resource_urls: NONE }
}

static CLUSTER_ADMIN: &[RuleRef<'static>] = &[
    rule(ALL, ALL, ALL),
    RuleRef {
        api_groups: NONE,
        resources: NONE,
        verbs: ALL,
        resource_names: NONE,
        non_resource_urls: ALL,
    },
];

static ADMIN: &[RuleRef<'static>] = &[
    rule(CREATE, list!["authorization.k8s.io"], list!["localsubjectaccessreviews"]),
    rule(READ_WRITE, list!["rbac.authorization.k8s.io"], list!["roles" "rolebindings"]),
];

#[rustfmt::skip]
static EDIT: &[RuleRef<'static>] = &[
    rule(READ, CORE, list![
        "pods/attach" "pods/proxy" "pods/exec" "pods/portforward" "secrets" "services/proxy"
    ]),
    rule(list!["impersonate"], CORE, list!["serviceaccounts"]),
    rule(WRITE, CORE, list![
        "pods" "pods/attach" "pods/proxy" "pods/exec" "pods/portforward"
        "replicationcontrollers" "replicationcontrollers/scale" "serviceaccounts" "services"
        "services/proxy" "persistentvolumeclaims" "configmaps" "secrets"
    ]),
    rule(CREATE, CORE, list!["pods/eviction" "serviceaccounts/token"]),
    rule(WRITE, EVENTS, list!["events"]),
    rule(WRITE, list!["apps"], list![
        "statefulsets" "statefulsets/scale" "daemonsets" "deployments" "deployments/scale"
        "deployments/rollback" "replicasets" "replicasets/scale"
    ]),
    rule(WRITE, list!["autoscaling"], list!["horizontalpodautoscalers"]),
    rule(WRITE, list!["batch"], list!["jobs" "cronjobs"]),
    rule(WRITE, list!["extensions"], list![
        "daemonsets" "deployments" "deployments/scale" "deployments/rollback" "ingresses"
        "replicasets" "replicasets/scale" "replicationcontrollers/scale" "networkpolicies"
    ]),
    rule(WRITE, list!["policy"], list!["poddisruptionbudgets"]),
    rule(WRITE, list!["networking.k8s.io"], list!["networkpolicies" "ingresses"]),
    rule(READ_WRITE, list!["coordination.k8s.io"], list!["leases"]),
    rule(WRITE, list!["resource.k8s.io"], list!["resourceclaims" "resourceclaimtemplates"]),
];

#[rustfmt::skip]
static VIEW: &[RuleRef<'static>] = &[
    rule(READ, CORE, list![
        "pods" "replicationcontrollers" "replicationcontrollers/scale" "serviceaccounts" "services"
        "services/status" "endpoints" "persistentvolumeclaims" "persistentvolumeclaims/status"
        "configmaps" "limitranges" "resourcequotas" "bindings" "pods/status"
        "resourcequotas/status" "namespaces/status" "replicationcontrollers/status" "pods/log"
        "namespaces"
    ]),
    rule(READ, EVENTS, list!["events"]),
    rule(READ, list!["discovery.k8s.io"], list!["endpointslices"]),
    rule(READ, list!["apps"], list![
        "controllerrevisions" "statefulsets" "statefulsets/status" "statefulsets/scale" "daemonsets"
        "daemonsets/status" "deployments" "deployments/status" "deployments/scale" "replicasets"
        "replicasets/status" "replicasets/scale"
    ]),
    rule(READ, list!["autoscaling"], list![
        "horizontalpodautoscalers" "horizontalpodautoscalers/status"
    ]),
    rule(READ, list!["batch"], list!["jobs" "cronjobs" "cronjobs/status" "jobs/status"]),
    rule(READ, list!["extensions"], list![
        "daemonsets" "daemonsets/status" "deployments" "deployments/scale" "deployments/status"
        "ingresses" "ingresses/status" "replicasets" "replicasets/scale" "replicasets/status"
        "replicationcontrollers/scale" "networkpolicies"
    ]),
    rule(READ, list!["policy"], list!["poddisruptionbudgets" "poddisruptionbudgets/status"]),
    rule(READ, list!["networking.k8s.io"], list!["networkpolicies" "ingresses" "ingresses/status"]),
    rule(READ, list!["resource.k8s.io"], list![
        "resourceclaims" "resourceclaims/status" "resourceclaimtemplates"
    ]),
];
