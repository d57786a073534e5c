//! What the command has to know about Kubernetes' kinds without asking a cluster.

pub use ringfence_host::cluster::kinds::is_namespaced;

/// The kinds that carry a pod: group, kind and where the pod's own mapping (with `metadata` and
/// `spec`) stands in the object.
pub const POD_BEARING: &[(&str, &str, &[&str])] = &[
    ("", "Pod", &[]),
    ("", "PodTemplate", &["template"]),
    ("", "ReplicationController", &["spec", "template"]),
    ("apps", "ReplicaSet", &["spec", "template"]),
    ("apps", "Deployment", &["spec", "template"]),
    ("apps", "StatefulSet", &["spec", "template"]),
    ("apps", "DaemonSet", &["spec", "template"]),
    ("batch", "Job", &["spec", "template"]),
    ("batch", "CronJob", &["spec", "jobTemplate", "spec", "template"]),
];

/// Where the pod stands in an object of this kind, `None` when it carries none.
pub fn pod_path(group: &str, kind: &str) -> Option<&'static [&'static str]> {
    POD_BEARING.iter().find(|(g, k, _)| *g == group && *k == kind).map(|(_, _, path)| *path)
}

/// Group and version of an `apiVersion`.
pub fn group_version(api_version: &str) -> (&str, &str) {
    api_version.split_once('/').unwrap_or(("", api_version))
}

/// The resource name of a kind, guessed as `kubectl` does where no cluster can be asked.
pub fn resource_name(kind: &str) -> String {
    let name = kind.to_lowercase();
    let before_last = name.chars().rev().nth(1);
    if name.ends_with("endpoints") {
        name
    } else if name.ends_with('s') {
        name + "es"
    } else if name.ends_with('y') && !matches!(before_last, Some('a' | 'e' | 'i' | 'o' | 'u')) {
        format!("{}ies", &name[..name.len() - 1])
    } else {
        name + "s"
    }
}
