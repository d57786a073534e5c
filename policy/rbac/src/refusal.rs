//! What of a binding the API server refuses: `ValidateRoleBinding`, `ValidateClusterRoleBinding` and
//! `ValidateRoleBindingSubject` of `k8s.io/kubernetes/pkg/apis/rbac/validation`, after its defaults.
//!
//! The authorizer itself looks at a subject's kind, name and namespace only, so that what has another
//! `apiGroup` and is stored all the same is for whom it names.

use crate::finding::item;
use crate::model::{Binding, RoleRef, Scope, Subject};

const GROUP: &str = "rbac.authorization.k8s.io";

/// Calls `refuse` with where, and what.
pub(crate) fn refused(binding: &Binding<'_>, refuse: &mut dyn FnMut(String, &str)) {
    let scope = binding.scope();
    of_role_ref(&binding.role_ref, scope, &mut |field, what| {
        refuse(["roleRef.", field].concat(), what);
    });
    for (index, subject) in binding.subjects.iter().enumerate() {
        of_subject(subject, scope, &mut |field, what| {
            refuse([&item("subjects", index), ".", field].concat(), what);
        });
    }
}

fn of_role_ref(role: &RoleRef<'_>, scope: Scope, refuse: &mut dyn FnMut(&str, &str)) {
    if !is_of_rbac(&role.api_group) {
        refuse("apiGroup", "roles are of the group rbac.authorization.k8s.io");
    }
    match (&*role.kind, scope) {
        ("ClusterRole", _) | ("Role", Scope::Namespace) => {}
        ("Role", Scope::Cluster) => refuse("kind", "a ClusterRoleBinding binds a ClusterRole"),
        _ => refuse("kind", "a binding binds a Role or a ClusterRole"),
    }
    if role.name.is_empty() {
        refuse("name", "a role without a name");
    } else if matches!(&*role.name, "." | "..") || role.name.contains(['/', '%']) {
        refuse("name", "no name of a role");
    }
}

fn of_subject(subject: &Subject<'_>, scope: Scope, refuse: &mut dyn FnMut(&str, &str)) {
    if subject.name.is_empty() {
        refuse("name", "a subject without a name");
    }
    match &*subject.kind {
        "ServiceAccount" => {
            if !subject.name.is_empty() && !is_subdomain(&subject.name) {
                refuse("name", "no name of a service account");
            }
            if !subject.api_group.is_empty() {
                refuse("apiGroup", "service accounts are of the core group");
            }
            if scope == Scope::Cluster && subject.namespace.is_empty() {
                refuse("namespace", "a service account without a namespace is nobody");
            }
        }
        "User" | "Group" if !is_of_rbac(&subject.api_group) => {
            refuse("apiGroup", "users and groups are of rbac.authorization.k8s.io");
        }
        "User" | "Group" => {}
        _ => refuse("kind", "a subject is a User, a Group or a ServiceAccount"),
    }
}

/// RBAC's group, which is the default.
fn is_of_rbac(group: &str) -> bool {
    group.is_empty() || group == GROUP
}

/// A DNS subdomain: RFC 1123's labels, with dots between them.
fn is_subdomain(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_label = |label: &str| {
        let bytes = label.as_bytes();
        bytes.iter().all(|byte| is_plain(*byte) || *byte == b'-')
            && bytes.first().is_some_and(|byte| is_plain(*byte))
            && bytes.last().is_some_and(|byte| is_plain(*byte))
    };
    name.len() <= 253 && name.split('.').all(is_label)
}
