//! The host against small guests in WebAssembly text, one behaviour each.

mod abi;
mod answers;
mod failures;
mod guest;
mod limits;
mod loading;
mod wasi;
