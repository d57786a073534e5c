//! `questions-ui.yml`: the form in which Rancher asks for the settings.
//!
//! Rancher writes a default into the settings as soon as it shows the question. So only those keys
//! have one whose absence means the same; what concerns a single rule has none, because naming a rule
//! asks it. And below `rules` it can keep lists of texts, but no lists of objects: those parameters
//! are named, for people to write them as YAML.

use crate::docs::{cell, init};
use ringfence_policy::{Field, RULES, Rule, Schema, Settings, Version};
use serde_json::{Map, Value, json};

const GROUP: &str = "Settings";

const INTRODUCTION: &str = "Asks pods, and what they are made from, for the Pod Security Standards of \
a Kubernetes version, and for more or less where the rules below say so. A rule that is left \
unanswered is asked as the profile has it. Exemptions are written as YAML: see the documentation of \
the settings.";

/// The document.
pub fn questions() -> Value {
    let mut questions = vec![json!({
        "variable": "description",
        "type": "string",
        "label": "Description",
        "group": GROUP,
        "required": false,
        "hide_input": true,
        "description": INTRODUCTION,
    })];
    questions.extend(Settings::fields().iter().filter_map(of_document));
    questions.extend(RULES.iter().flat_map(|rule| of_rule(rule)));
    json!({"questions": questions})
}

/// The question for a key of the document; none for `rules`, which have their own, and for what is
/// too deep for a form.
fn of_document(field: &Field) -> Option<Value> {
    let default = init::default_of(field.key);
    let mut question = match (field.key, field.schema) {
        ("version", _) => {
            let versions = Version::all().rev().map(|version| version.to_string());
            let options: Vec<String> =
                std::iter::once("latest".to_owned()).chain(versions).collect();
            ask(field.key, field, &json!({"type": "enum", "options": options}))
        }
        (_, Schema::Boolean | Schema::Choice(_)) => ask(field.key, field, &shape(field.schema)?),
        (_, Schema::List(Schema::Object(fields))) => {
            let within: Option<Vec<Value>> = fields
                .iter()
                .map(|field| Some(ask(field.key, field, &shape(field.schema)?)))
                .collect();
            // Rancher adds to a list only where its default is one; it does not write an empty list.
            let shape = json!({"type": "sequence[", "default": [], "sequence_questions": within?});
            ask(field.key, field, &shape)
        }
        _ => return None,
    };
    match (default, field.schema) {
        (Some(default), Schema::Boolean) => question["default"] = (default == "true").into(),
        (Some(default), _) => question["default"] = default.into(),
        (None, _) => {}
    }
    Some(question)
}

/// The questions for a rule: what follows from a violation and, where it is asked, its parameters.
fn of_rule(rule: &Rule) -> Vec<Value> {
    const ACTIONS: &[&str] = &["deny", "warn", "audit", "ignore"];
    let action = format!("rules.{}.action", rule.id);
    let (asked, deep): (Vec<&Field>, Vec<&Field>) =
        rule.parameters().iter().partition(|field| shape(field.schema).is_some());
    let mut about = format!("What follows from a violation. About: {}.", rule.title);
    if !deep.is_empty() {
        let keys: Vec<&str> = deep.iter().map(|field| field.key).collect();
        about = format!("{about} As YAML also: {}.", keys.join(", "));
    }
    let mut questions = vec![json!({
        "variable": action,
        "type": "enum",
        "options": ACTIONS,
        "label": rule.id,
        "group": GROUP,
        "required": false,
        "description": about,
    })];
    let is_asked: Vec<String> = ACTIONS
        .iter()
        .filter(|word| **word != "ignore")
        .map(|word| format!("{action}={word}"))
        .collect();
    for field in asked {
        let variable = format!("rules.{}.{}", rule.id, field.key);
        let Some(shape) = shape(field.schema) else { continue };
        let mut question = ask(&variable, field, &shape);
        question["label"] = format!("{}: {}", rule.id, field.key).into();
        question["show_if"] = is_asked.join("||").into();
        questions.push(question);
    }
    questions
}

/// A question; `shape` is what depends on the type of the answer.
fn ask(variable: &str, field: &Field, shape: &Value) -> Value {
    let mut question = Map::new();
    question.insert("variable".to_owned(), variable.into());
    question.extend(shape.as_object().into_iter().flatten().map(|(k, v)| (k.clone(), v.clone())));
    question.insert("label".to_owned(), field.key.into());
    question.insert("group".to_owned(), GROUP.into());
    question.insert("required".to_owned(), field.required.into());
    question.insert("description".to_owned(), cell(field.doc).replace('`', "").into());
    question.into()
}

/// Rancher's type for a value; none where it has none.
fn shape(schema: &Schema) -> Option<Value> {
    match schema {
        Schema::Boolean => Some(json!({"type": "boolean"})),
        Schema::Integer { .. } => Some(json!({"type": "int"})),
        Schema::Text(_) => Some(json!({"type": "string"})),
        Schema::Choice(words) => Some(json!({"type": "enum", "options": words})),
        Schema::List(Schema::Text(_) | Schema::Choice(_)) => Some(json!({"type": "array["})),
        Schema::List(_) | Schema::Object(_) | Schema::Rules => None,
    }
}
