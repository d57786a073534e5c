//! Where a path leads in a document.

use super::{Node, Position, Value};
use std::ops::Range;

/// Where something stands that a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Of its key, or of the list's item. Where it is absent, of the nearest parent that is there.
    pub at: Position,
    /// What to point at: a scalar itself, else the key that leads to it.
    pub from: Position,
    /// Where that ends, on whichever line.
    pub to: Position,
    /// The alias or merged mapping that brings it to where the path says, if one does.
    pub used: Option<Position>,
}

impl Place {
    /// The columns to underline on the line of [`Place::from`], `width` characters long; never empty.
    pub fn columns(&self, width: usize) -> Range<usize> {
        let start = self.from.column.min(width.max(1));
        let end = if self.to.line == self.from.line { self.to.column } else { width + 1 };
        start..end.min(width + 1).max(start + 1)
    }
}

impl Node {
    /// Where `path` (as in `spec.containers[0].image`) stands, or its nearest parent that exists:
    /// a finding about a missing field points at the mapping that lacks it.
    pub fn locate(&self, path: &str) -> Position {
        self.place(path).at
    }

    /// As [`Node::locate`], with what to point at.
    pub fn place(&self, path: &str) -> Place {
        let mut place = Place { at: self.at, from: self.at, to: self.end, used: None };
        let mut node = self;
        for segment in segments(path) {
            let Some((key, child)) = node.child(segment) else { break };
            let (at, end) = key.unwrap_or((child.at, child.end));
            // What is anchored stands before what uses it; else a child follows its parent.
            if at < node.at {
                place.used = place.used.or(Some(node.at));
            }
            let is_scalar = !matches!(child.value, Value::Mapping(_) | Value::Sequence(_));
            let is_empty = child.at == child.end;
            (place.from, place.to) =
                if is_scalar && !is_empty { (child.at, child.end) } else { (at, end) };
            place.at = at;
            node = child;
        }
        place
    }

    /// The value of a key or an index; the range of the key where it is one's.
    fn child(&self, segment: &str) -> Option<(Option<(Position, Position)>, &Self)> {
        match &self.value {
            Value::Mapping(entries) => {
                let (key, child) = entries.iter().find(|(key, _)| key.name == segment)?;
                Some((Some((key.at, key.end)), child))
            }
            Value::Sequence(items) => Some((None, items.get(segment.parse::<usize>().ok()?)?)),
            _ => None,
        }
    }

    /// The last line that anything of it stands on.
    pub fn last_line(&self) -> usize {
        let inner = match &self.value {
            Value::Sequence(items) => items.iter().map(Self::last_line).max(),
            Value::Mapping(entries) => entries.iter().map(|(_, node)| node.last_line()).max(),
            _ => None,
        };
        inner.unwrap_or(0).max(self.end.line)
    }
}

/// Splits a path into keys and indexes; a key with dots stands in brackets, quoted or not.
fn segments(path: &str) -> Vec<&str> {
    let mut segments = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let (segment, after) = inner.split_once(']').unwrap_or((inner, ""));
            segments.push(segment.trim_matches(['"', '\'']));
            rest = after;
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            segments.push(&rest[..end]);
            rest = &rest[end..];
        }
        rest = rest.strip_prefix('.').unwrap_or(rest);
    }
    segments
}
