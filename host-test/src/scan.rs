//! The objects of a cluster that its admission would have judged, for `ringfence scan`.

use crate::cluster::source;
use crate::docs::artifacthub::resources::{Resource as Kind, listed};
use crate::kinds;
use crate::manifest::Manifests;
use rayon::prelude::*;
use ringfence_host::cluster::Cluster;
use serde_json::Value;

/// What is read of a cluster.
#[derive(Debug, Default)]
pub struct Scanned {
    /// The objects, by namespace, kind and name; what could not be listed is unread.
    pub manifests: Manifests,
    /// How many are left out because what made them is judged.
    pub owned: usize,
}

/// Lists every kind that rules judge, Secrets and ConfigMaps aside, on all processors; `done` is
/// called after each kind. `namespaces` limits it to these, and to what lives in them. `owned` are
/// the objects that controllers have made, such as the pods of a Deployment.
pub fn read(
    cluster: &dyn Cluster,
    namespaces: &[String],
    owned: bool,
    done: impl Fn() + Sync,
) -> Scanned {
    let kinds: Vec<(usize, &Kind)> = listed()
        .filter(|kind| namespaces.is_empty() || kind.namespaced || kind.kind == "Namespace")
        .enumerate()
        .collect();
    let lists: Vec<(usize, &Kind, Objects)> = kinds
        .into_par_iter()
        .map(|(order, kind)| {
            let objects = list(cluster, kind, namespaces);
            done();
            (order, kind, objects)
        })
        .collect::<Vec<_>>();
    let mut scanned = Scanned::default();
    let mut found = Vec::new();
    for (order, kind, objects) in lists {
        for object in objects {
            match object {
                Ok(object) if !owned && is_owned(&object) => scanned.owned += 1,
                Ok(mut object) => {
                    // Items of a list may leave to it what they are.
                    object["apiVersion"] = api_version(kind).into();
                    object["kind"] = kind.kind.into();
                    found.push((home(&object, kind), order, name(&object), object));
                }
                Err(what) => scanned.manifests.fail(CLUSTER, None, what),
            }
        }
    }
    found.sort_by(|one, other| (&one.0, one.1, &one.2).cmp(&(&other.0, other.1, &other.2)));
    for (home, _, _, object) in found {
        scanned.manifests.add_file(&home, object.to_string().as_bytes(), true);
    }
    scanned
}

/// How what lives outside of namespaces is headed.
const CLUSTER: &str = "<cluster>";

/// Objects, and why there are no more.
type Objects = Vec<Result<Value, String>>;

/// How many kinds are listed.
pub fn kinds(namespaces: &[String]) -> usize {
    let is_listed =
        |kind: &&Kind| namespaces.is_empty() || kind.namespaced || kind.kind == "Namespace";
    listed().filter(is_listed).count()
}

fn api_version(kind: &Kind) -> String {
    if kind.group.is_empty() {
        kind.version.to_owned()
    } else {
        format!("{}/{}", kind.group, kind.version)
    }
}

/// The objects of a kind, or why there are none.
fn list(cluster: &dyn Cluster, kind: &Kind, namespaces: &[String]) -> Objects {
    let in_one = |namespace: Option<&str>| {
        source::list_in(cluster, &api_version(kind), kind.kind, namespace)
    };
    let told = |listed: anyhow::Result<Vec<Value>>| match listed {
        Ok(objects) => objects.into_iter().map(Ok).collect(),
        Err(error) => vec![Err(format!("{error:#}; what is not listed is not judged"))],
    };
    if kind.kind == "Namespace" {
        let mut all = told(in_one(None));
        all.retain(|it| {
            let is_named = |object| namespaces.is_empty() || namespaces.contains(&name(object));
            it.as_ref().map_or(true, is_named)
        });
        return all;
    }
    if namespaces.is_empty() {
        return told(in_one(None));
    }
    namespaces.iter().flat_map(|namespace| told(in_one(Some(namespace)))).collect()
}

fn name(object: &Value) -> String {
    object["metadata"]["name"].as_str().unwrap_or_default().to_owned()
}

/// Where it lives, as findings are headed.
fn home(object: &Value, kind: &Kind) -> String {
    let namespace = if kind.kind == "Namespace" {
        Some(name(object))
    } else {
        object["metadata"]["namespace"].as_str().map(str::to_owned)
    };
    namespace.map_or_else(|| CLUSTER.to_owned(), |namespace| format!("<namespace {namespace}>"))
}

/// Whether a controller of a kind that is judged has made it.
///
/// Source: `OwnerReference.controller` of `meta/v1`.
fn is_owned(object: &Value) -> bool {
    let owners = object["metadata"]["ownerReferences"].as_array();
    owners.into_iter().flatten().any(|owner| {
        let version = owner["apiVersion"].as_str().unwrap_or_default();
        let (group, _) = kinds::group_version(version);
        let kind = owner["kind"].as_str().unwrap_or_default();
        owner["controller"] == true && kinds::pod_path(group, kind).is_some()
    })
}
