//! What is sent to the API server. What must never get in carries a label that says so.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

/// The label of objects that must be denied wherever they are sent.
pub(crate) const FORBIDDEN: &str = "e2e.ringfence.dev/forbidden";

/// A pod that the restricted level takes.
pub(crate) fn good_pod(namespace: &str, name: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": namespace},
        "spec": good_spec("registry.example/web:1"),
    })
}

/// A pod that no level but `privileged` takes.
pub(crate) fn bad_pod(namespace: &str, name: &str) -> Value {
    let mut pod = good_pod(namespace, name);
    pod["metadata"]["labels"] = json!({FORBIDDEN: "yes"});
    pod["spec"]["containers"][0]["securityContext"] = json!({"privileged": true});
    pod
}

/// A pod that breaks many rules in many places.
pub(crate) fn worst_pod(namespace: &str, name: &str) -> Value {
    let container = |number: usize| {
        json!({
            "name": format!("container-{number}"), "image": "registry.example/worst",
            "ports": [{"containerPort": 80 + number, "hostPort": 80 + number}],
            "securityContext": {
                "privileged": true, "runAsUser": 0,
                "capabilities": {"add": ["SYS_ADMIN", "NET_RAW", "BPF"]},
                "seccompProfile": {"type": "Unconfined"},
            },
        })
    };
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": {FORBIDDEN: "yes"}},
        "spec": {
            "hostNetwork": true, "hostPID": true, "hostIPC": true,
            "containers": (0..20).map(container).collect::<Vec<_>>(),
            "volumes": [{"name": "root", "hostPath": {"path": "/"}}],
        },
    })
}

fn good_spec(image: &str) -> Value {
    json!({
        "securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [{
            "name": "web", "image": image,
            "securityContext": {
                "allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]},
            },
        }],
    })
}

fn template(is_good: bool) -> Value {
    let mut spec = good_spec("registry.example/web:1");
    if !is_good {
        spec["hostPID"] = true.into();
    }
    json!({"metadata": {"labels": {"app": "web"}}, "spec": spec})
}

pub(crate) fn deployment(namespace: &str, name: &str, is_good: bool) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": marked(namespace, name, is_good),
        "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "web"}}, "template": template(is_good)},
    })
}

pub(crate) fn cron_job(namespace: &str, name: &str, is_good: bool) -> Value {
    let mut template = template(is_good);
    template["spec"]["restartPolicy"] = "Never".into();
    json!({
        "apiVersion": "batch/v1", "kind": "CronJob",
        "metadata": marked(namespace, name, is_good),
        "spec": {"schedule": "0 3 * * *", "jobTemplate": {"spec": {"template": template}}},
    })
}

/// An ephemeral container, in what the subresource is patched with.
pub(crate) fn debugger(name: &str, is_good: bool) -> Value {
    let context = if is_good {
        json!({"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}})
    } else {
        json!({"privileged": true})
    };
    json!({"spec": {"ephemeralContainers": [
        {"name": name, "image": "registry.example/debug", "securityContext": context},
    ]}})
}

pub(crate) fn namespace(name: &str, level: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Namespace",
        "metadata": {"name": name, "labels": {"pod-security.kubernetes.io/enforce": level}},
    })
}

/// A Role that reads ConfigMaps, or Secrets.
pub(crate) fn role(namespace: &str, name: &str, is_good: bool) -> Value {
    let resource = if is_good { "configmaps" } else { "secrets" };
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role",
        "metadata": marked(namespace, name, is_good),
        "rules": [{"apiGroups": [""], "resources": [resource], "verbs": ["get", "list"]}],
    })
}

/// A binding of a ClusterRole to somebody.
pub(crate) fn binding(namespace: &str, name: &str, role: &str, is_good: bool) -> Value {
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
        "metadata": marked(namespace, name, is_good),
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
        "subjects": [{"kind": "User", "name": "jane", "apiGroup": "rbac.authorization.k8s.io"}],
    })
}

/// A SeccompProfile of security-profiles-operator that lets few calls through, or all.
pub(crate) fn seccomp_profile(name: &str, is_good: bool) -> Value {
    let few = json!([{"names": ["read", "write", "close", "exit", "exit_group", "execve", "futex", "rt_sigreturn"],
        "action": "SCMP_ACT_ALLOW"}]);
    let mut profile = json!({
        "apiVersion": "security-profiles-operator.x-k8s.io/v1beta1", "kind": "SeccompProfile",
        "metadata": {"name": name},
        "spec": {"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64"], "syscalls": few},
    });
    if !is_good {
        profile["metadata"]["labels"] = json!({FORBIDDEN: "yes"});
        profile["spec"] = json!({"defaultAction": "SCMP_ACT_ALLOW"});
    }
    profile
}

/// The kind SeccompProfile, as far as a server has to know it.
pub(crate) fn seccomp_profile_definition() -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "seccompprofiles.security-profiles-operator.x-k8s.io"},
        "spec": {
            "group": "security-profiles-operator.x-k8s.io", "scope": "Cluster",
            "names": {"kind": "SeccompProfile", "plural": "seccompprofiles", "singular": "seccompprofile", "listKind": "SeccompProfileList"},
            "versions": [{"name": "v1beta1", "served": true, "storage": true, "schema": {
                "openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
            }}],
        },
    })
}

fn marked(namespace: &str, name: &str, is_good: bool) -> Value {
    let labels = if is_good { json!({}) } else { json!({FORBIDDEN: "yes"}) };
    json!({"name": name, "namespace": namespace, "labels": labels})
}

/// A name that nothing had before.
pub(crate) fn fresh(prefix: &str) -> String {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    format!("{prefix}-{}", NUMBER.fetch_add(1, Ordering::Relaxed))
}
