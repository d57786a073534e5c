//! `ringfence fix`: what it makes of files, and what it leaves alone.

mod command;
#[path = "../common/mod.rs"]
mod common;
mod edits;
#[path = "../common/process.rs"]
mod process;
mod secrets;

use host_test::answer::Judgement;
use host_test::cases::{self, run};
use host_test::engine::{Engine, Native};
use host_test::fix;
use serde_json::Value;
use std::path::Path;

/// Of every case: filling adds, and adds all at once.
#[test]
fn filling_is_additive_and_idempotent_for_every_case() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases");
    let cases = cases::load(&folder).unwrap_or_else(|error| panic!("{error:#}"));
    let mut filled = 0;
    for case in &cases {
        for (variant, payload, _) in case.payloads() {
            let Ok(mut payload) = serde_json::from_slice::<Value>(&payload) else { continue };
            let Some(settings) = payload.pointer_mut("/settings").and_then(Value::as_object_mut)
            else {
                continue;
            };
            settings.insert("mutate".into(), true.into());
            let named = || format!("{}:{} {variant}", case.file.display(), case.line);
            let ask = |payload: &Value| {
                let answer = Native.validate(payload.to_string().as_bytes()).expect("an answer");
                Judgement::parse(&answer).unwrap_or_else(|error| panic!("{}: {error:#}", named()))
            };
            let first = ask(&payload);
            let Some(mutated) = first.mutated else { continue };
            filled += 1;
            let mutated: Value = serde_json::from_str(&mutated).expect("JSON");
            fix::between(&payload["request"]["object"], &mutated)
                .unwrap_or_else(|error| panic!("{}: {error:#}", named()));
            payload["request"]["object"] = mutated;
            let second = ask(&payload);
            assert_eq!(second.mutated, None, "{}", named());
            assert_eq!(second.violations, first.violations, "{}", named());
        }
    }
    assert!(filled > 100, "only {filled} payloads were filled");
}

/// How the outcome of a case differs that expects this of a container without its
/// `allowPrivilegeEscalation`.
fn mismatch(settings: &str, expect: &str) -> Option<String> {
    let text = format!(
        "rule: x\ncases:\n- name: a\n  settings: {settings}\n  pod: {{}}\n  container: {{securityContext: \
         {{allowPrivilegeEscalation: null}}}}\n  expect: {expect}\n"
    );
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.yaml");
    std::fs::write(&file, text).expect("a file");
    let cases = cases::load(&file).unwrap_or_else(|error| panic!("{error:#}"));
    let outcomes = run::run(&Native, &cases, || {});
    assert_eq!(outcomes.len(), 3);
    outcomes.into_iter().next().and_then(|outcome| outcome.mismatch)
}

#[test]
fn a_case_says_exactly_what_is_put_in() {
    let path = "{container}.securityContext.allowPrivilegeEscalation";
    let filled = |value: &str| format!("{{mutated: {{\"{path}\": {value}}}}}");
    assert_eq!(mismatch("{mutate: true}", &filled("false")), None);
    let wrong = mismatch("{mutate: true}", &filled("true")).expect("another value");
    let place = path.replace("{container}", "spec.containers[0]");
    assert_eq!(wrong, format!("- mutated {place}: true\n+ mutated {place}: false"));
    let unexpected = mismatch("{mutate: true}", "pass").expect("something is put in");
    assert!(unexpected.starts_with("+ mutated object {"), "{unexpected}");
    let denied = "{mutated: {spec.hostUsers: false}, warn: [{check: allowPrivilegeEscalation}]}";
    let missing = mismatch("{action: warn}", denied).expect("nothing is put in");
    assert!(missing.contains("- a mutated object"), "{missing}");
}
