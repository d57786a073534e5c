//! Becoming somebody else, and giving oneself more.

use super::Severity::{Critical, High, Medium};
use super::{
    AUTHENTICATION, CERTIFICATES, CHANGE, CORE, RBAC, READ, Row, WRITE, cluster, grant, namespaced,
};

pub(super) const ROWS: [Row; 19] = [
    namespaced(
        "secrets-read",
        (High, Critical),
        &[grant(READ, CORE, &["secrets"])],
        "Secrets hold credentials, tokens of service accounts among them, and list and watch answer \
         with their contents like get.",
        "RBAC Good Practices: Listing secrets",
    ),
    // A Secret of type kubernetes.io/service-account-token is filled by the tokens controller.
    namespaced(
        "secrets-write",
        (Medium, High),
        &[grant(WRITE, CORE, &["secrets"])],
        "Credentials and keys that others trust can be replaced, and a Secret made for a service \
         account is filled with a token of it that does not expire.",
        "Managing Service Accounts: Manually create an API token for a ServiceAccount",
    ),
    namespaced(
        "serviceaccounts-token",
        (High, Critical),
        &[grant(&["create"], CORE, &["serviceaccounts/token"])],
        "A token for any service account there can be asked for, and used with all that is bound to \
         the account.",
        "RBAC Good Practices: Token request",
    ),
    // Checked in the namespace of the role, where the rule is not held against the writer's own.
    namespaced(
        "escalate-roles",
        (High, Critical),
        &[grant(&["escalate"], RBAC, &["roles"])],
        "Whoever may also write Roles can put permissions into them that they do not have, also into \
         one that is bound to them.",
        "RBAC Good Practices: Escalate verb",
    ),
    cluster(
        "escalate-clusterroles",
        Critical,
        &[grant(&["escalate"], RBAC, &["clusterroles"])],
        "Whoever may also write ClusterRoles can put permissions into them that they do not have, \
         also into one that is bound to them.",
        "RBAC Good Practices: Escalate verb",
    ),
    namespaced(
        "bind-roles",
        (High, Critical),
        &[grant(&["bind"], RBAC, &["roles"])],
        "Whoever may also write RoleBindings can bind any Role to anybody, without having its \
         permissions.",
        "RBAC Good Practices: Bind verb",
    ),
    // BindingAuthorized of pkg/registry/rbac asks in the namespace of the binding, so that a
    // RoleBinding of `bind clusterroles` is not void.
    namespaced(
        "bind-clusterroles",
        (High, Critical),
        &[grant(&["bind"], RBAC, &["clusterroles"])],
        "Whoever may also write bindings can bind any ClusterRole to anybody, cluster-admin \
         included; in a namespace by a RoleBinding, and in the cluster by a ClusterRoleBinding.",
        "RBAC Good Practices: Bind verb",
    ),
    namespaced(
        "rolebindings-write",
        (Medium, Medium),
        &[grant(WRITE, RBAC, &["rolebindings"])],
        "All that its holder may do there can be handed on to anybody, and with bind any role.",
        "Using RBAC Authorization: Restrictions on role binding creation or update",
    ),
    cluster(
        "clusterrolebindings-write",
        Medium,
        &[grant(WRITE, RBAC, &["clusterrolebindings"])],
        "All that its holder may do in the cluster can be handed on to anybody, and with bind any \
         ClusterRole.",
        "Using RBAC Authorization: Restrictions on role binding creation or update",
    ),
    cluster(
        "impersonate-users",
        Critical,
        &[grant(&["impersonate"], CORE, &["users"])],
        "Requests can be made as any user, such as an administrator or a component of the control \
         plane.",
        "RBAC Good Practices: Impersonate verb",
    ),
    cluster(
        "impersonate-groups",
        Critical,
        &[grant(&["impersonate"], CORE, &["groups"])],
        "Whoever may also impersonate some user or service account can be in any group, such as \
         system:masters, which may do everything.",
        "RBAC Good Practices: Impersonate verb",
    ),
    namespaced(
        "impersonate-serviceaccounts",
        (High, Critical),
        &[grant(&["impersonate"], CORE, &["serviceaccounts"])],
        "Requests can be made as any service account there, with all that is bound to it.",
        "RBAC Good Practices: Impersonate verb",
    ),
    cluster(
        "impersonate-uids-extras",
        Medium,
        &[grant(&["impersonate"], AUTHENTICATION, &["uids", "userextras/"])],
        "An impersonated user can be given the UID and the extra fields, such as scopes, by which \
         other authorizers and webhooks decide.",
        "User Impersonation",
    ),
    // KEP-5284, alpha in 1.35. system:masters is out of its reach.
    cluster(
        "constrained-impersonate-users",
        High,
        &[grant(
            &["impersonate:user-info"],
            AUTHENTICATION,
            &["users", "groups", "uids", "userextras/"],
        )],
        "What impersonate-on:user-info lets do can be done as any user, or in any group but \
         system:masters.",
        "Constrained Impersonation (KEP-5284)",
    ),
    namespaced(
        "constrained-impersonate-serviceaccounts",
        (High, High),
        &[grant(&["impersonate:serviceaccount"], AUTHENTICATION, &["serviceaccounts"])],
        "What impersonate-on:serviceaccount lets do can be done as any service account there.",
        "Constrained Impersonation (KEP-5284)",
    ),
    cluster(
        "constrained-impersonate-nodes",
        High,
        &[grant(&["impersonate:arbitrary-node"], AUTHENTICATION, &["nodes"])],
        "What impersonate-on:arbitrary-node lets do can be done as any node, for which its Secrets \
         and the tokens of its pods are at hand.",
        "Constrained Impersonation (KEP-5284)",
    ),
    cluster(
        "csr-approve",
        Critical,
        &[grant(CHANGE, CERTIFICATES, &["certificatesigningrequests/approval"])],
        "Whoever may also approve for the signer gets client certificates signed for any name, \
         components of the control plane included.",
        "RBAC Good Practices: CSRs and certificate issuing",
    ),
    cluster(
        "csr-nodeclient",
        High,
        &[grant(&["create"], CERTIFICATES, &["certificatesigningrequests/nodeclient"])],
        "Requests of theirs for the certificate of a node are approved by the control plane, and a node \
         reads the Secrets of its pods.",
        "TLS bootstrapping: Approval",
    ),
    cluster(
        "signers-approve",
        Critical,
        &[grant(&["approve"], CERTIFICATES, &["signers"])],
        "Whoever may also update the approval of certificate requests gets certificates of these \
         signers for any name, such as client certificates by kubernetes.io/kube-apiserver-client.",
        "Certificates and Certificate Signing Requests: Authorization",
    ),
];
