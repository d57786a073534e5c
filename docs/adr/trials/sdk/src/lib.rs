//! The customary way to write a Kubewarden policy.

#![cfg(target_arch = "wasm32")]
#![expect(unsafe_code, reason = "the entry is called from outside")]

#[path = "../../../../../policy/kubewarden/src/allocator.rs"]
#[expect(dead_code, reason = "the instance is used once")]
mod allocator;
mod checks;
mod settings;

use kubewarden_policy_sdk::request::ValidationRequest;
use kubewarden_policy_sdk::settings::Validatable;
use kubewarden_policy_sdk::wapc_guest::{CallResult, register_function};
use kubewarden_policy_sdk::{
    accept_request, protocol_version_guest, reject_request, validate_settings,
};

use settings::Settings;

#[global_allocator]
static MEMORY: allocator::Bump = allocator::Bump::new();

#[unsafe(no_mangle)]
extern "C" fn wapc_init() {
    register_function("validate", validate);
    register_function("validate_settings", validate_settings::<Settings>);
    register_function("protocol_version", protocol_version_guest);
}

impl Validatable for Settings {
    fn validate(&self) -> Result<(), String> {
        self.check()
    }
}

fn validate(payload: &[u8]) -> CallResult {
    let request = ValidationRequest::<Settings>::new(payload)?;
    let Some(pod) = request.extract_pod_spec_from_object()? else {
        return accept_request();
    };
    let found = checks::violations(&pod, &request.settings);
    if found.is_empty() {
        return accept_request();
    }
    reject_request(Some(found.join("\n")), Some(403), None, None)
}
