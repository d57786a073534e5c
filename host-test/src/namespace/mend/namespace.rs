//! The labels of a Namespace.

use super::super::place::Place;
use super::super::report::{Finding, Row};
use super::as_applied;
use ringfence_policy::Version;
use serde_json::{Value, json};

const PREFIX: &str = "pod-security.kubernetes.io/";

/// The Namespace with the labels that were asked for. `warn` and `audit` follow `enforce`: what is
/// enforced denies pods only, and the two tell it of workloads when they are made.
pub(super) fn labels(row: &Row, place: &Place, settings: &Value) -> Vec<Value> {
    let mut namespace = as_applied(&place.namespace);
    let metadata = &mut namespace["metadata"];
    if !metadata.get("labels").is_some_and(Value::is_object) {
        metadata["labels"] = json!({});
    }
    let of_rule = |rule| row.findings.iter().filter(move |finding| finding.violation.rule == rule);
    if of_rule("podSecurityLabels").next().is_some() {
        let labels = &mut metadata["labels"];
        let level = level(place, settings);
        for mode in ["enforce", "warn", "audit"] {
            labels[format!("{PREFIX}{mode}")] = level.into();
        }
        set_versions(labels, settings);
    }
    for finding in of_rule("namespaceMetadata").filter(|finding| !finding.by_hand) {
        if let Some((list, key)) = list_and_key(&finding.violation.path)
            && let Some(pairs) = metadata.get_mut(list).and_then(Value::as_object_mut)
        {
            pairs.retain(|known, _| known != key);
        }
    }
    vec![namespace]
}

/// Whether the labels mend it: keys that nobody may set go, and those that are asked for have values
/// that nobody knows here.
pub(super) fn is_mended(finding: &Finding) -> bool {
    let violation = &finding.violation;
    match violation.rule.as_str() {
        "namespaceMetadata" => {
            violation.allowed == "unset" && list_and_key(&violation.path).is_some()
        }
        rule => rule == "podSecurityLabels",
    }
}

/// `labels` or `annotations`, and the key, of a path.
fn list_and_key(path: &str) -> Option<(&str, &str)> {
    path.strip_prefix("metadata.")?.strip_suffix(']')?.split_once('[')
}

/// The level that the settings ask of the namespace; the strictest where that is less than it says.
fn level(place: &Place, settings: &Value) -> &'static str {
    let enforced = format!("{PREFIX}enforce");
    let labels = place.namespace.object.get("metadata").and_then(|it| it.get("labels"));
    let there = labels.and_then(|labels| labels.get(&enforced)?.as_str());
    let asked = settings.pointer("/rules/podSecurityLabels/minimum").and_then(Value::as_str);
    // Whatever `minimums` ask, the strictest level does.
    let has_minimums = settings.pointer("/rules/podSecurityLabels/minimums").is_some();
    match (asked, there) {
        (Some("baseline"), None | Some("baseline" | "privileged")) if !has_minimums => "baseline",
        _ => "restricted",
    }
}

/// Where versions are asked for, the newest; else none, which is `latest`.
fn set_versions(labels: &mut Value, settings: &Value) {
    let of_rule = settings.pointer("/rules/podSecurityLabels");
    let asked = |key| of_rule.and_then(|rule| rule.get(key)).is_some_and(|it| it != false);
    let Some(labels) = labels.as_object_mut() else { return };
    for mode in ["enforce", "warn", "audit"] {
        let key = format!("{PREFIX}{mode}-version");
        if asked("pinned") {
            labels.insert(key, Version::LATEST.to_string().into());
        } else {
            labels.retain(|label, _| *label != key);
        }
    }
}
