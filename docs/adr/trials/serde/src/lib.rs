//! Four checks on a model of our own, decoded by serde in one pass over the payload.

#![cfg(target_arch = "wasm32")]

#[path = "../../../../../policy/kubewarden/src/abi.rs"]
mod abi;
#[path = "../../../../../policy/kubewarden/src/allocator.rs"]
mod allocator;
mod answer;
mod model;
#[path = "../../sdk/src/settings.rs"]
mod settings;

use model::{Capabilities, Payload, Spec};
use settings::Settings;

#[global_allocator]
static MEMORY: allocator::Bump = allocator::Bump::new();

fn call(operation: &[u8], payload: &[u8]) -> Result<Vec<u8>, String> {
    answer::call(operation, payload, |payload| {
        let Payload { request, settings } = serde_json::from_slice(payload)?;
        let spec = match &request.object.spec.template {
            Some(template) => &template.spec,
            None => &request.object.spec,
        };
        Ok(violations(spec, &settings))
    })
}

/// One line per violation, the same lines as of the trials on k8s-openapi.
fn violations(pod: &Spec<'_>, settings: &Settings) -> Vec<String> {
    let mut found = Vec::new();
    if settings.denies("hostNamespaces") {
        let namespaces = [
            ("hostNetwork", pod.host_network),
            ("hostPID", pod.host_pid),
            ("hostIPC", pod.host_ipc),
        ];
        let shared = namespaces.iter().filter(|(_, shared)| *shared == Some(true));
        found.extend(shared.map(|(name, _)| format!("spec.{name}: true")));
    }
    let pod_non_root = pod.security_context.as_ref().and_then(|context| context.run_as_non_root);
    let lists = [&pod.init_containers, &pod.containers, &pod.ephemeral_containers];
    for container in lists.into_iter().flatten().flatten() {
        let (name, context) = (&container.name, container.security_context.as_ref());
        if settings.denies("privileged") && context.and_then(|c| c.privileged) == Some(true) {
            found.push(format!("container {name}: privileged: true"));
        }
        if settings.denies("capabilities") {
            let capabilities = context.and_then(|c| c.capabilities.as_ref());
            found.extend(excess(capabilities).map(|it| format!("container {name}: {it}")));
        }
        let non_root = context.and_then(|c| c.run_as_non_root).or(pod_non_root);
        if settings.denies("runAsNonRoot") && non_root != Some(true) {
            found.push(format!("container {name}: runAsNonRoot: {non_root:?}"));
        }
    }
    found
}

fn excess<'a>(capabilities: Option<&'a Capabilities<'_>>) -> impl Iterator<Item = String> + 'a {
    let drop = capabilities.and_then(|it| it.drop.as_deref()).unwrap_or_default();
    let add = capabilities.and_then(|it| it.add.as_deref()).unwrap_or_default();
    let kept = (!drop.iter().any(|name| name.0 == "ALL")).then(|| "drop lacks ALL".to_owned());
    let added = add.iter().filter(|name| name.0 != "NET_BIND_SERVICE");
    kept.into_iter().chain(added.map(|name| format!("adds {}", name.0)))
}
