//! Seccomp profiles in files: read, told of, edited and drawn.
//!
//! What a profile means is decided by `ringfence-seccomp`, which knows neither files nor YAML. Here
//! its texts are found ([`documents`], [`source`]), its bytes become lines and columns ([`places`]),
//! and what it says becomes reports ([`lint`], [`sarif`], [`changes`]), edits ([`edit`]) and a
//! picture ([`sheet`]).

pub mod changes;
pub mod columns;
pub mod context;
pub mod documents;
pub mod edit;
pub mod groups;
pub mod lint;
pub mod places;
pub mod proposal;
pub mod sarif;
pub mod sheet;
pub mod source;
pub mod target;
