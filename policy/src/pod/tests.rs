//! The model held against Kubernetes' own types: a pod made of k8s-openapi values, in which every
//! field that a rule says it reads is set. Taking such a field away must change what the model
//! reads; a key that is misspelt here, or that Kubernetes does not have, would not.

mod plain;

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    self as core, Container, ContainerPort, EphemeralContainer, HTTPGetAction, Lifecycle,
    LifecycleHandler, Pod, PodSecurityContext, PodSpec, Probe, SecurityContext, TCPSocketAction,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde_json::Value;

use crate::json::Scanner;
use crate::plain::{Plain, PlainKind};
use crate::rule::{CheckFn, Revision};
use crate::{RULES, workload};

#[test]
fn every_field_that_a_rule_reads_is_one_of_kubernetes_and_is_read() {
    let pod = serde_json::to_value(pod()).expect("a pod in JSON");
    for rule in RULES {
        let kinds = rule.checks.iter().flat_map(|check| check.revisions).flat_map(kinds);
        let object = |kind: Option<PlainKind>| kind.map_or_else(|| pod.clone(), plain::object);
        let objects = kinds.map(|kind| (kind, object(kind)));
        let objects = objects.collect::<Vec<_>>();
        for pointer in rule.fields.iter().flat_map(|field| pointers(field)) {
            let is_read = objects.iter().any(|(kind, object)| {
                let mut less = object.clone();
                object.pointer(&pointer).is_some()
                    && remove(&mut less, &pointer)
                    && read_as(*kind, &less) != read_as(*kind, object)
            });
            assert!(is_read, "{pointer} of {} is in no object, or not read", rule.id);
        }
    }
}

/// What a revision judges; none for a pod.
fn kinds(revision: &Revision) -> Vec<Option<PlainKind>> {
    let kind = |check: &CheckFn| match check {
        CheckFn::Plain(check) | CheckFn::Deletion(check) => Some(check.kind()),
        _ => None,
    };
    revision.check.each().iter().map(kind).collect()
}

#[test]
fn what_no_rule_reads_changes_nothing() {
    let pod = serde_json::to_value(pod()).expect("a pod in JSON");
    let mut more = pod.clone();
    more["spec"]["schedulerName"] = "default-scheduler".into();
    more["spec"]["containers"][0]["args"] = serde_json::json!(["--verbose"]);
    more["status"] =
        serde_json::json!({"phase": "Running", "containerStatuses": [{"ready": true}]});
    assert_eq!(read(&more), read(&pod));
}

/// What the model holds, as text.
fn read(pod: &Value) -> String {
    let kind = workload::find("", "Pod").expect("a known kind");
    let text = pod.to_string();
    let template = workload::decode(&text, kind).expect("a pod that can be read");
    format!("{template:?}")
}

/// The same of an object of that kind; none for a pod.
fn read_as(kind: Option<PlainKind>, object: &Value) -> String {
    let Some(kind) = kind else { return read(object) };
    let text = object.to_string();
    let read = Plain::decode(&mut Scanner::new(&text), kind).expect("an object that can be read");
    format!("{read:?}")
}

/// The JSON pointers of a field as rules write it: `containers[*]` is each of the three lists.
fn pointers(field: &str) -> Vec<String> {
    if let Some(key) = field.strip_prefix("metadata.annotations[") {
        let key = key.trim_end_matches(']').replace('*', "web").replace('/', "~1");
        return vec![format!("/metadata/annotations/{key}")];
    }
    let pointer = format!("/{}", field.replace('.', "/").replace("[*]", "/0"));
    let lists = ["/initContainers/0", "/containers/0", "/ephemeralContainers/0"];
    match pointer.split_once("/containers/0") {
        Some((head, tail)) => lists.iter().map(|list| format!("{head}{list}{tail}")).collect(),
        None => vec![pointer],
    }
}

fn remove(value: &mut Value, pointer: &str) -> bool {
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
    let key = key.replace("~1", "/");
    match value.pointer_mut(parent) {
        Some(Value::Object(object)) => object.remove(&key).is_some(),
        Some(Value::Array(items)) => {
            items.remove(key.parse().expect("an index"));
            true
        }
        _ => false,
    }
}

fn pod() -> Pod {
    let annotations = [
        "container.apparmor.security.beta.kubernetes.io/web",
        "seccomp.security.alpha.kubernetes.io/pod",
        "container.seccomp.security.alpha.kubernetes.io/web",
        "seccomp-profile.crio.io/web",
        "seccomp-profile.kubernetes.cri-o.io/web",
    ];
    let annotations = annotations.map(|key| (key.to_owned(), "unconfined".to_owned()));
    Pod {
        metadata: ObjectMeta {
            name: Some("web".to_owned()),
            namespace: Some("shop".to_owned()),
            labels: Some(BTreeMap::from([("app".to_owned(), "web".to_owned())])),
            annotations: Some(BTreeMap::from(annotations)),
            ..ObjectMeta::default()
        },
        spec: Some(PodSpec {
            host_network: Some(true),
            host_pid: Some(true),
            host_ipc: Some(true),
            host_users: Some(false),
            service_account_name: Some("web".to_owned()),
            share_process_namespace: Some(true),
            automount_service_account_token: Some(true),
            runtime_class_name: Some("kata".to_owned()),
            node_name: Some("worker-1".to_owned()),
            node_selector: Some(BTreeMap::from([("pool".to_owned(), "blue".to_owned())])),
            affinity: Some(affinity()),
            tolerations: Some(vec![core::Toleration {
                key: Some("pool".to_owned()),
                ..core::Toleration::default()
            }]),
            resources: Some(resources()),
            init_containers: Some(vec![container()]),
            containers: vec![container()],
            ephemeral_containers: Some(vec![ephemeral(container())]),
            security_context: Some(pod_security_context()),
            volumes: Some(vec![core::Volume {
                name: "host".to_owned(),
                host_path: Some(core::HostPathVolumeSource::default()),
                csi: Some(core::CSIVolumeSource {
                    driver: "csi.example".to_owned(),
                    ..core::CSIVolumeSource::default()
                }),
                flex_volume: Some(core::FlexVolumeSource {
                    driver: "example/flex".to_owned(),
                    ..core::FlexVolumeSource::default()
                }),
                secret: Some(core::SecretVolumeSource {
                    secret_name: Some("keys".to_owned()),
                    ..core::SecretVolumeSource::default()
                }),
                projected: Some(projected()),
                ..core::Volume::default()
            }]),
            ..PodSpec::default()
        }),
        status: None,
    }
}

fn container() -> Container {
    let probe =
        || Probe { http_get: Some(http_get()), tcp_socket: Some(tcp_socket()), ..Probe::default() };
    let handler = || LifecycleHandler {
        http_get: Some(http_get()),
        tcp_socket: Some(tcp_socket()),
        ..LifecycleHandler::default()
    };
    Container {
        name: "web".to_owned(),
        image: Some("registry.example/web:1.0".to_owned()),
        env: Some(vec![core::EnvVar { name: "A".to_owned(), ..core::EnvVar::default() }]),
        env_from: Some(vec![core::EnvFromSource::default()]),
        resources: Some(resources()),
        stdin: Some(true),
        tty: Some(true),
        ports: Some(vec![ContainerPort { host_port: Some(80), ..ContainerPort::default() }]),
        liveness_probe: Some(probe()),
        readiness_probe: Some(probe()),
        startup_probe: Some(probe()),
        lifecycle: Some(Lifecycle {
            post_start: Some(handler()),
            pre_stop: Some(handler()),
            ..Lifecycle::default()
        }),
        security_context: Some(security_context()),
        volume_mounts: Some(vec![core::VolumeMount {
            name: "host".to_owned(),
            mount_path: "/host".to_owned(),
            mount_propagation: Some("Bidirectional".to_owned()),
            read_only: Some(true),
            recursive_read_only: Some("Enabled".to_owned()),
            ..core::VolumeMount::default()
        }]),
        ..Container::default()
    }
}

fn ephemeral(container: Container) -> EphemeralContainer {
    EphemeralContainer {
        name: container.name,
        image: container.image,
        env: container.env,
        env_from: container.env_from,
        resources: container.resources,
        stdin: container.stdin,
        tty: container.tty,
        ports: container.ports,
        liveness_probe: container.liveness_probe,
        readiness_probe: container.readiness_probe,
        startup_probe: container.startup_probe,
        lifecycle: container.lifecycle,
        security_context: container.security_context,
        volume_mounts: container.volume_mounts,
        ..EphemeralContainer::default()
    }
}

fn resources() -> core::ResourceRequirements {
    let quantity = Quantity("1Gi".to_owned());
    core::ResourceRequirements {
        limits: Some(BTreeMap::from([("memory".to_owned(), quantity)])),
        ..core::ResourceRequirements::default()
    }
}

fn affinity() -> core::Affinity {
    let term = || core::NodeSelectorTerm {
        match_expressions: Some(vec![core::NodeSelectorRequirement {
            key: "pool".to_owned(),
            operator: "In".to_owned(),
            values: Some(vec!["blue".to_owned()]),
        }]),
        ..core::NodeSelectorTerm::default()
    };
    core::Affinity {
        node_affinity: Some(core::NodeAffinity {
            required_during_scheduling_ignored_during_execution: Some(core::NodeSelector {
                node_selector_terms: vec![term()],
            }),
            preferred_during_scheduling_ignored_during_execution: Some(vec![
                core::PreferredSchedulingTerm { preference: term(), weight: 1 },
            ]),
        }),
        ..core::Affinity::default()
    }
}

fn projected() -> core::ProjectedVolumeSource {
    core::ProjectedVolumeSource {
        sources: Some(vec![core::VolumeProjection {
            service_account_token: Some(core::ServiceAccountTokenProjection {
                audience: Some("vault".to_owned()),
                expiration_seconds: Some(600),
                path: "token".to_owned(),
            }),
            secret: Some(core::SecretProjection::default()),
            ..core::VolumeProjection::default()
        }]),
        ..core::ProjectedVolumeSource::default()
    }
}

fn http_get() -> HTTPGetAction {
    HTTPGetAction {
        host: Some("10.0.0.1".to_owned()),
        port: IntOrString::Int(80),
        ..HTTPGetAction::default()
    }
}

fn tcp_socket() -> TCPSocketAction {
    TCPSocketAction { host: Some("10.0.0.1".to_owned()), port: IntOrString::Int(80) }
}

fn security_context() -> SecurityContext {
    SecurityContext {
        allow_privilege_escalation: Some(true),
        app_armor_profile: Some(app_armor()),
        capabilities: Some(core::Capabilities {
            add: Some(vec!["SYS_ADMIN".to_owned()]),
            drop: Some(vec!["ALL".to_owned()]),
        }),
        privileged: Some(true),
        proc_mount: Some("Unmasked".to_owned()),
        read_only_root_filesystem: Some(true),
        run_as_group: Some(0),
        run_as_non_root: Some(false),
        run_as_user: Some(0),
        se_linux_options: Some(se_linux()),
        seccomp_profile: Some(seccomp()),
        windows_options: Some(windows()),
    }
}

fn pod_security_context() -> PodSecurityContext {
    PodSecurityContext {
        app_armor_profile: Some(app_armor()),
        fs_group: Some(0),
        run_as_group: Some(0),
        run_as_non_root: Some(false),
        run_as_user: Some(0),
        se_linux_options: Some(se_linux()),
        seccomp_profile: Some(seccomp()),
        supplemental_groups: Some(vec![0]),
        supplemental_groups_policy: Some("Strict".to_owned()),
        sysctls: Some(vec![core::Sysctl {
            name: "kernel.msgmax".to_owned(),
            value: "1".to_owned(),
        }]),
        windows_options: Some(windows()),
        ..PodSecurityContext::default()
    }
}

fn app_armor() -> core::AppArmorProfile {
    core::AppArmorProfile {
        type_: "Localhost".to_owned(),
        localhost_profile: Some("web".to_owned()),
    }
}

fn seccomp() -> core::SeccompProfile {
    core::SeccompProfile {
        type_: "Localhost".to_owned(),
        localhost_profile: Some("web.json".to_owned()),
    }
}

fn se_linux() -> core::SELinuxOptions {
    core::SELinuxOptions {
        type_: Some("spc_t".to_owned()),
        user: Some("system_u".to_owned()),
        role: Some("system_r".to_owned()),
        level: Some("s0".to_owned()),
    }
}

fn windows() -> core::WindowsSecurityContextOptions {
    core::WindowsSecurityContextOptions {
        host_process: Some(true),
        run_as_user_name: Some("ContainerUser".to_owned()),
        ..core::WindowsSecurityContextOptions::default()
    }
}
