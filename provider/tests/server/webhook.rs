//! The webhook configuration of `deploy/webhook` sends what the policy is to be sent, to the door
//! that the chart opens, and admits nothing where nobody answers.

use std::path::Path;

use serde_json::{Value, json};

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn yaml(name: &str) -> Value {
    serde_saphyr::from_str(&read(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn the_webhook_is_sent_what_the_policy_asks_for() {
    let configuration = yaml("deploy/webhook/validating.yaml");
    assert_eq!(configuration["kind"], "ValidatingWebhookConfiguration");
    let [webhook] = &configuration["webhooks"].as_array().expect("a list")[..] else {
        panic!("{configuration}")
    };
    assert_eq!(webhook["rules"], yaml("artifacthub/metadata.yml")["rules"]);
    assert_eq!(webhook["failurePolicy"], "Fail");
    assert_eq!(webhook["sideEffects"], "None");
    // Later than the provider's own limit, sooner than the API server's.
    let seconds = webhook["timeoutSeconds"].as_u64().expect("a number");
    assert!((3..=10).contains(&seconds));
    // What is not sent is not judged.
    assert!(webhook.get("matchConditions").is_none() && webhook.get("objectSelector").is_none());
}

#[test]
fn the_webhook_asks_where_the_chart_answers() {
    let configuration = yaml("deploy/webhook/validating.yaml");
    let client = &configuration["webhooks"][0]["clientConfig"];
    let service = json!({"name": "ringfence-provider", "namespace": "gatekeeper-system", "port": 8443,
        "path": "/admission"});
    assert_eq!(client["service"], service);
    assert!(read("deploy/gatekeeper/chart/templates/service.yaml").contains("port: 8443"));
    // The place that the instructions fill.
    assert_eq!(client["caBundle"], "");
    let (manifest, page) =
        (read("deploy/webhook/validating.yaml"), read("deploy/webhook/README.md"));
    assert_eq!(manifest.matches("caBundle: \"\"").count(), 1);
    assert!(page.contains(r#"s|caBundle: \"\"|caBundle: $authority|"#), "{page}");
    assert!(page.contains("ringfence-provider-ca"));
}
