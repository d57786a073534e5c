//! Every form of the findings.

use crate::process::folder;
use crate::{BAD, GOOD, check, is_as_written, printed};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Settings under which there is a finding of every kind.
const SETTINGS: &str = "profile: baseline
rules: {automountedToken: ignore, serviceAccountToken: ignore, runAsNonRoot: warn, readOnlyRootFilesystem: audit}
exemptions:
- id: host-pid
  reason: watches | processes
  expires: 2027-03-31
  rules: [hostNamespaces]
  values: ['true']
  match: {namespaces: [shop]}
";

/// What has every kind of finding in it.
fn everything() -> TempDir {
    let bad = BAD.replace("spec:\n", "spec:\n  hostPID: true\n");
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: s}\n";
    folder(&[
        ("a/bad.yaml", format!("{bad}---\n{service}")),
        ("b.json", r#"{"apiVersion": "v1", "kind": "Pod", "spec": {"containers": 1}}"#.to_owned()),
        ("c.yaml", "a: [\n".to_owned()),
        ("good.yaml", GOOD.to_owned()),
        ("settings.yml", SETTINGS.replace("automountedToken: ignore, ", "")),
    ])
}

fn form(form: &str) -> String {
    let folder = everything();
    let settings = ["--settings", "settings.yml", "--exclude", "settings.yml"];
    let run =
        check(folder.path(), &[&settings[..], &[".", "-o", form, "--date", "2026-11-23"]].concat());
    printed(&run, 2).to_owned()
}

#[test]
fn for_people() {
    is_as_written("findings.txt", &form("human"));
}

#[test]
fn one_document() {
    is_as_written("findings.json", &form("json"));
}

#[test]
fn line_by_line() {
    let text = form("jsonl");
    let lines: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let types: Vec<&str> = lines.iter().filter_map(|line| line["type"].as_str()).collect();
    assert_eq!(types, ["resource", "resource", "resource", "resource", "unread", "summary"]);
    // The lines are what the document holds.
    let whole: Value = serde_json::from_str(&form("json")).expect("JSON");
    let without_type = |line: &Value| {
        let mut line = line.clone();
        line.as_object_mut().expect("an object").shift_remove("type");
        line
    };
    let resources: Vec<Value> = lines.iter().take(4).map(without_type).collect();
    assert_eq!(json!(resources), whole["resources"]);
    assert_eq!(without_type(&lines[4]), whole["unread"][0]);
    assert_eq!(lines[5]["denied"], whole["summary"]["denied"]);
}

#[test]
fn junit() {
    let text = form("junit");
    // The time of a run is none of its findings.
    is_as_written("findings.xml", &text);
    assert!(text.contains("tests=\"5\" skipped=\"1\" failures=\"2\" errors=\"1\""), "{text}");
}

#[test]
fn annotations_of_github() {
    let text = form("github");
    is_as_written("findings.github", &text);
    assert!(text.contains("::error file=a/bad.yaml,line=9,endLine=9,col=35,endColumn=38,title=privileged%3A Pod shop/bad::"), "{text}");
}

#[test]
fn annotations_of_what_is_no_file() {
    let folder = folder::<&str>(&[]);
    let run = crate::fed(folder.path(), &["-", "-o", "github"], BAD);
    let text = printed(&run, 1);
    assert!(
        text.starts_with("::error title=privileged%3A Pod shop/bad::<stdin> line 8: spec."),
        "{text}"
    );
}

#[test]
fn a_page() {
    is_as_written("findings.md", &form("markdown"));
}

#[test]
fn the_same_bytes_every_time() {
    for name in ["human", "json", "jsonl", "sarif", "junit", "github", "markdown"] {
        assert_eq!(form(name), form(name), "{name}");
    }
}

/// The types of serde-sarif are made from OASIS' schema: what survives them is written as the schema
/// says, since what it does not know is lost on the way.
#[test]
fn sarif_is_as_its_schema_says() {
    let log: Value = serde_json::from_str(&form("sarif")).expect("JSON");
    let typed: serde_sarif::sarif::Sarif =
        serde_json::from_value(log.clone()).expect("a log of SARIF 2.1.0");
    assert_eq!(serde_json::to_value(&typed).expect("JSON"), log);
    let mut schema: Value = serde_json::from_slice(&schema()).expect("JSON");
    // Its bracket that nothing opens is no regular expression to strict readers.
    for of in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][of]["properties"]["language"];
        language.as_object_mut().expect("an object").shift_remove("pattern").expect("a pattern");
    }
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    let mistakes: Vec<String> = schema.iter_errors(&log).map(|error| error.to_string()).collect();
    assert_eq!(mistakes, [""; 0]);
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    let results = run["results"].as_array().expect("results");
    for result in results {
        let index = result["ruleIndex"].as_u64().expect("an index");
        assert_eq!(rules[usize::try_from(index).expect("an index")]["id"], result["ruleId"]);
        assert_eq!(
            result["partialFingerprints"]["ringfenceFinding/v1"].as_str().map(str::len),
            Some(32)
        );
    }
    for rule in rules.iter().filter(|rule| rule["id"] != "denied") {
        let id = rule["id"].as_str().expect("an id");
        let page = rule["helpUri"].as_str().expect("a page");
        assert!(page.ends_with(&format!("/docs/rules/{id}.md")), "{page}");
        assert!(
            rule["shortDescription"]["text"].as_str().is_some_and(|text| text.len() > 10),
            "{rule}"
        );
    }
    let of = |rule: &str| results.iter().find(|it| it["ruleId"] == rule).expect("a result");
    let privileged = of("privileged");
    assert_eq!(privileged["level"], "error");
    let place = &privileged["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "a/bad.yaml");
    let region = json!({"startLine": 9, "startColumn": 35, "endLine": 9, "endColumn": 38});
    assert_eq!(place["region"], region);
    let waived = of("hostNamespaces");
    assert_eq!(waived["suppressions"][0]["kind"], "external");
    assert_eq!(
        of("denied")["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        "b.json"
    );
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
}

/// OASIS' schema, which comes with serde-sarif.
fn schema() -> Vec<u8> {
    let cargo = std::process::Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&cargo.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let package = packages.iter().find(|it| it["name"] == "serde-sarif").expect("serde-sarif");
    let manifest = package["manifest_path"].as_str().expect("a path");
    std::fs::read(std::path::Path::new(manifest).with_file_name("src/schema.json"))
        .expect("a schema")
}

/// Fingerprints stay while lines come and go, and tell equal resources apart.
#[test]
fn fingerprints_outlive_lines() {
    let prints = |text: String| -> Vec<Value> {
        let folder = folder(&[("x.yaml", text)]);
        let run = check(folder.path(), &["x.yaml", "-o", "sarif"]);
        let log: Value = serde_json::from_str(printed(&run, 1)).expect("JSON");
        let results = log["runs"][0]["results"].as_array().expect("results").clone();
        results.iter().map(|result| result["partialFingerprints"].clone()).collect()
    };
    let one = prints(BAD.to_owned());
    assert_eq!(one, prints(format!("# a line\n\n{BAD}")));
    let two = prints(format!("{BAD}---\n{BAD}"));
    assert_eq!(two.len(), 2);
    assert!(two[0] == one[0] && two[1] != one[0], "{two:?}");
}
