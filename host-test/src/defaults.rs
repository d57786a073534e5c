//! What the API server does to an object before admission sees it, where that changes a verdict;
//! and what it would refuse, where a policy lets it pass.

use crate::kinds;
use serde_json::{Map, Value, json};

const CONTAINER_LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// Pod-level fields (below `spec.securityContext`) that a Windows pod must not set.
const LINUX_ONLY_POD: &[&str] = &[
    "appArmorProfile",
    "fsGroup",
    "fsGroupChangePolicy",
    "runAsGroup",
    "runAsUser",
    "seLinuxOptions",
    "seccompProfile",
    "supplementalGroups",
    "supplementalGroupsPolicy",
    "sysctls",
];

/// Fields of `spec` that a Windows pod must not set.
const LINUX_ONLY_SPEC: &[&str] = &["hostIPC", "hostPID", "hostUsers", "shareProcessNamespace"];

/// Fields of a container's `securityContext` that a Windows pod must not set.
const LINUX_ONLY_CONTAINER: &[&str] = &[
    "allowPrivilegeEscalation",
    "appArmorProfile",
    "capabilities",
    "privileged",
    "procMount",
    "readOnlyRootFilesystem",
    "runAsGroup",
    "runAsUser",
    "seLinuxOptions",
    "seccompProfile",
];

/// Fills in the defaults and says what was filled, one note each.
pub fn apply(api_version: &str, kind: &str, object: &mut Value) -> Vec<String> {
    let mut notes = Vec::new();
    let Some((prefix, spec)) = pod_spec_mut(api_version, kind, object) else {
        return notes;
    };
    if let Some(volumes) = spec.get_mut("volumes").and_then(Value::as_array_mut) {
        for (index, volume) in volumes.iter_mut().enumerate() {
            if let Value::Object(volume) = volume
                && volume.iter().all(|(field, value)| field == "name" || value.is_null())
            {
                volume.insert("emptyDir".into(), json!({}));
                notes.push(format!(
                    "{prefix}.volumes[{index}] has no source, the API server makes it an emptyDir"
                ));
            }
        }
    }
    if spec.get("hostNetwork") == Some(&Value::Bool(true)) {
        for list in CONTAINER_LISTS {
            let containers = spec.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten();
            for (index, container) in containers.enumerate() {
                fill_host_ports(container, &format!("{prefix}.{list}[{index}]"), &mut notes);
            }
        }
    }
    notes
}

fn fill_host_ports(container: &mut Value, path: &str, notes: &mut Vec<String>) {
    let ports = container.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten();
    for (index, port) in ports.enumerate() {
        let Value::Object(port) = port else { continue };
        let unset = port.get("hostPort").is_none_or(|value| value.is_null() || value == 0);
        if let Some(number) = port.get("containerPort").filter(|_| unset).cloned() {
            notes.push(format!(
                "{path}.ports[{index}].hostPort is set to {number}, as the API server does for pods on the host network"
            ));
            port.insert("hostPort".into(), number);
        }
    }
}

/// Linux-only fields on a Windows pod, which the API server refuses whatever the policy says.
pub fn windows_warnings(api_version: &str, kind: &str, object: &Value) -> Vec<String> {
    let Some((prefix, spec)) = pod_spec(api_version, kind, object) else {
        return Vec::new();
    };
    if spec.get("os").and_then(|os| os.get("name")).and_then(Value::as_str) != Some("windows") {
        return Vec::new();
    }
    let mut found = Vec::new();
    collect(spec, LINUX_ONLY_SPEC, &prefix, &mut found);
    if let Some(Value::Object(context)) = spec.get("securityContext") {
        collect(context, LINUX_ONLY_POD, &format!("{prefix}.securityContext"), &mut found);
    }
    for list in CONTAINER_LISTS {
        for (index, container) in
            spec.get(list).and_then(Value::as_array).into_iter().flatten().enumerate()
        {
            if let Some(Value::Object(context)) = container.get("securityContext") {
                let path = format!("{prefix}.{list}[{index}].securityContext");
                collect(context, LINUX_ONLY_CONTAINER, &path, &mut found);
            }
        }
    }
    found
        .into_iter()
        .map(|path| format!("{path} is for Linux only, the API server refuses it on a Windows pod"))
        .collect()
}

fn collect(object: &Map<String, Value>, fields: &[&str], prefix: &str, found: &mut Vec<String>) {
    let set = |field: &&&str| object.get(**field).is_some_and(|value| !value.is_null());
    found.extend(fields.iter().filter(set).map(|field| format!("{prefix}.{field}")));
}

fn pod_spec<'a>(
    api_version: &str,
    kind: &str,
    object: &'a Value,
) -> Option<(String, &'a Map<String, Value>)> {
    let path = kinds::pod_path(kinds::group_version(api_version).0, kind)?;
    let pod = path.iter().try_fold(object, |value, field| value.get(field))?;
    Some((prefix(path), pod.get("spec")?.as_object()?))
}

fn pod_spec_mut<'a>(
    api_version: &str,
    kind: &str,
    object: &'a mut Value,
) -> Option<(String, &'a mut Map<String, Value>)> {
    let path = kinds::pod_path(kinds::group_version(api_version).0, kind)?;
    let pod = path.iter().try_fold(object, |value, field| value.get_mut(field))?;
    Some((prefix(path), pod.get_mut("spec")?.as_object_mut()?))
}

fn prefix(path: &[&str]) -> String {
    path.iter().copied().chain(["spec"]).collect::<Vec<_>>().join(".")
}
