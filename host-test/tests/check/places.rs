//! Where findings are, and what is shown of the source.

use crate::process::folder;
use crate::{BAD, check, printed};
use serde_json::Value;

/// The regions of the findings of `rule`: from and to, line and column.
fn regions(name: &str, text: &str, rule: &str) -> Vec<Value> {
    let folder = folder(&[(name, text)]);
    let run = check(folder.path(), &[name, "-o", "json"]);
    let report: Value = serde_json::from_str(printed(&run, 1)).expect("JSON");
    let resources = report["resources"].as_array().expect("resources").clone();
    let found = resources.iter().flat_map(|it| it["violations"].as_array().expect("a list"));
    found.filter(|found| found["rule"] == rule).map(|found| found["region"].clone()).collect()
}

/// The lines below the place of the finding.
fn shown(name: &str, text: &str) -> String {
    let folder = folder(&[(name, text)]);
    let run = check(folder.path(), &[name]);
    let lines = printed(&run, 1).lines().skip_while(|line| !line.contains("-->"));
    lines
        .take_while(|line| !line.contains("found:"))
        .map(|line| format!("{}\n", line.trim_end()))
        .collect()
}

#[test]
fn a_scalar_is_underlined() {
    assert_eq!(
        shown("x.yaml", BAD),
        "      --> x.yaml:8:35\n        |\n      8 |     securityContext: {privileged: yes}\n        |                                   ^^^\n"
    );
}

#[test]
fn json_has_places_too() {
    let text = r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"},
  "spec": {"hostPID": true, "ärger": ["\"}"], "containers": [
    {"name": "a", "image": "x", "securityContext": {"privileged" : true }}]}}
"#;
    let at = |region: &Value| region.to_string();
    assert_eq!(
        regions("x.json", text, "privileged").iter().map(at).collect::<Vec<_>>(),
        ["[[3,68],[3,72]]"]
    );
    assert_eq!(
        regions("x.json", text, "hostNamespaces").iter().map(at).collect::<Vec<_>>(),
        ["[[2,23],[2,27]]"]
    );
}

#[test]
fn an_anchor_is_shown_where_it_is_written() {
    let text = "apiVersion: v1
kind: List
x-shared: &shared
  securityContext:
    privileged: true
items:
- apiVersion: v1
  kind: Pod
  metadata: {name: merged}
  spec:
    containers:
    - <<: *shared
      name: a
      image: x
- apiVersion: v1
  kind: Pod
  metadata: {name: aliased}
  spec:
    containers:
    - name: a
      image: x
      securityContext: {privileged: &yes true}
    - name: b
      image: x
      securityContext: {privileged: *yes}
";
    let regions = regions("x.yaml", text, "privileged");
    let regions: Vec<String> = regions.iter().map(Value::to_string).collect();
    // An anchor belongs to its value, and an alias is what stands where the value would.
    assert_eq!(regions, ["[[5,17],[5,21]]", "[[22,37],[22,46]]", "[[25,37],[25,41]]"]);
    let shown = shown("x.yaml", text);
    assert!(shown.starts_with("      --> x.yaml:5:17, used in line 12\n"), "{shown}");
    assert!(
        shown.contains("5 |     privileged: true\n        |                 ^^^^\n"),
        "{shown}"
    );
}

#[test]
fn a_block_scalar_is_shown_by_what_stands_in_it() {
    let text = "apiVersion: v1
kind: Pod
metadata:
  name: x
  annotations:
    container.apparmor.security.beta.kubernetes.io/a: |-
      unconfined
spec:
  containers: [{name: a, image: x}]
";
    let shown = shown("x.yaml", text);
    assert_eq!(
        shown,
        "      --> x.yaml:7:7, key in line 6\n        |\n      7 |       unconfined\n        |       ^^^^^^^^^^\n"
    );
}

#[test]
fn what_is_absent_is_shown_by_what_lacks_it() {
    let folder = folder(&[("x.yaml", BAD)]);
    let run =
        check(folder.path(), &["x.yaml", "--settings", "{rules: {runAsNonRoot: deny}}", "-q"]);
    let text = printed(&run, 1);
    let absent = "8 |     securityContext: {privileged: yes}\n        |     ^^^^^^^^^^^^^^^\n";
    assert!(text.contains(absent), "{text}");
}

#[test]
fn long_and_hostile_lines_are_harmless() {
    let text = format!(
        "{{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"x\": \"{}\", \"spec\": {{\"hostPID\": true, \"y\": \"\u{202e}\", \"containers\": [{{\"name\": \"a\"}}]}}}}",
        "z".repeat(1 << 20)
    );
    let folder = folder(&[("x.json", text)]);
    let run = check(folder.path(), &["x.json"]);
    let printed = printed(&run, 1);
    assert!(printed.len() < 4000 && printed.contains("^^^^"), "{printed}");
    assert!(!printed.contains('\u{202e}'), "{printed}");
}

#[test]
fn colours_are_for_terminals() {
    let folder = folder(&[("x.yaml", BAD)]);
    let module = crate::common::module();
    let run = |variables: &[(&str, &str)]| {
        let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_ringfence"));
        command.current_dir(folder.path()).args(["check", "x.yaml", "--module"]).arg(&module);
        command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").envs(variables.iter().copied());
        String::from_utf8(command.output().expect("the command runs").stdout).expect("UTF-8")
    };
    assert!(!run(&[]).contains('\u{1b}'), "not a terminal");
    assert!(run(&[("CLICOLOR_FORCE", "1")]).contains("\u{1b}[1m"), "asked for");
    assert!(!run(&[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]).contains('\u{1b}'), "refused");
}
