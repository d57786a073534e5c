//! Four checks on k8s-openapi's pod: the shape most policies have.

use k8s_openapi::api::core::v1::{Capabilities, PodSpec, SecurityContext};

use crate::settings::Settings;

/// One line per violation.
pub fn violations(pod: &PodSpec, settings: &Settings) -> Vec<String> {
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
    for (name, context) in containers(pod) {
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

fn containers(pod: &PodSpec) -> impl Iterator<Item = (&str, Option<&SecurityContext>)> {
    let init = pod.init_containers.iter().flatten();
    let ephemeral = pod.ephemeral_containers.iter().flatten();
    init.chain(&pod.containers)
        .map(|container| (container.name.as_str(), container.security_context.as_ref()))
        .chain(ephemeral.map(|it| (it.name.as_str(), it.security_context.as_ref())))
}

fn excess(capabilities: Option<&Capabilities>) -> impl Iterator<Item = String> {
    let drop = capabilities.and_then(|it| it.drop.as_deref()).unwrap_or_default();
    let add = capabilities.and_then(|it| it.add.as_deref()).unwrap_or_default();
    let kept = (!drop.iter().any(|name| name == "ALL")).then(|| "drop lacks ALL".to_owned());
    let added = add.iter().filter(|name| *name != "NET_BIND_SERVICE");
    kept.into_iter().chain(added.map(|name| format!("adds {name}")))
}
