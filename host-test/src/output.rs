//! What the command prints. Only here and in `cli` does anything reach a terminal.

pub mod diff;
pub mod human;
pub mod json;
pub mod text;
