//! `ringfence inspect`: our own package, and modules that something is wrong with.

mod common;
#[path = "common/process.rs"]
mod process;

use host_test::docs::artifacthub;
use host_test::inspect::metadata::Error;
use host_test::inspect::{Answers, Report};
use process::{Run, folder};
use serde_json::{Value, json};

/// A waPC guest that gives one answer to everything, with these sections and imports.
fn guest(sections: &[&str], import: &str) -> Vec<u8> {
    let sections: String = sections
        .iter()
        .map(|text| format!("(@custom \"io.kubewarden.metadata\" \"{}\")", escaped(text)))
        .collect();
    module(&format!(
        r#"(module
            (import "wapc" "__guest_response" (func $respond (param i32 i32)))
            {import}
            (memory (export "memory") 1)
            (data (i32.const 0) "\22v2\22")
            (func (export "__guest_call") (param i32 i32) (result i32)
                (call $respond (i32.const 0) (i32.const 4))
                (i32.const 1))
            {sections})"#
    ))
}

fn module(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("a module")
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\22").replace('\n', "\\n")
}

/// Metadata that nothing is wrong with, but what is given replaces what is there.
fn metadata(changes: Value) -> String {
    let mut metadata = json!({
        "protocolVersion": "v2",
        "rules": [
            {"apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"], "operations": ["CREATE", "UPDATE"]},
            {"apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods/ephemeralcontainers", "pods/resize"], "operations": ["UPDATE"]},
        ],
        "annotations": {"io.kubewarden.policy.title": "a-policy", "io.kubewarden.policy.version": "1.0.0"},
        "mutating": false,
        "executionMode": "kubewarden-wapc",
    });
    for (key, value) in changes.as_object().expect("changes") {
        metadata[key] = value.clone();
    }
    metadata.to_string()
}

fn report(bytes: &[u8]) -> Report {
    Report::of(bytes, false).unwrap_or_else(|error| panic!("{error:#}"))
}

fn hints(changes: Value) -> Vec<String> {
    let report = report(&guest(&[&metadata(changes)], ""));
    assert!(report.found.error.is_none(), "{:?}", report.found.error);
    report.hints
}

fn inspect(bytes: &[u8], more: &[&str]) -> Run {
    let folder = folder(&[("policy.wasm", bytes)]);
    let arguments = [&["inspect", "policy.wasm", "--no-cache"], more].concat();
    process::run(folder.path(), &arguments, b"")
}

#[test]
fn our_package_is_the_module_and_what_the_repository_says_of_it() {
    let plain = std::fs::read(common::module()).expect("the module");
    let path = common::module().with_file_name("annotated-policy.wasm");
    let annotated = std::fs::read(&path).unwrap_or_else(|error| {
        panic!("{}: {error}; `cargo xtask package` makes it", path.display())
    });
    assert!(
        annotated.starts_with(&plain),
        "`cargo xtask package` again: the module is another one"
    );

    let report = report(&annotated);
    assert!(report.found.error.is_none(), "{:?}", report.found.error);
    let [hint] = &report.hints[..] else { panic!("{:?}", report.hints) };
    assert!(hint.starts_with("it reads the cluster"), "{hint}");
    let mut section = artifacthub::metadata();
    let files = artifacthub::files("");
    let usage = files.iter().find(|(name, _)| name == "README.md").map(|(_, text)| text.clone());
    section["annotations"]["io.kubewarden.policy.usage"] = usage.expect("a usage").into();
    section["protocolVersion"] = "v1".into();
    assert_eq!(report.found.json, Some(section.clone()), "`cargo xtask package` again");
    let [(_, text)] = &report.module.metadata[..] else { panic!("one section") };
    let text = std::str::from_utf8(text).expect("UTF-8");
    assert!(text.starts_with(r#"{"protocolVersion":"v1","rules":[{"apiGroups":[""],"#), "{text}");
    assert_eq!(text.len(), section.to_string().len(), "compact");

    let Some(Ok(Answers { protocol, settings })) = report.answers else { panic!("no answers") };
    assert_eq!(protocol.expect("a version"), "v1");
    assert!(settings.expect("an answer").valid);
}

#[test]
fn it_is_shown_to_people_and_to_programs() {
    let text = metadata(json!({
        "contextAwareResources": [{"apiVersion": "v1", "kind": "Namespace"}],
        "hostCapabilities": ["kubernetes/get_resource"],
        "minimumKubewardenVersion": "1.35.0",
        "annotations": {
            "io.kubewarden.policy.title": "a-policy",
            "io.kubewarden.policy.version": "1.0.0",
            "io.kubewarden.policy.author": "Alice <alice@example.org>",
            "io.kubewarden.policy.usage": "# How\nlike \u{1b}[31mthis",
            "io.artifacthub.displayName": "A policy",
        },
    }));
    let bytes = guest(&[&text], "");
    let run = inspect(&bytes, &[]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    for line in [
        "policy.wasm: 1 KiB (",
        "a-policy 1.0.0",
        "  author     Alice <alice@example.org>",
        "  execution mode     kubewarden-wapc",
        "  protocol           v2",
        "  reads the cluster  v1 Namespace",
        "  host capabilities  kubernetes/get_resource",
        "  Kubewarden         1.35.0 or newer",
        "  settings {}        not known: the policy's answer to `validate_settings` is not understood",
        "  v1 pods (CREATE, UPDATE)",
        "  io.artifacthub.displayName: A policy",
        "  function wapc.__guest_response",
        "  memory memory",
        r"  like \u{1b}[31mthis",
        "  it reads the cluster: only a ClusterAdmissionPolicy can grant that",
    ] {
        let found = run.stdout.lines().any(|shown| shown.starts_with(line));
        assert!(found, "{line}\n{}", run.stdout);
    }
    let folder = folder(&[("policy.wasm", &bytes)]);
    let named = ["inspect", "--no-cache", "--module", "policy.wasm"];
    assert_eq!(process::run(folder.path(), &named, b"").stdout, run.stdout);
    let run = inspect(&bytes, &["-o", "json"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let shown: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(shown["metadata"], serde_json::from_str::<Value>(&text).expect("JSON"));
    assert_eq!(shown["size"], bytes.len());
    assert_eq!(shown["answers"]["protocolVersion"], "v2");
    assert_eq!(shown["error"], Value::Null);
    let import = json!({"kind": "function", "module": "wapc", "name": "__guest_response"});
    assert_eq!(shown["imports"], json!([import]));
}

/// The rest is shown all the same, and there is one error.
#[track_caller]
fn refused(bytes: &[u8], words: &[&str]) {
    let run = inspect(bytes, &[]);
    assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("function __guest_call"), "{}", run.stdout);
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    for word in words {
        assert!(run.stderr.contains(word), "{word}: {}", run.stderr);
    }
    let run = inspect(bytes, &["-o", "json"]);
    let shown: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(run.code, 2);
    assert!(shown["error"].is_string(), "{shown}");
}

#[test]
fn a_module_without_metadata() {
    refused(&guest(&[], ""), &["no metadata", "`kwctl annotate`", "`cargo xtask package`"]);
}

#[test]
fn a_module_that_was_annotated_twice() {
    let (old, new) = (metadata(json!({"mutating": true})), metadata(json!({})));
    let bytes = guest(&[&old, &new], "");
    refused(
        &bytes,
        &["has 2 sections `io.kubewarden.metadata`, at bytes ", "hosts read the first"],
    );
    let report = report(&bytes);
    assert!(matches!(&report.found.error, Some(Error::Repeated(places)) if places.len() == 2));
    assert!(report.found.metadata.expect("the first").mutating);
}

#[test]
fn an_execution_mode_that_no_host_knows() {
    let text = metadata(json!({"executionMode": "kubewarden-wasm"}));
    refused(
        &guest(&[&text], ""),
        &["unknown execution mode `kubewarden-wasm`", "kubewarden-wapc, opa, gatekeeper or wasi"],
    );
}

#[test]
fn metadata_that_hosts_cannot_read() {
    for (text, word) in [
        ("rules: []".to_owned(), "expected value at line 1"),
        (metadata(json!({"mutating": "no"})), "expected a boolean"),
        (metadata(json!({"rules": null})), "invalid type: null"),
        (metadata(json!({"rules": [{"apiGroups": [""]}]})), "missing field `apiVersions`"),
        (metadata(json!({"annotations": {"a": ["b"]}})), "expected a string"),
        ("{}".to_owned(), "missing field `rules`"),
    ] {
        refused(&guest(&[&text], ""), &["the metadata is not what hosts read", word]);
    }
}

#[test]
fn what_would_trip_hosts_is_hinted_at() {
    let rule = |changes: Value| {
        let mut rule = json!({
            "apiGroups": ["apps"], "apiVersions": ["v1"], "resources": ["deployments"],
            "operations": ["CREATE"],
        });
        for (key, value) in changes.as_object().expect("changes") {
            rule[key] = value.clone();
        }
        json!({"rules": [rule]})
    };
    let title = |title: &str| json!({"annotations": {"io.kubewarden.policy.title": title}});
    for (changes, hint) in [
        (json!({}), None),
        (rule(json!({})), None),
        (rule(json!({"apiGroups": ["*"]})), Some("the audit scanner leaves it out")),
        (rule(json!({"resources": ["*"]})), Some("the audit scanner leaves it out")),
        (rule(json!({"operations": ["*", "CREATE"]})), Some("has more beside `*`")),
        (rule(json!({"operations": []})), Some("rules[0].operations is empty")),
        (rule(json!({"operations": ["PATCH"]})), Some("unknown operation `PATCH`")),
        (
            rule(json!({"resources": ["deployments", "deployments/scale"]})),
            Some("give it a rule of its own"),
        ),
        (rule(json!({"resources": ["deployments/scale"], "operations": ["UPDATE"]})), None),
        (
            rule(
                json!({"apiGroups": [""], "resources": ["pods", "pods/resize"], "operations": ["UPDATE"]}),
            ),
            Some("not asked about pods/ephemeralcontainers"),
        ),
        (
            rule(
                json!({"apiGroups": [""], "resources": ["pods", "pods/*"], "operations": ["UPDATE"]}),
            ),
            None,
        ),
        (json!({"rules": []}), Some("it has no rules")),
        (json!({"contextAware": false}), Some("hosts ignore the key `contextAware`")),
        (json!({"hostCapabilities": ["oci/*"]}), Some("compares exact names")),
        (
            json!({"protocolVersion": "v1"}),
            Some("names the protocol version `v1`, the module itself `v2`"),
        ),
        (json!({"annotations": {}}), Some("it has no title")),
        (title("A_Policy"), Some("no name of a Kubernetes object")),
        (title("a.policy-1"), None),
        (
            json!({"annotations": {"io.kubewarden.policy.title": "a", "io.kubewarden.policy.version": "v1.0.0"}}),
            Some("begins with a v"),
        ),
    ] {
        let hints = hints(changes.clone());
        match hint {
            Some(hint) => {
                assert!(hints.len() == 1 && hints[0].contains(hint), "{changes}: {hints:?}");
            }
            None => assert!(hints.is_empty(), "{changes}: {hints:?}"),
        }
    }
}

#[test]
fn a_module_that_no_host_could_load_is_shown() {
    let import = r#"(import "env" "f" (func)) (import "wapc" "__guest_reply" (func))"#;
    let report = report(&guest(&[&metadata(json!({}))], import));
    assert!(report.found.error.is_none());
    assert!(matches!(report.answers, Some(Err(ringfence_host::Error::Import { .. }))));
    let expected = ["`env.f`, which no host has", "`wapc.__guest_reply`, which no host has"];
    assert_eq!(report.hints.len(), 2);
    for (hint, words) in report.hints.iter().zip(expected) {
        assert!(hint.contains(words), "{hint}");
    }

    let text = escaped(&metadata(json!({})));
    let empty = format!(
        "(module (func (export \"_initialize\")) (@custom \"io.kubewarden.metadata\" \"{text}\"))"
    );
    let report = self::report(&module(&empty));
    let expected =
        ["no memory `memory`", "no function `__guest_call`", "`_initialize`, which hosts never"];
    assert_eq!(report.hints.len(), 3, "{:?}", report.hints);
    for (hint, words) in report.hints.iter().zip(expected) {
        assert!(hint.contains(words), "{hint}");
    }
}

#[test]
fn policies_of_other_kinds_are_read_and_not_run() {
    for (mode, export, hint) in [
        ("wasi", "_start", None),
        ("wasi", "main", Some("no function `_start`")),
        ("opa", "opa_eval", None),
        ("gatekeeper", "opa_eval", None),
    ] {
        let text = escaped(&metadata(json!({"executionMode": mode, "protocolVersion": "Unknown"})));
        let report = report(&module(&format!(
            "(module (import \"env\" \"opa_abort\" (func (param i32))) (func (export \"{export}\")) \
             (@custom \"io.kubewarden.metadata\" \"{text}\"))"
        )));
        assert!(report.found.error.is_none(), "{mode}");
        assert!(report.answers.is_none(), "{mode}");
        assert_eq!(report.hints.len(), usize::from(hint.is_some()), "{mode}: {:?}", report.hints);
        if let Some(hint) = hint {
            assert!(report.hints[0].contains(hint), "{:?}", report.hints);
        }
    }
}

#[test]
fn what_is_no_module_is_an_error() {
    for (bytes, words) in [
        (&b""[..], "not a WebAssembly module but an empty file"),
        (b"kind: Pod", "a text file"),
        (b"\0asm\x0d\0\x01\0", "a WebAssembly component"),
        (b"\0asm\x01\0\0\0\x01", "not a valid WebAssembly module"),
    ] {
        let run = inspect(bytes, &[]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""));
        assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
        assert!(run.stderr.contains(words), "{}", run.stderr);
    }
    let run = process::run(folder::<&str>(&[]).path(), &["inspect", "none.wasm"], b"");
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("cannot read the policy file none.wasm"), "{}", run.stderr);
}
