//! Where the values of a JSON text stand.

use super::super::{Node, Position, Value};

/// Puts the places of its keys and values into `node`, which was read from `text`; `at` is where the
/// text begins. The text is known to be JSON, and the node has its members in its order.
pub(super) fn put(node: &mut Node, text: &str, at: Position) {
    Walk { rest: text, at }.node(node);
}

struct Walk<'t> {
    rest: &'t str,
    at: Position,
}

impl Walk<'_> {
    fn node(&mut self, node: &mut Node) {
        self.blank();
        node.at = self.at;
        match &mut node.value {
            Value::Sequence(items) => {
                self.step(1);
                for item in items.iter_mut() {
                    self.node(item);
                    self.separator();
                }
                self.end_of_empty(items.is_empty());
            }
            Value::Mapping(entries) => {
                self.step(1);
                for (key, value) in entries.iter_mut() {
                    self.blank();
                    key.at = self.at;
                    self.step(scalar(self.rest));
                    key.end = self.at;
                    self.separator();
                    self.node(value);
                    self.separator();
                }
                self.end_of_empty(entries.is_empty());
            }
            _ => self.step(scalar(self.rest)),
        }
        node.end = self.at;
    }

    /// Past a colon, a comma, or the bracket that closes.
    fn separator(&mut self) {
        self.blank();
        self.step(1);
    }

    fn end_of_empty(&mut self, is_empty: bool) {
        if is_empty {
            self.separator();
        }
    }

    fn blank(&mut self) {
        let rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
        self.step(self.rest.len() - rest.len());
    }

    fn step(&mut self, bytes: usize) {
        let Some((passed, rest)) = self.rest.split_at_checked(bytes) else { return };
        self.at = super::advance(self.at, passed);
        self.rest = rest;
    }
}

/// The length of the string, number or word at the start of `text`.
fn scalar(text: &str) -> usize {
    let Some(inner) = text.strip_prefix('"') else {
        return text.find([',', ']', '}', ' ', '\t', '\r', '\n']).unwrap_or(text.len());
    };
    let mut escaped = false;
    let end = inner.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |end| end + 2)
}
