//! YAML: documents, lists of resources, entries of ConfigMaps.

use super::{Broken, Part, Text, checked, entry, is_of_profile};
use crate::seccomp::places::{self, Places};
use crate::yaml::{self, Node, Position, Value};
use std::sync::Arc;

pub(super) fn read(file: &Arc<str>, text: &str) -> Vec<Part> {
    let whole: Arc<str> = text.into();
    let mut parts = Vec::new();
    for document in yaml::read(text.as_bytes(), false) {
        match document {
            Ok(node) => value_of(file, &whole, &node, &mut parts),
            Err(error) => {
                let at = Some(error.at);
                parts.push(Part::Broken(Broken { file: file.clone(), at, what: error.what }));
            }
        }
    }
    parts
}

fn value_of(file: &Arc<str>, whole: &Arc<str>, node: &Node, parts: &mut Vec<Part>) {
    let Value::Mapping(entries) = &node.value else {
        let what = "a profile is a mapping, this is none".to_owned();
        return parts.push(Part::Broken(Broken { file: file.clone(), at: Some(node.at), what }));
    };
    match node.get("kind").and_then(Node::as_str) {
        Some("ConfigMap") => config_map(file, whole, node, parts),
        Some(kind) if kind.ends_with("List") && node.get("items").is_some() => {
            if let Some(Node { value: Value::Sequence(items), .. }) = node.get("items") {
                items.iter().for_each(|item| value_of(file, whole, item, parts));
            }
        }
        Some(kind) if kind != "SeccompProfile" => parts.push(Part::Other(kind.to_owned())),
        kind => {
            let (json, places) = places::to_json(node);
            parts.push(checked(Text {
                file: file.clone(),
                name: None,
                json,
                resolved: None,
                is_certain: kind.is_some()
                    || entries.iter().any(|(key, _)| is_of_profile(&key.name)),
                places,
                whole: whole.clone(),
            }));
        }
    }
}

fn config_map(file: &Arc<str>, whole: &Arc<str>, node: &Node, parts: &mut Vec<Part>) {
    let before = parts.len();
    if let Some(Node { value: Value::Mapping(data), .. }) = node.get("data") {
        for (key, value) in data {
            let Some(text) = value.as_str() else { continue };
            let places = places_of(whole, key.at.line, value.at, text);
            parts.extend(entry(file, whole, &key.name, text, places));
        }
    }
    if parts.len() == before {
        parts.push(Part::Other("ConfigMap without a profile".to_owned()));
    }
}

/// Where a text stands: line by line where it is a literal block, else at its value.
fn places_of(source: &str, key_line: usize, at: Position, text: &str) -> Places {
    let header = source.lines().nth(key_line.saturating_sub(1)).unwrap_or_default();
    let first = text.lines().next().unwrap_or_default();
    let is_block = header.trim_end().rsplit(' ').next().is_some_and(|end| end.starts_with('|'));
    let mut below = source.lines().enumerate().skip(key_line);
    let found = below.find(|(_, line)| !line.trim().is_empty());
    match found {
        // The indentation is what stands before the text's own first line.
        Some((lines, line)) if is_block && line.ends_with(first) => {
            Places::Block { text: text.into(), lines, indent: line.len() - first.len() }
        }
        _ => Places::At(at),
    }
}
