//! The model held against Kubernetes' own types: a pod made of k8s-openapi values, in which every
//! field that a rule says it reads is set. Taking such a field away must change what the model
//! reads; a key that is misspelt here, or that Kubernetes does not have, would not.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    self as core, Container, ContainerPort, EphemeralContainer, HTTPGetAction, Lifecycle,
    LifecycleHandler, Pod, PodSecurityContext, PodSpec, Probe, SecurityContext, TCPSocketAction,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde_json::Value;

use crate::rule::CheckFn;
use crate::subject::Target;
use crate::{RULES, Rule, workload};

#[test]
fn every_field_that_a_rule_reads_is_one_of_kubernetes_and_is_read() {
    let json = "an object in JSON";
    let pod = serde_json::to_value(pod()).expect(json);
    let volume = serde_json::to_value(volume()).expect(json);
    let service = serde_json::to_value(service()).expect(json);
    let namespace = serde_json::json!({"metadata": {"labels": {"team": "shop"}}});
    // Kubernetes makes these options from the query of a URL, and no client library has them.
    let connection = serde_json::json!({"kind": "PodExecOptions", "container": "web"});
    for rule in RULES {
        let (object, read): (_, fn(&Value) -> String) = match of(rule) {
            CheckFn::PersistentVolume(_) => (&volume, |it| read_other(Target::Volume, it)),
            CheckFn::Service(_) => (&service, |it| read_other(Target::Service, it)),
            CheckFn::Namespace(_) => (&namespace, |it| read_other(Target::Namespace, it)),
            CheckFn::Connection(_) => {
                (&connection, |it| read_other(Target::Connection("PodExecOptions"), it))
            }
            CheckFn::Pod(_) | CheckFn::CustomResource(_) => (&pod, read),
        };
        for pointer in rule.fields.iter().flat_map(|field| pointers(field)) {
            let mut less = object.clone();
            assert!(remove(&mut less, &pointer), "k8s-openapi wrote no {pointer}");
            assert_ne!(read(&less), read(object), "{pointer} is not read");
        }
    }
}

/// What a rule judges: one thing, in whichever revision.
fn of(rule: &Rule) -> CheckFn {
    let mut revisions = rule.checks.iter().flat_map(|check| check.revisions);
    revisions.next().expect("a rule asks something").check
}

#[test]
fn what_no_rule_reads_changes_nothing() {
    let pod = serde_json::to_value(pod()).expect("a pod in JSON");
    let mut more = pod.clone();
    more["spec"]["schedulerName"] = "default-scheduler".into();
    more["spec"]["containers"][0]["env"] = serde_json::json!([{"name": "A", "value": "b"}]);
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

/// The same of an object without a pod.
fn read_other(target: Target<'_>, object: &Value) -> String {
    let text = object.to_string();
    let read = target.read(&text).expect("an object that can be read");
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

fn volume() -> core::PersistentVolume {
    let path = "/data".to_owned();
    core::PersistentVolume {
        spec: Some(core::PersistentVolumeSpec {
            host_path: Some(core::HostPathVolumeSource { path: path.clone(), type_: None }),
            local: Some(core::LocalVolumeSource { path, fs_type: None }),
            ..core::PersistentVolumeSpec::default()
        }),
        ..core::PersistentVolume::default()
    }
}

fn service() -> core::Service {
    core::Service {
        spec: Some(core::ServiceSpec {
            type_: Some("NodePort".to_owned()),
            external_ips: Some(vec!["203.0.113.1".to_owned()]),
            ..core::ServiceSpec::default()
        }),
        ..core::Service::default()
    }
}

fn pod() -> Pod {
    let annotations = [
        "container.apparmor.security.beta.kubernetes.io/web",
        "seccomp.security.alpha.kubernetes.io/pod",
        "container.seccomp.security.alpha.kubernetes.io/web",
    ];
    let annotations = annotations.map(|key| (key.to_owned(), "unconfined".to_owned()));
    Pod {
        metadata: ObjectMeta {
            name: Some("web".to_owned()),
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
