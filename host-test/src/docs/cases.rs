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
    definitions.insert("expectations".into(), expectations());
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Cases of ringfence",
        "description": "Inputs, and exactly what the ringfence policy answers to each.",
        "type": "object",
        "properties": {
            "rule": {"type": "string", "description": "What the file is about."},
            "settings": settings_or_path("Of cases that have none."),
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
        "settings": settings_or_path("Without it those of the file; where it has none, {}."),
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
            "anyOf": [
                {"type": "array", "items": {"type": "object"}},
                {"type": "string", "description": "A path of manifests, or unreachable."},
                {
                    "type": "object",
                    "properties": {"session": path("A recorded session.")},
                    "required": ["session"],
                    "additionalProperties": false,
                },
            ],
            "description": "What the policy can find out about the cluster; without it there is none.",
        },
        "grants": {
            "type": "array",
            "items": {"type": "string"},
            "description": "The kinds the policy may ask for, such as v1/Namespace; without it every one.",
        },
        "expect": {
            "anyOf": [{"$ref": "#/$defs/expectation"}, {"$ref": "#/$defs/expectations"}],
            "description": "What the policy must answer.",
        },
    });
    properties.extend(manifests());
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
            {"anyOf": [given("manifests"), given("kustomize"), given("helm")]},
        ],
        "additionalProperties": false,
    })
}

fn path(description: &str) -> Value {
    json!({"type": "string", "description": format!("{description} Relative to the case file.")})
}

/// One text, or several.
fn texts(description: &str) -> Value {
    let list = json!({"type": "array", "items": {"type": "string"}});
    json!({"anyOf": [{"type": "string"}, list], "description": description})
}

/// One path, or several.
fn paths(description: &str) -> Value {
    texts(&format!("{description} Relative to the case file."))
}

fn settings_or_path(description: &str) -> Value {
    json!({
        "anyOf": [{"$ref": "#/$defs/settings"}, path("A file of settings.")],
        "description": description,
    })
}

/// The ways to name manifests.
fn manifests() -> Map<String, Value> {
    let helm = json!({
        "type": "object",
        "description": "A chart, as `helm template` renders it.",
        "properties": {
            "chart": path("A folder or an archive."),
            "values": paths("Files of values."),
            "set": texts("Values, KEY=VALUE."),
            "namespace": {"type": "string", "description": "The namespace of the release."},
        },
        "required": ["chart"],
        "additionalProperties": false,
    });
    [
        ("manifests", paths("Files, folders or patterns; the case runs once for each resource.")),
        ("kustomize", path("A folder, as `kustomize build` renders it.")),
        ("helm", helm),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into_iter()
    .collect()
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

fn expectations() -> Value {
    json!({
        "type": "object",
        "description": "Of manifests.",
        "properties": {
            "resources": {
                "type": "object",
                "description": "By name, as in `Deployment shop/web`.",
                "additionalProperties": {"$ref": "#/$defs/expectation"},
            },
            "others": {
                "const": "pass",
                "description": "Whatever is not named is accepted or skipped, without any violation.",
            },
        },
        "minProperties": 1,
        "additionalProperties": false,
    })
}
