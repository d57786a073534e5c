//! From a byte of the text that the library has read to a place in the file that people wrote.

use crate::yaml::{Node, Position, Value};
use std::sync::Arc;

/// Where the bytes of a profile's text come from.
#[derive(Clone, Debug)]
pub enum Places {
    /// The text is a part of the file.
    Part {
        /// The file's text.
        file: Arc<str>,
        /// The byte at which the part begins.
        from: usize,
    },
    /// The text was made from YAML: bytes of it, ascending, and where in the file they come from.
    Made(Vec<(usize, Position)>),
    /// The text stands line by line in a literal block.
    Block {
        /// The text.
        text: Arc<str>,
        /// The lines before it in the file.
        lines: usize,
        /// How far it is indented.
        indent: usize,
    },
    /// The text stands escaped or folded in one value, of which only the place is known.
    At(Position),
}

impl Places {
    /// The place of a byte of the text.
    pub fn find(&self, at: usize) -> Position {
        match self {
            Self::Part { file, from } => position(file, from + at),
            Self::Made(map) => {
                let behind = map.partition_point(|(byte, _)| *byte <= at);
                let found = behind.checked_sub(1).and_then(|index| map.get(index));
                found.map_or(Position { line: 1, column: 1 }, |(_, position)| *position)
            }
            Self::Block { text, lines, indent } => {
                let Position { line, column } = position(text, at);
                Position { line: line + lines, column: column + indent }
            }
            Self::At(position) => *position,
        }
    }
}

/// The line and column of a byte, both from 1, the column in characters.
pub fn position(text: &str, at: usize) -> Position {
    let mut end = at.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let before = text.get(..end).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or(before).chars().count() + 1;
    Position { line, column }
}

/// A document of YAML as the JSON that the library reads, and the places of its keys and values.
pub fn to_json(node: &Node) -> (String, Places) {
    let mut out = Out::default();
    out.node(node);
    (out.text, Places::Made(out.map))
}

#[derive(Default)]
struct Out {
    text: String,
    map: Vec<(usize, Position)>,
}

impl Out {
    fn node(&mut self, node: &Node) {
        self.map.push((self.text.len(), node.at));
        match &node.value {
            Value::Sequence(items) => {
                self.text.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.text.push(',');
                    }
                    self.node(item);
                }
                self.text.push(']');
            }
            Value::Mapping(entries) => {
                self.text.push('{');
                for (index, (key, value)) in entries.iter().enumerate() {
                    if index > 0 {
                        self.text.push(',');
                    }
                    self.map.push((self.text.len(), key.at));
                    self.scalar(&serde_json::Value::from(key.name.as_str()));
                    self.text.push(':');
                    self.node(value);
                }
                self.text.push('}');
            }
            _ => self.scalar(&node.to_json()),
        }
    }

    fn scalar(&mut self, value: &serde_json::Value) {
        self.text.push_str(&value.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::{Places, position, to_json};
    use crate::yaml::{self, Position};

    #[test]
    fn columns_are_characters() {
        assert_eq!(position("a\nüx", 4), Position { line: 2, column: 2 });
        assert_eq!(position("a\nüx", 3), Position { line: 2, column: 1 });
        assert_eq!(position("ab", 99), Position { line: 1, column: 3 });
    }

    #[test]
    fn yaml_becomes_json_with_places() {
        let read = yaml::read(b"a: 1\nlist:\n- {x: 18446744073709551615}\n- \"b\"\n", false);
        let node = read.into_iter().next().expect("a document").expect("YAML");
        let (text, places) = to_json(&node);
        assert_eq!(text, r#"{"a":1,"list":[{"x":18446744073709551615},"b"]}"#);
        let place = |part: &str| places.find(text.find(part).expect("a part"));
        assert_eq!(place("{\"x\""), Position { line: 3, column: 3 });
        assert_eq!(place("\"b\""), Position { line: 4, column: 3 });
        assert_eq!(Places::Made(Vec::new()).find(3), Position { line: 1, column: 1 });
    }
}
