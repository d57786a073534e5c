//! What else is found: wildcards, whom a binding is for, what the API server refuses.

use crate::danger::Severity::{self, Critical, High, Low, Medium};
use crate::model::Scope;

/// A kind of finding that is no single permission.
#[derive(Debug, Clone, Copy)]
pub struct Notice {
    /// Its name in settings.
    pub id: &'static str,
    /// How far it leads in one namespace, if nothing that comes with it leads further.
    pub in_namespace: Severity,
    /// The same in the cluster.
    pub in_cluster: Severity,
    /// What it means, in one sentence.
    pub escalation: &'static str,
}

impl Notice {
    /// How far it leads there.
    pub fn severity(&self, scope: Scope) -> Severity {
        match scope {
            Scope::Namespace => self.in_namespace,
            Scope::Cluster => self.in_cluster,
        }
    }
}

macro_rules! notices {
    ($($name:ident $id:literal $in_namespace:ident $in_cluster:ident $escalation:literal)*) => {
        $(pub(crate) static $name: Notice = Notice {
            id: $id,
            in_namespace: $in_namespace,
            in_cluster: $in_cluster,
            escalation: $escalation,
        };)*

        /// All of them: about rules, then about aggregation, then about bindings.
        pub static NOTICES: &[&Notice] = &[$(&$name),*];
    };
}

notices! {
    REFUSED "refused" Low Low
        "The API server refuses it, and where it is stored all the same, it may not do what it says."
    CLUSTER_ADMIN_EQUIVALENT "cluster-admin-equivalent" Critical Critical
        "Its holder may do everything with every resource, as with cluster-admin."
    NAMESPACE_ADMIN_EQUIVALENT "namespace-admin-equivalent" High Critical
        "Its holder may do everything in the namespace: read its Secrets, run as any of its service \
         accounts, and bind any role."
    WILDCARD_VERBS "wildcard-verbs" Medium Medium
        "Every verb there is and will be is granted, escalate, bind and impersonate included where a \
         resource knows them."
    WILDCARD_API_GROUPS "wildcard-api-groups" Low Low
        "Resources of these names are meant in every group, also in those that are added later."
    WILDCARD_RESOURCES "wildcard-resources" Medium Medium
        "Every resource of the groups is meant, with all subresources, also those that are added \
         later."
    WILDCARD_SUBRESOURCE "wildcard-subresource" Medium Medium
        "The subresource is meant of every resource that has it, also of those that are added later."
    WILDCARD_URLS "wildcard-urls" Medium Medium
        "Every path of the API server that is no resource is meant, metrics, profiles and logs \
         included."
    USELESS_WILDCARD "useless-wildcard" Low Low
        "RBAC knows `*` alone, `*/subresource`, and `*` at the end of a path; here it stands for \
         itself, and matches nothing that exists."
    MATCHES_NOTHING "matches-nothing" Low Low
        "Groups are written without version, the core group is empty, and resources are lower-case \
         plurals, so that this grants nothing."
    AGGREGATED_TO_ADMIN "aggregated-to-admin" Low Low
        "Its rules become a part of `admin`, and of all that is bound to it."
    AGGREGATED_TO_EDIT "aggregated-to-edit" Low Low
        "Its rules become a part of `edit` and `admin`, and of all that is bound to these."
    AGGREGATED_TO_VIEW "aggregated-to-view" Low Low
        "Its rules become a part of `view`, `edit` and `admin`, and of all that is bound to these."
    AGGREGATES_EVERYTHING "aggregates-everything" Critical Critical
        "The selector selects every ClusterRole, or all that lack a label, cluster-admin included, and \
         their rules become this one's."
    AGGREGATION_RULE "aggregation-rule" Medium Medium
        "Its rules are those of the ClusterRoles with these labels, now and later: they cannot be \
         judged from its text."
    BINDS_CLUSTER_ADMIN "binds-cluster-admin" High Critical
        "The subjects may do everything there is in the scope of the binding."
    BINDS_ADMIN "binds-admin" High Critical
        "The subjects read Secrets, run as any service account, and hand all that on."
    BINDS_EDIT "binds-edit" High Critical
        "The subjects read Secrets and run as any service account, with all that is bound to it."
    BINDS_SYSTEM_ROLE "binds-system-role" Medium High
        "The role is made for a component of the control plane, and so wide as it needs it."
    SUBJECT_ANONYMOUS "subject-anonymous" High Critical
        "Everybody who reaches the API server has these permissions, without credentials."
    SUBJECT_AUTHENTICATED "subject-authenticated" High High
        "Every user and every service account of the cluster has these permissions."
    SUBJECT_ALL_SERVICE_ACCOUNTS "subject-all-service-accounts" High High
        "Every pod of the cluster has these permissions that has a token."
    SUBJECT_NAMESPACE_SERVICE_ACCOUNTS "subject-namespace-service-accounts" Medium Medium
        "Every pod of the namespace has these permissions that has a token."
    SUBJECT_MASTERS "subject-masters" Medium Medium
        "Members of system:masters may do everything without a binding, which cannot be taken from \
         them, and audits by roles do not see them."
    SUBJECT_DEFAULT_SERVICE_ACCOUNT "subject-default-service-account" Medium Medium
        "Every pod of the namespace that names no service account has these permissions."
    SUBJECT_OTHER_NAMESPACE "subject-other-namespace" Medium Medium
        "Whoever may run pods in the other namespace has these permissions in this one."
    SUBJECT_SYSTEM_USER "subject-system-user" Medium Medium
        "The name belongs to a component of the cluster, whose permissions are wider from now on."
    SUBJECT_SYSTEM_GROUP "subject-system-group" Medium Medium
        "The group belongs to components of the cluster, whose permissions are wider from now on."
}
