//! Requests for which rules ask the cluster, and a cluster of the size that namespaces have.

use std::cell::Cell;
use std::sync::Arc;

use anyhow::{Context, Result};
use ringfence_host::HostCapabilities;
use ringfence_host::cluster::Snapshot;
use serde_json::{Value, json};

/// Pods in the namespace.
const PODS: usize = 100;

/// A request that makes rules ask.
pub struct Lookup {
    /// What it is, for tables.
    pub name: &'static str,
    /// `{"request": …, "settings": …}`
    pub payload: Vec<u8>,
}

/// What was asked about a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asked {
    /// Questions.
    pub calls: usize,
    /// Bytes of the questions.
    pub questions: usize,
    /// Bytes of the answers.
    pub answers: usize,
}

/// Each rule that asks, by a request about which it does; every one is accepted.
pub fn all() -> Vec<Lookup> {
    let pod = pod("web-0");
    let policy = policies().remove(2);
    let quota = quota("spare");
    let profile = json!({"spec": {"containers": [{
        "name": "web", "image": "registry.example/web:1",
        "securityContext": {"seccompProfile": {"type": "Localhost", "localhostProfile": "operator/web.json"}},
    }]}});
    let mut profiled = pod.clone();
    profiled["spec"] = profile["spec"].clone();
    let lookup = |name, rule: &str, said: Value, operation: &str, object: &Value| Lookup {
        name,
        payload: payload(rule, &said, operation, object),
    };
    vec![
        lookup("networkIsolation, a pod", "networkIsolation", json!("deny"), "CREATE", &pod),
        lookup(
            "networkIsolation, a policy deleted",
            "networkIsolation",
            json!("deny"),
            "DELETE",
            &policy,
        ),
        lookup("resourceBoundaries, a pod", "resourceBoundaries", json!("deny"), "CREATE", &pod),
        lookup(
            "resourceBoundaries, a quota deleted",
            "resourceBoundaries",
            json!("deny"),
            "DELETE",
            &quota,
        ),
        lookup(
            "serviceAccountToken, a pod",
            "serviceAccountToken",
            json!({"lookUp": true}),
            "CREATE",
            &pod,
        ),
        lookup("rbac, a RoleBinding", "rbac", json!("deny"), "CREATE", &binding()),
        lookup("seccompContent, a pod", "seccompContent", json!("deny"), "CREATE", &profiled),
    ]
}

/// What the library asks about a request, and that it accepts it.
///
/// # Errors
/// Where the cluster cannot be made, or the request is denied.
pub fn ask(lookup: &Lookup) -> Result<Asked> {
    let capabilities = capabilities()?;
    let asked = Cell::new(Asked::default());
    let answer = ringfence_policy::validate_in(
        &lookup.payload,
        ringfence_policy::Host {
            today: &|| None,
            ask: &|operation, question| {
                let answer = capabilities.answer("kubernetes", operation, question)?;
                let mut sum = asked.get();
                sum.calls += 1;
                sum.questions += question.len();
                sum.answers += answer.len();
                asked.set(sum);
                Ok(answer)
            },
        },
    );
    let answer: Value = serde_json::from_slice(&answer)?;
    anyhow::ensure!(answer["accepted"] == true, "{}: {answer}", lookup.name);
    Ok(asked.get())
}

/// The cluster: a namespace with its fence.
///
/// # Errors
/// Where the objects are none.
pub fn capabilities() -> Result<HostCapabilities> {
    let pods = (0..PODS).map(|index| pod(&format!("web-{index}")));
    let others = [
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}),
        quota("quota"),
        quota("spare"),
        json!({"apiVersion": "v1", "kind": "LimitRange", "metadata": metadata("limits"), "spec": {"limits": [{
            "type": "Container", "max": {"memory": "1Gi"}, "default": {"memory": "64Mi"},
            "defaultRequest": {"cpu": "100m", "memory": "64Mi"},
        }]}}),
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata("default"),
            "automountServiceAccountToken": false}),
        json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": metadata("web"),
            "rules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list", "watch"]}]}),
        json!({"apiVersion": "security-profiles-operator.x-k8s.io/v1beta1", "kind": "SeccompProfile",
            "metadata": {"name": "web"}, "spec": {"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{
                "names": ["read", "write", "close", "futex", "rt_sigreturn", "execve", "exit", "exit_group",
                    "mmap", "munmap", "brk", "openat", "fstat", "connect", "accept4", "epoll_wait"],
                "action": "SCMP_ACT_ALLOW"}]}}),
    ];
    let objects = pods.chain(policies()).chain(others);
    let snapshot = Snapshot::new(objects).context("the cluster")?;
    Ok(HostCapabilities::new(Arc::new(snapshot)))
}

fn metadata(name: &str) -> Value {
    json!({"name": name, "namespace": "shop"})
}

fn pod(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": name, "namespace": "shop", "labels": {"app": "web", "tier": "front", "version": "v1"}},
        "spec": {"containers": [{"name": "web", "image": "registry.example/web:1"}]}})
}

fn quota(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": metadata(name), "spec": {"hard": {
        "pods": "200", "requests.cpu": "40", "requests.memory": "80Gi", "limits.memory": "160Gi"}}})
}

fn binding() -> Value {
    json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": metadata("web"),
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "web"},
        "subjects": [{"kind": "ServiceAccount", "name": "web", "namespace": "shop"}]})
}

/// A default deny, and what the workloads need.
fn policies() -> Vec<Value> {
    let policy = |name: &str, spec: Value| json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata(name), "spec": spec});
    vec![
        policy("default-deny", json!({"podSelector": {}, "policyTypes": ["Ingress", "Egress"]})),
        policy(
            "web",
            json!({"podSelector": {"matchLabels": {"app": "web"}}, "policyTypes": ["Ingress"],
            "ingress": [{"from": [{"podSelector": {"matchLabels": {"app": "gateway"}}}], "ports": [{"port": 8080}]}]}),
        ),
        policy(
            "dns",
            json!({"podSelector": {}, "policyTypes": ["Egress"], "egress": [{
            "to": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}],
            "ports": [{"port": 53}, {"port": 53, "protocol": "UDP"}]}]}),
        ),
    ]
}

pub(crate) fn payload(rule: &str, said: &Value, operation: &str, object: &Value) -> Vec<u8> {
    let api_version = object["apiVersion"].as_str().unwrap_or_default();
    let (group, version) = api_version.rsplit_once('/').unwrap_or(("", api_version));
    let kind = json!({"group": group, "version": version, "kind": object["kind"]});
    let deletes = operation == "DELETE";
    let request = json!({
        "uid": "1", "operation": operation, "kind": kind,
        "name": object["metadata"]["name"], "namespace": "shop",
        "userInfo": {"username": "alice", "groups": ["system:authenticated"]},
        "object": if deletes { Value::Null } else { object.clone() },
        "oldObject": if deletes { object.clone() } else { Value::Null },
    });
    let settings = json!({"profile": "privileged", "rules": {rule: said}});
    json!({"request": request, "settings": settings}).to_string().into_bytes()
}

#[test]
fn every_one_asks_and_is_accepted() {
    for lookup in all() {
        let asked = ask(&lookup).unwrap_or_else(|error| panic!("{error:#}"));
        assert!((1..=3).contains(&asked.calls), "{}: {asked:?}", lookup.name);
        assert!(asked.answers > 0, "{}: {asked:?}", lookup.name);
    }
}
