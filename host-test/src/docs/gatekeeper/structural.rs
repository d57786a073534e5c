//! The schema of the constraints' parameters, as custom resources have them: structural.
//!
//! It helps whoever writes a constraint and refuses nothing that the policy accepts, except `null` for
//! a key that could be left out. Keys that it does not know stay where they are: were they dropped, a
//! misspelt one would weaken the constraint in silence; so the policy sees and refuses them.
//!
//! Source: Kubernetes documentation, "Extend the Kubernetes API with CustomResourceDefinitions",
//! "Specifying a structural schema".

use crate::docs::cell;
use ringfence_policy::{Field, RULES, Rule, Schema, Settings, Version};
use serde_json::{Map, Value, json};

/// Keeps keys that the schema does not know.
const PRESERVE: &str = "x-kubernetes-preserve-unknown-fields";

/// The schema of `spec.parameters`.
pub fn parameters() -> Value {
    let mut settings = object(Settings::fields());
    settings["description"] =
        "What is asked of objects; without it the restricted level of the latest version.".into();
    if let Some(properties) = settings["properties"].as_object_mut() {
        // Nothing can be filled in by way of a constraint; the provider refuses to be asked to.
        properties.remove("mutate");
    }
    settings["properties"]["version"]["enum"] = versions().into();
    json!({
        "type": "object",
        "properties": {
            "provider": {
                "type": "string",
                "description": "The Provider that is asked; without it `ringfence`.",
            },
            "settings": settings,
        },
    })
}

fn versions() -> Vec<String> {
    let versions = Version::all().rev().map(|version| version.to_string());
    std::iter::once("latest".to_owned()).chain(versions).collect()
}

/// An object with these keys, and with others.
fn object(fields: &[Field]) -> Value {
    let mut schema = json!({"type": "object", PRESERVE: true, "properties": properties(fields)});
    let required: Vec<&str> =
        fields.iter().filter(|field| field.required).map(|field| field.key).collect();
    if !required.is_empty() {
        schema["required"] = required.into();
    }
    schema
}

fn properties(fields: &[Field]) -> Map<String, Value> {
    let property = |field: &Field| {
        let mut schema = of(field.schema);
        schema["description"] = cell(field.doc).into();
        (field.key.to_owned(), schema)
    };
    fields.iter().map(property).collect()
}

fn of(schema: &Schema) -> Value {
    match schema {
        Schema::Boolean => json!({"type": "boolean"}),
        Schema::Integer { min, max } => {
            json!({"type": "integer", "format": "int64", "minimum": min, "maximum": max})
        }
        Schema::Text(_) => json!({"type": "string"}),
        Schema::Choice(words) => json!({"type": "string", "enum": words}),
        Schema::List(items) => json!({"type": "array", "items": of(items)}),
        Schema::Object(fields) => object(fields),
        Schema::Rules => {
            let rules: Map<String, Value> =
                RULES.iter().map(|rule| (rule.id.to_owned(), rule_schema(rule))).collect();
            json!({"type": "object", PRESERVE: true, "properties": rules})
        }
    }
}

/// A rule is an action or an object. Only a schema without a type says so; the keys below it apply
/// where it is an object.
fn rule_schema(rule: &Rule) -> Value {
    let mut properties = properties(rule.parameters());
    let actions = ["deny", "warn", "audit", "ignore"];
    properties.insert("action".to_owned(), json!({"type": "string", "enum": actions}));
    if rule.is_of_standards() {
        let levels = ["privileged", "baseline", "restricted", "hardened"];
        properties.insert("level".to_owned(), json!({"type": "string", "enum": levels}));
    }
    json!({
        PRESERVE: true,
        "description": format!("{}: an action, or an object with parameters.", rule.title),
        "properties": properties,
    })
}
