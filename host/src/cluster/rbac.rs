//! `can_i` by the roles and bindings of a snapshot.
//!
//! Source: Kubernetes' RBAC authorizer (`plugin/pkg/auth/authorizer/rbac`) and the
//! evaluation helpers of its API group. Rules only ever allow, so one that does is
//! enough; what the snapshot does not hold is an error unless something else allows.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Value, json};

use super::label_selector::LabelSelector;
use super::snapshot::{Snapshot, text};
use super::{ResourceAttributes, SubjectAccessReview};

const GROUP: &str = "rbac.authorization.k8s.io";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    verbs: Vec<String>,
    #[serde(default)]
    api_groups: Vec<String>,
    #[serde(default)]
    resources: Vec<String>,
    #[serde(default)]
    resource_names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Binding {
    role_ref: RoleRef,
    #[serde(default)]
    subjects: Option<Vec<Subject>>,
}

#[derive(Deserialize)]
struct RoleRef {
    kind: String,
    name: String,
}

#[derive(Deserialize)]
struct Subject {
    kind: String,
    name: String,
    #[serde(default)]
    namespace: Option<String>,
}

/// The status of the review, as `authorization.k8s.io/v1` has it.
pub(super) fn can_i(snapshot: &Snapshot, review: &SubjectAccessReview) -> Result<Value, String> {
    let groups = review.groups.as_deref().unwrap_or_default();
    if groups.iter().any(|group| group == "system:masters") {
        return Ok(json!({"allowed": true}));
    }
    let kinds = ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"];
    if kinds.iter().all(|kind| snapshot.of_kind(GROUP, kind).next().is_none()) {
        return Err(format!(
            "cannot tell what {} may do: the snapshot holds no roles and no bindings; add them",
            review.user
        ));
    }
    let namespace = review.resource_attributes.namespace.as_deref().unwrap_or_default();
    let mut unknown = None;
    for kind in ["ClusterRoleBinding", "RoleBinding"] {
        for object in snapshot.of_kind(GROUP, kind) {
            let object = object?;
            let within = text(object, "/metadata/namespace").unwrap_or_default();
            if kind == "RoleBinding" && (namespace.is_empty() || within != namespace) {
                continue;
            }
            match allows(snapshot, object, kind, review) {
                Ok(Some(reason)) => return Ok(json!({"allowed": true, "reason": reason})),
                Ok(None) => {}
                Err(reason) => unknown = unknown.or(Some(reason)),
            }
        }
    }
    unknown.map_or(Ok(json!({"allowed": false})), Err)
}

/// Why a binding allows it, if it does.
fn allows(
    snapshot: &Snapshot,
    object: &Value,
    kind: &str,
    review: &SubjectAccessReview,
) -> Result<Option<String>, String> {
    let name = text(object, "/metadata/name").unwrap_or_default();
    // Of a ClusterRoleBinding it is none, and a service account there names its own.
    let within = text(object, "/metadata/namespace").filter(|_| kind == "RoleBinding");
    let cannot = |error: &dyn std::fmt::Display| format!("cannot use {kind} {name}: {error}");
    let binding = Binding::deserialize(object).map_err(|error| cannot(&error))?;
    let subjects = binding.subjects.unwrap_or_default();
    let Some(subject) = subjects.iter().find(|subject| subject.is(review, within)) else {
        return Ok(None);
    };
    let rules = rules(snapshot, &binding.role_ref, within).map_err(|error| cannot(&error))?;
    let allowed = rules.iter().any(|rule| rule.allows(&review.resource_attributes));
    Ok(allowed.then(|| {
        format!(
            "RBAC: allowed by {kind} \"{name}\" of {} \"{}\" to {} \"{}\"",
            binding.role_ref.kind, binding.role_ref.name, subject.kind, subject.name
        )
    }))
}

impl Subject {
    fn is(&self, review: &SubjectAccessReview, within: Option<&str>) -> bool {
        match &*self.kind {
            "User" => self.name == review.user,
            "Group" => review.groups.iter().flatten().any(|group| *group == self.name),
            "ServiceAccount" => {
                let own = self.namespace.as_deref().filter(|namespace| !namespace.is_empty());
                own.or(within).is_some_and(|namespace| {
                    review.user == format!("system:serviceaccount:{namespace}:{}", self.name)
                })
            }
            _ => false,
        }
    }
}

impl Rule {
    fn allows(&self, wanted: &ResourceAttributes) -> bool {
        let has = |list: &[String], value: &str| list.iter().any(|it| it == "*" || it == value);
        let subresource = wanted.subresource.as_deref().unwrap_or_default();
        let resource = match subresource {
            "" => wanted.resource.clone(),
            subresource => format!("{}/{subresource}", wanted.resource),
        };
        let of_any = format!("*/{subresource}");
        let named = wanted.name.as_deref().unwrap_or_default();
        has(&self.verbs, &wanted.verb)
            && has(&self.api_groups, wanted.group.as_deref().unwrap_or_default())
            && (has(&self.resources, &resource)
                || (!subresource.is_empty() && self.resources.contains(&of_any)))
            && (self.resource_names.is_empty()
                || self.resource_names.iter().any(|name| name == named))
    }
}

fn rules(snapshot: &Snapshot, role: &RoleRef, within: Option<&str>) -> Result<Vec<Rule>, String> {
    let mut found = None;
    for object in snapshot.of_kind(GROUP, &role.kind) {
        let object = object?;
        let namespace = text(object, "/metadata/namespace");
        let is_there = role.kind == "ClusterRole" || namespace == within;
        if is_there && text(object, "/metadata/name") == Some(&role.name) {
            found = Some(object);
        }
    }
    match found {
        Some(object) => {
            let mut rules = Vec::new();
            collect(snapshot, object, &mut BTreeSet::new(), &mut rules)?;
            Ok(rules)
        }
        // Every cluster has it, and manifests seldom do.
        None if role.kind == "ClusterRole" && role.name == "cluster-admin" => Ok(vec![Rule {
            verbs: vec!["*".into()],
            api_groups: vec!["*".into()],
            resources: vec!["*".into()],
            resource_names: Vec::new(),
        }]),
        None => {
            Err(format!("its {} {} is not in the snapshot; add the manifest", role.kind, role.name))
        }
    }
}

/// The rules of a role and, where a ClusterRole aggregates others, theirs.
fn collect<'a>(
    snapshot: &'a Snapshot,
    role: &'a Value,
    seen: &mut BTreeSet<&'a str>,
    rules: &mut Vec<Rule>,
) -> Result<(), String> {
    let name = text(role, "/metadata/name").unwrap_or_default();
    if !seen.insert(name) {
        return Ok(());
    }
    let own = role.get("rules").filter(|rules| !rules.is_null());
    if let Some(own) = own {
        let own = Vec::<Rule>::deserialize(own);
        rules.extend(own.map_err(|error| format!("the rules of role {name}: {error}"))?);
    }
    let selectors = role.pointer("/aggregationRule/clusterRoleSelectors").and_then(Value::as_array);
    for selector in selectors.into_iter().flatten() {
        let selector = LabelSelector::of_object(selector)
            .map_err(|error| format!("the aggregation of role {name}: {error}"))?;
        for other in snapshot.of_kind(GROUP, "ClusterRole") {
            let other = other?;
            if selector.matches(other) {
                collect(snapshot, other, seen, rules)?;
            }
        }
    }
    Ok(())
}
