//! Requests whose seccomp profiles are read: as large as the profiles that runtimes have built in.

use ringfence_seccomp::{Arch, Baseline, Context, Dialect, Loader, convert, to_json};
use serde_json::{Value, json};

use crate::lookups::payload;

/// A request about a profile.
pub struct Profiled {
    /// What it is, for tables.
    pub name: &'static str,
    /// `{"request": …, "settings": …}`
    pub payload: Vec<u8>,
}

/// The default profile of a runtime as a resource of the operator, on one architecture and on two,
/// held against another runtime's; and a pod whose capability opens calls in it.
pub fn all() -> Vec<Profiled> {
    let profile = profile();
    let profiled = |name, said: Value, object| {
        let payload = payload("seccompContent", &said, "CREATE", object);
        Profiled { name, payload }
    };
    vec![
        profiled(
            "moby's profile, x86_64 with x86 and x32",
            json!({"architectures": ["x86_64"]}),
            &profile,
        ),
        profiled("moby's profile, x86_64 and aarch64 with theirs", json!("deny"), &profile),
        profiled("a pod that adds SYS_ADMIN, `allowOpened`", json!({"allowOpened": []}), &pod()),
    ]
}

fn profile() -> Value {
    let baseline = Baseline::from_name("moby").expect("moby's profile");
    let context = Context::new(Loader::Docker, Arch::X86_64);
    let converted = convert(&baseline.profile(), Dialect::Spo, &context);
    let spec = serde_json::from_str::<Value>(&to_json(&converted.profile)).expect("JSON");
    json!({
        "apiVersion": "security-profiles-operator.x-k8s.io/v1beta1",
        "kind": "SeccompProfile",
        "metadata": {"name": "web"},
        "spec": spec,
    })
}

fn pod() -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {
            "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [{
                "name": "web",
                "image": "registry.example/web:1",
                "securityContext": {"capabilities": {"add": ["SYS_ADMIN"]}},
            }],
        },
    })
}

#[test]
fn their_content_is_judged() {
    for judged in all() {
        let answer = ringfence_policy::validate(&judged.payload, &|| None);
        let answer = serde_json::from_slice::<Value>(&answer).expect("an answer");
        let message = answer["message"].as_str().unwrap_or_default();
        assert!(message.contains(" of seccompContent"), "{}: {answer}", judged.name);
    }
}
