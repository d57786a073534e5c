//! The rules of ringfence, and the way from an admission request to a verdict.
//!
//! ```text
//! payload bytes -> json -> request, workload, pod ─┐
//!                          settings -> plan ───────┴-> judge -> rules -> report
//!                                                        └-> updates -> message -> protocol
//! ```
//!
//! Pure: no I/O, no clock, no globals, no panics. The same bytes in give the same bytes out,
//! natively and in WebAssembly.

#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

pub mod json;
mod judge;
mod message;
mod plan;
pub mod pod;
pub mod pod_security;
mod protocol;
mod report;
mod request;
mod rule;
mod rules;
mod settings;
mod suggest;
mod updates;
mod version;
mod workload;

pub use protocol::{PROTOCOL_VERSION, validate, validate_settings};
pub use report::{Place, Report, UNSET, Violation};
pub use rule::{Check, Family, Level, Revision, Rule};
pub use rules::{RULES, find as find_rule};
pub use settings::{Action, Settings, SettingsError, Updates, Workloads};
pub use suggest::did_you_mean;
pub use version::Version;
