//! The JSON Schema of the settings, with which editors complete and check settings files.
//!
//! It refuses nothing that the policy accepts. What it cannot say (a range that ascends, a pattern
//! that covers everything), `ringfence settings check` does.

use super::cell;
use ringfence_policy::{Field, RULES, Rule, Schema, Settings, Version};
use serde_json::{Map, Value, json};

/// The document.
pub fn schema() -> Value {
    let mut root = object(Settings::fields(), &[]);
    if let Some(field) = Settings::fields().iter().find(|field| field.key == "version") {
        let version = json!({"description": cell(field.doc), "enum": versions()});
        root["properties"]["version"] = version;
    }
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Settings of ringfence",
        "description": "What the ringfence policy asks of Kubernetes objects.",
    });
    if let (Value::Object(schema), Value::Object(root)) = (&mut schema, nullable(root)) {
        schema.extend(root);
        schema.insert("$defs".into(), definitions());
    }
    schema
}

/// The versions that settings may name, and the word for the latest.
pub(super) fn versions() -> Vec<Value> {
    let versions = Version::all().rev().map(|version| version.to_string().into());
    [Value::from("latest")].into_iter().chain(versions).chain([Value::Null]).collect()
}

/// What stands in every rule.
fn definitions() -> Value {
    json!({
        "action": {
            "description": "What follows from a violation; absent: the `action` of all.",
            "enum": ["deny", "warn", "audit", "ignore", null],
        },
        "level": {
            "description": "The level that the rule is asked at; absent: the profile's, or its \
                lowest where the profile does not ask it. At `privileged` only parameters count.",
            "enum": ["privileged", "baseline", "restricted", "hardened", null],
        },
    })
}

fn rules() -> Value {
    let properties: Map<String, Value> =
        RULES.iter().map(|rule| (rule.id.to_owned(), rule_schema(rule))).collect();
    json!({"type": "object", "properties": properties, "additionalProperties": false})
}

fn rule_schema(rule: &Rule) -> Value {
    let common: &[&str] = if rule.is_of_standards() { &["action", "level"] } else { &["action"] };
    json!({
        "description": format!("{}: an action, or an object with parameters.", rule.title),
        "anyOf": [{"$ref": "#/$defs/action"}, object(rule.parameters(), common)],
    })
}

/// An object with these fields and no others; `common` are those that `$defs` knows.
fn object(fields: &[Field], common: &[&str]) -> Value {
    let mut properties = Map::new();
    for key in common {
        properties.insert((*key).to_owned(), json!({"$ref": format!("#/$defs/{key}")}));
    }
    let mut required = Vec::new();
    for field in fields {
        let mut value = of(field.schema);
        if field.required {
            required.push(field.key);
        } else {
            value = nullable(value);
        }
        describe(&mut value, field);
        properties.insert(field.key.to_owned(), value);
    }
    let mut schema =
        json!({"type": "object", "properties": properties, "additionalProperties": false});
    if !required.is_empty() {
        schema["required"] = required.into();
    }
    schema
}

fn describe(value: &mut Value, field: &Field) {
    let mut text = cell(field.doc);
    if let Schema::Text(form) = innermost(field.schema)
        && !form.is_empty()
    {
        text = format!("{text} Written as {form}.");
    }
    value["description"] = text.into();
}

fn innermost(schema: &'static Schema) -> &'static Schema {
    match schema {
        Schema::List(items) => innermost(items),
        other => other,
    }
}

fn of(schema: &Schema) -> Value {
    match schema {
        Schema::Boolean => json!({"type": "boolean"}),
        Schema::Integer { min, max } => {
            json!({"type": "integer", "minimum": min, "maximum": max})
        }
        Schema::Text(_) => json!({"type": "string"}),
        Schema::Choice(words) => json!({"enum": words}),
        Schema::List(items) => json!({"type": "array", "items": of(items)}),
        Schema::Object(fields) => object(fields, &[]),
        Schema::Rules => rules(),
    }
}

/// The same, or `null`: a key that is `null` counts as absent.
fn nullable(mut schema: Value) -> Value {
    if let Some(words) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        words.push(Value::Null);
    }
    if let Some(kind) = schema.get_mut("type") {
        *kind = json!([kind.take(), "null"]);
    }
    schema
}
