//! Judging a pod: what must hold between profiles and between a pod and what it stands in.

#![no_main]

use arbitrary::Unstructured;
use libfuzzer_sys::{Corpus, fuzz_target};
use ringfence_fuzz::answer::{Answer, validate};
use ringfence_fuzz::pod;
use serde_json::{Map, Value, json};

/// The newest version of the standards that settings can name.
const NEWEST: u8 = 37;

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let mut u = Unstructured::new(bytes);
    let Ok((version, pod)) = input(&mut u) else {
        return Corpus::Reject;
    };
    let judge = |profile: &str, kind: &Value, object: &Value, object_first: bool| {
        let settings = json!({"profile": profile, "version": version});
        validate(&payload(kind, object, &settings, object_first))
    };

    let kind = json!({"group": "", "version": "v1", "kind": "Pod"});
    let restricted = judge("restricted", &kind, &pod, false);
    let baseline = judge("baseline", &kind, &pod, false);
    assert!(judge("privileged", &kind, &pod, false).accepted || restricted.outcome == "malformed");
    // The standards excuse Windows pods from restricted checks that stand for baseline ones too.
    if restricted.accepted && pod["spec"]["os"]["name"] != "windows" {
        assert!(baseline.accepted, "restricted accepts what baseline denies");
    }
    assert_eq!(restricted.outcome, baseline.outcome, "profiles differ in what they can read");

    assert_same(&restricted, &judge("restricted", &kind, &pod, true), "");
    for (group, name, path) in [
        ("", "PodTemplate", &["template"] as &[&str]),
        ("apps", "Deployment", &["spec", "template"]),
        ("batch", "CronJob", &["spec", "jobTemplate", "spec", "template"]),
    ] {
        let kind = json!({"group": group, "version": "v1", "kind": name});
        let object = path.iter().rev().fold(pod.clone(), |inner, key| json!({*key: inner}));
        let prefix = path.join(".") + ".";
        assert_same(&restricted, &judge("restricted", &kind, &object, false), &prefix);
    }
    Corpus::Keep
});

fn input(u: &mut Unstructured<'_>) -> arbitrary::Result<(String, Value)> {
    let version = match u.int_in_range(0..=NEWEST + 1)? {
        0 => "latest".to_owned(),
        after => format!("v1.{}", after - 1),
    };
    Ok((version, pod::arbitrary(u)?))
}

/// Hosts differ in the order of keys: an object may come before its kind.
fn payload(kind: &Value, object: &Value, settings: &Value, object_first: bool) -> Vec<u8> {
    let mut request = Map::new();
    if object_first {
        request.insert("object".to_owned(), object.clone());
    }
    request.insert("kind".to_owned(), kind.clone());
    request.insert("operation".to_owned(), json!("CREATE"));
    request.insert("object".to_owned(), object.clone());
    json!({"request": request, "settings": settings}).to_string().into_bytes()
}

/// The same verdict and the same violations, all paths being `prefix` longer.
fn assert_same(pod: &Answer, other: &Answer, prefix: &str) {
    assert_eq!(pod.outcome, other.outcome);
    assert_eq!(pod.accepted, other.accepted);
    assert_eq!(pod.violations.len(), other.violations.len());
    for (here, there) in pod.violations.iter().zip(&other.violations) {
        let mut expected = here.clone();
        let path = here["path"].as_str().expect("a violation has a path");
        expected["path"] = json!([prefix, path].concat());
        assert_eq!(&expected, there);
    }
}
