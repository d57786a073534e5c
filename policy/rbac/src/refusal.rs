//! What of a binding the API server refuses: `ValidateRoleBinding`, `ValidateClusterRoleBinding` and
//! `ValidateRoleBindingSubject` of `k8s.io/kubernetes/pkg/apis/rbac/validation`, after its defaults.
//!
//! The authorizer itself looks at a subject's kind, name and namespace only, so that what has another
//! `apiGroup` and is stored all the same is for whom it names.

use crate::finding::item;
use crate::model::{Binding, RoleRef, Scope, Subject};

const GROUP: &str = "rbac.authorization.k8s.io";

/// Where, and what.
pub(crate) fn refused(binding: &Binding<'_>) -> Vec<(String, String)> {
    let mut refused = Vec::new();
    for (field, what) in of_role_ref(&binding.role_ref, binding.scope()) {
        refused.push((["roleRef.", field].concat(), what.to_owned()));
    }
    for (index, subject) in binding.subjects.iter().enumerate() {
        for (field, what) in of_subject(subject, binding.scope()) {
            let path = [&item("subjects", index), ".", field].concat();
            refused.push((path, what.to_owned()));
        }
    }
    refused
}

fn of_role_ref(role: &RoleRef<'_>, scope: Scope) -> Vec<(&'static str, &'static str)> {
    let mut refused = Vec::new();
    if !role.api_group.is_empty() && role.api_group != GROUP {
        refused.push(("apiGroup", "roles are of the group rbac.authorization.k8s.io"));
    }
    match (&*role.kind, scope) {
        ("ClusterRole", _) | ("Role", Scope::Namespace) => {}
        ("Role", Scope::Cluster) => {
            refused.push(("kind", "a ClusterRoleBinding binds a ClusterRole"));
        }
        _ => refused.push(("kind", "a binding binds a Role or a ClusterRole")),
    }
    if role.name.is_empty() {
        refused.push(("name", "a role without a name"));
    } else if matches!(&*role.name, "." | "..") || role.name.contains(['/', '%']) {
        refused.push(("name", "no name of a role"));
    }
    refused
}

fn of_subject(subject: &Subject<'_>, scope: Scope) -> Vec<(&'static str, &'static str)> {
    let mut refused = Vec::new();
    if subject.name.is_empty() {
        refused.push(("name", "a subject without a name"));
    }
    match &*subject.kind {
        "ServiceAccount" => {
            if !subject.name.is_empty() && !is_subdomain(&subject.name) {
                refused.push(("name", "no name of a service account"));
            }
            if !subject.api_group.is_empty() {
                refused.push(("apiGroup", "service accounts are of the core group"));
            }
            if scope == Scope::Cluster && subject.namespace.is_empty() {
                refused.push(("namespace", "a service account without a namespace is nobody"));
            }
        }
        "User" | "Group" if !subject.api_group.is_empty() && subject.api_group != GROUP => {
            refused.push(("apiGroup", "users and groups are of rbac.authorization.k8s.io"));
        }
        "User" | "Group" => {}
        _ => refused.push(("kind", "a subject is a User, a Group or a ServiceAccount")),
    }
    refused
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
