//! ringfence's library behind the SDK's registration.

#![cfg(target_arch = "wasm32")]
#![expect(unsafe_code, reason = "the entry is called from outside")]

#[path = "../../../../../policy/kubewarden/src/allocator.rs"]
#[expect(dead_code, reason = "the instance is used once")]
mod allocator;

use kubewarden_policy_sdk::protocol_version_guest;
use kubewarden_policy_sdk::wapc_guest::{CallResult, register_function};

#[global_allocator]
static MEMORY: allocator::Bump = allocator::Bump::new();

#[unsafe(no_mangle)]
extern "C" fn wapc_init() {
    register_function("validate", validate);
    register_function("validate_settings", |settings| {
        Ok(ringfence_policy::validate_settings(settings))
    });
    register_function("protocol_version", protocol_version_guest);
}

#[cfg(not(feature = "response"))]
fn validate(payload: &[u8]) -> CallResult {
    Ok(ringfence_policy::validate(payload, &|| None))
}

/// The library hands out bytes, so they are decoded first: an upper bound of what a verdict
/// written by the SDK costs.
#[cfg(feature = "response")]
fn validate(payload: &[u8]) -> CallResult {
    use kubewarden_policy_sdk::response::ValidationResponse;
    let answer = ringfence_policy::validate(payload, &|| None);
    let response: ValidationResponse = serde_json::from_slice(&answer)?;
    Ok(serde_json::to_vec(&response)?)
}
