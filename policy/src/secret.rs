//! What a rule sees of a Secret: nothing that it holds.

use std::borrow::Cow;

use crate::json::record;
use crate::plain::Revise;

record! {
    /// `v1` Secret, as far as rules read it.
    pub struct Secret<'a> {
        /// What it is for; the API server lets nobody change it.
        type_: Cow<'a, str> = "type",
    }
}

impl Revise for Secret<'_> {
    /// Whether it is of the same type.
    fn keeps(&self, old: &Self, _: &str) -> bool {
        self.type_ == old.type_
    }
}
