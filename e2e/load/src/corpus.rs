//! The pods that are judged: one that follows every control, one that breaks each, in any size.

use serde_json::{Value, json};

/// Settings that ask the controls of `controls/` and no more.
pub fn settings() -> Value {
    json!({"profile": "restricted", "version": "latest"})
}

/// What stands in a body for the number of its request.
const NUMBER: &str = "0000000000";

/// A pod, and the controls that it breaks: names of rules.
pub struct Sample {
    /// Of rules, sorted.
    pub broken: Vec<&'static str>,
    /// The request for its admission.
    pub request: Value,
}

/// A body for the provider, with a number in the pod's name: each is a question of its own.
pub struct Body {
    /// Whether the pod is to be let in.
    pub allowed: bool,
    text: String,
    places: Vec<usize>,
}

/// One good pod for each bad one, which breaks one control or, the last, several.
pub fn samples(kilobytes: usize) -> Vec<Sample> {
    let sample = |broken: &[&'static str], spoil: fn(&mut Value)| {
        let mut pod = pod(kilobytes << 10);
        spoil(&mut pod["spec"]);
        Sample { broken: broken.to_vec(), request: request(&pod) }
    };
    BAD.iter().flat_map(|(rules, spoil)| [sample(&[], |_| {}), sample(rules, *spoil)]).collect()
}

type Spoil = fn(&mut Value);

const BAD: &[(&[&str], Spoil)] = &[
    (&["privileged"], |spec| security(spec)["privileged"] = true.into()),
    (&["hostNamespaces"], |spec| spec["hostPID"] = true.into()),
    (&["hostPorts"], |spec| first(spec)["ports"][0]["hostPort"] = 8080.into()),
    (&["restrictedVolumes"], |spec| {
        spec["volumes"][0] = json!({"name": "tmp", "hostPath": {"path": "/var/run"}});
    }),
    (&["capabilities"], |spec| security(spec)["capabilities"]["add"] = json!(["SYS_ADMIN"])),
    (&["seccompProfile"], |spec| {
        security(spec)["seccompProfile"] = json!({"type": "Unconfined"});
    }),
    (&["runAsNonRoot"], |spec| spec["securityContext"]["runAsNonRoot"] = false.into()),
    (&["runAsUser"], |spec| security(spec)["runAsUser"] = 0.into()),
    (&["allowPrivilegeEscalation"], |spec| {
        security(spec)["allowPrivilegeEscalation"] = true.into();
    }),
    (&["appArmorProfile"], |spec| {
        security(spec)["appArmorProfile"] = json!({"type": "Unconfined"});
    }),
    (&["seLinuxOptions"], |spec| {
        spec["securityContext"]["seLinuxOptions"] = json!({"type": "spc_t"});
    }),
    (&["procMount"], |spec| security(spec)["procMount"] = "Unmasked".into()),
    (&["sysctls"], |spec| {
        spec["securityContext"]["sysctls"] = json!([{"name": "kernel.msgmax", "value": "65536"}]);
    }),
    (&["windowsHostProcess"], |spec| {
        security(spec)["windowsOptions"] = json!({"hostProcess": true});
    }),
    (&["hostProbesAndHostLifecycle"], |spec| {
        first(spec)["livenessProbe"]["httpGet"]["host"] = "169.254.169.254".into();
    }),
    (&["capabilities", "hostNamespaces", "privileged"], |spec| {
        spec["hostNetwork"] = true.into();
        *security(spec) = json!({"privileged": true, "allowPrivilegeEscalation": false,
            "capabilities": {"add": ["NET_ADMIN"]}});
    }),
];

fn first(spec: &mut Value) -> &mut Value {
    &mut spec["containers"][0]
}

/// The security context of the first container.
fn security(spec: &mut Value) -> &mut Value {
    &mut first(spec)["securityContext"]
}

/// A pod that follows every control, of about so many bytes: a web server, what goes before it, and
/// as many beside it as fit.
fn pod(bytes: usize) -> Value {
    let mut containers = vec![container("web")];
    let mut pod = json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {
            "name": format!("checkout-{NUMBER}"), "namespace": "shop",
            "labels": {"app.kubernetes.io/name": "checkout", "pod-template-hash": "7d9c6b8f5c"},
            "annotations": {"prometheus.io/scrape": "true", "prometheus.io/port": "9102"},
        },
        "spec": {
            "securityContext": {"runAsNonRoot": true, "fsGroup": 10001,
                "seccompProfile": {"type": "RuntimeDefault"}},
            "serviceAccountName": "checkout", "automountServiceAccountToken": false,
            "volumes": [{"name": "tmp", "emptyDir": {"sizeLimit": "64Mi"}},
                {"name": "config", "configMap": {"name": "checkout"}}],
            "restartPolicy": "Always", "dnsPolicy": "ClusterFirst",
            "terminationGracePeriodSeconds": 30,
        },
    });
    let has = pod.to_string().len() + containers[0].to_string().len();
    let each = container("side-00000").to_string().len() + 1;
    let beside = bytes.saturating_sub(has) / each;
    containers.extend((0..beside).map(|index| container(&format!("side-{index:05}"))));
    pod["spec"]["containers"] = containers.into();
    pod
}

fn container(name: &str) -> Value {
    let env: Vec<Value> = (0..6)
        .map(|n| json!({"name": format!("CHECKOUT_OPTION_{n}"), "value": format!("value-{n}")}))
        .collect();
    json!({
        "name": name, "image": "registry.example/shop/checkout:1.4.2",
        "args": ["--listen=:8080", "--metrics=:9102"], "env": env,
        "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}],
        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
        "securityContext": {"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true,
            "capabilities": {"drop": ["ALL"]}},
        "livenessProbe": {"httpGet": {"path": "/healthz", "port": "http"}, "periodSeconds": 10},
        "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"},
            {"name": "config", "mountPath": "/etc/checkout", "readOnly": true}],
    })
}

fn request(pod: &Value) -> Value {
    json!({
        "uid": "705ab4f5-6393-11e8-b7cc-42010a800002", "operation": "CREATE",
        "kind": {"group": "", "version": "v1", "kind": "Pod"},
        "resource": {"group": "", "version": "v1", "resource": "pods"},
        "name": pod["metadata"]["name"], "namespace": "shop",
        "userInfo": {"username": "system:serviceaccount:kube-system:replicaset-controller",
            "groups": ["system:serviceaccounts", "system:authenticated"]},
        "object": pod,
    })
}

impl Sample {
    /// What Gatekeeper's template makes of the request, in what Gatekeeper sends.
    pub fn body(&self) -> Body {
        let key = json!({
            "version": "v1", "settings": settings(), "request": self.request,
            "namespaceObject": {"metadata": {"name": "shop", "labels": {}}},
        });
        let body = json!({
            "apiVersion": "externaldata.gatekeeper.sh/v1beta1", "kind": "ProviderRequest",
            "request": {"keys": [key.to_string()]},
        });
        let text = body.to_string();
        let places = text.match_indices(NUMBER).map(|(at, _)| at).collect();
        Body { allowed: self.broken.is_empty(), text, places }
    }
}

impl Body {
    /// The text with this number in the pod's name.
    pub fn numbered(&self, number: usize) -> String {
        let digits = format!("{number:0width$}", width = NUMBER.len());
        let mut text = self.text.clone();
        for &at in &self.places {
            text.replace_range(at..at + NUMBER.len(), &digits);
        }
        text
    }

    /// Its length in bytes.
    pub fn size(&self) -> usize {
        self.text.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_have_about_the_size_that_is_asked_and_a_number() {
        for kilobytes in [2, 64, 1000] {
            let body = samples(kilobytes)[0].body();
            let (least, most) = (kilobytes << 10, (kilobytes << 10) * 3 / 2 + 2048);
            assert!((least..most).contains(&body.size()), "{kilobytes}: {}", body.size());
        }
        let body = samples(2)[0].body();
        let (first, second) = (body.numbered(1), body.numbered(2));
        assert_ne!(first, second);
        assert_eq!((first.len(), first.matches("checkout-0000000001").count()), (body.size(), 2));
    }
}
