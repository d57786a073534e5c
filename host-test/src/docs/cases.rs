//! The JSON Schema of case files, with which editors complete and check them.

use super::schema as settings;
use crate::kinds::POD_BEARING;
use ringfence_policy::RULES;
use serde_json::{Map, Value, json};

/// Where it is generated.
pub const FILE: &str = "docs/cases.schema.json";

/// The document.
pub fn schema() -> Value {
    let mut of_settings = settings::schema();
    // They are referred to from the root of the document.
    let mut definitions = Map::new();
    if let Some(fields) = of_settings.as_object_mut() {
        fields.shift_remove("$schema");
        fields.shift_remove("title");
        if let Some(Value::Object(defined)) = fields.shift_remove("$defs") {
            definitions.extend(defined);
        }
    }
    definitions.insert("settings".into(), of_settings);
    definitions.insert("case".into(), case());
    definitions.insert("state".into(), state());
    definitions.insert("violation".into(), violation(false));
    definitions.insert("waived".into(), violation(true));
    definitions.insert("expectation".into(), expectation());
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Cases of ringfence",
        "description": "Inputs, and exactly what the ringfence policy answers to each.",
        "type": "object",
        "properties": {
            "rule": {"type": "string", "description": "What the file is about."},
            "cases": {"type": "array", "items": {"$ref": "#/$defs/case"}},
        },
        "required": ["rule", "cases"],
        "additionalProperties": false,
        "$defs": definitions,
    })
}

fn case() -> Value {
    let version = settings::versions();
    let given = |field: &str| json!({"required": [field]});
    let mut properties = inputs();
    let more = json!({
        "name": {"type": "string", "description": "Unique in the file."},
        "settings": {"$ref": "#/$defs/settings", "description": "Without it {}."},
        "versions": {
            "type": "array",
            "items": {"enum": version},
            "description": "The case runs once for each, as settings.version.",
        },
        "kind": {
            "enum": POD_BEARING.iter().map(|(_, kind, _)| *kind).collect::<Vec<_>>(),
            "description": "Wraps the pod; expected paths get the template's prefix.",
        },
        "old": {"$ref": "#/$defs/state", "description": "The old object; the operation is UPDATE."},
        "request": {"type": "object", "description": "A merge patch onto the request."},
        "payload": {"type": "string", "description": "The raw payload, for input that is no request."},
        "date": {
            "type": "string",
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
            "description": "The day on which is judged; without it 2026-01-15.",
        },
        "cluster": {
            "anyOf": [{"type": "array", "items": {"type": "object"}}, {"const": "unreachable"}],
            "description": "What the policy can find out about the cluster; without it there is none.",
        },
        "grants": {
            "type": "array",
            "items": {"type": "string"},
            "description": "The kinds the policy may ask for, such as v1/Namespace; without it every one.",
        },
        "expect": {"$ref": "#/$defs/expectation", "description": "What the policy must answer."},
    });
    properties
        .extend(more.as_object().into_iter().flatten().map(|(key, it)| (key.clone(), it.clone())));
    json!({
        "type": "object",
        "properties": properties,
        "required": ["name", "expect"],
        "oneOf": [
            {"required": ["object"], "not": {"anyOf": [given("pod"), given("container")]}},
            {"anyOf": [given("pod"), given("container")], "not": given("object")},
            given("payload"),
        ],
        "additionalProperties": false,
    })
}

/// The ways to write an object.
fn inputs() -> Map<String, Value> {
    let object = |description: &str| json!({"type": "object", "description": description});
    let container = "A merge patch onto the base container, in each of the three lists.";
    [
        ("object", object("A complete object.")),
        ("pod", object("A merge patch (RFC 7386) onto the base pod.")),
        ("container", object(container)),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into_iter()
    .collect()
}

fn state() -> Value {
    json!({"type": "object", "properties": inputs(), "additionalProperties": false})
}

fn violation(is_waived: bool) -> Value {
    let scalar = |description: &str| json!({"type": ["string", "number", "boolean"], "description": description});
    let text = |description: &str| json!({"type": "string", "description": description});
    let checks: Vec<&str> =
        RULES.iter().flat_map(|rule| rule.checks).map(|check| check.id).collect();
    let rules: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    let mut violation = json!({
        "type": "object",
        "properties": {
            "check": {"enum": checks, "description": "The check's id."},
            "rule": {"enum": rules, "description": "The rule's id."},
            "path": text("Where; {container} stands for the list and index of the run."),
            "found": scalar("The value found."),
            "container": {
                "type": "object",
                "properties": {"name": text("Its name."), "image": text("Its image.")},
                "additionalProperties": false,
            },
            "allowed": scalar("What may stand there."),
            "hint": text("How to mend it."),
        },
        "required": ["check"],
        "additionalProperties": false,
    });
    if is_waived {
        violation["properties"]["exemption"] = text("The id of the exemption that lets it pass.");
        violation["required"] = json!(["exemption", "check"]);
    }
    violation
}

fn expectation() -> Value {
    let list = |of: &str, description: &str| {
        let items = json!({"$ref": format!("#/$defs/{of}")});
        json!({"type": "array", "items": items, "description": description})
    };
    json!({
        "anyOf": [
            {"const": "pass", "description": "Judged, and nothing found."},
            {"const": "skip", "description": "Nothing in the request that a rule judges."},
            {
                "type": "object",
                "properties": {
                    "malformed": {
                        "type": "string",
                        "description": "Denied as unreadable; the reason contains this text.",
                    },
                },
                "required": ["malformed"],
                "additionalProperties": false,
            },
            {
                "type": "object",
                "properties": {
                    "deny": list("violation", "Exactly these deny, in their order."),
                    "warn": list("violation", "Exactly these warn, in their order."),
                    "audit": list("violation", "Exactly these are recorded, in their order."),
                    "waived": list("waived", "Exactly these are let pass by exemptions, in their order."),
                    "warnings": {
                        "type": "array",
                        "items": {"type": "string"},
                        "description": "Exactly these lines for the requester.",
                    },
                    "mutated": {
                        "type": "object",
                        "description": "The answer returns the object with exactly these values put in, by path.",
                    },
                },
                "minProperties": 1,
                "additionalProperties": false,
            },
        ],
    })
}
