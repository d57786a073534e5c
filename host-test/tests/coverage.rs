//! Whether `cases/` leaves nothing out: every check and revision passes and denies in some case,
//! and so does every field that a rule reads, a container's in each of the three lists.

use std::collections::BTreeSet;
use std::path::Path;

use host_test::answer::{Judgement, Verdict};
use host_test::cases;
use host_test::engine::{Engine, Native};
use ringfence_policy::{Level, RULES, Rule, Version, pod_security};
use serde_json::Value;

const LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// What the cases were seen to do, each entry a sentence.
#[derive(Default)]
struct Seen(BTreeSet<String>);

impl Seen {
    fn missing(&self, what: String) -> Option<String> {
        (!self.0.contains(&what)).then_some(what)
    }
}

#[test]
fn every_check_revision_and_field_passes_and_denies() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases");
    let cases = cases::load(&folder).unwrap_or_else(|error| panic!("{error:#}"));
    let mut seen = Seen::default();
    for (_, payload, _) in cases.iter().flat_map(cases::Case::payloads) {
        observe(&payload, &mut seen);
    }
    let missing = required().filter_map(|what| seen.missing(what)).collect::<Vec<_>>();
    assert!(missing.is_empty(), "no case in which\n  {}", missing.join("\n  "));
}

/// Every sentence that must have been seen.
fn required() -> impl Iterator<Item = String> {
    let revisions = RULES.iter().flat_map(|rule| rule.checks).flat_map(|check| {
        check.revisions.iter().flat_map(|revision| {
            ["passes", "denies"].map(|what| format!("{} of {} {what}", check.id, revision.since))
        })
    });
    let fields = RULES.iter().flat_map(|rule| {
        let places = rule.fields.iter().flat_map(|field| places(field));
        places.flat_map(|place| {
            ["passes", "denies"].map(|what| format!("{}: {place} {what}", rule.id))
        })
    });
    revisions.chain(fields)
}

/// A field as rules write it, in each container list where it is a container's.
fn places(field: &str) -> Vec<String> {
    match field.split_once("spec.containers[*]") {
        Some((_, tail)) => LISTS.iter().map(|list| format!("spec.{list}[*]{tail}")).collect(),
        None => vec![field.to_owned()],
    }
}

/// Notes what one payload shows. Templates show nothing new: they are pods at another path.
fn observe(payload: &[u8], seen: &mut Seen) {
    let Ok(payload) = serde_json::from_slice::<Value>(payload) else { return };
    let settings = &payload["settings"];
    let object = &payload["request"]["object"];
    let plain = |key| settings.get(key).is_none();
    let is_pod = payload["request"]["kind"]["kind"] == "Pod" && object.is_object();
    if !is_pod || !plain("rules") || !plain("action") || payload["request"]["oldObject"].is_object()
    {
        return;
    }
    let level = match settings["profile"].as_str() {
        Some("baseline") => Level::Baseline,
        Some("restricted") | None => Level::Restricted,
        _ => return,
    };
    let Some(version) = Version::parse(settings["version"].as_str().unwrap_or("latest")) else {
        return;
    };
    let answer = Native.validate(payload.to_string().as_bytes()).expect("the library answers");
    let answer = Judgement::parse(&answer).expect("an answer");
    if !matches!(answer.verdict, Verdict::Accepted | Verdict::Denied) {
        return;
    }
    for (rule, check, revision) in pod_security::checks(level, version) {
        let violations = answer.violations.iter().filter(|found| found.check == check.id);
        let paths = violations.map(|found| wild(&found.path)).collect::<Vec<_>>();
        let what = if paths.is_empty() { "passes" } else { "denies" };
        seen.0.insert(format!("{} of {} {what}", check.id, revision.since));
        observe_fields(rule, object, &paths, seen);
    }
}

fn observe_fields(rule: &Rule, object: &Value, denied: &[String], seen: &mut Seen) {
    for place in rule.fields.iter().flat_map(|field| places(field)) {
        if denied.iter().any(|path| covers(&place, path)) {
            seen.0.insert(format!("{}: {place} denies", rule.id));
        } else if denied.is_empty() && is_present(object, &place) {
            seen.0.insert(format!("{}: {place} passes", rule.id));
        }
    }
}

/// The path with every index a star.
fn wild(path: &str) -> String {
    let mut parts = path.split('[');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (index, rest) = part.split_once(']').unwrap_or((part, ""));
        let index = if index.bytes().all(|byte| byte.is_ascii_digit()) { "*" } else { index };
        text.push_str(&format!("[{index}]{rest}"));
    }
    text
}

/// Whether a violation at `path` is one of the field at `place`.
fn covers(place: &str, path: &str) -> bool {
    if let Some(prefix) = place.strip_suffix("*]").filter(|prefix| prefix.contains("annotations")) {
        return path.starts_with(prefix);
    }
    path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// Whether the object has the field, be it null.
fn is_present(object: &Value, place: &str) -> bool {
    if let Some(key) = place.strip_prefix("metadata.annotations[") {
        let annotations = object["metadata"]["annotations"].as_object();
        let key = key.trim_end_matches(']').trim_end_matches('*');
        return annotations.is_some_and(|all| all.keys().any(|name| name.starts_with(key)));
    }
    let mut values = vec![object];
    for part in place.split('.') {
        let (key, items) = match part.strip_suffix("[*]") {
            Some(key) => (key, true),
            None => (part, false),
        };
        values = values.into_iter().filter_map(|value| value.get(key)).collect();
        if items {
            values = values.into_iter().filter_map(Value::as_array).flatten().collect();
        }
    }
    !values.is_empty()
}
