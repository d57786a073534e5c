//! JSON text, one value or several in a row.

mod places;

use super::{Key, MAX_DEPTH, Node, Position, ReadError, Value};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Number;
use std::collections::HashSet;
use std::fmt;

/// Reads the values of `text`.
pub(super) fn read(text: &str) -> Vec<Result<Node, ReadError>> {
    let mut documents = Vec::new();
    let mut offset = 0;
    let mut at = Position { line: 1, column: 1 };
    loop {
        // JSON's own white space, which is less than Unicode's.
        let rest = text[offset..].trim_start_matches([' ', '\t', '\r', '\n']);
        let gap = text.len() - offset - rest.len();
        at = advance(at, &text[offset..offset + gap]);
        offset += gap;
        if offset == text.len() {
            return documents;
        }
        let mut reader = serde_json::Deserializer::from_str(&text[offset..]);
        match (Seed { depth: 0, at }).deserialize(&mut reader) {
            Ok(mut node) => {
                let length = consumed(&text[offset..]);
                places::put(&mut node, &text[offset..offset + length], at);
                documents.push(Ok(node));
                at = advance(at, &text[offset..offset + length]);
                offset += length;
            }
            Err(error) => {
                documents.push(Err(describe(&error, at)));
                return documents;
            }
        }
    }
}

/// Whether the text is JSON, whatever else may be wrong with it.
pub(super) fn is_json(text: &str) -> bool {
    let values = serde_json::Deserializer::from_str(text).into_iter::<serde::de::IgnoredAny>();
    values.into_iter().all(|value| value.is_ok())
}

/// The length of the one value at the start of `text`, which has just been read successfully.
fn consumed(text: &str) -> usize {
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<serde::de::IgnoredAny>();
    stream.next();
    // A scalar glued to something else is an error of the stream, not of the value.
    stream.byte_offset().max(1)
}

fn advance(at: Position, text: &str) -> Position {
    let lines = text.matches('\n').count();
    let tail = text.rsplit('\n').next().unwrap_or(text).chars().count();
    Position { line: at.line + lines, column: if lines == 0 { at.column + tail } else { tail + 1 } }
}

fn describe(error: &serde_json::Error, start: Position) -> ReadError {
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or(&text).to_owned();
    let line = start.line + error.line().saturating_sub(1);
    let column =
        error.column() + if error.line() <= 1 { start.column.saturating_sub(1) } else { 0 };
    let at = Position { line, column: column.max(1) };
    if error.is_eof() {
        return ReadError::new(
            at,
            format!("{what}; the JSON ends too early, is the file complete?"),
        );
    }
    ReadError::new(at, what)
}

/// Builds a node and counts how deep it stands. Positions inside a value are that of the value, for
/// serde does not tell; [`places`] puts them right.
#[derive(Clone, Copy)]
struct Seed {
    depth: usize,
    at: Position,
}

impl Seed {
    fn node<E>(self, value: Value) -> Result<Node, E> {
        Ok(Node { value, at: self.at, end: self.at })
    }

    fn deeper<E: Error>(self) -> Result<Self, E> {
        if self.depth == MAX_DEPTH {
            return Err(E::custom(format!(
                "nesting deeper than {MAX_DEPTH} levels; no kubernetes object is that deep"
            )));
        }
        Ok(Self { depth: self.depth + 1, at: self.at })
    }
}

impl<'de> DeserializeSeed<'de> for Seed {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Node, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed {
    type Value = Node;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        self.node(Value::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Node, E> {
        self.node(Value::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Node, E> {
        self.node(Value::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Node, E> {
        self.node(Value::Number(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Node, E> {
        let number = Number::from_f64(number).ok_or_else(|| E::custom("number out of range"))?;
        self.node(Value::Number(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        self.node(Value::String(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let inner = self.deeper()?;
        let mut nodes = Vec::new();
        while let Some(node) = items.next_element_seed(inner)? {
            nodes.push(node);
        }
        self.node(Value::Sequence(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let inner = self.deeper()?;
        let mut seen = HashSet::new();
        let mut nodes = Vec::new();
        while let Some(name) = entries.next_key::<String>()? {
            if !seen.insert(name.clone()) {
                return Err(A::Error::custom(format!(
                    "duplicate key `{}`; keep one of the two",
                    name.escape_debug()
                )));
            }
            let node = entries.next_value_seed(inner)?;
            nodes.push((Key { name, at: self.at, end: self.at }, node));
        }
        self.node(Value::Mapping(nodes))
    }
}
