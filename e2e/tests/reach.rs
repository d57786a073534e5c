//! The generator writes every field that a check reads, in every container list.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use e2e::generator::Generator;
use serde_json::Value;

/// Read in `initContainers`, `containers` and `ephemeralContainers` alike.
const CONTAINER: &[&str] = &[
    "name",
    "ports[].hostPort",
    "livenessProbe.httpGet.host",
    "livenessProbe.tcpSocket.host",
    "readinessProbe.httpGet.host",
    "readinessProbe.tcpSocket.host",
    "startupProbe.httpGet.host",
    "startupProbe.tcpSocket.host",
    "lifecycle.postStart.httpGet.host",
    "lifecycle.postStart.tcpSocket.host",
    "lifecycle.preStop.httpGet.host",
    "lifecycle.preStop.tcpSocket.host",
    "securityContext.allowPrivilegeEscalation",
    "securityContext.appArmorProfile.type",
    "securityContext.capabilities.add[]",
    "securityContext.capabilities.drop[]",
    "securityContext.privileged",
    "securityContext.procMount",
    "securityContext.runAsNonRoot",
    "securityContext.runAsUser",
    "securityContext.seLinuxOptions.role",
    "securityContext.seLinuxOptions.type",
    "securityContext.seLinuxOptions.user",
    "securityContext.seccompProfile.type",
    "securityContext.windowsOptions.hostProcess",
];

const POD: &[&str] = &[
    "metadata.annotations.seccomp.security.alpha.kubernetes.io/pod",
    "metadata.annotations.container.seccomp.security.alpha.kubernetes.io/app-0",
    "metadata.annotations.container.seccomp.security.alpha.kubernetes.io/init-0",
    "metadata.annotations.container.seccomp.security.alpha.kubernetes.io/debug-0",
    "metadata.annotations.container.seccomp.security.alpha.kubernetes.io/ghost",
    "metadata.annotations.container.apparmor.security.beta.kubernetes.io/app-0",
    "metadata.annotations.container.apparmor.security.beta.kubernetes.io/ghost",
    "spec.hostIPC",
    "spec.hostNetwork",
    "spec.hostPID",
    "spec.hostUsers",
    "spec.os.name",
    "spec.securityContext.appArmorProfile.type",
    "spec.securityContext.runAsNonRoot",
    "spec.securityContext.runAsUser",
    "spec.securityContext.seLinuxOptions.role",
    "spec.securityContext.seLinuxOptions.type",
    "spec.securityContext.seLinuxOptions.user",
    "spec.securityContext.seccompProfile.type",
    "spec.securityContext.sysctls[].name",
    "spec.securityContext.windowsOptions.hostProcess",
];

/// Lists that must also occur absent, `null` and empty.
const LISTS: &[&str] = &["initContainers", "containers", "ephemeralContainers", "volumes"];

#[test]
fn every_field_that_a_check_reads_is_generated() -> Result<()> {
    let mut generator = Generator::new(1);
    let mut paths = BTreeSet::new();
    for _ in 0..5_000 {
        let pod = generator.next_pod()?.current();
        collect(&pod, String::new(), &mut paths);
        for list in LISTS {
            let form = match &pod["spec"].get(list) {
                None => "absent",
                Some(Value::Null) => "null",
                Some(Value::Array(list)) if list.is_empty() => "empty",
                Some(_) => continue,
            };
            paths.insert(format!("{list}: {form}"));
        }
    }
    let containers = ["initContainers", "containers", "ephemeralContainers"];
    let in_containers = containers
        .iter()
        .flat_map(|list| CONTAINER.iter().map(move |field| format!("spec.{list}[].{field}")));
    let forms = LISTS
        .iter()
        .flat_map(|list| ["absent", "null", "empty"].map(|form| format!("{list}: {form}")));
    let wanted = POD.iter().map(|&field| field.to_owned()).chain(in_containers).chain(forms);
    let missing: Vec<_> = wanted.filter(|field| !paths.contains(field)).collect();
    ensure!(missing.is_empty(), "never generated: {missing:#?}");
    let volumes = paths.iter().filter(|path| is_volume_source(path)).count();
    // 30 kinds of the API and 7 that only look like one.
    ensure!(volumes == 37, "{volumes} kinds of volumes generated, not 37");
    Ok(())
}

/// Every path to a value that is not null; items of a list share one path.
fn collect(value: &Value, path: String, paths: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                let dot = if path.is_empty() { "" } else { "." };
                collect(value, format!("{path}{dot}{key}"), paths);
            }
        }
        Value::Array(items) => {
            for item in items {
                collect(item, format!("{path}[]"), paths);
            }
        }
        _ => {}
    }
    if !value.is_null() {
        paths.insert(path);
    }
}

fn is_volume_source(path: &str) -> bool {
    let source = path.strip_prefix("spec.volumes[].");
    source.is_some_and(|source| !source.contains(['.', '[']) && source != "name")
}
