//! `ringfence namespace` from outside: rows, what is generated, exit codes, and bad input.

#[path = "common/process.rs"]
mod process;

use process::{Run, folder};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use tempfile::TempDir;

const NAMESPACE: &str = "apiVersion: v1
kind: Namespace
metadata:
  name: shop
  uid: 7b1f
  labels: {owner: team-shop}
status: {phase: Active}
";

/// Workloads that say little, and one that asks for more than a modest bound has.
const WORKLOADS: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 3
  template:
    metadata: {labels: {app: web}}
    spec:
      initContainers: [{name: init, image: web}]
      containers:
      - {name: web, image: web, resources: {requests: {cpu: 100m, memory: 1536Mi}}}
      - {name: logs, image: logs, resources: {limits: {memory: 64Mi}}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: report, namespace: shop}
spec:
  jobTemplate:
    spec:
      template:
        spec:
          serviceAccountName: report
          containers: [{name: report, image: report}]
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: report, namespace: shop, resourceVersion: '7', annotations: {owner: reports}}
imagePullSecrets: [{name: registry}]
";

/// A namespace with nothing around its workloads.
fn bare() -> TempDir {
    folder(&[("namespace.yaml", NAMESPACE), ("workloads.yaml", WORKLOADS)])
}

fn namespace(folder: &Path, arguments: &[&str]) -> Run {
    process::run(folder, &[&["namespace"], arguments].concat(), "")
}

/// The status of each concern of the one namespace, and the report.
#[track_caller]
fn statuses(folder: &Path, arguments: &[&str]) -> (BTreeMap<String, String>, Value) {
    let run = namespace(folder, &[arguments, &["-o", "json"]].concat());
    let report: Value =
        serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}", run.stderr));
    let rows = report["namespaces"][0]["rows"].as_array().expect("rows").clone();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let of = |row: &Value| (text(&row["concern"]), text(&row["status"]));
    let statuses: BTreeMap<_, _> = rows.iter().map(of).collect();
    let is_ok = statuses.values().all(|status| status == "ok" || status == "ignored");
    assert_eq!(run.code, i32::from(!is_ok), "{report:#}");
    assert_eq!(report["namespaces"][0]["ok"], is_ok);
    (statuses, report)
}

/// The row of a concern.
fn row<'r>(report: &'r Value, concern: &str) -> &'r Value {
    let rows = report["namespaces"][0]["rows"].as_array().expect("rows");
    rows.iter().find(|row| row["concern"] == concern).expect("a row")
}

fn all(status: &str, but: &[(&str, &str)]) -> BTreeMap<String, String> {
    let concerns = [
        "quota",
        "limitRange",
        "rbac",
        "network",
        "secrets",
        "podSecurity",
        "placement",
        "serviceAccountToken",
    ];
    let mut all: BTreeMap<_, _> =
        concerns.iter().map(|concern| ((*concern).to_owned(), status.to_owned())).collect();
    all.extend(but.iter().map(|(concern, status)| ((*concern).to_owned(), (*status).to_owned())));
    all
}

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
fn a_bare_namespace_lacks_nearly_everything() {
    let folder = bare();
    let (found, report) = statuses(folder.path(), &["shop"]);
    let ok =
        [("rbac", "ok"), ("secrets", "ok"), ("placement", "ok"), ("serviceAccountToken", "weak")];
    assert_eq!(found, all("missing", &ok));
    let quota = row(&report, "quota");
    assert_eq!(quota["findings"][0]["found"], "no ResourceQuota bounds pods");
    assert_eq!(quota["findings"][0]["object"], "a pod that says nothing");
    assert_eq!(quota["findings"][0].get("file"), None);
    let hard = &quota["manifests"][0]["spec"]["hard"];
    // Twice three pods with 1536Mi, 64Mi and 128Mi more, and a job with 128Mi.
    assert_eq!(hard["requests.memory"], "11Gi", "{hard}");
    assert_eq!(hard["pods"], "20");
    let network = row(&report, "network")["findings"].as_array().expect("findings");
    assert!(
        network.iter().any(|it| it["object"] == "Deployment web" && it["line"] == 7),
        "{network:?}"
    );
    assert_eq!(
        row(&report, "podSecurity")["facts"],
        json!(["enforce unset, warn unset, audit unset"])
    );
    let run = namespace(folder.path(), &["shop"]);
    for text in [
        "namespace shop\n  quota         missing\n",
        "    mend: NetworkPolicy default-deny, NetworkPolicy allow-dns (--generate)\n",
        "    Deployment web: ingress open to everyone, egress open to everyone\n",
        "    Deployment web: a token, the pod does not say no, and there is no service account default\n",
    ] {
        assert!(run.stdout.contains(text), "{text}\n{}", run.stdout);
    }
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
                "RoleBinding foreign",
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

#[test]
fn settings_decide() {
    let folder = bare();
    let settings = "{rules: {resourceBoundaries: ignore, networkIsolation: {allowHostNetwork: true}, \
        serviceAccountToken: {allowAutomount: true}, podSecurityLabels: {minimum: privileged}}, \
        exemptions: [{id: dev, reason: no network yet, rules: [networkIsolation], match: {namespaces: [shop]}}]}";
    let (found, report) = statuses(folder.path(), &["shop", "--settings", settings]);
    let but = [("quota", "ignored"), ("limitRange", "ignored"), ("podSecurity", "missing")];
    assert_eq!(found, all("ok", &but));
    assert_eq!(row(&report, "network")["waived"], 6);
    // A rule that warns is judged all the same.
    let (found, _) =
        statuses(folder.path(), &["shop", "--settings", "{rules: {networkIsolation: warn}}"]);
    assert_eq!(found["network"], "missing");
}

#[test]
fn folders_and_names() {
    let folder = folder(&[
        ("shop.yaml", NAMESPACE),
        ("pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: []}\n"),
    ]);
    let run = namespace(folder.path(), &["."]);
    assert_eq!(run.code, 1);
    assert!(
        run.stdout.contains("namespace default\n") && run.stdout.contains("\nnamespace shop\n"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("no Namespace in the manifests; enforce unset"), "{}", run.stdout);
    // What is read twice is there once.
    let run = namespace(folder.path(), &["./shop.yaml", "--cluster", "."]);
    assert_eq!((run.code, run.stdout.matches("namespace ").count()), (1, 1), "{}", run.stdout);
}

#[test]
fn bad_input() {
    let refused = |folder: &TempDir, arguments: &[&str], text: &str| {
        let run = namespace(folder.path(), arguments);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
        assert!(
            run.stderr.starts_with("error: ") && run.stderr.contains(text),
            "{text}: {}",
            run.stderr
        );
    };
    let folder = bare();
    refused(&folder, &["bank"], "there is no namespace bank; there are shop");
    refused(&folder, &["./nowhere"], "./nowhere: no such file or folder");
    refused(&folder, &["shop", "--settings", "{rules: {nosuch: deny}}"], "rules.nosuch");
    refused(&folder, &["shop", "--settings", "missing.yaml"], "missing.yaml cannot be read");
    refused(&folder, &["shop", "--generate", "-o", "json"], "cannot be used with");
    let role = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: a}\n";
    refused(
        &process::folder(&[("role.yaml", role)]),
        &["./role.yaml"],
        "no namespace in ./role.yaml",
    );
    refused(&process::folder(&[("a.yaml", "a: [")]), &["shop"], "broken YAML");
    let ill = WORKLOADS.replace("containers: [{name: report", "containers: [7, {name: report");
    refused(&process::folder(&[("a.yaml", &ill)]), &["shop"], "CronJob report cannot be judged");
    std::fs::create_dir(folder.path().join("bank")).expect("a folder");
    refused(&folder, &["bank"], "for the folder write ./bank");
}
