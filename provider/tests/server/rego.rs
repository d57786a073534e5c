//! The ConstraintTemplate, evaluated by OPA: what it denies, and what it makes keys of.

use host_test::engine::{Engine, Native};
use serde_json::{Value, json};

use crate::cases::{self, Sent};
use crate::certificates::{Kit, module};
use crate::client::Client;
use crate::gatekeeper::request;
use crate::oracle::Oracle;
use crate::process::Server;

/// What Gatekeeper evaluates a template with.
fn input(review: &Value, settings: &Value) -> Value {
    json!({"review": review, "parameters": {"settings": settings}})
}

/// A reply as Gatekeeper's builtin gives it.
fn reply(responses: &Value, errors: &Value, system_error: &Value) -> Value {
    json!({"responses": responses, "errors": errors, "status_code": 200,
        "system_error": system_error})
}

#[test]
#[ignore = "asks OPA"]
fn rego_denies_whatever_is_no_verdict() {
    let mut oracle = Oracle::start();
    let review = request(false);
    let input = input(&review, &json!({"profile": "baseline"}));
    let key = oracle.key(&input).expect("a key");
    let allowed = json!({"version": "v1", "allowed": true});
    let whole = |value: &Value| reply(&json!([[key, value]]), &json!([]), &json!(""));
    assert_eq!(oracle.messages(&input, &whole(&allowed)), [""; 0]);
    // From the cache, where nothing was sent.
    let cached = json!({"responses": [[key, allowed]], "errors": null, "status_code": 0, "system_error": ""});
    assert_eq!(oracle.messages(&input, &cached), [""; 0]);
    let more = json!([["other", {"version": "v1", "allowed": false}], [key, allowed]]);
    assert_eq!(oracle.messages(&input, &reply(&more, &json!([]), &json!(""))), [""; 0]);

    let (none, null) = (json!([]), Value::Null);
    for (what, reply, says) in [
        (
            "the provider is down",
            reply(&null, &null, &json!("connection refused")),
            "connection refused",
        ),
        ("nulls and no error", reply(&null, &null, &json!("")), "no verdict"),
        ("an item error", reply(&none, &json!([[key, "trapped"]]), &json!("")), "trapped"),
        (
            "an error beside a verdict",
            reply(&json!([[key, allowed]]), &json!([[key, "odd"]]), &json!("")),
            "odd",
        ),
        (
            "a system error beside a verdict",
            reply(&json!([[key, allowed]]), &none, &json!("late")),
            "late",
        ),
        (
            "two errors",
            reply(&none, &json!([[key, "odd"], ["other", "even"]]), &json!("late")),
            "it is denied: even",
        ),
        ("an item that is missing", reply(&none, &none, &json!("")), "no verdict"),
        ("another key", reply(&json!([["other", allowed]]), &none, &json!("")), "no verdict"),
        (
            "two verdicts",
            reply(&json!([[key, allowed], [key, allowed]]), &none, &json!("")),
            "no verdict",
        ),
        ("an empty reply", json!({}), "no verdict"),
        ("a null reply", json!(null), "no verdict"),
        ("a list", json!([]), "no verdict"),
        ("a text", json!("allowed"), "no verdict"),
        ("responses that are none", reply(&json!({"a": "b"}), &none, &json!("")), "no verdict"),
        ("responses of texts", reply(&json!([key]), &none, &json!("")), "no verdict"),
        ("errors that are none", reply(&none, &json!("broken"), &json!("")), "no verdict"),
        (
            "an error that is no text",
            reply(&none, &json!([[key, {"a": 1}]]), &json!("")),
            "no verdict",
        ),
        (
            "a system error that is no text",
            reply(&json!([[key, allowed]]), &none, &json!({"a": 1})),
            "no verdict",
        ),
    ] {
        let messages = oracle.messages(&input, &reply);
        assert_eq!(messages.len(), 1, "{what}");
        assert!(messages[0].contains(says), "{what}: {messages:?}");
    }
    for (what, value, says) in [
        ("null", json!(null), "no verdict"),
        ("true", json!(true), "no verdict"),
        ("a text", json!("allowed"), "no verdict"),
        ("JSON in a text", json!(allowed.to_string()), "no verdict"),
        ("nothing in it", json!({}), "no verdict"),
        ("allowed as a text", json!({"version": "v1", "allowed": "true"}), "no verdict"),
        ("allowed as a number", json!({"version": "v1", "allowed": 1}), "no verdict"),
        ("another version", json!({"version": "v2", "allowed": true}), "no verdict"),
        ("no version", json!({"allowed": true}), "no verdict"),
        ("no message", json!({"version": "v1", "allowed": false}), "no verdict"),
        (
            "an empty message",
            json!({"version": "v1", "allowed": false, "message": ""}),
            "no verdict",
        ),
        (
            "a message that is no text",
            json!({"version": "v1", "allowed": false, "message": 7}),
            "no verdict",
        ),
        (
            "a denial",
            json!({"version": "v1", "allowed": false, "message": "privileged"}),
            "privileged",
        ),
    ] {
        let messages = oracle.messages(&input, &whole(&value));
        assert_eq!(messages.len(), 1, "{what}");
        assert!(messages[0].contains(says), "{what}: {messages:?}");
    }
}

/// The API server drops a warning with a control character in it.
#[test]
#[ignore = "asks OPA"]
fn rego_tells_a_requester_line_by_line_and_an_audit_at_once() {
    let mut oracle = Oracle::start();
    let mut review = request(false);
    let settings = json!({});
    let text = "Pod shop/web violates restricted\nprivileged: a\tb\u{85}c\n\n \ncapabilities: d";
    let value = json!({"version": "v1", "allowed": false, "message": text});
    let mut messages = |review: &Value, value: &Value| {
        let input = input(review, &settings);
        let key = oracle.key(&input).expect("a key");
        let mut messages =
            oracle.messages(&input, &reply(&json!([[key, value]]), &json!([]), &json!("")));
        messages.sort();
        messages
    };
    assert_eq!(
        messages(&review, &value),
        ["Pod shop/web violates restricted", "capabilities: d", "privileged: a b c"]
    );
    // Nothing that could be said is a denial, too.
    let empty = json!({"version": "v1", "allowed": false, "message": "\n\u{7}\n"});
    let [said] = &messages(&review, &empty)[..] else { panic!("one message") };
    assert!(said.contains("no verdict"), "{said}");
    for operation in [json!(""), Value::Null] {
        review["operation"] = operation.clone();
        let said = messages(&review, &value);
        assert_eq!(said.len(), if operation.is_null() { 3 } else { 1 }, "{said:?}");
    }
    review["operation"] = "".into();
    assert_eq!(messages(&review, &value), [text]);
}

#[test]
#[ignore = "asks OPA"]
fn rego_denies_whatever_it_cannot_make_a_key_of() {
    let mut oracle = Oracle::start();
    let allows = |key: &str| {
        reply(&json!([[key, {"version": "v1", "allowed": true}]]), &json!([]), &json!(""))
    };
    for input in [
        json!({}),
        json!({"review": null}),
        json!({"review": {}}),
        json!({"review": {"object": null}}),
        json!({"review": {"kind": {"group": "", "kind": "Pod"}, "object": "text"}}),
        json!({"review": {"kind": {"group": "", "kind": "Pod"}, "object": []}}),
        json!({"review": {"kind": "Pod", "object": {"metadata": "text", "spec": 7}}}),
        json!({"review": {"kind": {"kind": "Pod"}, "object": {"metadata": [], "spec": {"volumes": {"a": 1}}}}}),
        json!({"review": {"kind": {"kind": "Pod"}, "object": {"metadata": {"annotations": []}}}}),
        json!({"review": request(false), "parameters": null}),
        json!({"review": request(false), "parameters": {"settings": null}}),
        json!({"review": request(false), "parameters": {"settings": []}}),
        json!({"review": request(false), "parameters": {"provider": "another"}}),
    ] {
        // A provider that allows anything at all is not what is asked here: what the module says of
        // the key is, and it has to be no, too.
        let Some(key) = oracle.key(&input) else { continue };
        let Ok(read) = serde_json::from_str::<Value>(&key) else { panic!("{key}") };
        if !read["settings"].is_object() {
            continue;
        }
        let answer = Native.validate(key.as_bytes()).expect("an answer");
        let answer: Value = serde_json::from_slice(&answer).expect("JSON");
        if input["parameters"]["provider"] == "another" {
            assert_eq!(oracle.messages(&input, &allows(&key)).len(), 1);
        } else {
            assert_eq!(answer["accepted"], false, "{input}: {key}: {answer}");
        }
    }
}

/// Reviews as Gatekeeper has them: the request, and the namespace beside it.
fn review(sent: &Sent) -> Value {
    let mut review = sent.request.clone();
    review["namespaceObject"] = if sent.namespace.is_null() {
        Value::Null
    } else {
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": sent.namespace["metadata"]})
    };
    review
}

#[tokio::test]
#[ignore = "asks OPA"]
async fn rego_and_provider_agree_with_the_library_on_every_case() {
    let mut oracle = Oracle::start();
    let kit = Kit::new();
    let patient = ["--timeout-ms", "60000", "--key-timeout-ms", "30000"];
    let server = Server::start(&kit, &module(), &patient);
    let client = Client::gatekeeper(&kit, server.gatekeeper);
    let mut failures = String::new();
    for sent in cases::all() {
        let input = input(&review(&sent), &sent.settings);
        let key = oracle.key(&input).unwrap_or_else(|| panic!("no key of {}", sent.name));
        let response = client.keys(&[&key]).await;
        let item = &response["items"][0];
        let pair = |name: &str| match item.get(name) {
            Some(outcome) => json!([[key, outcome]]),
            None => json!([]),
        };
        let reply = reply(&pair("value"), &pair("error"), &response["systemError"]);
        let messages = oracle.messages(&input, &reply);
        let answer = &sent.answer_in_order;
        let mut is_same = (answer["accepted"] == true) == messages.is_empty();
        if answer["audit_annotations"]["outcome"] == "judged" {
            is_same &= item["value"]["rules"] == cases::value(answer)["rules"];
        }
        if !is_same {
            failures += &format!(
                "{}\nlibrary: {}\nRego: {messages:?}\nkey: {key}\n\n",
                sent.name, sent.answer
            );
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// A pod as a ReplicaSet makes it and a node runs it.
fn running(name: &str, token: &str, node: &str) -> Value {
    let mut review = request(false);
    review["uid"] = name.into();
    review["name"] = name.into();
    review["operation"] = "".into();
    review["userInfo"] = json!({"username": ""});
    review["object"] = json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {
            "name": name, "generateName": "web-", "namespace": "shop", "uid": name,
            "resourceVersion": name.len().to_string(), "creationTimestamp": name,
            "labels": {"app": "web"}, "managedFields": [{"manager": name}],
            "annotations": {"kubectl.kubernetes.io/last-applied-configuration": name, "a": "b"},
        },
        "spec": {
            "nodeName": node,
            "containers": [{"name": "web", "image": "nginx",
                "volumeMounts": [{"name": token, "mountPath": "/var/run"}, {"name": "data", "mountPath": "/data"}]}],
            "initContainers": [{"name": "first", "image": "nginx", "volumeMounts": [{"name": token, "mountPath": "/var/run"}]}],
            "volumes": [{"name": "data", "emptyDir": {}}, {"name": token, "projected": {"sources": []}}],
        },
        "status": {"podIP": name},
    });
    review
}

#[test]
#[ignore = "asks OPA"]
fn rego_makes_one_key_of_the_pods_of_a_replica_set() {
    let mut oracle = Oracle::start();
    let settings = json!({"profile": "hardened"});
    let one = running("web-aaaaa", "kube-api-access-aaaaa", "node-1");
    let other = running("web-bbbbbbb", "kube-api-access-bbbbb", "node-2");
    let key = oracle.key(&input(&one, &settings)).expect("a key");
    assert_eq!(oracle.key(&input(&other, &settings)).as_ref(), Some(&key));
    let read: Value = serde_json::from_str(&key).expect("JSON");
    let object = &read["request"]["object"];
    assert_eq!(object["metadata"]["annotations"], json!({"a": "b"}));
    assert_eq!(object["metadata"]["generateName"], "web-");
    for gone in
        ["/status", "/spec/nodeName", "/metadata/name", "/metadata/uid", "/metadata/managedFields"]
    {
        assert!(object.pointer(gone).is_none(), "{gone}: {object}");
    }
    let volume = &object["spec"]["volumes"][1]["name"];
    assert_eq!(volume, &object["spec"]["initContainers"][0]["volumeMounts"][0]["name"]);

    // What is not the same is not made the same.
    let differs = |oracle: &mut Oracle, pointer: &str, value: Value| {
        let mut review = one.clone();
        *review.pointer_mut(pointer).unwrap_or_else(|| panic!("no {pointer}")) = value;
        let changed = oracle.key(&input(&review, &settings)).expect("a key");
        assert_ne!(changed, key, "{pointer}");
        serde_json::from_str::<Value>(&changed).expect("JSON")
    };
    differs(&mut oracle, "/object/spec/containers/0/image", json!("other"));
    differs(&mut oracle, "/object/metadata/labels/app", json!("other"));
    differs(&mut oracle, "/namespace", json!("other"));
    // Anybody can send a version of 0, or one that is none, with a node of their choice.
    for version in ["0", "00", "-1", "1x", "99999999999999999999999"] {
        let key = differs(&mut oracle, "/object/metadata/resourceVersion", json!(version));
        assert_eq!(key["request"]["object"]["spec"]["nodeName"], "node-1");
        assert_eq!(key["request"]["object"]["metadata"]["resourceVersion"], version);
    }
    // Two volumes that could both be the token's stay two.
    let key = differs(&mut oracle, "/object/spec/volumes/0/name", json!("kube-api-access-00000"));
    assert_eq!(key["request"]["object"]["spec"]["volumes"][1]["name"], "kube-api-access-aaaaa");
    // A namespace has the name that it is sent with, whatever else it says.
    let mut namespace = one.clone();
    namespace["kind"] = json!({"group": "", "version": "v1", "kind": "Namespace"});
    let key = oracle.key(&input(&namespace, &settings)).expect("a key");
    let read: Value = serde_json::from_str(&key).expect("JSON");
    assert_eq!(read["request"]["object"]["metadata"]["name"], "web-aaaaa");
}

#[test]
#[ignore = "asks OPA"]
fn rego_keeps_secrets_out_of_keys() {
    let mut oracle = Oracle::start();
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
        "metadata": {"name": "a", "annotations": {
            "kubectl.kubernetes.io/last-applied-configuration": "{\"stringData\":\"hunter2\"}"}},
        "data": {"password": "hunter2"}, "stringData": {"password": "hunter2"},
    });
    let review = json!({
        "operation": "UPDATE", "kind": {"group": "", "version": "v1", "kind": "Secret"},
        "name": "a", "namespace": "shop", "object": secret, "oldObject": secret,
    });
    let key = oracle.key(&input(&review, &json!({}))).expect("a key");
    assert!(!key.contains("hunter2") && key.contains("Opaque"), "{key}");
}

#[test]
#[ignore = "asks OPA"]
fn rego_template_has_a_schema_that_refuses_nothing_the_policy_accepts() {
    let mut oracle = Oracle::start();
    let mut wrong = |settings: &Value| {
        let answer = oracle.ask(&json!({"parameters": {"settings": settings}}));
        answer["wrong"].as_array().expect("a list").clone()
    };
    let mut seen = std::collections::HashSet::new();
    for sent in cases::all() {
        if !seen.insert(sent.settings.to_string()) || sent.settings.to_string().contains("null") {
            continue;
        }
        let settings = sent.settings.to_string();
        let answer = Native.validate_settings(settings.as_bytes()).expect("an answer");
        let answer: Value = serde_json::from_slice(&answer).expect("JSON");
        if answer["valid"] == true {
            assert!(wrong(&sent.settings).is_empty(), "{settings}: {:?}", wrong(&sent.settings));
        }
    }
    assert!(seen.len() > 300, "{} settings are a few too few", seen.len());
    for refused in [
        json!({"profile": "strict"}),
        json!({"version": "1.25"}),
        json!({"rules": []}),
        json!({"rules": {"hostPorts": {"allow": [{"min": 0, "max": 80}]}}}),
        json!({"exemptions": [{"id": "a"}]}),
    ] {
        assert!(!wrong(&refused).is_empty(), "{refused}");
    }
    // It is for the policy to refuse them: the API server would drop them in silence.
    assert!(wrong(&json!({"profil": "baseline"})).is_empty());
}
