//! What the tests ask and whom.

use std::sync::Arc;
use std::time::Instant;

use ringfence_host::HostCapabilities;
use ringfence_host::cluster::{Cluster, Request, Snapshot};
use serde_json::{Value, json};

/// A snapshot of these objects, everything granted.
pub(crate) fn snapshot(objects: Vec<Value>) -> HostCapabilities {
    HostCapabilities::new(Arc::new(Snapshot::new(objects).expect("objects")))
}

/// An object without more than it is.
pub(crate) fn object(api_version: &str, kind: &str, namespace: Option<&str>, name: &str) -> Value {
    let mut metadata = json!({"name": name});
    if let Some(namespace) = namespace {
        metadata["namespace"] = namespace.into();
    }
    json!({"apiVersion": api_version, "kind": kind, "metadata": metadata})
}

/// The answer to `kubernetes/<operation>`.
pub(crate) fn ask(
    capabilities: &HostCapabilities,
    operation: &str,
    payload: &Value,
) -> Result<Value, String> {
    let answer = capabilities.answer("kubernetes", operation, payload.to_string().as_bytes())?;
    Ok(serde_json::from_slice(&answer).expect("an answer is JSON"))
}

pub(crate) fn get(kind: (&str, &str), namespace: Option<&str>, name: &str) -> Value {
    json!({
        "api_version": kind.0, "kind": kind.1, "name": name, "namespace": namespace,
        "disable_cache": false, "field_masks": null,
    })
}

/// The names of the objects that a list has, as `namespace/name`.
pub(crate) fn names(list: &Value) -> Vec<String> {
    let metadata = |item: &Value, field: &str| item["metadata"][field].as_str().map(str::to_owned);
    let items = list["items"].as_array().expect("items");
    let name = |item| {
        let name = metadata(item, "name").expect("a name");
        metadata(item, "namespace").map_or(name.clone(), |namespace| format!("{namespace}/{name}"))
    };
    items.iter().map(name).collect()
}

/// A cluster that always says the same.
pub(crate) struct Says(pub(crate) Result<Vec<u8>, String>);

impl Cluster for Says {
    fn answer(&self, _: &Request, _: Instant) -> Result<Vec<u8>, String> {
        self.0.clone()
    }
}
