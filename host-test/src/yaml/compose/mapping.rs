//! The entries of a mapping: duplicates refused, merges applied.

use crate::yaml::{Key, Node, Position, ReadError, Value};
use std::collections::HashMap;

/// A mapping whose end has not come yet.
#[derive(Default)]
pub(super) struct Mapping {
    entries: Vec<(Key, Node)>,
    /// Where each key is in `entries`, and whether it was written here or merged in.
    index: HashMap<String, (usize, bool)>,
    /// The key that waits for its value.
    pub(super) pending: Option<Pending>,
}

/// A key without its value.
pub(super) enum Pending {
    Key(Key),
    Merge(Position),
}

impl Mapping {
    pub(super) fn into_entries(self) -> Vec<(Key, Node)> {
        self.entries
    }

    /// Takes what follows a key: its value, what to merge, or an alias that is the next key.
    pub(super) fn take(&mut self, node: Node) -> Result<(), ReadError> {
        match self.pending.take() {
            Some(Pending::Key(key)) => self.insert(key, node),
            Some(Pending::Merge(at)) => self.merge(node, at),
            // An alias where a key is expected.
            None => match node.value {
                Value::String(name) => {
                    self.pending = Some(Pending::Key(Key { name, at: node.at, end: node.end }));
                    Ok(())
                }
                _ => Err(ReadError::new(node.at, "this alias is not text and cannot be a key")),
            },
        }
    }

    fn insert(&mut self, key: Key, node: Node) -> Result<(), ReadError> {
        match self.index.get(&key.name) {
            Some((place, true)) => {
                let first = self.entries[*place].0.at.line;
                let what = format!(
                    "duplicate key `{}`, first on line {first}; keep one of the two",
                    key.name.escape_debug()
                );
                Err(ReadError::new(key.at, what))
            }
            _ => {
                self.set(key, node, true);
                Ok(())
            }
        }
    }

    /// Kubernetes' YAML applies `<<` where it stands, so a merge after a key replaces that key.
    fn merge(&mut self, node: Node, at: Position) -> Result<(), ReadError> {
        let sources = match node.value {
            Value::Mapping(entries) => vec![entries],
            Value::Sequence(items) => items
                .into_iter()
                // Earlier mappings win, so they are applied last.
                .rev()
                .map(|item| match item.value {
                    Value::Mapping(entries) => Ok(entries),
                    _ => Err(not_mergeable(at)),
                })
                .collect::<Result<_, _>>()?,
            _ => return Err(not_mergeable(at)),
        };
        for (key, node) in sources.into_iter().flatten() {
            self.set(key, node, false);
        }
        Ok(())
    }

    fn set(&mut self, key: Key, node: Node, written_here: bool) {
        if let Some((place, written)) = self.index.get_mut(&key.name) {
            *written |= written_here;
            self.entries[*place] = (key, node);
        } else {
            self.index.insert(key.name.clone(), (self.entries.len(), written_here));
            self.entries.push((key, node));
        }
    }
}

fn not_mergeable(at: Position) -> ReadError {
    ReadError::new(at, "`<<` merges a mapping or a list of mappings; this is something else")
}
