//! Reads YAML and JSON the way Kubernetes' own tools do, and remembers where everything stood.
//!
//! `kubectl`, Helm and client-go read manifests with the scalars of YAML 1.1: `yes` is a boolean,
//! `0644` is octal, `1_000` is a number. A reader with YAML 1.2's rules would judge another object
//! than the one the cluster gets, so this one follows theirs, and is stricter in one place: a key
//! written twice is refused, where they silently take the last one.

mod compose;
mod json;
mod place;
mod scalar;
mod split;
pub(crate) mod write;

pub use place::Place;

use rayon::prelude::*;
use serde_json::{Map, Number};

/// How deep lists and mappings may nest: far more than any Kubernetes object, far less than a stack.
const MAX_DEPTH: usize = 100;

/// Where something stands in its file; both count from 1, and are 0 for what is in none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

/// A value and its place in the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What is there.
    pub value: Value,
    /// Where it begins.
    pub at: Position,
    /// Where it ends; for a list or a mapping in block style it is where that begins.
    pub end: Position,
}

/// What a [`Node`] holds: JSON's types, mappings in the order of the file.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`, `~` or nothing at all.
    Null,
    /// `true` or `false`, in any of YAML 1.1's spellings.
    Bool(bool),
    /// A finite number.
    Number(Number),
    /// Text.
    String(String),
    /// A list.
    Sequence(Vec<Node>),
    /// A mapping.
    Mapping(Vec<(Key, Node)>),
}

/// A key of a mapping and its place in the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// The key as text, as Kubernetes turns it into a string.
    pub name: String,
    /// Where it stands.
    pub at: Position,
    /// Where it ends.
    pub end: Position,
}

/// Why a document could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {}, column {}: {what}", at.line, at.column)]
pub struct ReadError {
    /// Where reading stopped.
    pub at: Position,
    /// What is wrong and how to mend it.
    pub what: String,
}

impl ReadError {
    fn new(at: Position, what: impl Into<String>) -> Self {
        Self { at, what: what.into() }
    }
}

/// Reads every document of a file; a document that cannot be read does not hide the others.
///
/// `json` says that the file's name promises JSON, so that YAML is not tried.
pub fn read(bytes: &[u8], json: bool) -> Vec<Result<Node, ReadError>> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(error) => return vec![Err(invalid_utf8(bytes, error.valid_up_to()))],
    };
    if json || text.trim_start().starts_with(['{', '[']) {
        let documents = json::read(text);
        // Of what is JSON, YAML could only say something beside the point.
        if json || documents.iter().all(Result::is_ok) || json::is_json(text) {
            return documents;
        }
    }
    read_yaml(text)
}

fn read_yaml(text: &str) -> Vec<Result<Node, ReadError>> {
    split::documents(text)
        .into_par_iter()
        .flat_map_iter(|(line, chunk)| compose::documents(chunk, line))
        .filter(|document| !matches!(document, Ok(Node { value: Value::Null, .. })))
        .collect()
}

fn invalid_utf8(bytes: &[u8], offset: usize) -> ReadError {
    let before = &bytes[..offset];
    let line_start =
        before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    let at = Position {
        line: before.iter().filter(|byte| **byte == b'\n').count() + 1,
        column: String::from_utf8_lossy(&before[line_start..]).chars().count() + 1,
    };
    ReadError::new(at, format!("invalid UTF-8 at byte {offset}; save the file as UTF-8"))
}

impl Node {
    /// Of something that stands in no file.
    pub fn nowhere() -> Self {
        let at = Position { line: 0, column: 0 };
        Self { value: Value::Null, at, end: at }
    }

    /// The entry of a mapping, `None` when there is none or this is no mapping.
    pub fn get(&self, name: &str) -> Option<&Node> {
        match &self.value {
            Value::Mapping(entries) => {
                entries.iter().find(|(key, _)| key.name == name).map(|(_, node)| node)
            }
            _ => None,
        }
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The same value without positions.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.value {
            Value::Null => Json::Null,
            Value::Bool(flag) => Json::Bool(*flag),
            Value::Number(number) => Json::Number(number.clone()),
            Value::String(text) => Json::String(text.clone()),
            Value::Sequence(items) => Json::Array(items.iter().map(Node::to_json).collect()),
            Value::Mapping(entries) => Json::Object(
                entries
                    .iter()
                    .map(|(key, node)| (key.name.clone(), node.to_json()))
                    .collect::<Map<_, _>>(),
            ),
        }
    }
}
