//! The command from outside: streams, exit codes, and every kind of bad input.

mod common;
#[path = "common/installed.rs"]
mod installed;
#[path = "common/process.rs"]
mod process;

use assert_cmd::Command;
use installed::installed;
use process::{Run, folder};
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::Path;

const GOOD: &str = "apiVersion: v1
kind: Pod
metadata: {name: good, namespace: shop}
spec:
  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
  containers:
  - name: web
    image: registry.example/web:1.0
    securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
";

const BAD: &str = "apiVersion: v1
kind: Pod
metadata: {name: bad, namespace: shop}
spec:
  containers:
  - name: web
    image: registry.example/web:1.0
    securityContext: {privileged: yes}
";

/// Runs the command, with the module under test, in a folder of its own.
fn ringfence(folder: &Path, arguments: &[&str], stdin: &[u8]) -> Run {
    let module = common::module();
    let module = ["--module", module.to_str().expect("a path in UTF-8")];
    process::run(folder, &[arguments, &module].concat(), stdin)
}

fn check(content: &[u8]) -> Run {
    let folder = folder(&[("x.yaml", content)]);
    ringfence(folder.path(), &["check", "x.yaml"], b"")
}

/// One clear message on one of the streams, exit code 2, and nothing accepted.
#[track_caller]
fn cannot_judge(run: &Run, what: &str) {
    assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains(what) || run.stderr.contains(what), "{}{}", run.stdout, run.stderr);
    assert!(!run.stdout.contains("ACCEPTED"), "{}", run.stdout);
}

#[test]
fn verdicts_and_exit_codes() {
    let both =
        format!("{GOOD}---\n{BAD}---\napiVersion: v1\nkind: Service\nmetadata: {{name: s}}\n");
    let run = ringfence(folder::<&str>(&[]).path(), &["check", "-"], both.as_bytes());
    assert_eq!(run.code, 1, "{}", run.stdout);
    for text in [
        "<stdin>",
        "Pod shop/good (line 1)",
        "ACCEPTED",
        "DENIED",
        "SKIPPED",
        "privileged",
        "<stdin>:18:35",
    ] {
        assert!(run.stdout.contains(text), "{text}\n{}", run.stdout);
    }
    assert!(
        run.stdout.contains("\n3 resources: 1 accepted, 1 denied, 1 skipped; "),
        "{}",
        run.stdout
    );
    let good = ringfence(folder::<&str>(&[]).path(), &["check", "-"], GOOD.as_bytes());
    assert_eq!((good.code, good.stderr.as_str()), (0, ""));
    let lax = ringfence(
        folder::<&str>(&[]).path(),
        &["check", "-", "--profile", "privileged"],
        BAD.as_bytes(),
    );
    assert_eq!(lax.code, 0, "{}", lax.stdout);
    let warned = ringfence(
        folder::<&str>(&[]).path(),
        &["check", "-", "--settings", "{action: warn}"],
        BAD.as_bytes(),
    );
    assert_eq!(warned.code, 0, "{}", warned.stdout);
    assert!(warned.stdout.contains("WARNED"), "{}", warned.stdout);
}

#[test]
fn json_output() {
    let folder = folder(&[
        ("a.yaml", BAD.as_bytes()),
        ("b.yml", b"a: [\n"),
        (".hidden.yaml", b"x"),
        ("n.txt", b"x"),
    ]);
    let run = ringfence(folder.path(), &["check", ".", "-o", "json"], b"");
    assert_eq!(run.code, 2, "{}", run.stderr);
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(report["summary"]["denied"], 1);
    assert_eq!(report["summary"]["unread"], 1);
    let resource = &report["resources"][0];
    assert_eq!(resource["verdict"], "denied");
    assert_eq!(
        (&resource["kind"], &resource["namespace"], &resource["line"]),
        (&json!("Pod"), &json!("shop"), &json!(1))
    );
    let privileged = resource["violations"]
        .as_array()
        .and_then(|list| list.iter().find(|found| found["rule"] == "privileged"))
        .expect("a violation");
    assert_eq!(privileged["path"], "spec.containers[0].securityContext.privileged");
    assert_eq!(
        privileged["container"],
        json!({"name": "web", "image": "registry.example/web:1.0"})
    );
    assert_eq!(privileged["line"], 8);
}

#[test]
fn an_emitted_request_is_judged_alike() {
    let folder = folder(&[("x.yaml", BAD.as_bytes())]);
    let emitted =
        ringfence(folder.path(), &["check", "x.yaml", "--emit-request", "--user", "jane"], b"");
    assert_eq!(emitted.code, 0, "{}", emitted.stderr);
    assert_eq!(emitted.stdout.lines().count(), 1);
    let review: Value = serde_json::from_str(&emitted.stdout).expect("JSON");
    assert_eq!(review["request"]["userInfo"]["username"], "jane");
    let findings = |run: &Run| -> Value {
        let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
        report["resources"][0]["message"].clone()
    };
    let again = ringfence(folder.path(), &["check", "-", "-o", "json"], emitted.stdout.as_bytes());
    let direct = ringfence(folder.path(), &["check", "x.yaml", "-o", "json"], b"");
    assert_eq!(again.code, 1);
    assert_eq!(findings(&again), findings(&direct));
}

#[test]
fn an_update_is_compared_with_the_old_object() {
    let folder = folder(&[
        ("new.yaml", BAD.replace("name: bad,", "name: bad, labels: {a: b},").as_bytes()),
        ("old.yaml", BAD.as_bytes()),
        ("other.yaml", GOOD.as_bytes()),
    ]);
    let with = |old: &str| ringfence(folder.path(), &["check", "new.yaml", "--old", old], b"");
    // As Pod Security Admission: labels alone are no significant change.
    assert_eq!(with("old.yaml").code, 0);
    let unrelated = with("other.yaml");
    assert_eq!(unrelated.code, 1);
    assert!(unrelated.stdout.contains("note: --old holds no Pod"), "{}", unrelated.stdout);
    let deleted = ringfence(folder.path(), &["check", "new.yaml", "--operation", "delete"], b"");
    assert_eq!(deleted.code, 0, "{}", deleted.stdout);
}

#[test]
fn a_broken_document_hides_no_other() {
    let run = check(format!("{BAD}---\nkind: [\n---\n{GOOD}").as_bytes());
    assert_eq!(run.code, 2, "{}", run.stdout);
    for text in ["DENIED", "ACCEPTED", "x.yaml:", "1 document not read"] {
        assert!(run.stdout.contains(text), "{text}\n{}", run.stdout);
    }
}

#[test]
fn broken_yaml_has_file_line_and_column() {
    let run = check(b"apiVersion: v1\nkind: Pod\nmetadata:\n  name: a: b\n");
    cannot_judge(&run, "x.yaml:4: column 10: ");
    cannot_judge(&check(b"a:\n\t- b\n"), "x.yaml:2: ");
    cannot_judge(&check(b"image: {{ .Values.image }}\n"), "helm template");
}

#[test]
fn what_is_no_kubernetes_object() {
    cannot_judge(&check(b"replicas: 1\n"), "x.yaml:1: not a kubernetes object");
    cannot_judge(&check(b"apiVersion: v1\nmetadata: {}\n"), "it has no `kind`");
    cannot_judge(&check(b"just text\n"), "is a mapping with `apiVersion` and `kind`");
    cannot_judge(&check(b"# nothing\n"), "no resource in x.yaml");
    cannot_judge(&check(b"apiVersion: v1\nkind: List\nitems: []\n"), "no resource in x.yaml");
}

#[test]
fn empty_and_missing_paths() {
    let folder = folder(&[("readme.txt", b"")]);
    cannot_judge(
        &ringfence(folder.path(), &["check", "."], b""),
        "no .yaml, .yml or .json file in .",
    );
    cannot_judge(
        &ringfence(folder.path(), &["check", "none.yaml"], b""),
        "none.yaml: no such file",
    );
    cannot_judge(&ringfence(folder.path(), &["check", "-"], b""), "no resource in -");
}

#[test]
fn settings_with_mistakes() {
    let folder = folder(&[
        ("x.yaml", GOOD.as_bytes()),
        ("typo.yaml", b"profile: restrictd\nversion: v1.99\nruls: {}\n"),
        ("twice.yaml", b"profile: baseline\nprofile: restricted\n"),
    ]);
    let settings = |settings: &str| {
        ringfence(folder.path(), &["check", "x.yaml", "--settings", settings], b"")
    };
    let typo = settings("typo.yaml");
    for text in ["did you mean `restricted`", "v1.99", "ruls"] {
        cannot_judge(&typo, text);
    }
    cannot_judge(
        &settings("twice.yaml"),
        "line 2, column 1: duplicate key `profile`, first on line 1",
    );
    cannot_judge(&settings("none.yaml"), "the settings file none.yaml cannot be read");
    cannot_judge(&settings("{profile: 7}"), "profile");
    cannot_judge(&settings("[a: b]"), "settings are a mapping");
    let version = ringfence(folder.path(), &["check", "x.yaml", "--pss-version", "1.30"], b"");
    cannot_judge(&version, "version");
}

#[test]
fn modules_that_are_none() {
    let folder = folder(&[
        ("x.yaml", GOOD.as_bytes()),
        ("text.wasm", b"hello"),
        ("empty.wasm", b""),
        ("bare.wasm", b"\0asm\x01\0\0\0"),
    ]);
    let module = |name: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_ringfence"))
            .current_dir(folder.path())
            .args(["check", "x.yaml", "--no-cache", "--module", name])
            .output()
            .expect("the command runs");
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(output.stdout, b"");
        String::from_utf8(output.stderr).expect("UTF-8")
    };
    for (name, what) in [
        ("text.wasm", "not a WebAssembly module"),
        ("empty.wasm", "not a WebAssembly module"),
        ("bare.wasm", "exports no"),
        ("none.wasm", "none.wasm"),
    ] {
        let stderr = module(name);
        assert!(stderr.starts_with("error: ") && stderr.contains(what), "{stderr}");
    }
}

#[test]
fn large_and_hostile_objects() {
    // 1 MB of annotation.
    let large = GOOD.replace(
        "name: good,",
        &format!("name: good, annotations: {{a: {}}},", "x".repeat(1 << 20)),
    );
    assert_eq!(check(large.as_bytes()).code, 0);
    let mut many = BAD.to_owned();
    for index in 0..5000 {
        let _ = writeln!(
            many,
            "  - {{name: c{index}, image: x, securityContext: {{privileged: true}}}}"
        );
    }
    let run = check(many.as_bytes());
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stdout.contains("more"), "the list is cut and says so");
    let deep =
        format!("apiVersion: v1\nkind: Pod\nspec: {}{}\n", "[".repeat(1000), "]".repeat(1000));
    cannot_judge(&check(deep.as_bytes()), "nesting deeper than 100 levels");
    let beyond = GOOD.replace(
        "name: good,",
        &format!("name: good, annotations: {{a: {}}},", "x".repeat(9 << 20)),
    );
    cannot_judge(&check(beyond.as_bytes()), "NOT JUDGED");
    let evil = BAD.replace("registry.example/web:1.0", "\"\\e[2Jx\\u202e\"");
    let shown = check(evil.as_bytes()).stdout;
    assert!(shown.contains("\u{fffd}[2Jx\u{fffd}"), "{shown:?}");
    assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{shown:?}");
}

#[test]
fn duplicate_keys_numbers_and_bytes() {
    let twice = BAD.replace("{privileged: yes}", "{privileged: no, privileged: yes}");
    cannot_judge(&check(twice.as_bytes()), "duplicate key `privileged`, first on line 8");
    let folder = folder::<&[u8]>(&[
        ("twice.json", br#"{"apiVersion": "v1", "kind": "Pod", "kind": "Pod"}"#),
        ("big.json", br#"{"apiVersion": "v1", "kind": "Pod", "spec": {"priority": 1e999}}"#),
    ]);
    cannot_judge(&ringfence(folder.path(), &["check", "twice.json"], b""), "duplicate key `kind`");
    cannot_judge(&ringfence(folder.path(), &["check", "big.json"], b""), "number out of range");
    cannot_judge(
        &check(b"apiVersion: v1\nkind: \xff\n"),
        "x.yaml:2: column 7: invalid UTF-8 at byte 21",
    );
    let uid = GOOD.replace("runAsNonRoot: true", "runAsUser: 99999999999999999999");
    let run = check(uid.as_bytes());
    assert_eq!(run.code, 1, "denied as malformed: {}", run.stdout);
    assert!(run.stdout.contains("runAsUser"), "{}", run.stdout);
}

#[test]
fn rules_explain_themselves() {
    let here = folder::<&str>(&[]);
    let rules = ringfence(here.path(), &["rules"], b"");
    assert_eq!(rules.code, 0);
    assert!(rules.stdout.contains("privileged  "), "{}", rules.stdout);
    let listed = ringfence(here.path(), &["rules", "-o", "json"], b"");
    let listed: Value = serde_json::from_str(&listed.stdout).expect("JSON");
    for rule in listed.as_array().expect("a list") {
        let id = rule["id"].as_str().expect("an id");
        let explained = ringfence(here.path(), &["explain", id], b"");
        assert!(explained.stdout.starts_with(&format!("# {id}\n")), "{}", explained.stdout);
    }
    cannot_judge(
        &ringfence(here.path(), &["explain", "privilegd"], b""),
        "did you mean `privileged`?",
    );
}

#[test]
fn case_files() {
    let good = "rule: privileged\ncases:\n- {name: fine, pod: {}, expect: pass}\n";
    let here = folder(&[
        ("good.yaml", good.as_bytes()),
        ("bad.yaml", good.replace("pass", "skip").as_bytes()),
        ("broken.yaml", b"rule: x\ncases:\n- {name: a}\n"),
    ]);
    let run = ringfence(here.path(), &["test", "good.yaml"], b"");
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("1 case: 1 as expected, 0 not"), "{}", run.stdout);
    let run = ringfence(here.path(), &["test", "good.yaml", "bad.yaml", "--junit", "out.xml"], b"");
    assert_eq!(run.code, 1, "{}", run.stdout);
    for text in ["FAIL fine (line 3)", "- skipped, accepted", "+ judged, accepted"] {
        assert!(run.stdout.contains(text), "{text}\n{}", run.stdout);
    }
    let junit = std::fs::read_to_string(here.path().join("out.xml")).expect("the JUnit file");
    assert!(junit.contains("tests=\"2\" skipped=\"0\" failures=\"1\""), "{junit}");
    cannot_judge(
        &ringfence(here.path(), &["test", "broken.yaml"], b""),
        "broken.yaml: line 3: missing field",
    );
}

/// As `cargo install` leaves it: the command alone.
#[test]
fn without_a_module_its_own_rules_judge() {
    let folder = folder(&[("good.yaml", GOOD), ("bad.yaml", BAD)]);
    let alone = installed(folder.path());
    let run = |arguments: &[&str]| {
        let mut command = Command::new(&alone);
        let output = command.current_dir(folder.path()).args(arguments).output();
        let output = output.expect("the command runs");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Run {
            code: output.status.code().expect("an exit code"),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    };
    let paths = ["check", "good.yaml", "bad.yaml"];
    let (own, module) = (run(&paths), ringfence(folder.path(), &paths, b""));
    assert_eq!((own.code, &own.stdout), (1, &module.stdout));
    assert!(own.stderr.contains("its own rules judge"), "{}", own.stderr);
    let settings = r#"{exemptions: [{id: a, reason: r, expires: 2026-01-15, rules: ["*"], match: {namespaces: [shop]}}]}"#;
    let on = |day: &str| run(&["check", "bad.yaml", "--settings", settings, "--date", day]).code;
    assert_eq!((on("2026-01-15"), on("2026-01-16")), (0, 1));
    cannot_judge(&run(&["check", "good.yaml", "--settings", "{profle: x}"]), "profle");
    cannot_judge(&run(&["inspect"]), "there is no policy.wasm beside this command");
}
