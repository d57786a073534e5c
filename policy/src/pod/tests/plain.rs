//! Objects that carry no pod, made of Kubernetes' own types, with every field that a rule reads.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1 as core;
use k8s_openapi::api::networking::v1 as networking;
use k8s_openapi::api::rbac::v1 as rbac;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde_json::Value;

use crate::plain::PlainKind;

/// One of the kind.
pub(super) fn object(kind: PlainKind) -> Value {
    let object = match kind {
        PlainKind::PersistentVolume => serde_json::to_value(volume()),
        PlainKind::Service => serde_json::to_value(service()),
        PlainKind::Namespace => serde_json::to_value(core::Namespace {
            metadata: metadata(),
            ..core::Namespace::default()
        }),
        // Kubernetes makes these options from the query of a URL, and no client library has them.
        PlainKind::Connection => {
            Ok(serde_json::json!({"kind": "PodExecOptions", "container": "web"}))
        }
        PlainKind::Secret => serde_json::to_value(core::Secret {
            type_: Some("Opaque".to_owned()),
            ..core::Secret::default()
        }),
        PlainKind::ResourceQuota => serde_json::to_value(quota()),
        PlainKind::LimitRange => serde_json::to_value(limit_range()),
        PlainKind::Role => serde_json::to_value(role()),
        PlainKind::Binding => serde_json::to_value(binding()),
        PlainKind::NetworkPolicy => serde_json::to_value(network_policy()),
    };
    object.expect("an object in JSON")
}

fn metadata() -> ObjectMeta {
    let pairs = || Some(BTreeMap::from([("team".to_owned(), "shop".to_owned())]));
    ObjectMeta {
        name: Some("shop".to_owned()),
        labels: pairs(),
        annotations: pairs(),
        ..ObjectMeta::default()
    }
}

fn quantities() -> Option<BTreeMap<String, Quantity>> {
    Some(BTreeMap::from([("memory".to_owned(), Quantity("1Gi".to_owned()))]))
}

fn quota() -> core::ResourceQuota {
    core::ResourceQuota {
        spec: Some(core::ResourceQuotaSpec {
            hard: quantities(),
            ..core::ResourceQuotaSpec::default()
        }),
        ..core::ResourceQuota::default()
    }
}

fn limit_range() -> core::LimitRange {
    core::LimitRange {
        spec: Some(core::LimitRangeSpec {
            limits: vec![core::LimitRangeItem {
                type_: "Container".to_owned(),
                max: quantities(),
                ..core::LimitRangeItem::default()
            }],
        }),
        ..core::LimitRange::default()
    }
}

fn role() -> rbac::ClusterRole {
    rbac::ClusterRole {
        rules: Some(vec![rbac::PolicyRule {
            verbs: vec!["get".to_owned()],
            ..rbac::PolicyRule::default()
        }]),
        ..rbac::ClusterRole::default()
    }
}

fn binding() -> rbac::RoleBinding {
    rbac::RoleBinding {
        role_ref: rbac::RoleRef { name: "edit".to_owned(), ..rbac::RoleRef::default() },
        subjects: Some(vec![rbac::Subject { name: "jane".to_owned(), ..rbac::Subject::default() }]),
        ..rbac::RoleBinding::default()
    }
}

fn network_policy() -> networking::NetworkPolicy {
    networking::NetworkPolicy {
        spec: Some(networking::NetworkPolicySpec {
            policy_types: Some(vec!["Egress".to_owned()]),
            ..networking::NetworkPolicySpec::default()
        }),
        ..networking::NetworkPolicy::default()
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
