//! What the policy is to be sent: the resources that a rule judges.

use serde_json::{Value, json};

/// A resource, as the rules of an admission webhook name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resource {
    /// The API group; empty for the core.
    pub group: &'static str,
    /// The version that requests are converted to: with `matchPolicy: Equivalent`, the default, the
    /// others arrive as this one.
    pub version: &'static str,
    /// The plural, with a subresource behind a slash.
    pub resource: &'static str,
    /// The kind of the object in the request.
    pub kind: &'static str,
    /// The operations that are judged.
    pub operations: &'static [&'static str],
    /// Whether it lives in a namespace; an AdmissionPolicy is asked about nothing else.
    pub namespaced: bool,
}

const WRITES: &[&str] = &["CREATE", "UPDATE"];

/// What a rule protects from being deleted, too.
const PROTECTED: &[&str] = &["CREATE", "UPDATE", "DELETE"];

/// A subresource is only ever updated. And Kubewarden's audit scanner, which lists what rules with
/// CREATE name, gives up a policy of which it cannot list one resource.
const UPDATE: &[&str] = &["UPDATE"];

/// What is sent to these subresources are options, and the connection is not there yet.
const CONNECT: &[&str] = &["CONNECT"];

/// Every resource that a rule judges; the tests hold it against the policy. A new kind is a line.
pub const JUDGED: &[Resource] = &[
    namespaced("", "v1", "pods", "Pod", WRITES),
    namespaced("", "v1", "podtemplates", "PodTemplate", WRITES),
    namespaced("", "v1", "replicationcontrollers", "ReplicationController", WRITES),
    namespaced("", "v1", "configmaps", "ConfigMap", WRITES),
    namespaced("", "v1", "secrets", "Secret", WRITES),
    namespaced("", "v1", "services", "Service", WRITES),
    cluster("", "v1", "persistentvolumes", "PersistentVolume", WRITES),
    namespaced("", "v1", "limitranges", "LimitRange", PROTECTED),
    namespaced("", "v1", "resourcequotas", "ResourceQuota", PROTECTED),
    cluster("", "v1", "namespaces", "Namespace", PROTECTED),
    cluster("", "v1", "namespaces/finalize", "Namespace", UPDATE),
    cluster("", "v1", "namespaces/status", "Namespace", UPDATE),
    namespaced("", "v1", "pods/ephemeralcontainers", "Pod", UPDATE),
    namespaced("", "v1", "pods/resize", "Pod", UPDATE),
    namespaced("", "v1", "pods/attach", "PodAttachOptions", CONNECT),
    namespaced("", "v1", "pods/exec", "PodExecOptions", CONNECT),
    namespaced("", "v1", "pods/portforward", "PodPortForwardOptions", CONNECT),
    namespaced("", "v1", "pods/proxy", "PodProxyOptions", CONNECT),
    namespaced("apps", "v1", "daemonsets", "DaemonSet", WRITES),
    namespaced("apps", "v1", "deployments", "Deployment", WRITES),
    namespaced("apps", "v1", "replicasets", "ReplicaSet", WRITES),
    namespaced("apps", "v1", "statefulsets", "StatefulSet", WRITES),
    namespaced("batch", "v1", "cronjobs", "CronJob", WRITES),
    namespaced("batch", "v1", "jobs", "Job", WRITES),
    namespaced(NETWORKING, "v1", "networkpolicies", "NetworkPolicy", PROTECTED),
    namespaced(RBAC, "v1", "rolebindings", "RoleBinding", WRITES),
    namespaced(RBAC, "v1", "roles", "Role", WRITES),
    cluster(RBAC, "v1", "clusterrolebindings", "ClusterRoleBinding", WRITES),
    cluster(RBAC, "v1", "clusterroles", "ClusterRole", WRITES),
    cluster(PROFILES, "v1beta1", "seccompprofiles", "SeccompProfile", WRITES),
    namespaced(PROFILES, "v1alpha1", "profilebindings", "ProfileBinding", WRITES),
];

/// What a cluster need not have, or holds what nobody should be sent unasked: whoever asks the rules
/// about it names it in the webhook.
const ON_REQUEST: &[&str] = &["configmaps", "profilebindings", "seccompprofiles", "secrets"];

const PROFILES: &str = "security-profiles-operator.x-k8s.io";

const NETWORKING: &str = "networking.k8s.io";
const RBAC: &str = "rbac.authorization.k8s.io";

const fn namespaced(
    group: &'static str,
    version: &'static str,
    resource: &'static str,
    kind: &'static str,
    operations: &'static [&'static str],
) -> Resource {
    Resource { group, version, resource, kind, operations, namespaced: true }
}

const fn cluster(
    group: &'static str,
    version: &'static str,
    resource: &'static str,
    kind: &'static str,
    operations: &'static [&'static str],
) -> Resource {
    Resource { group, version, resource, kind, operations, namespaced: false }
}

/// What there is to list of a cluster: what can be created, and is not sent on request alone.
pub fn listed() -> impl Iterator<Item = &'static Resource> {
    let is_object =
        |it: &&Resource| it.operations.contains(&"CREATE") && !it.resource.contains('/');
    JUDGED.iter().filter(is_object).filter(|it| !ON_REQUEST.contains(&it.resource))
}

/// The rules of a webhook that is asked about all of them but what is sent on request: neighbours in
/// the list that differ in nothing but the resource share a rule.
pub fn rules() -> Vec<Value> {
    let shared = |one: &Resource, next: &Resource| {
        (one.group, one.version, one.operations) == (next.group, next.version, next.operations)
    };
    let rule = |resources: &[Resource]| {
        let names: Vec<&str> = resources.iter().map(|resource| resource.resource).collect();
        let first = resources.first()?;
        Some(json!({
            "apiGroups": [first.group],
            "apiVersions": [first.version],
            "resources": names,
            "operations": first.operations,
        }))
    };
    let is_sent = |judged: &&Resource| !ON_REQUEST.contains(&judged.resource);
    let sent = JUDGED.iter().filter(is_sent).copied().collect::<Vec<_>>();
    sent.chunk_by(shared).filter_map(rule).collect()
}

/// Their kinds, each once.
pub fn kinds() -> Vec<&'static str> {
    let mut kinds: Vec<&str> = JUDGED.iter().map(|resource| resource.kind).collect();
    let mut seen = Vec::new();
    kinds.retain(|kind| {
        let is_new = !seen.contains(kind);
        seen.push(*kind);
        is_new
    });
    kinds
}
