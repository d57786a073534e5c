//! Findings: ids, places, severities, forms.

use super::process::folder;
use super::{examples, fed, is_as_written, json, printed, seccomp};
use serde_json::{Value, json as value};

const DUPLICATE: &str = r#"{
  "defaultAction": "SCMP_ACT_ERRNO",
  "DefaultAction": "SCMP_ACT_ALLOW",
  "syscalls": []
}"#;

#[test]
fn examples_are_told_as_written() {
    for name in ["web.json", "legacy.json", "worker.yaml"] {
        let code = i32::from(name == "legacy.json");
        let run = seccomp(&examples(), &["lint", name]);
        is_as_written(&format!("lint-{name}.txt"), printed(&run, code));
        let run = seccomp(&examples(), &["lint", name, "-o", "json"]);
        is_as_written(&format!("lint-{name}.json"), printed(&run, code));
    }
}

#[test]
fn places_are_lines_and_columns() {
    let map = format!(
        "kind: ConfigMap\ndata:\n  note.txt: hello\n  x.json: |\n{}\n",
        DUPLICATE.lines().map(|line| format!("    {line}\n")).collect::<String>()
    );
    let quoted = value!({"kind": "ConfigMap", "data": {"x.json": DUPLICATE}}).to_string();
    let list = format!("{{\"kind\": \"List\", \"items\": [\n  {{\"kind\": \"Pod\"}},\n{quoted}]}}");
    let yaml = "kind: SeccompProfile\nspec:\n  defaultAction: SCMP_ACT_ALLOW\n";
    for (file, text, line, column) in [
        ("x.json", DUPLICATE, 3, 20),
        ("map.yaml", &map, 7, 24),
        ("list.json", &list, 3, 38),
        ("x.yaml", yaml, 3, 18),
    ] {
        let folder = folder(&[(file, text)]);
        let report = json(&seccomp(folder.path(), &["lint", file, "-o", "json"]), 1);
        let findings = report["profiles"][0]["findings"].as_array().expect("findings");
        let ids = ["SC-PARSE-DUPKEY", "SC-DEF-ALLOW"];
        let found = findings.iter().find(|found| ids.contains(&found["id"].as_str().unwrap_or("")));
        let found = found.unwrap_or_else(|| panic!("{report}"));
        assert_eq!((&found["line"], &found["column"]), (&value!(line), &value!(column)), "{found}");
    }
}

#[test]
fn severities_are_chosen() {
    let run =
        |arguments: &[&str]| seccomp(&examples(), &[&["lint", "worker.yaml"], arguments].concat());
    assert_eq!(run(&[]).code, 0);
    assert_eq!(run(&["--deny", "warning"]).code, 1);
    assert_eq!(run(&["--severity", "SC-ERRNO-UNUSED=error"]).code, 1);
    assert_eq!(run(&["--severity", "SC-ERRNO-UNUSED=off", "--deny", "warning"]).code, 0);
    assert!(!run(&["-q"]).stdout.contains("SC-ARCH-NONATIVE"));
    let danger = ["lint", "legacy.json", "-o", "json", "--severity", "SC-DANGER:mount=error"];
    let report = json(&seccomp(&examples(), &danger), 1);
    let findings = report["profiles"][0]["findings"].as_array().expect("findings");
    let severity = |call: &str| {
        let is_it = |found: &&Value| found["id"] == "SC-DANGER" && found["call"] == call;
        findings.iter().find(is_it).map(|found| found["severity"].clone())
    };
    assert_eq!(severity("mount"), Some("error".into()));
    assert_eq!(severity("setns"), Some("info".into()));
}

#[test]
fn slips_in_severities_are_told() {
    for (setting, what) in [
        ("SC-DANGR=off", "did you mean `SC-DANGER`?"),
        ("SC-DANGER:mont=off", "did you mean `mount`?"),
        ("SC-DANGER=high", "none of error, warning, info, off"),
        ("SC-DANGER", "ID=LEVEL"),
    ] {
        let run = seccomp(&examples(), &["lint", "web.json", "--severity", setting]);
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(run.stderr.contains(what), "{}", run.stderr);
    }
}

#[test]
fn the_loader_decides_what_a_text_means() {
    let ids = |arguments: &[&str]| -> Vec<String> {
        let arguments = [&["lint", "legacy.json", "-o", "json"], arguments].concat();
        let report = json(&seccomp(&examples(), &arguments), 1);
        let findings = report["profiles"][0]["findings"].as_array().expect("findings").clone();
        findings.iter().filter_map(|found| found["id"].as_str().map(str::to_owned)).collect()
    };
    assert!(ids(&[]).contains(&"SC-DIALECT".to_owned()));
    assert!(!ids(&["--loader", "docker"]).contains(&"SC-DIALECT".to_owned()));
}

#[test]
fn folders_hold_other_things_too() {
    let folder = folder(&[
        ("a.json", r#"{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": []}"#),
        ("package.json", r#"{"name": "x"}"#),
        ("pod.yaml", "kind: Pod\n"),
        ("notes.txt", "{"),
    ]);
    let report = json(&seccomp(folder.path(), &["lint", ".", "-o", "json"]), 0);
    assert_eq!(report["summary"]["profiles"], 1, "{report}");
    assert_eq!(report["summary"]["skipped"], 2, "{report}");
    assert_eq!(report["profiles"][0]["file"], "./a.json");
}

#[test]
fn what_cannot_be_read_does_not_hide_the_rest() {
    let folder = folder(&[("a.json", "{\n  \"defaultAction\": }"), ("b.json", DUPLICATE)]);
    let arguments = ["lint", "a.json", "b.json", "gone.json", "-o", "json"];
    let report = json(&seccomp(folder.path(), &arguments), 2);
    assert_eq!(report["summary"]["profiles"], 1);
    let unread = report["unread"].as_array().expect("a list");
    assert_eq!((&unread[0]["line"], &unread[0]["column"]), (&value!(2), &value!(20)), "{report}");
    let message = unread[1]["message"].as_str().expect("a message");
    assert!(message.contains("no such file") && message.contains("containerd-2.3"), "{message}");
    let human = seccomp(folder.path(), &["lint", "a.json"]);
    assert!(printed(&human, 2).contains("a.json:2:20: broken JSON: "), "{}", human.stdout);
}

#[test]
fn several_profiles_stand_in_one_stream() {
    let text = "kind: SeccompProfile\nmetadata: {name: a}\nspec: {defaultAction: SCMP_ACT_ERRNO}\n---\n\
        kind: SeccompProfile\nmetadata: {name: b}\nspec: {defaultAction: SCMP_ACT_ALLOW}\n";
    let report = json(&fed(&examples(), &["lint", "-", "-o", "json"], text), 1);
    let names = report["profiles"].as_array().expect("profiles").iter();
    let names: Vec<&Value> = names.map(|profile| &profile["name"]).collect();
    assert_eq!(names, ["a", "b"]);
    let findings = report["profiles"][1]["findings"].as_array().expect("findings");
    let allowed = findings.iter().find(|found| found["id"] == "SC-DEF-ALLOW").expect("a finding");
    assert_eq!(allowed["line"], 7);
}

#[test]
fn a_base_that_is_not_here_is_told() {
    let text =
        "kind: SeccompProfile\nspec: {baseProfileName: runc, defaultAction: SCMP_ACT_ERRNO}\n";
    let run = fed(&examples(), &["lint", "-"], text);
    assert!(printed(&run, 0).contains("without its base profile runc"), "{}", run.stdout);
}

#[test]
fn baselines_are_linted_too() {
    let report = json(&seccomp(&examples(), &["lint", "containerd-1.6", "-o", "json"]), 0);
    let profile = &report["profiles"][0];
    assert_eq!((&profile["name"], &profile["file"]), (&value!("containerd-1.6"), &Value::Null));
    assert_eq!(profile["findings"][0]["line"], Value::Null);
}

/// The types of serde-sarif are made from OASIS' schema: what survives them is written as the schema
/// says, since what it does not know is lost on the way.
#[test]
fn sarif_is_as_its_schema_says() {
    let folder = folder(&[("broken.json", "{")]);
    let broken = folder.path().join("broken.json");
    let files = ["lint", "legacy.json", "worker.yaml", "containerd-2.3", "-", "-o", "sarif"];
    let files = [&files[..], &[broken.to_str().expect("a path")]].concat();
    let log = json(&fed(&examples(), &files, DUPLICATE), 2);
    let typed: serde_sarif::sarif::Sarif =
        serde_json::from_value(log.clone()).expect("a log of SARIF 2.1.0");
    assert_eq!(serde_json::to_value(&typed).expect("JSON"), log);
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    assert_eq!(rules.len(), ringfence_seccomp::LINTS.len());
    let results = run["results"].as_array().expect("results");
    for result in results {
        let index = result["ruleIndex"].as_u64().expect("an index");
        assert_eq!(rules[usize::try_from(index).expect("an index")]["id"], result["ruleId"]);
    }
    let clone = results.iter().find(|result| result["ruleId"] == "SC-CLONE-NS").expect("a result");
    let place = &clone["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "legacy.json");
    assert_eq!(place["region"], value!({"startLine": 9, "startColumn": 16}));
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let notification = &invocation["toolExecutionNotifications"][0]["locations"][0];
    let uri = notification["physicalLocation"]["artifactLocation"]["uri"].as_str();
    assert!(uri.is_some_and(|uri| uri.starts_with("file:///")), "{notification}");
}
