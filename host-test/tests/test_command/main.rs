//! `ringfence test` from outside: expectations that are written anew, coverage, and the schema.

#[path = "../common/mod.rs"]
mod common;
mod manifests;
#[path = "../common/process.rs"]
mod process;
#[path = "../common/program.rs"]
mod program;

use jsonschema::Validator;
use process::{Run, folder};
use serde_json::{Value, json};
use std::path::Path;

fn test(folder: &Path, arguments: &[&str]) -> Run {
    let module = common::module();
    let module = module.to_str().expect("a path in UTF-8");
    process::run(folder, &[&["test", "--module", module], arguments].concat(), "")
}

/// Updates a file that should come out so, and holds it to being as expected then.
#[track_caller]
fn updated(before: &str, after: &str) {
    let folder = folder(&[("cases.yaml", before)]);
    let run = test(folder.path(), &["cases.yaml", "--update"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let text = std::fs::read_to_string(folder.path().join("cases.yaml")).expect("the file");
    assert_eq!(text, after);
    let again = test(folder.path(), &["cases.yaml"]);
    assert_eq!(again.code, 0, "{}", again.stdout);
    let run = test(folder.path(), &["cases.yaml", "--update"]);
    assert!(run.stdout.contains("0 expectations updated, 0 refused"), "{}", run.stdout);
}

#[test]
fn expectations_are_written_where_they_stand() {
    updated(
        "# Kept.
rule: privileged
cases:
- name: right, and kept as it is   # too
  container: {}
  expect:   pass
- name: a container
  settings: {profile: baseline}
  versions: [v1.0, latest]
  container: {securityContext: {privileged: true}}
  expect: pass   # wrong
# Between.

- name: flow
  pod: {}
  expect: {deny: [{check: privileged,
                   path: x}]}
- {name: all flow, settings: {profile: baseline}, pod: {spec: {hostPID: true}}, expect: pass}
- name: a block, and what it is described by
  kind: CronJob
  expect:
    deny:
    - check: privileged
      found: true
      hint: x
  settings: {profile: baseline}
  pod: {spec: {hostPID: true}}
",
        "# Kept.
rule: privileged
cases:
- name: right, and kept as it is   # too
  container: {}
  expect:   pass
- name: a container
  settings: {profile: baseline}
  versions: [v1.0, latest]
  container: {securityContext: {privileged: true}}
  expect:
    deny:
    - check: privileged
      path: \"{container}.securityContext.privileged\"
      found: \"true\"   # wrong
# Between.

- name: flow
  pod: {}
  expect: pass
- {name: all flow, settings: {profile: baseline}, pod: {spec: {hostPID: true}}, expect: {\"deny\":[{\"check\":\"hostNamespaces\",\"path\":\"spec.hostPID\",\"found\":\"true\"}]}}
- name: a block, and what it is described by
  kind: CronJob
  expect:
    deny:
    - check: hostNamespaces
      found: \"true\"
      hint: \"remove it\"
  settings: {profile: baseline}
  pod: {spec: {hostPID: true}}
",
    );
}

#[test]
fn expectations_are_written_where_there_are_none() {
    updated(
        "rule: x
cases:
- name: absent
  pod: {}

- name: empty
  expect:
  pod: {spec: {hostPID: true}}
  settings: {action: warn}
- {name: flow, payload: '{'}
- name: filled
  settings: {mutate: true}
  container: {securityContext: {allowPrivilegeEscalation: null}}
- name: waived
  settings:
    exemptions:
    - {id: one, reason: r, rules: [hostNamespaces], values: ['true'], match: {namespaces: [shop]}}
  pod: {spec: {hostPID: true}}
- name: skipped, at the end of a file without a line break
  object: {apiVersion: v1, kind: ConfigMap}",
        "rule: x
cases:
- name: absent
  pod: {}
  expect: pass

- name: empty
  expect:
    warn:
    - check: hostNamespaces
      path: spec.hostPID
      found: \"true\"
  pod: {spec: {hostPID: true}}
  settings: {action: warn}
- {name: flow, payload: '{', expect: {\"malformed\":\"malformed payload: expected a key in double quotes, found the end of the text\"}}
- name: filled
  settings: {mutate: true}
  container: {securityContext: {allowPrivilegeEscalation: null}}
  expect:
    mutated:
      \"{container}.securityContext.allowPrivilegeEscalation\": false
- name: waived
  settings:
    exemptions:
    - {id: one, reason: r, rules: [hostNamespaces], values: ['true'], match: {namespaces: [shop]}}
  pod: {spec: {hostPID: true}}
  expect:
    waived:
    - exemption: one
      check: hostNamespaces
      path: spec.hostPID
      found: \"true\"
- name: skipped, at the end of a file without a line break
  object: {apiVersion: v1, kind: ConfigMap}
  expect: skip
",
    );
}

#[test]
fn what_no_expectation_says_is_refused() {
    let cases = "rule: x
cases:
- name: differs
  settings: {profile: baseline}
  versions: [v1.7, v1.8]
  pod: {spec: {securityContext: {windowsOptions: {hostProcess: true}}, hostNetwork: true}}
  expect: {deny: [{check: hostNamespaces, hint: x, allowed: y}, {check: x}]}
- name: by an anchor
  pod: {spec: {hostPID: true}}
  expect: &shared pass
- name: by an alias
  pod: {}
  expect: *shared
";
    let folder = folder(&[("cases.yaml", cases)]);
    let before = test(folder.path(), &["cases.yaml"]);
    assert_eq!(before.code, 1, "{}", before.stdout);
    let run = test(folder.path(), &["cases.yaml", "--update", "-o", "json"]);
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(run.code, 1, "{report:#}");
    let refused: Vec<&Value> =
        report["refused"].as_array().expect("a list").iter().map(|it| &it["name"]).collect();
    assert!(refused.contains(&&json!("by an anchor")), "{report:#}");
    // The file is still one.
    let after = test(folder.path(), &["cases.yaml"]);
    assert_eq!(after.code, 1, "{}{}", after.stdout, after.stderr);
}

#[test]
fn an_absent_expectation_is_a_mistake_otherwise() {
    let folder = folder(&[("cases.yaml", "rule: x\ncases:\n- {name: a, pod: {}}\n")]);
    let run = test(folder.path(), &["cases.yaml"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(
        run.stderr.contains(
            "line 3: missing field `expect`; write it, or have `ringfence test --update` do it"
        ),
        "{}",
        run.stderr
    );
    let run = test(folder.path(), &["cases.yaml", "--update", "--coverage"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
}

#[test]
fn coverage_counts_what_is_found_and_what_passes() {
    let cases = "rule: x
cases:
- {name: a, settings: {profile: baseline}, pod: {spec: {hostPID: true}}, expect: {deny: [{check: hostNamespaces}]}}
- {name: b, settings: {profile: baseline}, pod: {}, expect: pass}
- {name: c, settings: {profile: privileged}, object: {apiVersion: v1, kind: ConfigMap}, expect: skip}
";
    let folder = folder(&[("cases.yaml", cases)]);
    let run = test(folder.path(), &["cases.yaml", "--coverage", "-o", "json"]);
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let of = |check: &str| {
        let list = report["coverage"].as_array().expect("a list");
        list.iter().find(|it| it["check"] == check).expect("a check").clone()
    };
    assert_eq!(
        of("hostNamespaces"),
        json!({"rule": "hostNamespaces", "check": "hostNamespaces", "asked": 2, "found": 1, "passed": 1})
    );
    assert_eq!(
        (of("privileged")["found"].clone(), of("privileged")["passed"].clone()),
        (json!(0), json!(2))
    );
    assert_eq!(of("runAsNonRoot")["asked"], 0);
    let run = test(folder.path(), &["cases.yaml", "--coverage", "-q"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stdout.contains("hostNamespaces                            1       1"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("\n1 of "), "{}", run.stdout);
}

/// The schema that is printed, which is the one in the repository.
fn schema() -> Validator {
    let printed = test(Path::new("."), &["--schema"]);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/cases.schema.json");
    assert_eq!(printed.stdout, std::fs::read_to_string(file).expect("the schema"));
    let schema: Value = serde_json::from_str(&printed.stdout).expect("JSON");
    jsonschema::draft202012::meta::validate(&schema).expect("a schema");
    jsonschema::validator_for(&schema).expect("a schema")
}

fn read(bytes: &[u8]) -> Value {
    host_test::yaml::read(bytes, false).remove(0).expect("YAML").to_json()
}

#[test]
fn every_case_file_is_as_the_schema_says() {
    let schema = schema();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases");
    let (files, _) = host_test::manifest::files(&folder);
    assert!(files.len() > 30, "{files:?}");
    for file in files {
        let document = read(&std::fs::read(&file).expect("a file"));
        let cases = document["cases"].as_array().expect("cases");
        for case in cases {
            let one = json!({"rule": document["rule"], "cases": [case]});
            let mistakes: Vec<String> = schema
                .iter_errors(&one)
                .map(|error| format!("{}: {error}", error.instance_path()))
                .collect();
            // Settings that are wrong on purpose.
            let is_wrong =
                serde_json::to_string(&case["expect"]).expect("JSON").contains("malformed");
            assert!(
                mistakes.is_empty() || is_wrong,
                "{}: {}: {mistakes:?}",
                file.display(),
                case["name"]
            );
        }
    }
}

/// What the schema refuses the command refuses, and the fields it knows are those the command knows.
#[test]
fn the_schema_and_the_command_refuse_alike() {
    let schema = schema();
    let refuse = |case: Value| {
        let document = json!({"rule": "x", "cases": [case]});
        assert!(!schema.is_valid(&document), "{document}");
        let folder = folder(&[("cases.yaml", document.to_string())]);
        let run = test(folder.path(), &["cases.yaml"]);
        assert_eq!(run.code, 2, "{document}: {}", run.stdout);
        run.stderr
    };
    let case = |field: &str, value: Value| {
        let mut case = json!({"name": "a", "pod": {}, "expect": "pass"});
        case[field] = value;
        case
    };
    assert!(schema.is_valid(&json!({"rule": "x", "cases": [case("versions", json!(["v1.0"]))]})));
    for (field, value) in [
        ("object", json!({})),
        ("payload", json!("x")),
        ("kind", json!("Service")),
        ("date", json!("tomorrow")),
        ("cluster", json!({"no": 1})),
        ("old", json!({"x": 1})),
        ("expect", json!("fail")),
        ("expect", json!({})),
        ("expect", json!({"malformed": "x", "deny": []})),
        ("expect", json!({"deny": [{"path": "x"}]})),
        ("expect", json!({"deny": [{"check": "privileged", "wher": "x"}]})),
        ("expect", json!({"waived": [{"check": "privileged"}]})),
    ] {
        refuse(case(field, value));
    }
    refuse(json!({"name": "a", "pod": {}}));
    let known = refuse(case("nobody", json!(1)));
    let printed: Value =
        serde_json::from_str(&test(Path::new("."), &["--schema"]).stdout).expect("JSON");
    let fields = printed["$defs"]["case"]["properties"].as_object().expect("properties");
    let (_, list) = known.split_once("expected one of ").expect("a list");
    let mut listed: Vec<&str> = list.split('`').skip(1).step_by(2).collect();
    let mut properties: Vec<&str> = fields.keys().map(String::as_str).collect();
    listed.sort_unstable();
    properties.sort_unstable();
    assert_eq!(properties, listed);
}
