//! k8s-openapi alone: decoded from the bytes of the object, once its kind is known.

#![cfg(target_arch = "wasm32")]

#[path = "../../../../../policy/kubewarden/src/abi.rs"]
mod abi;
#[path = "../../../../../policy/kubewarden/src/allocator.rs"]
mod allocator;
#[path = "../../serde/src/answer.rs"]
mod answer;
#[path = "../../sdk/src/checks.rs"]
mod checks;
#[path = "../../sdk/src/settings.rs"]
mod settings;

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Pod, PodSpec};
use serde::Deserialize;
use serde_json::value::RawValue;
use settings::Settings;

#[global_allocator]
static MEMORY: allocator::Bump = allocator::Bump::new();

#[derive(Deserialize)]
struct Payload<'a> {
    #[serde(borrow)]
    request: Request<'a>,
    settings: Settings,
}

#[derive(Deserialize)]
struct Request<'a> {
    kind: Kind<'a>,
    #[serde(borrow)]
    object: &'a RawValue,
}

#[derive(Deserialize)]
struct Kind<'a> {
    kind: &'a str,
}

fn call(operation: &[u8], payload: &[u8]) -> Result<Vec<u8>, String> {
    answer::call(operation, payload, |payload| {
        let Payload { request, settings } = serde_json::from_slice(payload)?;
        let pod = pod_spec(&request)?.unwrap_or_default();
        Ok(checks::violations(&pod, &settings))
    })
}

fn pod_spec(request: &Request<'_>) -> serde_json::Result<Option<PodSpec>> {
    let object = request.object.get();
    if request.kind.kind == "Pod" {
        return Ok(serde_json::from_str::<Pod>(object)?.spec);
    }
    let deployment: Deployment = serde_json::from_str(object)?;
    Ok(deployment.spec.and_then(|spec| spec.template.spec))
}
