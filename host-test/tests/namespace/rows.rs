//! The rows: what is asked of whom, exit codes, and bad input.

use super::process::{self, folder};
use super::{NAMESPACE, WORKLOADS, all, bare, namespace, row, statuses};
use serde_json::json;
use tempfile::TempDir;

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

#[test]
fn what_controllers_made_is_told_by_their_workload() {
    let made = |kind: &str, version: &str, owner: &str, spec: &str| {
        format!(
            "apiVersion: {version}\nkind: {kind}\nmetadata: {{name: web-1, namespace: shop, ownerReferences: [{owner}]}}\nspec: {spec}\n"
        )
    };
    let set = made(
        "ReplicaSet",
        "apps/v1",
        "{kind: Deployment, name: web, controller: true}",
        "{template: {spec: {containers: [{name: web, image: web}]}}}",
    );
    let by = |kind: &str| format!("{{kind: {kind}, name: web-1, controller: true}}");
    let pod = |owner: &str| made("Pod", "v1", owner, "{containers: [{name: web, image: web}]}");
    for (owner, told) in [("ReplicaSet", 2), ("DaemonSet", 3)] {
        let folder = bare();
        let objects = [set.clone(), pod(&by(owner))].join("---\n");
        std::fs::write(folder.path().join("made.yaml"), objects).expect("a file");
        let (_, report) = statuses(folder.path(), &["shop"]);
        let facts = row(&report, "serviceAccountToken")["facts"].as_array().expect("facts");
        assert_eq!(facts.len(), told, "a pod of a {owner}: {facts:?}");
    }
}
