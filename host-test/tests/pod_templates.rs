//! What a finding says to add to the settings, added: the pods are then judged.

use std::path::Path;

use host_test::answer::Judgement;
use host_test::cases;
use host_test::engine::{Engine, Native};
use host_test::yaml;
use serde_json::{Value, json};

/// The entry of `podTemplates` that a finding says to add.
fn suggested(payload: &Value) -> Option<Value> {
    let answer = Native.validate(payload.to_string().as_bytes()).expect("the library answers");
    let answer = Judgement::parse(&answer).expect("an answer");
    let finding =
        answer.violations.iter().find(|found| found.found == "a pod that is not judged")?;
    let setting = finding.hint.strip_prefix("add to the settings: ").expect("a setting");
    // The hint may go on, after the setting.
    let setting = setting.split("; ").next().expect("a setting");
    let mut documents = yaml::read(setting.as_bytes(), false);
    let setting = documents.remove(0).expect("a setting in YAML").to_json();
    Some(setting["podTemplates"][0].clone())
}

fn with_entry(payload: &Value, entry: Value) -> Value {
    let mut payload = payload.clone();
    if payload["settings"].is_null() {
        payload["settings"] = json!({});
    }
    let settings = &mut payload["settings"];
    let same = |known: &Value| known["group"] == entry["group"] && known["kind"] == entry["kind"];
    let mut kinds = settings["podTemplates"].as_array().cloned().unwrap_or_default();
    kinds.retain(|known| !same(known));
    kinds.push(entry);
    settings["podTemplates"] = kinds.into();
    payload
}

#[test]
fn the_setting_that_a_finding_names_is_valid_and_ends_the_finding() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases");
    let cases = cases::load(&folder).unwrap_or_else(|error| panic!("{error:#}"));
    let mut count = 0;
    for case in &cases {
        for (_, payload, _) in case.payloads() {
            let Ok(payload) = serde_json::from_slice::<Value>(&payload) else { continue };
            let Some(entry) = suggested(&payload) else { continue };
            count += 1;
            let again = with_entry(&payload, entry);
            let settings = again["settings"].to_string();
            let mistakes = ringfence_policy::Settings::decode(&settings).err();
            assert_eq!(mistakes, None, "{}: {settings}", case.name);
            assert_eq!(suggested(&again), None, "{}: {settings}", case.name);
        }
    }
    assert!(count > 20, "{count} findings are a few too few");
}

#[test]
fn what_stands_under_strange_names_is_found_too() {
    for (path, names) in [
        ("a[*].template", &["a", "", "template"][..]),
        ("spec[*].template", &["spec", "with space", "template"]),
        ("spec[*][*].template", &["spec", "x/y", "Zulu", "template"]),
        ("spec[*].template", &["spec", "\"quoted\"", "template"]),
        ("spec[*]", &["spec", "über"]),
    ] {
        let pod = json!({"spec": {"hostPID": true, "containers": [{"name": "a", "image": "a"}]}});
        let object = names.iter().rev().fold(pod, |inner, name| json!({*name: inner}));
        let payload = json!({
            "request": {
                "operation": "CREATE",
                "kind": {"group": "example.org", "version": "v1", "kind": "Thing"},
                "object": object,
            },
            "settings": {"profile": "baseline"},
        });
        let entry = suggested(&payload).expect("a finding");
        assert_eq!(entry["paths"], json!([path]), "{names:?}");
        let again = with_entry(&payload, entry);
        let answer = Native.validate(again.to_string().as_bytes()).expect("an answer");
        let answer = Judgement::parse(&answer).expect("an answer");
        let found: Vec<&str> = answer.violations.iter().map(|it| &*it.check).collect();
        assert_eq!(found, ["hostNamespaces"], "{names:?}: {:?}", answer.message);
    }
}
