//! The manifests that would mend a row.
//!
//! Only what is added mends: a policy that opens too much, or a binding that gives too much, has to
//! be changed by whoever knows what it is for, and so have pods.

mod bounds;
mod namespace;

use super::concern::custom_kinds;
use super::facts::account;
use super::place::{Item, Place};
use super::report::{Finding, Row, Status};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The name of the generated service account for workloads, and of its role.
const WORKLOAD: &str = "workload";

/// The manifests that mend what [`is_by_hand`] leaves.
pub(super) fn of(row: &Row, place: &Place, settings: &Value) -> Vec<Value> {
    if matches!(row.status, Status::Ok | Status::Ignored) {
        return Vec::new();
    }
    match row.concern.id {
        "quota" => bounds::quota(row, place, settings),
        "limitRange" => bounds::limit_range(row, place, settings),
        "rbac" => rights(place),
        "network" => policies(row, place),
        "podSecurity" => namespace::labels(row, place, settings),
        "serviceAccountToken" => accounts(row, place, settings),
        _ => Vec::new(),
    }
}

/// Whether no manifest mends a finding: an object that is there has to change.
pub(super) fn is_by_hand(concern: &str, finding: &Finding) -> bool {
    let is_mended = match concern {
        "quota" => asked_for(finding, bounds::QUOTA).is_some(),
        "limitRange" => {
            asked_for(finding, bounds::LIMIT_RANGE).is_some() || bounds::lacking(finding).is_some()
        }
        // One that opens everything again is not undone by another, nor is the host network left.
        "network" => finding.violation.found.starts_with("no NetworkPolicy"),
        "podSecurity" => namespace::is_mended(finding),
        "serviceAccountToken" => finding.violation.found.starts_with("unset, and "),
        _ => false,
    };
    !is_mended
}

/// What a finding asks for, after the words before it.
fn asked_for<'f>(finding: &'f Finding, before: &str) -> Option<&'f str> {
    finding.violation.allowed.strip_prefix(before)
}

/// A name that no object of the kind has.
fn free_name(place: &Place, kind: &str, name: &str) -> String {
    let is_taken =
        |name: &str| place.of_kind(kind).any(|item| item.resource.name.as_deref() == Some(name));
    let mut free = name.to_owned();
    let mut number = 2;
    while is_taken(&free) {
        free = format!("{name}-{number}");
        number += 1;
    }
    free
}

/// The object as it would be applied: without what the API server adds.
fn as_applied(item: &Item) -> Value {
    let mut object = item.object.clone();
    if let Some(fields) = object.as_object_mut() {
        fields.retain(|field, _| field != "status");
    }
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        let kept = ["name", "namespace", "labels", "annotations"];
        metadata.retain(|field, _| kept.contains(&field.as_str()));
        if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
            annotations
                .retain(|name, _| name != "kubectl.kubernetes.io/last-applied-configuration");
        }
    }
    object
}

/// A default deny, and names to be asked for: nothing works without DNS, and what else is needed
/// nobody but the workload's owner knows.
fn policies(row: &Row, place: &Place) -> Vec<Value> {
    let added = row.findings.iter().filter(|finding| !finding.by_hand);
    let lacking: BTreeSet<&str> = added
        .filter_map(|finding| asked_for(finding, "a NetworkPolicy that isolates the pod for "))
        .collect();
    let directions: Vec<&str> =
        ["Ingress", "Egress"].into_iter().filter(|direction| lacking.contains(direction)).collect();
    if directions.is_empty() {
        return Vec::new();
    }
    let mut manifests = vec![json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {
            "name": free_name(place, "NetworkPolicy", "default-deny"),
            "namespace": place.name,
        },
        "spec": {"podSelector": {}, "policyTypes": directions},
    })];
    if directions.contains(&"Egress") {
        manifests.push(json!({
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {
                "name": free_name(place, "NetworkPolicy", "allow-dns"),
                "namespace": place.name,
            },
            "spec": {"podSelector": {}, "policyTypes": ["Egress"], "egress": [{
                "to": [{
                    "namespaceSelector": {
                        "matchLabels": {"kubernetes.io/metadata.name": "kube-system"},
                    },
                    "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
                }],
                "ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}],
            }]},
        }));
    }
    manifests
}

/// A service account for workloads that never call the API server, which most do not: its role
/// permits nothing. ConfigMaps and Secrets are mounted by the kubelet, with the kubelet's rights, so
/// that not even reading its own is something that a workload needs. What one turns out to need is
/// added to the role, by name.
fn rights(place: &Place) -> Vec<Value> {
    let account = free_name(place, "ServiceAccount", WORKLOAD);
    let role = free_name(place, "Role", WORKLOAD);
    let binding = free_name(place, "RoleBinding", WORKLOAD);
    let (namespace, group) = (&place.name, "rbac.authorization.k8s.io");
    let rbac = format!("{group}/v1");
    vec![
        service_account(namespace, &account),
        json!({
            "apiVersion": rbac,
            "kind": "Role",
            "metadata": {"name": role, "namespace": namespace},
            "rules": [],
        }),
        json!({
            "apiVersion": rbac,
            "kind": "RoleBinding",
            "metadata": {"name": binding, "namespace": namespace},
            "roleRef": {"apiGroup": group, "kind": "Role", "name": role},
            "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": namespace}],
        }),
    ]
}

fn service_account(namespace: &str, name: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": name, "namespace": namespace},
        "automountServiceAccountToken": false,
    })
}

/// The service accounts of what was found, each saying no.
fn accounts(row: &Row, place: &Place, settings: &Value) -> Vec<Value> {
    let mended = row.findings.iter().filter(|finding| !finding.by_hand);
    let found: BTreeSet<&str> = mended.map(|finding| &*finding.object).collect();
    let workloads = place.workloads(&custom_kinds(settings));
    let items = workloads.into_iter().chain([&place.probe]);
    let names: BTreeSet<&str> =
        items.filter(|item| found.contains(&*item.words())).map(account).collect();
    let manifests = names.into_iter().map(|name| {
        let mut there = place.of_kind("ServiceAccount");
        match there.find(|item| item.resource.name.as_deref() == Some(name)) {
            Some(item) => {
                let mut account = as_applied(item);
                account["automountServiceAccountToken"] = false.into();
                account
            }
            None => service_account(&place.name, name),
        }
    });
    manifests.collect()
}
