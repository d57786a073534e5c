//! Builds the admission request that the API server would send for a resource.

use crate::kinds;
use crate::manifest::Resource;
use serde_json::{Map, Value, json};

/// What the user said about the request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The operation; `None` takes what fits: UPDATE with an old object or a subresource, DELETE
    /// never, CREATE otherwise.
    pub operation: Option<Operation>,
    /// The subresource, for the resources that have it.
    pub subresource: Option<String>,
    /// The name of the requester.
    pub user: Option<String>,
    /// The groups of the requester.
    pub groups: Vec<String>,
    /// The namespace, before the one in the manifest.
    pub namespace: Option<String>,
}

/// An admission operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
#[value(rename_all = "UPPER")]
pub enum Operation {
    /// A new object.
    Create,
    /// A changed object.
    Update,
    /// An object that goes away: it is the old object, there is no new one.
    Delete,
    /// `exec`, `attach`, `portforward`, `proxy`.
    Connect,
}

impl Operation {
    /// As it stands in a request.
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "CREATE",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
            Self::Connect => "CONNECT",
        }
    }
}

/// Who asks when the user names nobody: an administrator, as `kubeadm` sets one up.
const USER: &str = "kubernetes-admin";

/// Where an object goes that names no namespace.
const DEFAULT_NAMESPACE: &str = "default";

/// Subresources that only pods have.
const POD_SUBRESOURCES: &[&str] = &[
    "attach",
    "binding",
    "ephemeralcontainers",
    "eviction",
    "exec",
    "log",
    "portforward",
    "proxy",
    "resize",
];

/// The request for `object`, the new state, and `old`, the one before. Notes say where the request
/// differs from what the options ask for.
///
/// `ordinal` makes the uid: the same input gives the same request.
pub fn build(
    (api_version, kind): (&str, &str),
    object: Value,
    old: Option<Value>,
    options: &Options,
    ordinal: usize,
) -> (Value, Vec<String>) {
    let mut notes = Vec::new();
    let subresource = options.subresource.as_deref().filter(|name| {
        let fits = kind == "Pod" || !POD_SUBRESOURCES.contains(name);
        if !fits {
            notes.push(format!("a {kind} has no subresource {name}, the object itself is judged"));
        }
        fits
    });
    let operation =
        options.operation.unwrap_or_else(|| default_operation(subresource, old.is_some()));
    if operation == Operation::Update && old.is_none() {
        notes.push("no old object was given, so everything in the new one counts as changed; use --old FILE".into());
    }
    let (group, version) = kinds::group_version(api_version);
    let gvk = json!({"group": group, "version": version, "kind": kind});
    let gvr = json!({"group": group, "version": version, "resource": kinds::resource_name(kind)});
    let mut request = Map::new();
    request.insert("uid".into(), format!("00000000-0000-4000-8000-{ordinal:012}").into());
    request.insert("kind".into(), gvk.clone());
    request.insert("resource".into(), gvr.clone());
    if let Some(subresource) = subresource {
        request.insert("subResource".into(), subresource.into());
    }
    request.insert("requestKind".into(), gvk);
    request.insert("requestResource".into(), gvr);
    if let Some(subresource) = subresource {
        request.insert("requestSubResource".into(), subresource.into());
    }
    if let Some(name) = metadata(&object, "name") {
        request.insert("name".into(), name.into());
    }
    if let Some(namespace) = namespace(kind, &object, options) {
        request.insert("namespace".into(), namespace.into());
    }
    request.insert("operation".into(), operation.name().into());
    request.insert("userInfo".into(), user_info(options));
    // A deleted object is the old one; there is no new one.
    let (object, old) = if operation == Operation::Delete {
        (None, old.or(Some(object)))
    } else {
        (Some(object), old)
    };
    request.extend(object.map(|object| ("object".into(), object)));
    request.extend(old.map(|old| ("oldObject".into(), old)));
    request.insert("dryRun".into(), false.into());
    request.insert("options".into(), json!({}));
    (Value::Object(request), notes)
}

fn default_operation(subresource: Option<&str>, has_old: bool) -> Operation {
    match subresource {
        Some("exec" | "attach" | "portforward" | "proxy") => Operation::Connect,
        Some("binding" | "eviction") => Operation::Create,
        Some(_) => Operation::Update,
        None if has_old => Operation::Update,
        None => Operation::Create,
    }
}

fn namespace(kind: &str, object: &Value, options: &Options) -> Option<String> {
    if kind == "Namespace" {
        // A namespace is its own namespace in admission requests.
        return metadata(object, "name").map(str::to_owned);
    }
    if !kinds::is_namespaced(kind) {
        return None;
    }
    let given = options.namespace.as_deref().or_else(|| metadata(object, "namespace"));
    Some(given.unwrap_or(DEFAULT_NAMESPACE).to_owned())
}

fn metadata<'a>(object: &'a Value, field: &str) -> Option<&'a str> {
    object.get("metadata")?.get(field)?.as_str().filter(|text| !text.is_empty())
}

fn user_info(options: &Options) -> Value {
    let mut groups = options.groups.clone();
    // Every authenticated request carries it, whatever groups are named.
    if !groups.iter().any(|group| group == "system:authenticated") {
        groups.push("system:authenticated".into());
    }
    json!({"username": options.user.as_deref().unwrap_or(USER), "groups": groups})
}

/// The resource among `old` that has the group, kind, namespace and name of `resource`. Either may
/// leave its namespace to the command line.
pub fn find_old<'a>(
    resource: &Resource,
    old: &'a [Resource],
    options: &Options,
) -> Option<&'a Resource> {
    fn identity(resource: &Resource) -> (&str, &str, Option<&str>) {
        let (group, _) = kinds::group_version(&resource.api_version);
        (group, &resource.kind, resource.name.as_deref())
    }
    let given = options.namespace.as_deref();
    let new_namespace = given.or(resource.namespace.as_deref()).unwrap_or(DEFAULT_NAMESPACE);
    old.iter().find(|old| {
        let old_namespace = old.namespace.as_deref().or(given).unwrap_or(DEFAULT_NAMESPACE);
        identity(old) == identity(resource) && old_namespace == new_namespace
    })
}

/// The document that `kwctl run --request-path` takes.
pub fn review(request: &Value) -> Value {
    json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request})
}
