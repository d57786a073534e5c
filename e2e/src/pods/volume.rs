//! Volumes of every kind the API has, of none, of two, of one it does not know.

use proptest::prelude::*;
use serde_json::{Value, json};

const SOURCES: &[&str] = &[
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
    "hostPath",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "gitRepo",
    "nfs",
    "iscsi",
    "glusterfs",
    "rbd",
    "flexVolume",
    "cinder",
    "cephfs",
    "flocker",
    "fc",
    "azureFile",
    "vsphereVolume",
    "quobyte",
    "azureDisk",
    "photonPersistentDisk",
    "portworxVolume",
    "scaleIO",
    "storageos",
];

/// Keys that are no source, though they resemble one.
const UNKNOWN: &[&str] =
    &["futureSource", "EmptyDir", "emptydir", "configmap", "hostpath", "downwardApi", "storageOS"];

pub(super) fn volume() -> BoxedStrategy<Value> {
    let known = || prop::sample::select(SOURCES);
    let any = prop_oneof![8 => known(), 1 => prop::sample::select(UNKNOWN)];
    // null is a source that is not there.
    let content = || prop::sample::select(vec![json!({}), json!({"readOnly": true}), json!(null)]);
    let one =
        (any, content()).prop_map(|(source, content)| json!({"name": "data", source: content}));
    let two = (known(), known(), content())
        .prop_map(|(first, second, content)| json!({"name": "data", first: {}, second: content}));
    let typical = prop::sample::select(vec![
        json!({"name": "data", "emptyDir": {"medium": "Memory", "sizeLimit": "64Mi"}}),
        json!({"name": "data", "hostPath": {"path": "/var/log", "type": "Directory"}}),
        json!({"name": "data", "projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]}}),
        json!({"name": "data", "ephemeral": {"volumeClaimTemplate": {"spec": {"accessModes": ["ReadWriteOnce"]}}}}),
        json!({"name": "data", "image": {"reference": "registry.example/data:1", "pullPolicy": "Always"}}),
    ]);
    let none = prop::sample::select(vec![json!({"name": "data"}), json!({}), Value::Null]);
    prop_oneof![10 => one, 2 => two, 2 => typical, 1 => none].boxed()
}
