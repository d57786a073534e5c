//! Generated pods: a base, mostly compliant, and mutations of single fields.
//!
//! Few mutations give pods that are nearly compliant, where checks disagree by
//! a hair; many give wild ones. Everything generated decodes as a pod by Go's
//! rules (right JSON types, `null` anywhere), however little sense it makes to
//! the API server. Shrinking drops mutations first, then simplifies values
//! (earlier alternatives are simpler).

mod base;
mod container;
mod pod;
mod volume;
mod wide;

use proptest::prelude::*;
use serde_json::{Map, Value};

pub use base::Base;

/// A field to change, and how.
#[derive(Debug, Clone)]
pub struct Mutation {
    place: Place,
    key: String,
    change: Change,
}

/// The JSON object a mutation works on.
#[derive(Debug, Clone, Copy)]
enum Place {
    Metadata,
    Annotations,
    Spec,
    PodSecurityContext,
    /// Of all containers in document order, counted round and round.
    Container(usize),
    ContainerSecurityContext(usize),
}

#[derive(Debug, Clone)]
enum Change {
    Set(Value),
    /// To the end of a list, which begins to exist if need be.
    Append(Value),
    Remove,
}

/// Pods as `{"apiVersion", "kind", "metadata", "spec"}`.
pub fn pod() -> BoxedStrategy<Value> {
    mutated(mutation())
}

/// Pods that also say what only opt-in rules and parameters read.
pub fn wide_pod() -> BoxedStrategy<Value> {
    mutated(prop_oneof![2 => mutation(), 3 => wide::mutation()].boxed())
}

/// PersistentVolumes.
pub fn persistent_volume() -> BoxedStrategy<Value> {
    wide::persistent_volume()
}

/// Any changes, one after the other.
pub fn mutations() -> BoxedStrategy<Vec<Mutation>> {
    prop::collection::vec(prop_oneof![2 => mutation(), 3 => wide::mutation()], 0..=4).boxed()
}

fn mutated(mutation: BoxedStrategy<Mutation>) -> BoxedStrategy<Value> {
    let mutations = prop_oneof![
        4 => prop::collection::vec(mutation.clone(), 0..=5),
        1 => prop::collection::vec(mutation, 6..=60),
    ];
    (base::base(), mutations)
        .prop_map(|(base, mutations)| {
            let mut pod = base.build();
            for mutation in mutations {
                mutation.apply(&mut pod);
            }
            pod
        })
        .boxed()
}

fn mutation() -> BoxedStrategy<Mutation> {
    let container = || any::<u8>().prop_map(usize::from);
    prop_oneof![
        1 => pod::metadata().prop_map(|(key, change)| at(Place::Metadata, key, change)),
        3 => pod::annotation().prop_map(|(key, change)| at(Place::Annotations, key, change)),
        5 => pod::spec().prop_map(|(key, change)| at(Place::Spec, key, change)),
        7 => pod::security_context().prop_map(|(key, change)| at(Place::PodSecurityContext, key, change)),
        5 => (container(), container::container())
            .prop_map(|(index, (key, change))| at(Place::Container(index), key, change)),
        10 => (container(), container::security_context())
            .prop_map(|(index, (key, change))| at(Place::ContainerSecurityContext(index), key, change)),
    ]
    .boxed()
}

fn at(place: Place, key: impl Into<String>, change: Change) -> Mutation {
    Mutation { place, key: key.into(), change }
}

impl Mutation {
    /// Changes the pod, where it has the place.
    pub fn apply(self, pod: &mut Value) {
        // A pod without containers has no place for some mutations.
        let Some(object) = self.place.find(pod) else {
            return;
        };
        match self.change {
            Change::Set(value) => {
                object.insert(self.key, value);
            }
            Change::Remove => {
                object.remove(&self.key);
            }
            Change::Append(value) => match object.get_mut(&self.key) {
                Some(Value::Array(list)) => list.push(value),
                _ => {
                    object.insert(self.key, Value::Array(vec![value]));
                }
            },
        }
    }
}

impl Place {
    fn find(self, pod: &mut Value) -> Option<&mut Map<String, Value>> {
        match self {
            Self::Metadata => child(pod.as_object_mut()?, "metadata"),
            Self::Annotations => child(Self::Metadata.find(pod)?, "annotations"),
            Self::Spec => child(pod.as_object_mut()?, "spec"),
            Self::PodSecurityContext => child(Self::Spec.find(pod)?, "securityContext"),
            Self::Container(index) => container_at(Self::Spec.find(pod)?, index),
            Self::ContainerSecurityContext(index) => {
                child(Self::Container(index).find(pod)?, "securityContext")
            }
        }
    }
}

/// The object under `key`, made if it is absent or null.
fn child<'a>(object: &'a mut Map<String, Value>, key: &str) -> Option<&'a mut Map<String, Value>> {
    let value = object.entry(key).or_insert(Value::Null);
    if value.is_null() {
        *value = Value::Object(Map::new());
    }
    value.as_object_mut()
}

fn container_at(spec: &mut Map<String, Value>, index: usize) -> Option<&mut Map<String, Value>> {
    let lists = ["initContainers", "containers", "ephemeralContainers"];

    let total: usize = lists.iter().map(|list| count_of(spec, list)).sum();
    let mut index = index.checked_rem(total)?;
    for list in lists {
        let length = count_of(spec, list);
        if index < length {
            return spec.get_mut(list)?.get_mut(index)?.as_object_mut();
        }
        index -= length;
    }
    None
}

fn count_of(spec: &Map<String, Value>, list: &str) -> usize {
    spec.get(list).and_then(Value::as_array).map_or(0, Vec::len)
}

/// A key with one of these values, or none at all.
fn field<const N: usize>(key: &'static str, values: [Value; N]) -> Keyed {
    let set = prop::sample::select(values.to_vec()).prop_map(Change::Set);
    prop_oneof![1 => Just(Change::Remove), 8 => set]
        .prop_map(move |change| (key.into(), change))
        .boxed()
}

/// A key with a generated value, `null`, `{}` or none at all.
fn object(key: &'static str, values: BoxedStrategy<Value>) -> Keyed {
    let empty = prop::sample::select(vec![Value::Null, Value::Object(Map::new())]);
    prop_oneof![
        1 => Just(Change::Remove),
        2 => empty.prop_map(Change::Set),
        12 => values.prop_map(Change::Set),
    ]
    .prop_map(move |change| (key.into(), change))
    .boxed()
}

/// A list that grows by one value, or turns empty, `null` or absent.
fn list(key: &'static str, items: BoxedStrategy<Value>) -> Keyed {
    let empty = prop::sample::select(vec![Value::Array(vec![]), Value::Null]);
    prop_oneof![
        12 => items.prop_map(Change::Append),
        1 => empty.prop_map(Change::Set),
        1 => Just(Change::Remove),
    ]
    .prop_map(move |change| (key.into(), change))
    .boxed()
}

/// A key and what happens to it.
type Keyed = BoxedStrategy<(String, Change)>;

/// One of several fields, by weight.
fn one_of<const N: usize>(fields: [(u32, Keyed); N]) -> Keyed {
    proptest::strategy::Union::new_weighted(fields.to_vec()).boxed()
}

/// One of these values.
fn value<const N: usize>(values: [Value; N]) -> BoxedStrategy<Value> {
    prop::sample::select(values.to_vec()).boxed()
}

/// One of these strings.
fn text(values: &'static [&'static str]) -> BoxedStrategy<Value> {
    prop::sample::select(values).prop_map(Value::from).boxed()
}

/// An object of which every field may be missing.
fn some_of<const N: usize>(
    fields: [(&'static str, BoxedStrategy<Value>); N],
) -> BoxedStrategy<Value> {
    let names = fields.each_ref().map(|(name, _)| *name);
    let values: Vec<_> = fields.into_iter().map(|(_, values)| prop::option::of(values)).collect();
    values
        .prop_map(move |values| {
            let present =
                names.iter().zip(values).filter_map(|(name, value)| Some((*name, value?)));
            Value::Object(present.map(|(name, value)| (name.to_owned(), value)).collect())
        })
        .boxed()
}
