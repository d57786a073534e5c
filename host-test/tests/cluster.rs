//! Cluster data of cases and of the command, with a guest that passes its payload on as the host
//! call `kubernetes/get_resource` and answers with what it was told.

#[path = "common/process.rs"]
mod process;

use host_test::cases::{self, Case};
use host_test::engine::Engine;
use process::{folder, run};
use ringfence_host::{Options, Policy};
use serde_json::Value;
use std::path::Path;

/// Answers `validate` with the answer to the question in `request.object.metadata.annotations.ask`,
/// or fails with why there is none.
///
/// The text between two `~` is the question, with `^` for quotes: there is no JSON to be read.
const GUEST: &str = r#"
(module
  (import "wapc" "__guest_request" (func $request (param i32 i32)))
  (import "wapc" "__guest_response" (func $response (param i32 i32)))
  (import "wapc" "__guest_error" (func $error (param i32 i32)))
  (import "wapc" "__host_call"
    (func $host_call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wapc" "__host_error_len" (func $host_error_len (result i32)))
  (import "wapc" "__host_error" (func $host_error (param i32)))
  (memory (export "memory") 4)
  (data (i32.const 1024) "kubewardenkubernetesget_resource")
  (data (i32.const 2048) "\22v1\22")
  (data (i32.const 2064) "{\22valid\22:true}")
  (data (i32.const 2080) "{\22accepted\22:true,\22audit_annotations\22:{\22outcome\22:\22judged\22}}")
  (func (export "__guest_call") (param $operation i32) (param $length i32) (result i32)
    (local $from i32) (local $to i32) (local $byte i32)
    (call $request (i32.const 0) (i32.const 8192))
    ;; protocol_version has 16 letters, validate_settings 17, validate 8.
    (if (i32.eq (local.get $operation) (i32.const 16)) (then
      (call $response (i32.const 2048) (i32.const 4)) (return (i32.const 1))))
    (if (i32.eq (local.get $operation) (i32.const 17)) (then
      (call $response (i32.const 2064) (i32.const 14)) (return (i32.const 1))))
    (local.set $to (i32.const 8192))
    (loop $next
      (local.set $byte (i32.load8_u (local.get $to)))
      (if (i32.and (i32.eq (local.get $byte) (i32.const 126)) (i32.eqz (local.get $from))) (then
        (local.set $from (i32.add (local.get $to) (i32.const 1)))
        (local.set $byte (i32.const 0))))
      (if (i32.eq (local.get $byte) (i32.const 94)) (then
        (i32.store8 (local.get $to) (i32.const 34))))
      (local.set $to (i32.add (local.get $to) (i32.const 1)))
      (br_if $next (i32.ne (local.get $byte) (i32.const 126))))
    (if (call $host_call
        (i32.const 1024) (i32.const 10) (i32.const 1034) (i32.const 10)
        (i32.const 1044) (i32.const 12) (local.get $from)
        (i32.sub (i32.sub (local.get $to) (i32.const 1)) (local.get $from)))
      (then (call $response (i32.const 2080) (i32.const 58)) (return (i32.const 1))))
    (call $host_error (i32.const 8192))
    (call $error (i32.const 8192) (call $host_error_len))
    (i32.const 0)))
"#;

/// A Pod that makes the guest ask for a namespace.
fn asking(namespace: &str) -> String {
    let question = format!(
        "~{{^api_version^: ^v1^, ^kind^: ^Namespace^, ^name^: ^{namespace}^, ^namespace^: null, \
        ^disable_cache^: false}}~"
    );
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: web, annotations: {{ask: '{question}'}}}}\n"
    )
}

fn namespace(name: &str) -> String {
    format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}}}\n")
}

fn guest() -> Vec<u8> {
    wat::parse_str(GUEST).expect("a module")
}

fn load(case: &str) -> anyhow::Result<Vec<Case>> {
    let folder = folder(&[("case.yaml", format!("rule: x\ncases:\n{case}"))]);
    cases::load(folder.path())
}

/// What the guest says to a case: nothing where its question is answered.
fn told(fields: &str) -> String {
    let object: String = asking("shop").lines().map(|line| format!("    {line}\n")).collect();
    let case = format!("- name: a\n  object:\n{object}  expect: pass\n{fields}");
    let case = load(&case).unwrap_or_else(|error| panic!("{error:#}")).remove(0);
    let policy = Policy::from_bytes(&guest(), &Options::default()).expect("a policy");
    let (_, payload, _) = case.payloads().remove(0);
    match case.engine(&policy).validate(&payload) {
        Ok(_) => String::new(),
        Err(error) => format!("{error:#}"),
    }
}

#[test]
fn a_case_has_the_cluster_that_it_names() {
    let shop = "  cluster:\n  - {apiVersion: v1, kind: Namespace, metadata: {name: shop}}\n";
    assert_eq!(told(shop), "");
    assert_eq!(told(&format!("{shop}  grants: [v1/Pod, v1/Namespace]\n")), "");
    for (fields, text) in [
        (String::new(), "host capability kubernetes/get_resource is not available here"),
        ("  cluster: []\n".into(), "Cannot find v1/Namespace named 'shop'"),
        ("  cluster: unreachable\n".into(), "the cluster did not answer in time"),
        (format!("{shop}  grants: []\n"), "access to Kubernetes v1/Namespace resources"),
        (format!("{shop}  grants: [v1/Pod]\n"), "access to Kubernetes v1/Namespace resources"),
    ] {
        let told = told(&fields);
        assert!(told.contains(text), "{fields}: {told}");
    }
}

#[test]
fn a_cluster_of_a_case_that_is_none_is_named() {
    for (fields, text) in [
        ("cluster: reachable", "/reachable: no such file or folder; check the path"),
        (
            "cluster: {name: a}",
            "`cluster` is a list of objects, a path of manifests, `session: PATH`",
        ),
        ("cluster: [{kind: Pod}]", "`cluster`: not a kubernetes object: no text at `apiVersion`"),
        ("cluster: [], grants: [Pod]", "`grants`: `Pod` names no kind"),
        ("grants: [v1/Pod]", "`grants` are for a `cluster`; add one"),
    ] {
        let error = load(&format!("- {{name: a, pod: {{}}, {fields}, expect: pass}}\n"));
        let error = format!("{:#}", error.expect_err(fields));
        assert!(error.contains(text), "{error}");
    }
}

/// Exit code and findings of `check` in a folder with the guest.
fn check(folder: &Path, arguments: &[&str]) -> (i32, String) {
    std::fs::write(folder.join("guest.wasm"), guest()).expect("a file");
    let mut all = vec!["check", "--no-cache", "--module", "guest.wasm", "-o", "json"];
    all.extend(arguments);
    let run = run(folder, &all, "");
    if run.stdout.is_empty() {
        return (run.code, run.stderr);
    }
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let messages = report.pointer("/resources").and_then(Value::as_array).expect("resources");
    let message = |resource: &Value| resource["message"].as_str().unwrap_or_default().to_owned();
    let messages: Vec<String> = messages.iter().map(message).collect();
    (run.code, messages.join("\n") + &run.stderr)
}

#[test]
fn the_judged_files_are_the_cluster_unless_another_is_named() {
    let folder = folder(&[("pod.yaml", asking("shop")), ("shop.yaml", namespace("shop"))]);
    std::fs::create_dir(folder.path().join("other")).expect("a folder");
    std::fs::write(folder.path().join("other/dev.yaml"), namespace("dev")).expect("a file");
    let check = |arguments: &[&str]| check(folder.path(), arguments);
    assert_eq!(check(&["pod.yaml", "shop.yaml"]).0, 2, "the Namespace asks for nothing");
    let (_, told) = check(&["pod.yaml", "shop.yaml"]);
    assert!(!told.contains("Cannot find"), "{told}");
    let missing = "Cannot find v1/Namespace named 'shop' inside of namespace 'None'";
    for arguments in [
        &["pod.yaml"][..],
        &["pod.yaml", "--cluster", "other"],
        &["pod.yaml", "--cluster=pod.yaml"],
    ] {
        let (code, told) = check(arguments);
        assert!(code == 2 && told.contains(missing), "{arguments:?}: {told}");
    }
    for arguments in [
        &["pod.yaml", "--cluster", "shop.yaml"][..],
        &["pod.yaml", "--cluster", "other", "--cluster", "shop.yaml"],
        &["pod.yaml", "--cluster", "shop.yaml", "--grant", "v1/Pod", "--grant", "v1/Namespace"],
        &["pod.yaml", "--cluster", "shop.yaml", "--allowed-host-capabilities", "kubernetes/*"],
    ] {
        assert_eq!(check(arguments), (0, String::new()), "{arguments:?}");
    }
    for (arguments, text) in [
        (["--grant", "v1/Pod"], "access to Kubernetes v1/Namespace resources"),
        (["--allowed-host-capabilities", "oci/*"], "'kubernetes/get_resource' host capability"),
        (["--allowed-host-capabilities", "oci"], "--allowed-host-capabilities: `oci` is only"),
        (["--grant", "Namespace"], "`Namespace` names no kind"),
        (["--cluster", "guest.wasm"], "--cluster: guest.wasm"),
        (["--kubeconfig", "none"], "cannot use the kubeconfig none: "),
        (["--replay", "none"], "--replay none: cannot use the session file none: "),
        (["--context", "x"], "--kubeconfig <FILE>"),
    ] {
        let (code, told) = check(&[&["pod.yaml"], &arguments[..]].concat());
        assert!(code == 2 && told.contains(text), "{arguments:?}: {code} {told}");
    }
}

#[test]
fn what_is_recorded_is_replayed_without_the_cluster() {
    let files: Vec<(String, String)> = (0..20)
        .map(|number| (format!("{number:02}.yaml"), asking(&format!("n{number}"))))
        .collect();
    let files: Vec<(&str, String)> =
        files.iter().map(|(name, text)| (&**name, text.clone())).collect();
    let folder = folder(&files);
    std::fs::create_dir(folder.path().join("cluster")).expect("a folder");
    std::fs::write(folder.path().join("cluster/n.yaml"), namespace("n3")).expect("a file");
    let paths: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
    let with = |arguments: &[&str]| check(folder.path(), &[&paths[..], arguments].concat());
    let recorded = with(&["--cluster", "cluster", "--record", "session.yml"]);
    assert_eq!(recorded.0, 2);
    assert_eq!(with(&["--replay", "session.yml"]), recorded);
    let session = std::fs::read_to_string(folder.path().join("session.yml")).expect("a session");
    let names: Vec<&str> =
        session.lines().filter_map(|line| line.strip_prefix("    name: ")).collect();
    let expected: Vec<String> = (0..20).map(|number| format!("n{number}")).collect();
    assert_eq!(names, expected, "in the order of the files");
    let (_, told) = check(folder.path(), &["03.yaml", "--replay", "session.yml"]);
    assert_eq!(told, "note: of the session 19 answers were not asked for\n");
    let (_, told) =
        check(folder.path(), &["03.yaml", "--cluster", "cluster", "--record", "no/such/file"]);
    assert!(told.contains("cannot use the session file no/such/file: "), "{told}");
}

#[test]
fn a_namespace_of_the_command_line_is_that_of_the_cluster_too() {
    let question = "~{^api_version^: ^v1^, ^kind^: ^Pod^, ^name^: ^web^, ^namespace^: ^dev^, \
        ^disable_cache^: false}~";
    let pod = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: web, annotations: {{ask: '{question}'}}}}\n"
    );
    let folder = folder(&[("pod.yaml", pod)]);
    assert_eq!(check(folder.path(), &["pod.yaml"]).0, 2);
    assert_eq!(check(folder.path(), &["pod.yaml", "-n", "dev"]), (0, String::new()));
}
