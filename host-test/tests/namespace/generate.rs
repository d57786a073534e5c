//! What `--generate` prints mends what it can, and says what it cannot.

use super::{WORKLOADS, all, bare, namespace, row, statuses};
use serde_json::Value;
use std::collections::BTreeMap;
use tempfile::TempDir;

/// Applies what is generated to the folder, and reports again.
#[track_caller]
fn mended(folder: &TempDir, settings: &str) -> (BTreeMap<String, String>, Value) {
    let run = namespace(folder.path(), &["shop", "--generate", "--settings", settings]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let path = |name: &str| folder.path().join(name);
    // What is generated replaces objects of the same name.
    if run.stdout.contains("kind: Namespace\n") {
        std::fs::remove_file(path("namespace.yaml")).expect("the Namespace");
    }
    let workloads = WORKLOADS.split("---\n").filter(|object| {
        !(object.contains("kind: ServiceAccount") && run.stdout.contains("  name: report\n"))
    });
    std::fs::write(path("workloads.yaml"), workloads.collect::<Vec<_>>().join("---\n"))
        .expect("a file");
    std::fs::write(path("generated.yaml"), &run.stdout).expect("a file");
    statuses(folder.path(), &["shop", "--settings", settings])
}

#[test]
fn what_is_generated_mends_it() {
    for settings in [
        "{}",
        "{rules: {podSecurityLabels: {minimum: baseline, pinned: true}, networkIsolation: {directions: [Ingress]}}}",
        "{rules: {resourceBoundaries: {requireQuota: [pods, requests.storage, count/jobs.batch], \
          requireLimitRange: [cpu, memory, ephemeral-storage], requireLimits: [cpu, memory], \
          quotaBounds: [{resource: pods, max: \"8\"}, {resource: requests.storage, max: 5Gi}]}}}",
    ] {
        let folder = bare();
        let (found, report) = mended(&folder, settings);
        assert_eq!(found, all("ok", &[]), "{settings}\n{report:#}");
        let run = namespace(folder.path(), &["shop", "--generate", "--settings", settings]);
        assert_eq!((run.code, run.stdout.as_str()), (0, "# namespace shop\n"));
    }
}

#[test]
fn what_is_there_stays_in_what_is_generated() {
    let folder = bare();
    let run = namespace(folder.path(), &["shop", "--generate"]);
    for kept in
        ["    owner: team-shop\n", "    owner: reports\n", "imagePullSecrets:\n- name: registry\n"]
    {
        assert!(run.stdout.contains(kept), "{kept}\n{}", run.stdout);
    }
    for gone in ["uid", "status", "resourceVersion"] {
        assert!(!run.stdout.contains(gone), "{gone}\n{}", run.stdout);
    }
    // No limit is given that is below a request, nor a maximum.
    assert!(run.stdout.contains("max:\n      memory: \"1536Mi\"\n"), "{}", run.stdout);
    assert!(run.stdout.contains("default:\n      memory: \"1536Mi\"\n"), "{}", run.stdout);
}

#[test]
fn rights_secrets_and_placement_are_changed_by_hand() {
    let folder = bare();
    std::fs::write(folder.path().join("more.yaml"), MORE).expect("a file");
    let (found, report) = statuses(folder.path(), &["shop"]);
    for (concern, texts) in [
        (
            "rbac",
            &[
                "Role operator",
                "RoleBinding operator",
                "ClusterRoleBinding reader",
                "RoleBinding bank/foreign",
            ][..],
        ),
        ("secrets", &["Secret token", "Pod tool"]),
        ("placement", &["Pod tool"]),
    ] {
        assert_eq!(found[concern], "weak", "{concern}");
        let findings = row(&report, concern)["findings"].as_array().expect("findings");
        assert!(findings.iter().all(|finding| finding["byHand"] == true));
        let objects: Vec<&Value> = findings.iter().map(|finding| &finding["object"]).collect();
        for text in texts {
            assert!(
                objects.iter().any(|object| *object == text),
                "{text} of {concern}: {objects:?}"
            );
        }
    }
    let facts = row(&report, "rbac")["facts"].to_string();
    assert!(
        facts.contains("RoleBinding operator: Role operator (* pods) to ServiceAccount default"),
        "{facts}"
    );
    assert!(facts.contains("service accounts that no binding names: report"), "{facts}");
    let run = namespace(folder.path(), &["shop", "--generate"]);
    assert!(run.stdout.contains("# to be changed by hand: Secret token: "), "{}", run.stdout);
    // The role for workloads has no rules, and passes the rule itself.
    std::fs::write(folder.path().join("more.yaml"), &run.stdout).expect("a file");
    std::fs::remove_file(folder.path().join("namespace.yaml")).expect("the Namespace");
    std::fs::remove_file(folder.path().join("workloads.yaml")).expect("the workloads");
    let (found, report) = statuses(folder.path(), &["shop"]);
    assert_eq!(found, all("ok", &[]), "{report:#}");
    let facts = row(&report, "rbac")["facts"].to_string();
    assert!(facts.contains("Role workload (nothing) to ServiceAccount shop/workload"), "{facts}");
}

/// What no manifest mends that is added.
const MORE: &str = "apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: operator, namespace: shop}
rules: [{apiGroups: [''], resources: [pods], verbs: ['*']}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: operator, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: operator}
subjects: [{kind: ServiceAccount, name: default}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: reader}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: admin}
subjects: [{kind: ServiceAccount, name: default, namespace: shop}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: foreign, namespace: bank}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}
subjects: [{kind: ServiceAccount, name: default, namespace: shop}]
---
apiVersion: v1
kind: Secret
metadata: {name: token, namespace: shop}
type: kubernetes.io/service-account-token
---
apiVersion: v1
kind: Pod
metadata: {name: tool, namespace: shop}
spec:
  nodeName: control-plane-0
  tolerations: [{key: node-role.kubernetes.io/control-plane, operator: Exists}]
  containers:
  - {name: tool, image: tool, envFrom: [{secretRef: {name: token}}]}
";
