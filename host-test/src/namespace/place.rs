//! The namespaces of a pile of manifests, and what is in each.

use crate::kinds;
use crate::manifest::{Manifests, Resource};
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Where an object goes that names no namespace.
const DEFAULT: &str = "default";

/// The name under which the pod that says nothing is judged.
const PROBE: &str = "a-pod-to-come";

/// An object and where it comes from.
#[derive(Clone, Debug)]
pub struct Item {
    /// As it was read.
    pub resource: Resource,
    /// The object.
    pub object: Value,
    /// Whether it stands in no manifest.
    pub is_made_up: bool,
    /// The namespace that it is in, where that is another than the one that is looked at.
    pub elsewhere: Option<String>,
}

/// One namespace.
#[derive(Debug)]
pub struct Place {
    /// Its name.
    pub name: String,
    /// The Namespace; without one in the manifests, one without labels.
    pub namespace: Item,
    /// A pod that says nothing: what holds for it, holds for whatever comes.
    pub probe: Item,
    /// What is in the namespace, and what gives its service accounts rights elsewhere.
    pub items: Vec<Item>,
}

/// The namespaces that the resources are in, or are.
pub fn names(resources: &[Resource]) -> BTreeSet<&str> {
    resources.iter().filter_map(namespace).collect()
}

/// The namespace that a resource is in, or is.
fn namespace(resource: &Resource) -> Option<&str> {
    if resource.kind == "Namespace" {
        return resource.name.as_deref();
    }
    let is_in_one = kinds::is_namespaced(&resource.kind);
    is_in_one.then(|| resource.namespace.as_deref().unwrap_or(DEFAULT))
}

impl Place {
    /// Gathers what concerns the namespace.
    ///
    /// # Errors
    /// When what stands in no manifest cannot be made up.
    pub fn of(name: &str, resources: &[Resource]) -> Result<Self> {
        let mut items = Vec::new();
        let mut found = None;
        for resource in resources {
            let item = || Item {
                object: resource.node.to_json(),
                resource: resource.clone(),
                is_made_up: false,
                elsewhere: namespace(resource).filter(|it| *it != name).map(str::to_owned),
            };
            if namespace(resource) == Some(name) {
                if resource.kind == "Namespace" {
                    found = Some(item());
                } else {
                    items.push(item());
                }
            } else if is_binding(resource) {
                let item = item();
                if subjects(&item.object).any(|subject| is_of(subject, name)) {
                    items.push(item);
                }
            }
        }
        let namespace = match found {
            Some(found) => found,
            None => made_up(&json!({
                "apiVersion": "v1",
                "kind": "Namespace",
                "metadata": {"name": name},
            }))?,
        };
        let probe = made_up(&json!({
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": PROBE, "namespace": name},
            "spec": {"containers": [{"name": "container", "image": "image"}]},
        }))?;
        Ok(Self { name: name.to_owned(), namespace, probe, items })
    }

    /// The objects of a kind in the namespace.
    pub fn of_kind(&self, kind: &str) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(move |item| item.resource.kind == kind && self.has(item))
    }

    /// What carries pods, but what another of them has made. Of kinds that are not Kubernetes' own,
    /// those are known that `custom` names by group and kind.
    pub fn workloads(&self, custom: &[(String, String)]) -> Vec<&Item> {
        let carries = |item: &&Item| {
            let Resource { api_version, kind, .. } = &item.resource;
            let (group, _) = kinds::group_version(api_version);
            let is_custom = custom.iter().any(|(g, k)| g == group && k == kind);
            self.has(item) && (is_custom || kinds::pod_path(group, kind).is_some())
        };
        let all: Vec<&Item> = self.items.iter().filter(carries).collect();
        let is_there = |(kind, name): (&str, &str)| {
            let mut resources = all.iter().map(|item| &item.resource);
            resources.any(|it| it.kind == kind && it.name.as_deref() == Some(name))
        };
        let heads = all.iter().filter(|item| !owner(&item.object).is_some_and(is_there));
        heads.copied().collect()
    }

    /// Whether the object is in the namespace, and not only about it.
    fn has(&self, item: &Item) -> bool {
        namespace(&item.resource) == Some(&self.name)
    }
}

impl Item {
    /// The object in words: `Deployment web`, `RoleBinding bank/web` of another namespace.
    pub fn words(&self) -> String {
        if self.resource.name.as_deref() == Some(PROBE) && self.is_made_up {
            return "a pod that says nothing".into();
        }
        let name = self.resource.name.as_deref().unwrap_or("(no name)");
        let namespace = self.elsewhere.as_ref().map(|namespace| format!("{namespace}/"));
        format!("{} {}{name}", self.resource.kind, namespace.unwrap_or_default())
    }

    /// The pod in it: `metadata` and `spec`.
    pub fn pod(&self) -> Option<&Value> {
        let (group, _) = kinds::group_version(&self.resource.api_version);
        let path = kinds::pod_path(group, &self.resource.kind)?;
        path.iter().try_fold(&self.object, |value, field| value.get(field))
    }
}

/// Reads what stands in no file as if it did.
fn made_up(object: &Value) -> Result<Item> {
    let mut manifests = Manifests::default();
    manifests.add_file("", object.to_string().as_bytes(), true);
    let resource = manifests.resources.pop().context("what was made up cannot be read")?;
    Ok(Item { resource, object: object.clone(), is_made_up: true, elsewhere: None })
}

fn is_binding(resource: &Resource) -> bool {
    matches!(&*resource.kind, "RoleBinding" | "ClusterRoleBinding")
        && kinds::group_version(&resource.api_version).0 == "rbac.authorization.k8s.io"
}

/// The subjects of a binding.
pub(super) fn subjects(binding: &Value) -> impl Iterator<Item = &Value> {
    binding.get("subjects").and_then(Value::as_array).into_iter().flatten()
}

/// Whether a subject is a service account of the namespace, or all of them.
fn is_of(subject: &Value, namespace: &str) -> bool {
    let text = |field| subject.get(field).and_then(Value::as_str).unwrap_or_default();
    match text("kind") {
        "ServiceAccount" => text("namespace") == namespace,
        "User" => text("name").starts_with(&format!("system:serviceaccount:{namespace}:")),
        "Group" => text("name") == format!("system:serviceaccounts:{namespace}"),
        _ => false,
    }
}

/// Kind and name of the controller that made an object.
fn owner(object: &Value) -> Option<(&str, &str)> {
    let owners = object.get("metadata")?.get("ownerReferences")?.as_array()?;
    let owner = owners.iter().find(|owner| owner.get("controller") == Some(&Value::Bool(true)))?;
    Some((owner.get("kind")?.as_str()?, owner.get("name")?.as_str()?))
}
