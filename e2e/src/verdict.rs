//! A request to the library, and its answer as the properties need it.

use anyhow::{Context, Result, ensure};
use ringfence_policy::{Date, validate};
use serde_json::{Value, json};

/// Group, version, kind and resource of what carries a pod, and the path of what is made into it.
pub type Workload =
    (&'static str, &'static str, &'static str, &'static str, &'static [&'static str]);

/// A pod itself.
pub const POD: Workload = ("", "v1", "Pod", "pods", &[]);

/// Every kind that carries a template.
pub const TEMPLATES: [Workload; 8] = [
    ("", "v1", "PodTemplate", "podtemplates", &["template"]),
    ("", "v1", "ReplicationController", "replicationcontrollers", &["spec", "template"]),
    ("apps", "v1", "ReplicaSet", "replicasets", &["spec", "template"]),
    ("apps", "v1", "Deployment", "deployments", &["spec", "template"]),
    ("apps", "v1", "StatefulSet", "statefulsets", &["spec", "template"]),
    ("apps", "v1", "DaemonSet", "daemonsets", &["spec", "template"]),
    ("batch", "v1", "Job", "jobs", &["spec", "template"]),
    ("batch", "v1", "CronJob", "cronjobs", &["spec", "jobTemplate", "spec", "template"]),
];

/// A custom resource that carries a template, where `podTemplates` says so.
pub const CUSTOM: Workload = ("example.com", "v1", "Shop", "shops", &["spec", "template"]);

/// The request by which `object` is created, or `old` changed into it.
pub fn request(object: &Value, old: Option<&Value>, workload: Workload) -> Value {
    let (group, version, kind, resource, _) = workload;
    json!({
        "kind": {"group": group, "version": version, "kind": kind},
        "resource": {"group": group, "version": version, "resource": resource},
        "operation": if old.is_some() { "UPDATE" } else { "CREATE" },
        "name": "generated",
        "namespace": "shop",
        "userInfo": {"username": "alice", "groups": ["debuggers", "system:authenticated"]},
        "object": object,
        "oldObject": old,
    })
}

/// The object of a kind that holds the pod.
pub fn wrapped(pod: &Value, workload: Workload) -> Value {
    let mut object = json!({"metadata": pod["metadata"], "spec": pod["spec"]});
    for key in workload.4.iter().rev() {
        object = json!({ *key: object });
    }
    object
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// Whether the object is admitted.
    pub accepted: bool,
    /// `judged`, `skipped`, `malformed`, `invalid-settings`.
    pub outcome: String,
    /// In order.
    pub violations: Vec<Value>,
    /// What exemptions let pass.
    pub waived: Vec<Value>,
    /// The object as it is to be admitted, as text; none where that is as it was sent.
    pub mutated: Option<String>,
}

/// The payload of a request under settings.
pub fn payload(request: &Value, settings: &Value) -> String {
    json!({"request": request, "settings": settings}).to_string()
}

/// Asks the library, on the 15th of January 2026.
///
/// # Errors
/// Where the answer is none, or contradicts itself.
pub fn judge(request: &Value, settings: &Value) -> Result<Verdict> {
    judge_payload(&payload(request, settings))
}

/// Asks it about the creation of a pod that is given as text.
///
/// # Errors
/// Where the answer is none, or contradicts itself.
pub fn judge_text(pod: &str, settings: &Value) -> Result<Verdict> {
    let payload = payload(&request(&json!("@pod"), None, POD), settings);
    judge_payload(&payload.replace(r#""@pod""#, pod))
}

fn judge_payload(payload: &str) -> Result<Verdict> {
    answer(&validate(payload.as_bytes(), &|| Date::parse("2026-01-15")))
}

/// Reads an answer.
///
/// # Errors
/// Where it is none, or contradicts itself.
pub fn answer(bytes: &[u8]) -> Result<Verdict> {
    let text = std::str::from_utf8(bytes)?;
    let (text, mutated) = without_mutated(text)?;
    let answer: Value = serde_json::from_str(&text).with_context(|| text.clone())?;
    let list = |name: &str| -> Result<Vec<Value>> {
        Ok(serde_json::from_str(answer["audit_annotations"][name].as_str().unwrap_or("[]"))?)
    };
    let verdict = Verdict {
        accepted: answer["accepted"] == true,
        outcome: answer["audit_annotations"]["outcome"].as_str().unwrap_or_default().to_owned(),
        violations: list("violations")?,
        waived: list("waived")?,
        mutated,
    };
    let denies = verdict.violations.iter().any(|violation| violation["action"] == "deny");
    let judged = verdict.outcome == "judged";
    ensure!(!judged || verdict.accepted != denies, "verdict and violations disagree: {text}");
    ensure!(verdict.accepted || verdict.mutated.is_none(), "a denied object is mutated: {text}");
    Ok(verdict)
}

/// The answer without its mutated object, and that object, byte for byte: its numbers may be such
/// as no type holds.
fn without_mutated(answer: &str) -> Result<(String, Option<String>)> {
    let Some((before, object)) = answer.split_once(r#","mutated_object":"#) else {
        return Ok((answer.to_owned(), None));
    };
    let (mut depth, mut in_string, mut is_escaped) = (0, false, false);
    let end = object.bytes().position(|byte| {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_string => is_escaped = true,
            b'"' => in_string = !in_string,
            b'{' if !in_string => depth += 1,
            b'}' if !in_string => depth -= 1,
            _ => {}
        }
        depth == 0
    });
    let end = end.context("the mutated object does not end")?;
    let (object, rest) = object.split_at(end + 1);
    Ok(([before, rest].concat(), Some(object.to_owned())))
}

impl Verdict {
    /// The violations with the path of the template taken away.
    pub fn inside(mut self, workload: Workload) -> Self {
        let base = workload.4.iter().map(|key| format!("{key}.")).collect::<String>();
        for violation in self.violations.iter_mut().chain(&mut self.waived) {
            let full = violation["path"].as_str().unwrap_or_default();
            let inner = full.strip_prefix(&base).unwrap_or(full).to_owned();
            violation["path"] = inner.into();
        }
        self
    }
}
