//! What a Secret holds is printed by nothing.

use crate::process::folder;
use crate::{check, fed};

const TEXT: &str = "hunter2hunter2";

/// A Secret that is a finding, in every way that one may stand in a file, beside a pod that is one.
fn files() -> Vec<(&'static str, String)> {
    let secret = format!(
        r#"{{"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/service-account-token", "metadata": {{"name": "s", "namespace": "default", "annotations": {{"kubectl.kubernetes.io/last-applied-configuration": "{TEXT}"}}}}, "stringData": {{"password": "{TEXT}"}}, "data": {{"key": "{TEXT}"}}}}"#
    );
    let pod = r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"hostPID": true, "containers": [{"name": "a", "image": "x"}]}}"#;
    let review = format!(
        r#"{{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {{"uid": "1", "operation": "CREATE", "kind": {{"group": "", "version": "v1", "kind": "Secret"}}, "namespace": "default", "name": "s", "object": {secret}, "oldObject": {secret}}}}}"#
    );
    let block = format!(
        "apiVersion: v1\nkind: Secret\ntype: kubernetes.io/service-account-token\nmetadata: {{name: s, namespace: default}}\nstringData:\n  password: |\n    {TEXT}\n    {TEXT}\n  other: \"{TEXT}\n    {TEXT}\"\n"
    );
    vec![
        ("document.json", secret.clone()),
        (
            "list.json",
            format!(r#"{{"apiVersion": "v1", "kind": "List", "items": [{secret}, {pod}]}}"#),
        ),
        (
            "typed.json",
            format!(r#"{{"apiVersion": "v1", "kind": "SecretList", "items": [{secret}]}}"#),
        ),
        ("review.json", review),
        ("block.yaml", format!("{block}---\n{pod}\n")),
        (
            "text.yaml",
            format!(
                "apiVersion: v1\nkind: Secret\ntype: kubernetes.io/service-account-token\nmetadata: {{name: s}}\ndata: {TEXT}\n"
            ),
        ),
        (
            "tagged.yaml",
            format!(
                "apiVersion: v1\nkind: Secret\ntype: kubernetes.io/service-account-token\nmetadata: {{name: s}}\nstringData: {{a: !!int {TEXT}}}\n"
            ),
        ),
        (
            "broken.yaml",
            format!(
                "apiVersion: v1\nkind: Secret\ntype: kubernetes.io/service-account-token\nmetadata: {{name: s}}\nstringData:\n  a: {TEXT}: b\n"
            ),
        ),
    ]
}

#[test]
fn no_form_of_the_findings_tells_what_a_secret_holds() {
    let settings = "{rules: {secretsAccess: deny}}";
    for (name, text) in files() {
        let folder = folder(&[(name, &text)]);
        for form in ["human", "json", "jsonl", "sarif", "junit", "github", "markdown"] {
            let run = check(folder.path(), &[name, "-o", form, "--settings", settings]);
            assert!(!run.stdout.contains(TEXT), "{name} {form}: {}", run.stdout);
            assert!(!run.stderr.contains(TEXT), "{name} {form}: {}", run.stderr);
            let is_broken = ["broken.yaml", "tagged.yaml"].contains(&name);
            assert_eq!(run.code, if is_broken { 2 } else { 1 }, "{name}: {}", run.stdout);
            assert!(is_broken || run.stdout.contains("secretsAccess"), "{name} {form}");
        }
        let run = check(folder.path(), &[name, "--emit-request"]);
        assert!(!run.stdout.contains(TEXT) && !run.stderr.contains(TEXT), "{name}: {}", run.stdout);
    }
}

#[test]
fn its_keys_are_sent_and_the_pod_beside_it_is_judged() {
    let files = files();
    let (_, list) = files.iter().find(|(name, _)| *name == "list.json").expect("the list");
    let here = folder::<&str>(&[]);
    let run = fed(here.path(), &["-", "--emit-request"], list);
    assert!(run.stdout.contains(r#""data":{"key":""}"#), "{}", run.stdout);
    let run = fed(here.path(), &["-"], list);
    assert_eq!(run.code, 1, "{}", run.stdout);
    assert!(run.stdout.contains("spec.hostPID"), "{}", run.stdout);
    // The pod stands on the secret's line, which is not shown.
    assert!(!run.stdout.contains("^^^^"), "{}", run.stdout);
}
