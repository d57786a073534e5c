//! Paths of findings, written where something is found only.

use ringfence_json::push_decimal;

use crate::model::Direction;

/// A rule's place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) direction: Direction,
    pub(super) index: usize,
}

impl Place {
    /// The rule itself.
    pub(super) fn path(self) -> String {
        item(&["spec.", self.direction.field()].concat(), self.index)
    }

    /// One of the rule's fields.
    pub(super) fn field(self, field: &str) -> String {
        [&self.path(), ".", field].concat()
    }

    /// One of the rule's ports, and a field of it.
    pub(super) fn port(self, index: usize, field: &str) -> String {
        [&item(&self.field("ports"), index), field].concat()
    }

    /// One of the rule's peers, and a field of it.
    pub(super) fn peer(self, index: usize, field: &str) -> String {
        [&item(&self.field(self.direction.peers_field()), index), field].concat()
    }
}

/// An item of a list.
pub(super) fn item(list: &str, index: usize) -> String {
    let mut path = [list, "["].concat();
    push_decimal(&mut path, index);
    path.push(']');
    path
}
