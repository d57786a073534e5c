//! A cluster that is a set of manifests.

use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

use serde_json::{Value, json};

use super::field_mask::FieldMask;
use super::field_selector::FieldSelector;
use super::label_selector::LabelSelector;
use super::{Cluster, GetResource, ListResources, Request, kinds, rbac};

/// Objects as a cluster would hold them, by kind, namespace and name.
///
/// It takes manifests as they are written and completes what an API server
/// completes: an object without a namespace is in `default` where its kind is a
/// built-in one that belongs to a namespace, and a Namespace has the label
/// `kubernetes.io/metadata.name`. What it holds is the whole cluster: a list of a
/// kind that is not there is empty.
#[derive(Debug, Default)]
pub struct Snapshot {
    objects: BTreeMap<Kind, BTreeMap<Key, Found>>,
    /// What CustomResourceDefinitions say of the scope of their kind.
    namespaced: HashMap<Kind, bool>,
}

/// Why a snapshot cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// A value is no object with `apiVersion` and `kind`.
    #[error("not a kubernetes object: no text at `{missing}`; leave it out of the snapshot")]
    NoObject {
        /// The field that is missing.
        missing: &'static str,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Kind {
    group: String,
    kind: String,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    namespace: Option<String>,
    name: String,
    /// Tells apart what only has a `generateName`; 0 for what has a name.
    unnamed: usize,
}

#[derive(Debug)]
enum Found {
    Object(Value),
    /// Two objects of this key that are not equal.
    Contradiction,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    Cluster,
    Namespaced,
    Unknown,
}

impl Snapshot {
    /// The snapshot of these objects; the items of a list count one by one.
    ///
    /// # Errors
    /// [`SnapshotError::NoObject`] for a value that is none.
    pub fn new(objects: impl IntoIterator<Item = Value>) -> Result<Self, SnapshotError> {
        let mut flat = Vec::new();
        for object in objects {
            flatten(object, &mut flat)?;
        }
        let mut snapshot = Self::default();
        snapshot.namespaced.extend(flat.iter().filter_map(|(_, object)| custom_scope(object)));
        for (number, (kind, object)) in flat.into_iter().enumerate() {
            snapshot.add(kind, object, number + 1);
        }
        Ok(snapshot)
    }

    /// Takes in one object, no list, in the place of the one with its name, which it gives back.
    #[cfg(feature = "live")]
    pub(super) fn replace(&mut self, object: Value) -> Result<Option<Value>, SnapshotError> {
        let kind = Kind::of(&object)?;
        let before = self.remove(&object);
        self.add(kind, object, 1);
        Ok(before)
    }

    /// Takes the object with the name of this one out.
    #[cfg(feature = "live")]
    pub(super) fn remove(&mut self, object: &Value) -> Option<Value> {
        let kind = Kind::of(object).ok()?;
        let key = Key::of(object, self.scope(&kind), 1);
        match self.objects.get_mut(&kind)?.remove(&key)? {
            Found::Object(object) => Some(object),
            Found::Contradiction => None,
        }
    }

    fn add(&mut self, kind: Kind, mut object: Value, number: usize) {
        let scope = self.scope(&kind);
        complete(&kind, scope, &mut object);
        let key = Key::of(&object, scope, number);
        let of_kind = self.objects.entry(kind).or_default();
        let found = match of_kind.remove(&key) {
            Some(Found::Object(other)) if other == object => Found::Object(object),
            Some(_) => Found::Contradiction,
            None => Found::Object(object),
        };
        of_kind.insert(key, found);
    }

    fn scope(&self, kind: &Kind) -> Scope {
        let namespaced = match self.namespaced.get(kind) {
            Some(namespaced) => *namespaced,
            None if !kinds::is_namespaced(&kind.kind) => false,
            // Groups that only Kubernetes itself uses; most have no dot.
            None if !kind.group.contains('.') || kind.group.ends_with(".k8s.io") => true,
            None => return Scope::Unknown,
        };
        if namespaced { Scope::Namespaced } else { Scope::Cluster }
    }

    fn get(&self, get: &GetResource) -> Result<Value, String> {
        let GetResource { api_version, kind, name, namespace, .. } = get;
        let kind_of = Kind::new(api_version, kind);
        let namespace = match self.scope(&kind_of) {
            Scope::Cluster => None,
            Scope::Namespaced if namespace.is_none() => {
                return Err(format!(
                    "Resource {api_version}/{kind} is namespaced, but no namespace was provided"
                ));
            }
            _ => namespace.clone(),
        };
        let key = Key { namespace, name: name.clone(), unnamed: 0 };
        let found = self.objects.get(&kind_of).and_then(|of_kind| of_kind.get(&key));
        let Some(found) = found else {
            return Err(not_found(get));
        };
        let object = found.object(&key, api_version, kind)?;
        Ok(FieldMask::new(get.field_masks.as_ref()).of(object))
    }

    fn list(&self, list: &ListResources) -> Result<Value, String> {
        let ListResources { api_version, kind, namespace, .. } = list;
        let kind_of = Kind::new(api_version, kind);
        if namespace.is_some() && self.scope(&kind_of) == Scope::Cluster {
            return Err(cluster_wide(api_version, kind));
        }
        let labels = LabelSelector::parse(list.label_selector.as_deref().unwrap_or_default())?;
        let fields = FieldSelector::parse(list.field_selector.as_deref().unwrap_or_default())?;
        let mask = FieldMask::new(list.field_masks.as_ref());
        let mut items = Vec::new();
        for (key, found) in self.objects.get(&kind_of).into_iter().flatten() {
            if namespace.is_some() && *namespace != key.namespace {
                continue;
            }
            let object = found.object(key, api_version, kind)?;
            if labels.matches(object) && fields.matches(object) {
                items.push(mask.of(&without_bookkeeping(object)));
            }
        }
        Ok(list_of(api_version, kind, items))
    }

    /// Objects of a kind whose version does not matter.
    pub(super) fn of_kind<'a>(
        &'a self,
        group: &str,
        kind: &str,
    ) -> impl Iterator<Item = Result<&'a Value, String>> {
        let kind = Kind { group: group.to_owned(), kind: kind.to_owned() };
        self.objects.get_key_value(&kind).into_iter().flat_map(|(kind, of_kind)| {
            of_kind.iter().map(|(key, found)| match found {
                Found::Object(object) => Ok(object),
                Found::Contradiction => Err(contradiction(key, &kind.kind)),
            })
        })
    }
}

impl Cluster for Snapshot {
    fn answer(&self, request: &Request, _until: Instant) -> Result<Vec<u8>, String> {
        let answer = match request {
            Request::CanI(can_i) => rbac::can_i(self, &can_i.subject_access_review),
            Request::GetResource(get) => self.get(get),
            Request::ListResources(list) => self.list(list),
        };
        serde_json::to_vec(&answer?).map_err(|error| error.to_string())
    }
}

impl Key {
    /// Of an object, the so-manieth of its snapshot.
    fn of(object: &Value, scope: Scope, number: usize) -> Self {
        let name = text(object, "/metadata/name").unwrap_or_default().to_owned();
        let unnamed = if name.is_empty() { number } else { 0 };
        let namespace = text(object, "/metadata/namespace").filter(|_| scope != Scope::Cluster);
        Self { namespace: namespace.map(str::to_owned), name, unnamed }
    }
}

impl Kind {
    /// Of an object.
    fn of(object: &Value) -> Result<Self, SnapshotError> {
        let missing = |missing| SnapshotError::NoObject { missing };
        let api_version = text(object, "/apiVersion").ok_or(missing("apiVersion"))?;
        let kind = text(object, "/kind").ok_or(missing("kind"))?;
        Ok(Self::new(api_version, kind))
    }

    fn new(api_version: &str, kind: &str) -> Self {
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        Self { group: group.to_owned(), kind: kind.to_owned() }
    }
}

impl Found {
    /// The object, if it is one and has the version that is asked for. Nobody here
    /// can convert between versions.
    fn object(&self, key: &Key, api_version: &str, kind: &str) -> Result<&Value, String> {
        let Self::Object(object) = self else {
            return Err(contradiction(key, kind));
        };
        match text(object, "/apiVersion") {
            Some(version) if version == api_version => Ok(object),
            version => Err(format!(
                "the snapshot holds {kind} {key} as {}, asked was {api_version}; write the manifest in that version",
                version.unwrap_or_default()
            )),
        }
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(namespace) = &self.namespace {
            write!(f, "{namespace}/")?;
        }
        f.write_str(&self.name)
    }
}

fn contradiction(key: &Key, kind: &str) -> String {
    format!("the snapshot holds {kind} {key} twice and not alike; keep one of them")
}

/// What policy-server says of an object that is not there.
pub(super) fn not_found(get: &GetResource) -> String {
    let GetResource { api_version, kind, name, namespace, .. } = get;
    let namespace = namespace.as_deref();
    format!("Cannot find {api_version}/{kind} named '{name}' inside of namespace '{namespace:?}'")
}

/// What policy-server says when a namespace is asked for what it cannot hold.
pub(super) fn cluster_wide(api_version: &str, kind: &str) -> String {
    format!(
        "resource {api_version}/{kind} is cluster wide. Cannot search for it inside of a namespace"
    )
}

/// A list as the hosts write it.
pub(super) fn list_of(api_version: &str, kind: &str, items: Vec<Value>) -> Value {
    json!({"apiVersion": api_version, "kind": format!("{kind}List"), "metadata": {}, "items": items})
}

/// The object as the hosts keep it for lists.
pub(super) fn without_bookkeeping(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        // Taking out one field may change the order of the others, keeping them does not.
        metadata.retain(|name, _| name != "managedFields");
        if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
            annotations
                .retain(|name, _| name != "kubectl.kubernetes.io/last-applied-configuration");
        }
    }
    object
}

pub(super) fn text<'a>(object: &'a Value, pointer: &str) -> Option<&'a str> {
    object.pointer(pointer)?.as_str().filter(|text| !text.is_empty())
}

/// Adds an object, or the items of a list, which may leave to it what they are.
fn flatten(object: Value, flat: &mut Vec<(Kind, Value)>) -> Result<(), SnapshotError> {
    let of_kind = Kind::of(&object)?;
    let kind = of_kind.kind.clone();
    let api_version = text(&object, "/apiVersion").unwrap_or_default().to_owned();
    let items = kind.strip_suffix("List").zip(object.get("items").and_then(Value::as_array));
    let Some((item_kind, items)) = items else {
        flat.push((of_kind, object));
        return Ok(());
    };
    for item in items {
        let mut item = item.clone();
        if let Some(fields) = item.as_object_mut().filter(|_| !item_kind.is_empty()) {
            fields.entry("apiVersion").or_insert_with(|| api_version.clone().into());
            fields.entry("kind").or_insert_with(|| item_kind.into());
        }
        flatten(item, flat)?;
    }
    Ok(())
}

fn custom_scope(object: &Value) -> Option<(Kind, bool)> {
    if text(object, "/kind") != Some("CustomResourceDefinition") {
        return None;
    }
    let group = text(object, "/spec/group")?.to_owned();
    let kind = text(object, "/spec/names/kind")?.to_owned();
    Some((Kind { group, kind }, text(object, "/spec/scope")? == "Namespaced"))
}

/// Adds what an API server adds and policies look at.
fn complete(kind: &Kind, scope: Scope, object: &mut Value) {
    let is_namespace = kind.group.is_empty() && kind.kind == "Namespace";
    let name = text(object, "/metadata/name").unwrap_or_default().to_owned();
    let Some(object) = object.as_object_mut() else { return };
    let Some(metadata) = object.entry("metadata").or_insert_with(|| json!({})).as_object_mut()
    else {
        return;
    };
    if scope == Scope::Namespaced && metadata.get("namespace").is_none_or(Value::is_null) {
        metadata.insert("namespace".into(), "default".into());
    }
    if is_namespace {
        let labels = metadata.entry("labels").or_insert_with(|| json!({}));
        if labels.is_null() {
            *labels = json!({});
        }
        if let Some(labels) = labels.as_object_mut() {
            labels.insert("kubernetes.io/metadata.name".into(), name.into());
        }
    }
}
