//! What would trip a host of Kubewarden, or the people who use it, though it is no error.
//!
//! Sources: Kubewarden's policy-server, kwctl and audit scanner; waPC.

use super::metadata::{ExecutionMode, Found, KEYS, Metadata, Rule};
use super::module::Module;

/// The functions of waPC: any other import fails to link.
const WAPC: &[&str] = &[
    "__console_log",
    "__guest_error",
    "__guest_request",
    "__guest_response",
    "__host_call",
    "__host_error",
    "__host_error_len",
    "__host_response",
    "__host_response_len",
];

/// The other module of functions that hosts have.
const WASI: &str = "wasi_snapshot_preview1";

const OPERATIONS: &[&str] = &["CREATE", "UPDATE", "DELETE", "CONNECT", "*"];

/// Subresources through which a running pod gets other containers or resources.
const POD_SUBRESOURCES: &[&str] = &["pods/ephemeralcontainers", "pods/resize"];

/// Every hint, those about the module first.
pub fn hints(module: &Module, found: &Found) -> Vec<String> {
    let mut hints = Vec::new();
    let is_guest = module.exports("function", "__guest_call");
    match found.mode {
        Some(ExecutionMode::KubewardenWapc) => of_guest(module, &mut hints),
        Some(ExecutionMode::Wasi) => of_command(module, &mut hints),
        None if is_guest => of_guest(module, &mut hints),
        _ => {}
    }
    if let Some(metadata) = &found.metadata {
        unknown_keys(found, &mut hints);
        for (index, rule) in metadata.rules.iter().enumerate() {
            of_rule(index, rule, &mut hints);
        }
        of_rules(&metadata.rules, &mut hints);
        of_grants(metadata, &mut hints);
        of_annotations(metadata, &mut hints);
    }
    hints
}

fn of_guest(module: &Module, hints: &mut Vec<String>) {
    for import in &module.imports {
        let is_known = match &*import.module {
            "wapc" => WAPC.contains(&&*import.name),
            other => other == WASI,
        };
        if !is_known {
            let (module, name) = (&import.module, &import.name);
            hints.push(format!(
                "it imports `{module}.{name}`, which no host has: it cannot be loaded"
            ));
        }
    }
    for (kind, name) in [("memory", "memory"), ("function", "__guest_call")] {
        if !module.exports(kind, name) {
            hints.push(format!("it exports no {kind} `{name}`: it cannot be loaded"));
        }
    }
    if module.exports("function", "_initialize") {
        hints.push(
            "it exports `_initialize`, which hosts never call: they call `_start` and `wapc_init`"
                .to_owned(),
        );
    }
}

fn of_command(module: &Module, hints: &mut Vec<String>) {
    if !module.exports("function", "_start") {
        hints.push("it exports no function `_start`, which hosts call in the mode wasi".to_owned());
    }
}

fn unknown_keys(found: &Found, hints: &mut Vec<String>) {
    let fields = found.json.as_ref().and_then(|json| json.as_object());
    for key in fields.into_iter().flat_map(|fields| fields.keys()) {
        if !KEYS.contains(&&**key) {
            let hint = ringfence_policy::did_you_mean(key, KEYS).unwrap_or_default();
            hints.push(format!("hosts ignore the key `{key}` of the metadata{hint}"));
        }
    }
}

fn of_rule(index: usize, rule: &Rule, hints: &mut Vec<String>) {
    let has = |list: &[String], text: &str| list.iter().any(|item| item == text);
    let path = format!("rules[{index}]");
    for (key, list) in [
        ("apiGroups", &rule.api_groups),
        ("apiVersions", &rule.api_versions),
        ("resources", &rule.resources),
        ("operations", &rule.operations),
    ] {
        if list.is_empty() {
            hints.push(format!("{path}.{key} is empty: no manifest with this rule is accepted"));
        }
        if has(list, "*") && list.len() > 1 {
            hints.push(format!("{path}.{key} has more beside `*`: no manifest is accepted so"));
        }
    }
    for operation in rule.operations.iter().filter(|name| !OPERATIONS.contains(&&***name)) {
        hints.push(format!(
            "{path} has the unknown operation `{operation}`: hosts refuse the policy"
        ));
    }
    if [&rule.api_groups, &rule.api_versions, &rule.resources].iter().any(|list| has(list, "*")) {
        hints.push(format!("{path} has a `*`: the audit scanner leaves it out"));
        return;
    }
    if !has(&rule.operations, "CREATE") {
        return;
    }
    let subresources: Vec<&str> =
        rule.resources.iter().map(String::as_str).filter(|name| name.contains('/')).collect();
    if !subresources.is_empty() {
        hints.push(format!(
            "{path} has {} beside CREATE: the audit scanner cannot list it and skips the policy; \
             give it a rule of its own with UPDATE",
            subresources.join(" and ")
        ));
    }
}

fn of_rules(rules: &[Rule], hints: &mut Vec<String>) {
    if rules.is_empty() {
        hints.push("it has no rules: whoever writes its manifest has to know them".to_owned());
        return;
    }
    let is_core =
        |rule: &&Rule| rule.api_groups.iter().any(|group| group.is_empty() || group == "*");
    let named: Vec<&str> =
        rules.iter().filter(is_core).flat_map(|rule| &rule.resources).map(String::as_str).collect();
    if !named.contains(&"pods") {
        return;
    }
    for subresource in POD_SUBRESOURCES {
        if ![subresource, &"pods/*", &"*/*"].iter().any(|name| named.contains(name)) {
            hints.push(format!("it is not asked about {subresource}, which changes pods that run"));
        }
    }
}

fn of_grants(metadata: &Metadata, hints: &mut Vec<String>) {
    if !metadata.context_aware_resources.is_empty() {
        hints.push(
            "it reads the cluster: only a ClusterAdmissionPolicy can grant that, by \
             `contextAwareResources`"
                .to_owned(),
        );
    }
    for capability in metadata.host_capabilities.iter().flatten() {
        if capability.contains('*') {
            hints.push(format!(
                "hostCapabilities has `{capability}`: `kwctl annotate` compares exact names and warns"
            ));
        }
    }
}

fn of_annotations(metadata: &Metadata, hints: &mut Vec<String>) {
    let annotation = |key: &str| metadata.annotations.get(&format!("io.kubewarden.policy.{key}"));
    let is_label = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    let is_name = |name: &str| {
        name.len() <= 253
            && name.starts_with(is_label)
            && name.ends_with(is_label)
            && name.chars().all(|letter| is_label(letter) || letter == '-' || letter == '.')
    };
    match annotation("title") {
        None => hints.push("it has no title: `io.kubewarden.policy.title`".to_owned()),
        Some(title) if !is_name(title) => hints.push(format!(
            "its title `{title}` is no name of a Kubernetes object, which `kwctl scaffold manifest` \
             makes it"
        )),
        Some(_) => {}
    }
    if let Some(version) = annotation("version").filter(|version| version.starts_with('v')) {
        hints.push(format!(
            "its version `{version}` begins with a v, which belongs to the tag alone"
        ));
    }
}
