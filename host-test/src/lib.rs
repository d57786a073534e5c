//! The `ringfence` command as a library: reads manifests, builds admission requests, runs them
//! through the policy module, compares the answers of case files and prints what was found.
//!
//! `main.rs` only hands over the arguments; what can be tested without a process lives here.

pub mod answer;
pub mod cases;
pub mod cli;
pub mod cluster;
pub mod defaults;
pub mod docs;
pub mod engine;
pub mod exempt;
pub mod fix;
pub mod inspect;
pub mod judge;
pub mod kinds;
pub mod manifest;
pub mod namespace;
pub mod output;
pub mod reach;
pub mod remember;
pub mod render;
pub mod request;
pub mod scan;
pub mod seccomp;
pub mod settings;
pub mod since;
pub mod watched;
pub mod yaml;
