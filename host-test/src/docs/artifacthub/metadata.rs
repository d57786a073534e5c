//! `metadata.yml`: what hosts of Kubewarden read of a policy, as `kwctl annotate` takes it.
//!
//! Source of the format: Kubewarden's `policy_metadata.rs`. It ignores keys that it does not know.

use super::{AUTHOR, REPOSITORY, VERSION, resources};
use serde_json::{Map, Value, json};

/// Where the module is published, without its tag.
pub const OCI_URL: &str = "ghcr.io/ringfence-dev/ringfence";

/// The policy in one line.
pub(super) const DESCRIPTION: &str = "Keeps workloads inside their fence: the Pod Security Standards of \
every Kubernetes version and rules beyond them, with parameters, a mode for each rule and exemptions \
that end";

const KEYWORDS: &str = "pod security, pod security standards, psa, psp, security context, \
capabilities, seccomp, apparmor, selinux, isolation, multi-tenancy";

/// The document, keys in the order of the format.
///
/// Of the cluster the policy asks what its rules list, where settings make them ask. It needs no version of Kubewarden that others do not need, so that there is no
/// `minimumKubewardenVersion`.
pub fn metadata() -> Value {
    json!({
        "rules": resources::rules(),
        "annotations": annotations(),
        "mutating": true,
        "backgroundAudit": true,
        "executionMode": "kubewarden-wapc",
        "policyType": "kubernetes",
        "contextAwareResources": context_aware_resources(),
        "hostCapabilities": HOST_CAPABILITIES,
    })
}

/// The host calls of [`ringfence_policy::Ask`].
const HOST_CAPABILITIES: &[&str] = &["kubernetes/get_resource", "kubernetes/list_resources_by_namespace"];

/// The kinds that some rule asks for.
fn context_aware_resources() -> Vec<Value> {
    let granted = |asked: &ringfence_policy::Resource| json!({"apiVersion": asked.api_version, "kind": asked.kind});
    ringfence_policy::RESOURCES.iter().map(granted).collect()
}

/// Those that every policy of Kubewarden's own catalogue carries, sorted as hosts print them.
fn annotations() -> Map<String, Value> {
    let tag = format!("v{VERSION}");
    let kinds = resources::kinds().join(",");
    let annotations = [
        ("com.github.release.tag", &*tag),
        ("io.artifacthub.displayName", "ringfence"),
        ("io.artifacthub.keywords", KEYWORDS),
        ("io.artifacthub.resources", &kinds),
        ("io.kubewarden.policy.author", AUTHOR),
        ("io.kubewarden.policy.category", "Pod Security"),
        ("io.kubewarden.policy.description", DESCRIPTION),
        ("io.kubewarden.policy.license", env!("CARGO_PKG_LICENSE")),
        ("io.kubewarden.policy.ociUrl", OCI_URL),
        ("io.kubewarden.policy.severity", "high"),
        ("io.kubewarden.policy.source", REPOSITORY),
        ("io.kubewarden.policy.title", "ringfence"),
        ("io.kubewarden.policy.url", REPOSITORY),
        ("io.kubewarden.policy.version", VERSION),
    ];
    annotations.into_iter().map(|(key, text)| (key.to_owned(), text.into())).collect()
}
