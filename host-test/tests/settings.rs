//! `ringfence settings`, and what `check`, `rules` and `explain` tell of settings.

mod common;
#[path = "common/process.rs"]
mod process;

use process::{folder, run as ringfence};
use serde_json::{Value, json};

#[test]
fn mistakes_are_named_with_their_lines() {
    let wrong = "# ours
profil: baseline
version: 1.25
rules:
  hostPorts:
    allow:
    - {min: 80, max: 90}
    - {min: 90, max: 80}
    - min: 7
  sysctls: wrn
podTemplates:
- group: batch.volcano.sh/v1alpha1
  kind: Job
";
    let here = folder(&[("wrong.yaml", wrong), ("good.yaml", "profile: baseline\n")]);
    let run = ringfence(here.path(), &["settings", "check", "good.yaml", "wrong.yaml"], "");
    assert_eq!((run.code, run.stderr.as_str()), (1, ""), "{}", run.stdout);
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines[0], "good.yaml: valid: baseline:latest, 13 rules asked");
    let places: Vec<&str> = lines[1..].iter().filter_map(|line| line.split(": ").nth(1)).collect();
    assert_eq!(
        places,
        [
            "profil",
            "version",
            "rules.hostPorts.allow[1]",
            "rules.hostPorts.allow[2].max",
            "rules.sysctls",
            "podTemplates[0].group",
            "podTemplates[0].paths",
        ],
        "{}",
        run.stdout
    );
    let starts: Vec<&str> = lines[1..].iter().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(
        starts,
        [
            "wrong.yaml:2:1:",
            "wrong.yaml:3:1:",
            "wrong.yaml:8:7:",
            "wrong.yaml:9:7:",
            "wrong.yaml:10:3:",
            "wrong.yaml:12:3:",
            "wrong.yaml:12:3:",
        ]
    );
    assert!(
        run.stdout.contains("unknown setting `profil`, did you mean `profile`?"),
        "{}",
        run.stdout
    );
}

#[test]
fn what_is_no_settings_file() {
    let here = folder(&[
        ("broken.yaml", "profile: [\n"),
        ("list.yaml", "- profile\n"),
        ("two.yaml", "profile: baseline\n---\nprofile: baseline\n"),
        ("twice.json", r#"{"profile": "baseline", "profile": "baseline"}"#),
        ("wrong.yaml", "profile: lax\n"),
        ("empty.yaml", "# nothing\n"),
    ]);
    for (file, what) in [
        ("broken.yaml", "broken.yaml: line "),
        ("list.yaml", "settings are a mapping"),
        ("two.yaml", "more than one document"),
        ("twice.json", "duplicate key `profile`"),
        ("none.yaml", "none.yaml: cannot be read"),
    ] {
        let run = ringfence(here.path(), &["settings", "check", "wrong.yaml", file], "");
        assert_eq!(run.code, 2, "{file}: {}", run.stdout);
        assert!(run.stdout.contains(what), "{file}: {}", run.stdout);
        assert!(
            run.stdout.contains("wrong.yaml:1:1: profile: unknown value `lax`"),
            "{}",
            run.stdout
        );
    }
    let run = ringfence(here.path(), &["settings", "check", "empty.yaml", "-"], "{}");
    assert_eq!(run.code, 0, "{}", run.stdout);
    assert_eq!(run.stdout.matches(": valid: restricted:latest").count(), 2, "{}", run.stdout);
}

#[test]
fn mistakes_for_programs() {
    let here = folder(&[("wrong.yaml", "mutate: no thanks\n"), ("good.yaml", "{}\n")]);
    let arguments = ["settings", "check", "-o", "json", "good.yaml", "wrong.yaml", "none.yaml"];
    let run = ringfence(here.path(), &arguments, "");
    assert_eq!(run.code, 2);
    let found: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(
        found[0],
        json!({"file": "good.yaml", "valid": true, "policy": "restricted:latest"})
    );
    assert_eq!(found[1]["valid"], false);
    let mistake = &found[1]["mistakes"][0];
    assert_eq!(
        mistake,
        &json!({"line": 1, "column": 1, "path": "mutate", "message": "expected true or false, found a string"})
    );
    assert!(found[2]["error"].as_str().is_some_and(|text| text.starts_with("cannot be read")));
}

#[test]
fn the_schema_is_printed() {
    let here = folder::<&str>(&[]);
    let run = ringfence(here.path(), &["settings", "schema"], "");
    assert_eq!(run.code, 0);
    let schema: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(schema, host_test::docs::schema::schema());
}

#[test]
fn a_file_to_begin_with() {
    let here = folder::<&str>(&[]);
    for (arguments, policy) in [
        (&["settings", "init"][..], "restricted:latest"),
        (&["settings", "init", "--profile", "hardened"], "hardened:latest"),
        (&["settings", "init", "--profile", "privileged"], "privileged:latest"),
    ] {
        let file = ringfence(here.path(), arguments, "");
        assert_eq!(file.code, 0, "{}", file.stderr);
        let run = ringfence(here.path(), &["settings", "check", "-"], file.stdout.as_str());
        assert_eq!(run.code, 0, "{}", run.stdout);
        assert!(run.stdout.contains(policy), "{}", run.stdout);
    }
    assert_eq!(ringfence(here.path(), &["settings", "init", "--profile", "lax"], "").code, 2);
}

#[test]
fn rules_tell_who_asks_them() {
    let here = folder::<&str>(&[]);
    let table = ringfence(here.path(), &["rules"], "").stdout;
    let row = |rule: &str| {
        let row = table.lines().find(|line| line.starts_with(&format!("{rule} ")));
        row.unwrap_or_else(|| panic!("no {rule} in\n{table}"))
            .split("  ")
            .filter(|it| !it.is_empty())
            .map(str::trim)
            .collect::<Vec<_>>()
    };
    assert_eq!(row("RULE")[1], "PROFILE");
    assert_eq!(row("capabilities")[1], "baseline, restricted");
    assert_eq!(row("runAsUser")[1..3], ["restricted", "v1.23"]);
    assert_eq!(row("readOnlyRootFilesystem")[1], "hardened");
    assert_eq!(row("userNamespaces")[1..3], ["by name", "v1.0"]);
    let explained = ringfence(here.path(), &["explain", "hostPathVolumes"], "").stdout;
    for text in
        ["| `allow[].pathPrefix` (required) |", "`kubeletRoot`", "By the profiles `baseline`"]
    {
        assert!(explained.contains(text), "{text}\n{explained}");
    }
    let by_check = ringfence(here.path(), &["explain", "capabilities_parameters"], "").stdout;
    assert!(by_check.starts_with("# capabilities\n"), "{by_check}");
}

#[test]
fn check_shows_every_mode() {
    let pod = "apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  hostPID: true
  hostNetwork: true
  securityContext: {sysctls: [{name: kernel.msgmax, value: '1'}]}
  containers:
  - {name: web, image: web, securityContext: {privileged: true, procMount: Unmasked}}
";
    let settings = "profile: baseline
rules: {privileged: warn, procMount: audit, sysctls: ignore, readOnlyRootFilesystem: ignore}
";
    let here = folder(&[("pod.yaml", pod), ("settings.yaml", settings)]);
    let module = common::module();
    let module = module.to_str().expect("a path in UTF-8");
    let check = |more: &[&str]| {
        let arguments = ["check", "pod.yaml", "--module", module, "--settings", "settings.yaml"];
        ringfence(here.path(), &[&arguments[..], more].concat(), "")
    };
    let run = check(&[]);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    for text in ["deny hostNamespaces", "warn privileged", "audit procMount"] {
        assert!(run.stdout.contains(text), "{text}\n{}", run.stdout);
    }
    let last = run.stdout.lines().last().expect("a line");
    assert_eq!(last, "ignored by the settings: readOnlyRootFilesystem, sysctls");
    let report: Value = serde_json::from_str(&check(&["-o", "json"]).stdout).expect("JSON");
    assert_eq!(report["ignoredRules"], json!(["readOnlyRootFilesystem", "sysctls"]));
    let actions: Vec<&str> = report["resources"][0]["violations"]
        .as_array()
        .expect("violations")
        .iter()
        .filter_map(|found| found["action"].as_str())
        .collect();
    assert_eq!(actions, ["warn", "audit", "deny", "deny"]);
    let audited = check(&["--settings", "{profile: baseline, action: audit}"]);
    assert_eq!(audited.code, 2, "two settings contradict each other: {}", audited.stderr);
    let plain = ringfence(
        here.path(),
        &[
            "check",
            "pod.yaml",
            "--module",
            module,
            "--settings",
            "{profile: baseline, action: audit}",
        ],
        "",
    );
    assert_eq!(plain.code, 0, "{}{}", plain.stdout, plain.stderr);
    assert!(
        plain.stdout.contains("AUDITED") && !plain.stdout.contains("ignored"),
        "{}",
        plain.stdout
    );
}
