//! Every case of `cases/`, as keys over HTTPS: the same verdicts in the same words as by the library.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use host_test::cases::{self, Case};
use host_test::engine::{Circumstances, Engine, Native};
use ringfence_host::HostCapabilities;
use ringfence_host::cluster::{Cluster, Request, Snapshot};
use serde_json::{Value, json};

use crate::certificates::{Kit, module};
use crate::client::Client;
use crate::process::Server;

/// A case as a caller of the provider can send it.
pub(crate) struct Sent {
    /// File, line and name.
    pub(crate) name: String,
    pub(crate) settings: Value,
    pub(crate) request: Value,
    /// The namespace of the request, where the case has one.
    pub(crate) namespace: Value,
    /// What the library answers that finds out what a key brings, and nothing else.
    pub(crate) answer: Value,
    /// What it answers where keys are in alphabetical order, as OPA writes them: then a template
    /// that an update only orders anew is the same text.
    pub(crate) answer_in_order: Value,
}

/// The cluster of a provider that has none: the namespace of the key.
struct KeyOnly(Value);

impl Cluster for KeyOnly {
    fn answer(&self, request: &Request, until: Instant) -> Result<Vec<u8>, String> {
        match request {
            Request::GetResource(get)
                if get.kind == "Namespace" && self.0["metadata"]["name"] == *get.name =>
            {
                let mut namespace = self.0.clone();
                namespace["apiVersion"] = "v1".into();
                namespace["kind"] = "Namespace".into();
                Snapshot::new([namespace]).expect("a namespace").answer(request, until)
            }
            _ => Err("the provider asks no cluster; start it with --kubeconfig".to_owned()),
        }
    }
}

/// Every case that a caller can send: whole requests that no certain day and no mutation is about.
pub(crate) fn all() -> Vec<Sent> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases");
    let cases = cases::load(&folder).unwrap_or_else(|error| panic!("{error:#}"));
    let sent: Vec<Sent> = cases.iter().filter(|case| case.date.is_none()).flat_map(sent).collect();
    assert!(sent.len() > 1000, "{} cases are a few too few", sent.len());
    sent
}

fn sent(case: &Case) -> impl Iterator<Item = Sent> {
    case.payloads().into_iter().filter_map(|(variant, payload, _)| {
        let read: Value = serde_json::from_slice(&payload).ok()?;
        let (settings, request) = (&read["settings"], &read["request"]);
        if !settings.is_object() || !request.is_object() || settings["mutate"] == true {
            return None;
        }
        let name = request["namespace"].as_str().unwrap_or_default();
        let namespace = case.capabilities.as_ref().and_then(|it| namespace(it, name));
        let namespace = namespace.unwrap_or_default();
        let capabilities = HostCapabilities::new(Arc::new(KeyOnly(namespace.clone())));
        let context = Circumstances { day: None, capabilities: Some(capabilities) };
        // As read: an API server tells a key that occurs twice once.
        let answer = |payload: &Value| {
            let answer = Native.validate_in(payload.to_string().as_bytes(), &context);
            let answer = answer.expect("the library always answers");
            serde_json::from_slice(&answer).expect("JSON")
        };
        Some(Sent {
            name: format!("{}:{}: {} {variant}", case.file.display(), case.line, case.name),
            settings: settings.clone(),
            request: request.clone(),
            namespace,
            answer: answer(&read),
            answer_in_order: answer(&in_order(&read)),
        })
    })
}

fn in_order(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields: BTreeMap<&String, Value> =
                fields.iter().map(|(key, value)| (key, in_order(value))).collect();
            json!(fields)
        }
        Value::Array(items) => items.iter().map(in_order).collect(),
        other => other.clone(),
    }
}

/// The namespace, as the cluster of a case has it.
fn namespace(capabilities: &HostCapabilities, name: &str) -> Option<Value> {
    let question = json!({"api_version": "v1", "kind": "Namespace", "name": name,
        "namespace": null, "disable_cache": false});
    let question = question.to_string();
    let object = capabilities.answer("kubernetes", "get_resource", question.as_bytes()).ok()?;
    let object: Value = serde_json::from_slice(&object).ok()?;
    Some(json!({"metadata": object["metadata"]}))
}

/// What of an answer a value has to say.
pub(crate) fn value(answer: &Value) -> Value {
    let mut rules = Vec::new();
    let violations = answer["audit_annotations"]["violations"].as_str().unwrap_or("[]");
    let violations: Vec<Value> = serde_json::from_str(violations).expect("a list");
    for violation in violations.iter().filter(|violation| violation["action"] == "deny") {
        if !rules.contains(&violation["rule"]) {
            rules.push(violation["rule"].clone());
        }
    }
    let mut value = json!({"version": "v1", "allowed": answer["accepted"]});
    for (name, part) in [
        ("message", &answer["message"]),
        ("code", &answer["code"]),
        ("rules", &Value::Array(rules)),
        ("warnings", &answer["warnings"]),
    ] {
        if !part.is_null() && part != &json!([]) {
            value[name] = part.clone();
        }
    }
    value
}

#[tokio::test]
async fn every_case_as_a_key() {
    let kit = Kit::new();
    // One machine, many at work: this is about verdicts, not about time.
    let patient = ["--timeout-ms", "60000", "--key-timeout-ms", "30000"];
    let server = Server::start(&kit, &module(), &patient);
    let client = Client::gatekeeper(&kit, server.gatekeeper);
    let mut failures = String::new();
    for sent in all().chunks(200) {
        let keys: Vec<String> = sent
            .iter()
            .map(|sent| {
                json!({"version": "v1", "settings": sent.settings, "request": sent.request,
                    "namespaceObject": sent.namespace})
                .to_string()
            })
            .collect();
        let response = client.keys(&keys.iter().map(String::as_str).collect::<Vec<_>>()).await;
        assert_eq!(response["systemError"], "");
        let items = response["items"].as_array().expect("items");
        for (sent, key) in sent.iter().zip(&keys) {
            let item = items.iter().find(|item| item["key"] == **key).expect("an answer");
            let expected = value(&sent.answer);
            if sent.answer["audit_annotations"]["outcome"] == "invalid-settings" {
                assert!(item["error"].is_string(), "{item}");
            } else if item["value"] != expected {
                failures += &format!("{}\nlibrary:  {expected}\nprovider: {item}\n\n", sent.name);
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
}
