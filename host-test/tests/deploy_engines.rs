//! The manifests of `deploy/gatekeeper` and `deploy/kyverno`: the policy takes their settings, they are
//! asked about what it judges, and nothing in them lets a request pass that got no verdict.

use std::path::Path;

use host_test::docs::artifacthub::resources::JUDGED;
use host_test::docs::gatekeeper::KIND;
use host_test::engine::{Engine, Native};
use host_test::yaml;
use serde_json::{Value, json};

fn documents(name: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy").join(name);
    let text = std::fs::read(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    let documents = yaml::read(&text, false).into_iter();
    documents.map(|document| document.expect(name).to_json()).collect()
}

fn assert_valid(settings: &Value) {
    let answer = Native.validate_settings(settings.to_string().as_bytes()).expect("an answer");
    let answer: Value = serde_json::from_slice(&answer).expect("JSON");
    assert_eq!(answer["valid"], true, "{settings}: {answer}");
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

#[test]
fn constraints_match_what_is_judged_and_differ_in_their_action_only() {
    let mut others = Vec::new();
    for action in ["dryrun", "warn", "deny"] {
        let mut constraints = documents(&format!("gatekeeper/constraints/{action}.yaml"));
        assert_eq!(constraints.len(), 3);
        for constraint in &mut constraints {
            assert_eq!(constraint["kind"], KIND);
            assert_eq!(constraint["spec"]["enforcementAction"], action);
            constraint["spec"]["enforcementAction"] = Value::Null;
            assert_valid(&constraint["spec"]["parameters"]["settings"]);
            for kinds in constraint["spec"]["match"]["kinds"].as_array().expect("kinds") {
                let groups = texts(&kinds["apiGroups"]);
                let [group] = groups[..] else { panic!("{kinds}") };
                for kind in texts(&kinds["kinds"]) {
                    let is_judged = JUDGED.iter().any(|it| (it.group, it.kind) == (group, kind));
                    assert!(is_judged, "{group} {kind}");
                }
            }
        }
        others.push(constraints);
    }
    assert!(others.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn the_policy_of_kyverno_fails_closed() {
    let policy = documents("kyverno/policy.yaml").remove(0);
    let spec = &policy["spec"];
    assert_eq!(spec["webhookConfiguration"]["failurePolicy"], "Fail");
    assert_eq!(spec["background"], false);
    let rules = spec["rules"].as_array().expect("rules");
    let [rule] = &rules[..] else { panic!("{rules:?}") };
    let call = &rule["context"][1]["apiCall"];
    assert!(call.get("default").is_none(), "a call that fails would have this answer");
    let data = call["data"].as_array().expect("data");
    assert_eq!(data[0], json!({"key": "request", "value": "{{ request }}"}));
    assert_eq!(data[1]["key"], "settings");
    assert_valid(&data[1]["value"]);
    let validate = &rule["validate"];
    assert_eq!(validate["failureAction"], "Enforce");
    let condition = json!({"key": "{{ verdict.allowed || `false` }}", "operator": "NotEquals",
        "value": true});
    assert_eq!(validate["deny"]["conditions"]["any"], json!([condition]));
    // In a text with more than one variable, those that come in with another are looked up, too.
    let message = validate["message"].as_str().expect("text");
    assert!(message.starts_with("{{ ") && message.ends_with(" }}"));
    assert_eq!(message.matches("{{").count(), 1);
}
