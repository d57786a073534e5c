//! Edits YAML text through a lossless syntax tree: comments, order, quoting, indentation, line ends
//! and everything else that nobody asked to change stay.
//!
//! What is not kept: a written `null` or `~` gives way to the value that fills it. What is reached
//! through an alias is filled where the anchor stands, and only if that is right for all that
//! share it; a value merged in with `<<` cannot be filled.

use super::addition::{Addition, Step};
use super::source::Item;
use crate::yaml::{self, Value as Yaml};
use serde_json::Value;
use std::str::FromStr;
use yaml_edit::{Document, Mapping, YamlFile, YamlNode};

/// An edited text.
pub(super) struct Edited {
    pub(super) text: String,
    /// Values that were not put in because an alias stands on the way to them.
    pub(super) aliased: Vec<String>,
}

/// The text with the values put in; whether it means what it should is for the caller to check.
pub(super) fn edit(text: &str, items: &[&Item]) -> Result<Edited, String> {
    let file = YamlFile::from_str(text).map_err(|error| error.to_string())?;
    let comments = comments(&file);
    let mut aliased = Vec::new();
    for item in items {
        let mut mappings = file.documents().filter_map(|document| document.as_mapping());
        let root = mappings.nth(item.mapping).ok_or("the document is not found")?;
        match put(root, &item.addition)? {
            Put::Done => {}
            Put::Aliased(alias) => aliased.push(alias),
        }
    }
    if self::comments(&file) != comments {
        return Err("a comment would be lost".into());
    }
    Ok(Edited { text: file.to_string(), aliased })
}

fn comments(file: &YamlFile) -> Vec<String> {
    file.comments().map(|comment| comment.text().to_owned()).collect()
}

enum Put {
    Done,
    Aliased(String),
}

fn put(root: Mapping, addition: &Addition) -> Result<Put, String> {
    let (last, way) = addition.path.0.split_last().ok_or("the document itself is empty")?;
    let mut node = YamlNode::Mapping(root);
    for step in way {
        let next = match (&node, step) {
            (YamlNode::Mapping(mapping), Step::Key(key)) => mapping.get(key.as_str()),
            (YamlNode::Sequence(items), Step::Index(index)) => items.get(*index),
            _ => None,
        };
        match next {
            Some(YamlNode::Alias(alias)) => return Ok(Put::Aliased(alias.to_string())),
            Some(YamlNode::TaggedNode(_)) => return Err("a tag stands on the way to it".into()),
            Some(next) => node = next,
            None => return Err("something on the way to it is merged in with `<<`".into()),
        }
    }
    match (&node, last) {
        (YamlNode::Mapping(mapping), Step::Key(key)) => {
            match written(&addition.value, mapping.is_flow_style())? {
                YamlNode::Mapping(value) => mapping.set(key.as_str(), value),
                YamlNode::Sequence(value) => mapping.set(key.as_str(), value),
                value => mapping.set(key.as_str(), value),
            }
        }
        (YamlNode::Sequence(items), Step::Index(index)) => {
            let value = written(&addition.value, items.is_flow_style())?;
            items.set(*index, value);
        }
        _ => return Err("something else stands on the way to it".into()),
    }
    Ok(Put::Done)
}

/// The value as a syntax tree: mappings in blocks unless `flow`, lists on one line.
fn written(value: &Value, flow: bool) -> Result<YamlNode, String> {
    let text = if flow { flow_text(value) } else { block_text(value, 0) };
    let document = Document::from_str(&text).map_err(|error| error.to_string())?;
    let mapping = document.as_mapping().map(YamlNode::Mapping);
    let sequence = || document.as_sequence().map(YamlNode::Sequence);
    let scalar = || document.as_scalar().map(YamlNode::Scalar);
    mapping.or_else(sequence).or_else(scalar).ok_or_else(|| "the value is no YAML".into())
}

fn block_text(value: &Value, indent: usize) -> String {
    let Value::Object(members) = value else {
        return flow_text(value);
    };
    let member = |(key, value): (&String, &Value)| {
        let (key, blank) = (scalar_text(key), " ".repeat(indent));
        match value {
            Value::Object(members) if !members.is_empty() => {
                format!("{blank}{key}:\n{}", block_text(value, indent + 2))
            }
            value => format!("{blank}{key}: {}\n", flow_text(value)),
        }
    };
    if members.is_empty() { "{}".into() } else { members.iter().map(member).collect() }
}

fn flow_text(value: &Value) -> String {
    match value {
        Value::String(text) => scalar_text(text),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(flow_text).collect::<Vec<_>>().join(", "))
        }
        Value::Object(members) => {
            let members: Vec<String> = members
                .iter()
                .map(|(key, value)| format!("{}: {}", scalar_text(key), flow_text(value)))
                .collect();
            format!("{{{}}}", members.join(", "))
        }
        other => other.to_string(),
    }
}

/// The text plain where that is certain to be read as this text, else in double quotes, which JSON
/// and YAML share.
fn scalar_text(text: &str) -> String {
    let is_word = text.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_./".contains(letter));
    let read = yaml::read(text.as_bytes(), false);
    match read.as_slice() {
        [Ok(node)] if is_word && node.value == Yaml::String(text.into()) => text.into(),
        _ => Value::from(text).to_string(),
    }
}
