//! RBAC objects as their JSON says it: `k8s.io/api/rbac/v1` names, borrowed.
//!
//! An absent field, `null` and an empty list mean the same, but for `aggregationRule`.

use std::borrow::Cow;

use ringfence_json::{Pairs, record};

record! {
    /// `metadata`.
    pub struct Metadata<'a> {
        /// The name.
        name: Cow<'a, str> = "name",
        /// The namespace; empty where the manifest leaves it to who applies it.
        namespace: Cow<'a, str> = "namespace",
        /// The labels.
        labels: Pairs<'a> = "labels",
    }

    /// `rbac.authorization.k8s.io/v1` Role or ClusterRole.
    pub struct Role<'a> {
        /// `Role` or `ClusterRole`; see [`Role::scope`].
        kind: Cow<'a, str> = "kind",
        /// `metadata`.
        metadata: Metadata<'a> = "metadata",
        /// What is granted: the sum of all.
        rules: Vec<PolicyRule<'a>> = "rules",
        /// Of a ClusterRole: where a controller collects its rules from.
        aggregation_rule: Option<AggregationRule<'a>> = "aggregationRule",
    }

    /// One of `rules`.
    pub struct PolicyRule<'a> {
        /// Groups of the API; the empty one is the core.
        api_groups: Vec<Cow<'a, str>> = "apiGroups",
        /// Resources, `resource/subresource`, `*/subresource` or `*`.
        resources: Vec<Cow<'a, str>> = "resources",
        /// Verbs, or `*`.
        verbs: Vec<Cow<'a, str>> = "verbs",
        /// Names of objects. Empty: all, and requests without a name.
        resource_names: Vec<Cow<'a, str>> = "resourceNames",
        /// Paths that are no resources, with `*` at their end or none.
        non_resource_urls: Vec<Cow<'a, str>> = "nonResourceURLs",
    }

    /// `aggregationRule`.
    pub struct AggregationRule<'a> {
        /// The ClusterRoles whose rules are collected: those that one of these selects.
        cluster_role_selectors: Vec<LabelSelector<'a>> = "clusterRoleSelectors",
    }

    /// A label selector, as far as it is of interest here.
    pub struct LabelSelector<'a> {
        /// Labels that have to be there with these values.
        match_labels: Pairs<'a> = "matchLabels",
        /// Requirements, all of which have to be met.
        match_expressions: Vec<Requirement<'a>> = "matchExpressions",
    }

    /// One of `matchExpressions`.
    pub struct Requirement<'a> {
        /// `In`, `NotIn`, `Exists` or `DoesNotExist`.
        operator: Cow<'a, str> = "operator",
    }

    /// `rbac.authorization.k8s.io/v1` RoleBinding or ClusterRoleBinding.
    pub struct Binding<'a> {
        /// `RoleBinding` or `ClusterRoleBinding`; see [`Binding::scope`].
        kind: Cow<'a, str> = "kind",
        /// `metadata`.
        metadata: Metadata<'a> = "metadata",
        /// What is bound.
        role_ref: RoleRef<'a> = "roleRef",
        /// To whom.
        subjects: Vec<Subject<'a>> = "subjects",
    }

    /// `roleRef`.
    pub struct RoleRef<'a> {
        /// The group of the role's kind. Empty: RBAC's own, by default.
        api_group: Cow<'a, str> = "apiGroup",
        /// `Role` or `ClusterRole`.
        kind: Cow<'a, str> = "kind",
        /// The role's name.
        name: Cow<'a, str> = "name",
    }

    /// One of `subjects`.
    pub struct Subject<'a> {
        /// `User`, `Group` or `ServiceAccount`.
        kind: Cow<'a, str> = "kind",
        /// The group of the kind. Empty: the right one, by default.
        api_group: Cow<'a, str> = "apiGroup",
        /// The name.
        name: Cow<'a, str> = "name",
        /// The namespace of a ServiceAccount. Empty: that of a RoleBinding.
        namespace: Cow<'a, str> = "namespace",
    }
}

/// How far a permission reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// One namespace.
    Namespace,
    /// All namespaces, and what is in none.
    Cluster,
}

impl Role<'_> {
    /// How far the role can be bound: a Role in its namespace, anything else in the cluster.
    pub fn scope(&self) -> Scope {
        if self.kind == "Role" { Scope::Namespace } else { Scope::Cluster }
    }
}

impl Binding<'_> {
    /// How far what is bound reaches: a RoleBinding in its namespace, anything else in the cluster.
    pub fn scope(&self) -> Scope {
        if self.kind == "RoleBinding" { Scope::Namespace } else { Scope::Cluster }
    }

    /// The same binding in that namespace, whatever it says itself: a request has a namespace, and
    /// its object may leave it out. Nothing else of `metadata` comes along.
    pub fn in_namespace<'b>(&'b self, namespace: &'b str) -> Binding<'b> {
        let text = |text: &'b Cow<'_, str>| Cow::Borrowed(&**text);
        let RoleRef { api_group, kind, name, .. } = &self.role_ref;
        let subject = |subject: &'b Subject<'_>| Subject {
            kind: text(&subject.kind),
            api_group: text(&subject.api_group),
            name: text(&subject.name),
            namespace: text(&subject.namespace),
            ..Subject::default()
        };
        Binding {
            kind: text(&self.kind),
            metadata: Metadata { namespace: Cow::Borrowed(namespace), ..Metadata::default() },
            role_ref: RoleRef {
                api_group: text(api_group),
                kind: text(kind),
                name: text(name),
                ..RoleRef::default()
            },
            subjects: self.subjects.iter().map(subject).collect(),
            ..Binding::default()
        }
    }

    /// The namespace of a RoleBinding: `default` where the manifest does not say.
    pub fn namespace(&self) -> &str {
        match &*self.metadata.namespace {
            "" => "default",
            namespace => namespace,
        }
    }
}

impl LabelSelector<'_> {
    /// Whether it selects whatever has no labels: it is empty, or only says what is left out.
    pub(crate) fn selects_the_unlabelled(&self) -> bool {
        let is_met = |operator: &str| matches!(operator, "NotIn" | "DoesNotExist");
        self.match_labels.0.is_empty()
            && self.match_expressions.iter().all(|requirement| is_met(&requirement.operator))
    }
}
