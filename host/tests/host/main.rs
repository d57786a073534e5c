//! The host against small guests in WebAssembly text, one behaviour each.

mod abi;
mod answers;
mod failures;
mod gates;
mod guest;
mod limits;
#[cfg(feature = "live")]
mod live;
mod loading;
mod questions;
mod rbac;
mod selectors;
mod session;
mod snapshot;
mod wasi;
