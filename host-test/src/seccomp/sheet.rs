//! A profile as a picture: every call of an architecture by kind, allowed, conditional or denied, and
//! how that differs from a baseline. What is on it is for `ringfence-seccomp` to say.

mod html;
mod svg;

pub use html::page;
pub use ringfence_seccomp::sheet::{Cell, Difference, Section, State, sections};
pub use svg::picture;

use ringfence_seccomp::Arch;

/// The sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// What the profile is called.
    pub title: String,
    /// What it was read for, in words.
    pub context: String,
    /// The architecture.
    pub arch: Arch,
    /// What it is held against.
    pub against: Option<String>,
    /// What happens to calls that no rule names.
    pub default: String,
    /// Why no container would start with it.
    pub fatal: Vec<String>,
    /// The calls, by kind.
    pub sections: Vec<Section>,
}

impl Sheet {
    /// Every call.
    pub fn cells(&self) -> impl Iterator<Item = &Cell> {
        self.sections.iter().flat_map(|section| &section.cells)
    }

    /// How many calls come to that.
    pub fn count(&self, state: State) -> usize {
        self.cells().filter(|cell| cell.state == state).count()
    }

    /// How many differ so.
    pub fn differing(&self, difference: Difference) -> usize {
        self.cells().filter(|cell| cell.difference == Some(difference)).count()
    }
}

#[cfg(test)]
mod tests;
