//! The waPC entry: what a Kubewarden host calls.
//!
//! The guest keeps no state and does nothing at start-up, because a host makes a new instance for
//! every request. It asks the host for the date where an exemption that ends would apply, and about
//! the cluster where settings make a rule ask.

// There is nothing to build for another target: the entry is made of WebAssembly's own means.
#![cfg(target_arch = "wasm32")]

mod abi;
mod allocator;
mod clock;
mod libc;

use ringfence_policy::{Host, PROTOCOL_VERSION, validate_in, validate_settings};

#[global_allocator]
static MEMORY: allocator::Bump = allocator::Bump::new();

/// Answers one operation.
fn call(operation: &[u8], payload: &[u8]) -> Result<Vec<u8>, String> {
    match operation {
        b"validate" => Ok(validate_in(payload, Host { today: &clock::today, ask: &abi::ask })),
        b"validate_settings" => Ok(validate_settings(payload)),
        b"protocol_version" => Ok(PROTOCOL_VERSION.into()),
        other => {
            let name = String::from_utf8_lossy(other);
            Err(["No handler registered for function ", &name].concat())
        }
    }
}
