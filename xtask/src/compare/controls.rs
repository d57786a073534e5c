//! The controls, in the words of each program: the Pod Security Standards, level restricted.
//!
//! ringfence and Kyverno have the level built in. Gatekeeper gets a template for each of its controls
//! that is about privileges, in CEL; the manifests hold nothing that another control would object to.

use serde_json::{Value, json};

/// What has to hold of `variables.spec`, the spec of the pod, and `variables.containers`, all of its
/// containers; and what the control is called.
struct Control {
    name: &'static str,
    expression: &'static str,
}

const CONTROLS: &[Control] = &[
    Control {
        name: "privileged",
        expression: "variables.containers.all(c, !c.?securityContext.?privileged.orValue(false))",
    },
    Control {
        name: "hostNamespaces",
        expression: "!variables.spec.?hostNetwork.orValue(false) && !variables.spec.?hostPID.orValue(false) && !variables.spec.?hostIPC.orValue(false)",
    },
    Control {
        name: "hostPathVolumes",
        expression: "variables.spec.?volumes.orValue([]).all(v, !has(v.hostPath))",
    },
    Control {
        name: "capabilities",
        expression: "variables.containers.all(c, 'ALL' in c.?securityContext.?capabilities.?drop.orValue([]) && c.?securityContext.?capabilities.?add.orValue([]).all(name, name == 'NET_BIND_SERVICE'))",
    },
    Control {
        name: "allowPrivilegeEscalation",
        expression: "variables.containers.all(c, !c.?securityContext.?allowPrivilegeEscalation.orValue(true))",
    },
    Control {
        name: "runAsNonRoot",
        expression: "variables.containers.all(c, c.?securityContext.?runAsNonRoot.orValue(variables.spec.?securityContext.?runAsNonRoot.orValue(false)))",
    },
    Control {
        name: "seccompProfile",
        expression: "variables.containers.all(c, c.?securityContext.?seccompProfile.?type.orValue(variables.spec.?securityContext.?seccompProfile.?type.orValue('')) in ['RuntimeDefault', 'Localhost'])",
    },
];

/// How many there are.
pub(crate) const COUNT: usize = CONTROLS.len();

/// The settings of ringfence.
pub(crate) fn settings() -> Value {
    json!({"profile": "restricted", "version": "latest"})
}

/// A ClusterPolicy of Kyverno, which it applies to the templates of Deployments and CronJobs as well.
pub(crate) fn cluster_policy() -> Value {
    json!({
        "apiVersion": "kyverno.io/v1",
        "kind": "ClusterPolicy",
        "metadata": {"name": "restricted"},
        "spec": {
            "background": true,
            "rules": [{
                "name": "restricted",
                "match": {"any": [{"resources": {"kinds": ["Pod"]}}]},
                "validate": {
                    "message": "restricted",
                    "podSecurity": {"level": "restricted", "version": "latest"},
                },
            }],
        },
    })
}

/// A ConstraintTemplate of Gatekeeper for each control, and a constraint.
pub(crate) fn constraints() -> Vec<Value> {
    let pair = |it: &Control| {
        let kind = format!("Compared{}", it.name.to_lowercase());
        let template = json!({
            "apiVersion": "templates.gatekeeper.sh/v1",
            "kind": "ConstraintTemplate",
            "metadata": {"name": kind.to_lowercase()},
            "spec": {
                "crd": {"spec": {"names": {"kind": kind}}},
                "targets": [{
                    "target": "admission.k8s.gatekeeper.sh",
                    "code": [{
                        "engine": "K8sNativeValidation",
                        "source": {
                            "variables": variables("variables.anyObject"),
                            "validations": [{"expression": it.expression, "message": it.name}],
                        },
                    }],
                }],
            },
        });
        let constraint = json!({
            "apiVersion": "constraints.gatekeeper.sh/v1beta1",
            "kind": kind,
            "metadata": {"name": it.name.to_lowercase()},
            "spec": {"match": {"kinds": [
                {"apiGroups": [""], "kinds": ["Pod"]},
                {"apiGroups": ["apps"], "kinds": ["Deployment"]},
                {"apiGroups": ["batch"], "kinds": ["CronJob"]},
            ]}},
        });
        [template, constraint]
    };
    CONTROLS.iter().flat_map(pair).collect()
}

/// Where the spec of the pod is in an object of the three kinds, and its containers.
fn variables(object: &str) -> Value {
    let template = format!("{object}.spec.template.spec");
    let job = format!("{object}.spec.jobTemplate.spec.template.spec");
    let spec = format!(
        "{object}.kind == 'Deployment' ? {template} : {object}.kind == 'CronJob' ? {job} : {object}.spec"
    );
    let list = |name: &str| format!("variables.spec.?{name}.orValue([])");
    let containers = ["containers", "initContainers", "ephemeralContainers"].map(list).join(" + ");
    json!([{"name": "spec", "expression": spec}, {"name": "containers", "expression": containers}])
}

/// Documents of YAML, of which JSON is one form.
pub(crate) fn documents(values: &[Value]) -> String {
    let texts: Vec<String> = values.iter().map(Value::to_string).collect();
    texts.join("\n---\n") + "\n"
}
