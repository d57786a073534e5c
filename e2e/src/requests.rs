//! The requests that costs are measured with: realistic, and always the same.

use serde_json::{Value, json};

/// A request, and what must come of it.
pub struct Request {
    /// What it is, for tables.
    pub name: &'static str,
    /// Whether it satisfies the settings.
    pub accepted: bool,
    /// `{"request": …, "settings": …}`
    pub payload: Vec<u8>,
}

/// A pod of about 2 KB, a Deployment of about 4 KB, a pod of about 60 KB with twenty containers;
/// each once accepted and once denied, with a settings document of about 1 KB; and one pod with
/// twice the containers, to see that the cost is linear in them.
pub fn all() -> Vec<Request> {
    with(&settings())
}

/// The same with the settings that are none: the Pod Security Standards alone.
pub fn of_standards() -> Vec<Request> {
    with(&json!({}))
}

fn with(settings: &Value) -> Vec<Request> {
    let request = |name, accepted, object| {
        let payload = payload(object, settings);
        Request { name, accepted, payload }
    };
    vec![
        request("2 KB pod", true, pod(1, 10, true)),
        request("2 KB pod", false, pod(1, 10, false)),
        request("4 KB Deployment", true, deployment(true)),
        request("4 KB Deployment", false, deployment(false)),
        request("60 KB pod, 20 containers", true, pod(20, 38, true)),
        request("60 KB pod, 20 containers", false, pod(20, 38, false)),
        request("120 KB pod, 40 containers", true, pod(40, 38, true)),
        request("120 KB pod, 40 containers", false, pod(40, 38, false)),
    ]
}

/// Settings with every key, every rule asked that judges pods, by the profile or by name, and parameters
/// for those that are mostly given some.
pub fn settings() -> Value {
    let rules = json!({
        "capabilities": {"allowAdd": ["NET_BIND_SERVICE"], "forbid": ["SYS_ADMIN"]},
        "runAsUser": {"ranges": [{"min": 10_000, "max": 65_535}]},
        "seccompLocalhost": {"allow": ["operator/{namespace}/*"]},
        "runtimeClass": {"allow": ["gvisor", "kata"]},
        "nodePlacement": {"require": [{"key": "pool", "values": ["tenants"]}]},
        "ephemeralContainers": {"groups": ["sre"]},
        "userNamespaces": "deny",
        "serviceAccountName": {"forbid": ["default"]},
        "volumeMounts": {"forbid": ["docker-sock"]},
        "defaultNamespace": "deny",
        // What these ask of a cluster is measured by itself.
        "resourceBoundaries": {"requireQuota": [], "requireLimitRange": []},
        "networkIsolation": {"directions": []},
        "secretsAccess": "deny",
        "seccompContent": "deny",
    });
    json!({
        "profile": "hardened",
        "version": "v1.37",
        "action": "deny",
        "mutate": false,
        "workloads": "deny",
        "updates": "significant",
        "podTemplates": [{"group": "batch.volcano.sh", "kind": "Job", "paths": ["spec.tasks[*].template"]}],
        "rules": rules,
        "exemptions": [{
            "id": "istio-init",
            "reason": "redirects traffic (SEC-1234)",
            "expires": "2027-03-31",
            "rules": ["capabilities"],
            "values": ["NET_ADMIN", "NET_RAW"],
            "match": {
                "namespaces": ["shop-*"],
                "containers": ["istio-init"],
                "images": ["docker.io/istio/proxyv2"],
            },
        }],
    })
}

#[test]
fn the_settings_ask_every_rule_of_pods() {
    let settings = ringfence_policy::Settings::decode(&settings().to_string()).expect("settings");
    let asked = settings.checks().map(|(rule, ..)| rule.id).collect::<Vec<_>>();
    let is_of_pods = |rule: &&&ringfence_policy::Rule| {
        let revisions = rule.checks.iter().flat_map(|check| check.revisions);
        revisions.flat_map(|it| it.check.each()).any(ringfence_policy::CheckFn::is_of_pods)
    };
    let rules = ringfence_policy::RULES.iter().filter(is_of_pods);
    let left_out = rules.filter(|rule| !asked.contains(&rule.id));
    // What it asks, `restrictedVolumes` asks and more.
    assert_eq!(left_out.map(|rule| rule.id).collect::<Vec<_>>(), ["hostPathVolumes"]);
}

fn payload(object: Value, settings: &Value) -> Vec<u8> {
    let kind = object["kind"].clone();
    let group = if kind == "Pod" { "" } else { "apps" };
    let user = "system:serviceaccount:kube-system:replicaset-controller";
    let request = json!({
        "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
        "kind": {"group": group, "version": "v1", "kind": kind},
        "resource": {"group": group, "version": "v1", "resource": "pods"},
        "requestKind": {"group": group, "version": "v1", "kind": kind},
        "requestResource": {"group": group, "version": "v1", "resource": "pods"},
        "name": "checkout-7d9c6b8f5c-x2x8q",
        "namespace": "shop",
        "operation": "CREATE",
        "userInfo": {
            "username": user,
            "uid": "0d4c1a2e-9b1f-4f6b-8f5e-2f1f6f7b1c11",
            "groups": ["system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"],
        },
        "dryRun": false,
        "options": {"kind": "CreateOptions", "apiVersion": "meta.k8s.io/v1"},
    });
    // The object stands behind its kind, as hosts write requests.
    let mut text = request.to_string();
    text.pop();
    format!(r#"{{"request":{text},"object":{object}}},"settings":{settings}}}"#).into_bytes()
}

fn deployment(good: bool) -> Value {
    let pod = pod(2, 14, good);
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": pod["metadata"],
        "spec": {
            "replicas": 3,
            "selector": {"matchLabels": {"app.kubernetes.io/name": "checkout"}},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": 0}},
            "template": {"metadata": {"labels": pod["metadata"]["labels"]}, "spec": pod["spec"]},
        },
    })
}

fn pod(containers: usize, environment: usize, good: bool) -> Value {
    let containers =
        (0..containers).map(|index| container(index, environment, good)).collect::<Vec<_>>();
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "generateName": "checkout-7d9c6b8f5c-",
            "namespace": "shop",
            "labels": {
                "app.kubernetes.io/name": "checkout",
                "app.kubernetes.io/part-of": "shop",
                "pod-template-hash": "7d9c6b8f5c",
            },
            "annotations": {"prometheus.io/scrape": "true", "prometheus.io/port": "9102"},
        },
        "spec": {
            "securityContext": {
                "runAsNonRoot": good,
                "runAsUser": 10001,
                "fsGroup": 10001,
                "supplementalGroupsPolicy": "Strict",
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "hostUsers": false,
            "nodeSelector": {"pool": "tenants"},
            "serviceAccountName": "checkout",
            "automountServiceAccountToken": false,
            "containers": containers,
            "volumes": [
                {"name": "tmp", "emptyDir": {"sizeLimit": "64Mi"}},
                {"name": "config", "configMap": {"name": "checkout"}},
            ],
            "restartPolicy": "Always",
            "terminationGracePeriodSeconds": 30,
            "dnsPolicy": "ClusterFirst",
            "schedulerName": "default-scheduler",
            "tolerations": [
                {"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300},
            ],
        },
    })
}

fn container(index: usize, environment: usize, good: bool) -> Value {
    let env = (0..environment)
        .map(|n| json!({"name": format!("CHECKOUT_OPTION_{n}"), "value": format!("value-{n}-{index}")}))
        .collect::<Vec<_>>();
    let add = if good { json!([]) } else { json!(["SYS_ADMIN"]) };
    json!({
        "name": format!("checkout-{index}"),
        "image": format!("registry.example/shop/checkout:{index}.4.2"),
        "imagePullPolicy": "IfNotPresent",
        "args": ["--listen=:8080", "--metrics=:9102", "--log-format=json"],
        "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}],
        "env": env,
        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": false,
            "readOnlyRootFilesystem": true,
            "privileged": !good,
            "capabilities": {"drop": ["ALL"], "add": add},
        },
        "livenessProbe": {"httpGet": {"path": "/healthz", "port": "http", "scheme": "HTTP"}, "periodSeconds": 10, "timeoutSeconds": 1},
        "readinessProbe": {"httpGet": {"path": "/readyz", "port": "http", "scheme": "HTTP"}, "periodSeconds": 5, "timeoutSeconds": 1},
        "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}, {"name": "config", "mountPath": "/etc/checkout", "readOnly": true}],
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
    })
}
