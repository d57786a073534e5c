//! What the policy would fill at admission, filled in the manifests.
//!
//! The policy is asked with `mutate: true`; what it adds to the object it was sent is what is added
//! to the file. So a fixed file is what the cluster would have made of it, and the rules alone
//! decide what may be filled.

pub mod addition;
mod json;
mod source;
pub mod write;
mod yaml;

pub use addition::{Addition, between};
pub use source::{Edit, Refused};

use crate::answer::Judgement;
use crate::engine::Engine;
use crate::judge::Prepared;
use crate::kinds;
use crate::manifest::Resource;
use anyhow::{Context, Result};
use rayon::prelude::*;
use serde_json::{Map, Value, json};

/// What is to be put into a resource.
#[derive(Clone, Debug)]
pub struct Filling {
    /// The resource.
    pub resource: Resource,
    /// The values, with their paths from the object's root.
    pub additions: Vec<Addition>,
}

/// Asks the policy what it would fill; resources with nothing to fill are left out.
///
/// # Errors
/// Where the policy does not answer, or changes what is set.
pub fn fillings(
    engine: &dyn Engine,
    prepared: &[Prepared],
    settings: &Value,
) -> Result<Vec<Filling>> {
    let settings = lenient(settings);
    let asked = prepared.par_iter().map(|prepared| {
        let additions = additions(engine, &prepared.request, &settings)
            .with_context(|| format!("{}:{}", prepared.resource.file, prepared.resource.line))?;
        Ok(Filling { resource: prepared.resource.clone(), additions })
    });
    let fillings: Result<Vec<Filling>> = asked.collect();
    Ok(fillings?.into_iter().filter(|filling| !filling.additions.is_empty()).collect())
}

/// The settings with filling on and nothing denied: a violation that cannot be filled must not
/// keep the policy from telling what can.
fn lenient(settings: &Value) -> Value {
    let mut settings = settings.clone();
    let Some(fields) = settings.as_object_mut() else {
        return settings;
    };
    fields.insert("mutate".into(), true.into());
    soften(fields.entry("action").or_insert("deny".into()));
    for rule in fields.get_mut("rules").and_then(Value::as_object_mut).into_iter().flatten() {
        match rule.1 {
            Value::Object(rule) => rule.get_mut("action").map_or((), soften),
            action => soften(action),
        }
    }
    settings
}

fn soften(action: &mut Value) {
    if action == "deny" {
        *action = "warn".into();
    }
}

fn additions(engine: &dyn Engine, request: &Value, settings: &Value) -> Result<Vec<Addition>> {
    let request = as_deployment(request).unwrap_or_else(|| request.clone());
    let payload = serde_json::to_vec(&json!({"request": request, "settings": settings}))
        .context("the request cannot be written as JSON")?;
    let judgement = Judgement::parse(&engine.validate(&payload)?)?;
    let (Some(object), Some(mutated)) = (request.get("object"), judgement.mutated) else {
        return Ok(Vec::new());
    };
    let mutated: Value =
        serde_json::from_str(&mutated).context("the mutated object cannot be read")?;
    between(object, &mutated)
}

/// The request as if the template stood in a Deployment. At admission the template of a ReplicaSet
/// or ReplicationController is left alone because a controller may own it; a file has one owner.
fn as_deployment(request: &Value) -> Option<Value> {
    let (api_version, kind) = ("apps/v1", "Deployment");
    let object = request.get("object")?;
    let (group, _) = kinds::group_version(object.get("apiVersion")?.as_str()?);
    let is_replicas = matches!(
        (group, object.get("kind")?.as_str()?),
        ("apps", "ReplicaSet") | ("", "ReplicationController")
    );
    object.get("spec")?.get("template").filter(|template| is_replicas && template.is_object())?;
    let mut object = object.clone();
    object["apiVersion"] = api_version.into();
    object["kind"] = kind.into();
    let mut fields: Map<String, Value> = request.as_object()?.clone();
    let gvk = json!({"group": "apps", "version": "v1", "kind": kind});
    let gvr = json!({"group": "apps", "version": "v1", "resource": "deployments"});
    for (field, value) in
        [("kind", &gvk), ("requestKind", &gvk), ("resource", &gvr), ("requestResource", &gvr)]
    {
        fields.insert(field.into(), value.clone());
    }
    fields.insert("object".into(), object);
    Some(Value::Object(fields))
}

/// Puts the fillings that are in `file` into its text.
pub fn edit(file: &str, text: &str, json_name: bool, fillings: &[Filling]) -> Edit {
    let (reviews, here): (Vec<&Filling>, Vec<&Filling>) = fillings
        .iter()
        .filter(|filling| *filling.resource.file == *file)
        .partition(|filling| filling.resource.request.is_some());
    let mut edit = source::edit(file, text, json_name, &here);
    let why = "it is part of an AdmissionReview, which records what was sent";
    for filling in reviews {
        let refused = filling.additions.iter();
        edit.refused.extend(
            refused.map(|addition| source::refuse(&filling.resource, addition, why.into())),
        );
    }
    edit
}
