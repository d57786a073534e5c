//! The protocol held against Kubewarden's own types: what their hosts send is understood, and what
//! we answer is what their types read, nothing lost.

use kubewarden_policy_sdk::request::ValidationRequest;
use kubewarden_policy_sdk::response::ValidationResponse;
use kubewarden_policy_sdk::settings::SettingsValidationResponse;
use serde_json::{Value, json};

fn pod(privileged: bool) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {
            "containers": [{
                "name": "web",
                "image": "registry.example/web:1.0",
                "securityContext": {"privileged": privileged},
            }],
        },
    })
}

fn payload(operation: &str, object: &Value, settings: &Value) -> Value {
    json!({
        "request": {
            "uid": "1299d386-525b-4032-98ae-1949f69f9cfc",
            "kind": {"group": "", "version": "v1", "kind": "Pod"},
            "resource": {"group": "", "version": "v1", "resource": "pods"},
            "name": "web",
            "namespace": "shop",
            "operation": operation,
            "userInfo": {"username": "alice", "groups": ["system:authenticated"]},
            "object": object,
            "dryRun": false,
        },
        "settings": settings,
    })
}

/// Our answer, through Kubewarden's type and back: equal but for fields that are not set.
fn validate(payload: &Value) -> ValidationResponse {
    let answer = ringfence_policy::validate(payload.to_string().as_bytes(), &|| None);
    let ours: Value = serde_json::from_slice(&answer).expect("an answer in JSON");
    let theirs: ValidationResponse =
        serde_json::from_slice(&answer).expect("an answer that Kubewarden's type reads");
    let mut back = serde_json::to_value(&theirs).expect("JSON");
    back.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
    assert_eq!(back, ours, "a field of the answer is not one of Kubewarden's");
    theirs
}

#[test]
fn requests_are_those_of_kubewarden() {
    let payload = payload("CREATE", &pod(false), &json!({"profile": "baseline"}));
    let theirs: ValidationRequest<Value> =
        serde_json::from_value(payload.clone()).expect("a request that Kubewarden's type reads");
    assert_eq!(theirs.request.user_info.username, "alice");
    assert!(validate(&payload).accepted);
}

#[test]
fn a_denial_has_message_code_and_annotations() {
    let answer = validate(&payload("CREATE", &pod(true), &json!({"profile": "baseline"})));
    assert!(!answer.accepted);
    assert_eq!(answer.code, Some(403));
    let message = answer.message.expect("a message");
    let first = message.lines().next().expect("a line");
    assert_eq!(first, "Pod shop/web violates baseline:latest: 1 violation of privileged");
    let annotations = answer.audit_annotations.expect("audit annotations");
    let violations: Value =
        serde_json::from_str(&annotations["violations"]).expect("violations in JSON");
    assert_eq!(violations[0]["path"], "spec.containers[0].securityContext.privileged");
    assert_eq!(violations[0]["container"]["name"], "web");
}

#[test]
fn a_warning_is_short_and_accepts() {
    let settings = json!({"profile": "baseline", "action": "warn"});
    let answer = validate(&payload("CREATE", &pod(true), &settings));
    assert!(answer.accepted);
    let warnings = answer.warnings.expect("warnings");
    assert_eq!(warnings, ["privileged: spec.containers[0].securityContext.privileged is true"]);
    assert!(warnings.iter().all(|warning| warning.len() < 120));
}

#[test]
fn deletions_and_broken_payloads_are_answered() {
    assert!(validate(&payload("DELETE", &Value::Null, &json!({}))).accepted);
    for broken in [&b""[..], b"{", b"[]", b"{}", b"\xff", br#"{"request":{}}"#] {
        let answer = ringfence_policy::validate(broken, &|| None);
        let answer: ValidationResponse = serde_json::from_slice(&answer).expect("an answer");
        assert!(!answer.accepted);
        assert_eq!(answer.code, Some(400));
    }
}

#[test]
fn text_in_the_request_is_escaped_wherever_it_is_quoted() {
    let mut object = pod(true);
    object["spec"]["containers"][0]["image"] = "a\"b\\c\n\u{1b}d\u{202e}".into();
    let answer = validate(&payload("CREATE", &object, &json!({})));
    let message = answer.message.expect("a message");
    assert!(!message.contains('\u{1b}') && !message.contains('\u{202e}'), "{message:?}");
    let annotations = answer.audit_annotations.expect("audit annotations");
    let violations: Value =
        serde_json::from_str(&annotations["violations"]).expect("violations in JSON");
    let image = &violations[0]["container"]["image"];
    assert_eq!(image, "a\"b\\c\u{fffd}\u{fffd}d\u{fffd}");
}

#[test]
fn settings_are_answered_as_kubewarden_reads_it() {
    let answer = |settings: &str| -> SettingsValidationResponse {
        let answer = ringfence_policy::validate_settings(settings.as_bytes());
        serde_json::from_slice(&answer).expect("an answer that Kubewarden's type reads")
    };
    assert!(answer("{}").valid);
    let wrong = answer(r#"{"profile":"restrictd","verson":"v1.30"}"#);
    assert!(!wrong.valid);
    let message = wrong.message.expect("a message");
    assert_eq!(message.lines().count(), 2, "every mistake at once: {message}");
    assert!(message.contains("did you mean `restricted`?"), "{message}");
}
