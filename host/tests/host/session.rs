//! Recorded and replayed host calls.

use std::sync::Arc;

use ringfence_host::HostCapabilities;
use ringfence_host::cluster::{Recorder, Replay, Snapshot};
use serde_json::{Value, json};

use crate::questions::{Says, ask, get, names, object};

const NAMESPACE: (&str, &str) = ("v1", "Namespace");

/// As kwctl writes one.
const SESSION: &str = r#"
- type: Exchange
  request: |
    !KubernetesGetResource
    api_version: v1
    kind: Namespace
    name: shop
    namespace: null
    disable_cache: false
    field_masks: null
  response:
    type: Success
    payload: '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}'
- type: Exchange
  request: |
    !OciManifestDigest
    image: busybox
  response:
    type: Success
    payload: '{"digest":"sha256:0"}'
- type: Exchange
  request: "!KubernetesListResourceNamespace\napi_version: v1\nkind: Pod\nnamespace: shop\nlabel_selector: app=web\nfield_selector: null\n"
  response: {type: Success, payload: '{"items":[]}'}
- type: Exchange
  request: |
    !KubernetesCanI
    request:
      groups: null
      resource_attributes:
        group: null
        name: null
        namespace: shop
        resource: pods
        subresource: null
        verb: create
        version: null
      user: system:serviceaccount:shop:web
    disable_cache: false
  response:
    type: Error
    message: Cannot reach it
"#;

fn replay(session: &str) -> (Arc<Replay>, HostCapabilities) {
    let replay = Arc::new(Replay::parse(session).unwrap_or_else(|error| panic!("{error}")));
    (replay.clone(), HostCapabilities::new(replay))
}

fn can_i() -> Value {
    let wanted = json!({"verb": "create", "resource": "pods", "namespace": "shop"});
    let review = json!({"user": "system:serviceaccount:shop:web", "resource_attributes": wanted});
    json!({"subject_access_review": review, "disable_cache": false})
}

#[test]
fn a_session_of_kwctl_answers_in_any_order() {
    let (replay, capabilities) = replay(SESSION);
    assert_eq!(
        ask(&capabilities, "can_i", &can_i()).unwrap_err(),
        "Callback evaluation failure: Cannot reach it"
    );
    let question = json!({"api_version": "v1", "kind": "Pod", "namespace": "shop",
        "label_selector": "app=web"});
    let list = ask(&capabilities, "list_resources_by_namespace", &question).unwrap();
    assert_eq!(list, json!({"items": []}));
    for _ in 0..2 {
        let found = ask(&capabilities, "get_resource", &get(NAMESPACE, None, "shop")).unwrap();
        assert_eq!(found, object("v1", "Namespace", None, "shop"));
    }
    assert_eq!(replay.unused(), 1, "the one about an image");
    for (operation, question) in [
        ("get_resource", get(NAMESPACE, None, "dev")),
        ("list_resources_all", json!({"api_version": "v1", "kind": "Pod"})),
    ] {
        let error = ask(&capabilities, operation, &question).unwrap_err();
        assert!(error.contains("the session has no answer to"), "{error}");
    }
}

#[test]
fn equal_requests_get_the_answers_in_turn() {
    let exchange = |name: &str| {
        format!(
            "- type: Exchange\n  request: |\n    !KubernetesListResourceAll\n    api_version: v1\n    kind: Pod\n  response: {{type: Success, payload: '\"{name}\"'}}\n"
        )
    };
    let (_, capabilities) = replay(&(exchange("one") + &exchange("two")));
    let question = json!({"api_version": "v1", "kind": "Pod"});
    let next = || ask(&capabilities, "list_resources_all", &question).unwrap();
    assert_eq!([next(), next(), next()], [json!("one"), json!("two"), json!("two")]);
}

#[test]
fn what_is_recorded_is_replayed() {
    let odd = "it's \"odd\"\\: é\u{7f}\u{2028}🦀\nand: no # more";
    let mut namespace = object("v1", "Namespace", None, "shop");
    namespace["metadata"]["annotations"] = json!({"note": odd, "empty": ""});
    let pod = object("v1", "Pod", Some("shop"), "web");
    let snapshot = Snapshot::new([namespace, pod]).unwrap();
    let recorder = Arc::new(Recorder::new(Arc::new(snapshot)));
    let capabilities = HostCapabilities::new(recorder.clone());
    let mut masked = get(NAMESPACE, None, "shop");
    masked["field_masks"] = json!(["spec.a", "no", "x: y", "1"]);
    let questions = [
        ("get_resource", get(NAMESPACE, None, "shop")),
        ("get_resource", masked),
        ("get_resource", get(NAMESPACE, Some("true"), "no")),
        ("get_resource", get(("v1", "Pod"), Some(odd), "null")),
        (
            "list_resources_by_namespace",
            json!({"api_version": "v1", "kind": "Pod", "namespace": "shop",
                "label_selector": "a in (b, c),!d", "field_masks": []}),
        ),
        (
            "list_resources_all",
            json!({"api_version": "v1", "kind": "Pod",
            "label_selector": "!x", "field_selector": "metadata.name=web"}),
        ),
        (
            "list_resources_all",
            json!({"api_version": "v1", "kind": "Pod",
            "label_selector": "in in in"}),
        ),
        ("can_i", can_i()),
    ];
    let ask_all = |capabilities: &HostCapabilities| -> Vec<Result<Value, String>> {
        questions.iter().map(|(name, question)| ask(capabilities, name, question)).collect()
    };
    let recorded = ask_all(&capabilities);
    assert_eq!(recorded.iter().filter(|answer| answer.is_err()).count(), 4, "{recorded:?}");
    assert_eq!(names(recorded[5].as_ref().unwrap()), ["shop/web"]);

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("session.yml");
    recorder.save(&file).unwrap();
    let replayed = Arc::new(Replay::read(&file).unwrap());
    assert_eq!(ask_all(&HostCapabilities::new(replayed.clone())), recorded);
    assert_eq!(replayed.unused(), 0);
}

#[test]
fn a_recorded_session_reads_as_kwctl_writes_it() {
    let recorder =
        Recorder::new(Arc::new(Says(Err("Cannot find v1/Namespace named 'dev'".into()))));
    let recorder = Arc::new(recorder);
    let capabilities = HostCapabilities::new(recorder.clone());
    let error = ask(&capabilities, "get_resource", &get(NAMESPACE, None, "dev")).unwrap_err();
    assert!(error.starts_with("Callback evaluation failure: Cannot find"), "{error}");
    let _ = ask(&capabilities, "can_i", &can_i());
    assert_eq!(
        recorder.session(),
        "- type: Exchange
  request: |
    !KubernetesGetResource
    api_version: v1
    disable_cache: false
    field_masks: null
    kind: Namespace
    name: dev
    namespace: null
  response:
    type: Error
    message: 'Cannot find v1/Namespace named ''dev'''
- type: Exchange
  request: |
    !KubernetesCanI
    disable_cache: false
    request:
      groups: null
      resource_attributes:
        group: null
        name: null
        namespace: shop
        resource: pods
        subresource: null
        verb: create
        version: null
      user: 'system:serviceaccount:shop:web'
  response:
    type: Error
    message: 'Cannot find v1/Namespace named ''dev'''
"
    );
}

#[test]
fn nothing_said_is_a_session_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("session.yml");
    Recorder::new(Arc::new(Snapshot::default())).save(&file).unwrap();
    assert_eq!(Replay::read(&file).unwrap().unused(), 0);
}

#[test]
fn what_is_no_session_is_told() {
    let exchange = |request: &str| {
        format!("- type: Exchange\n  request: {request}\n  response: {{type: Error, message: x}}\n")
    };
    for (text, said) in [
        ("rule: x".to_owned(), "not a session of host calls"),
        ("- type: Other".to_owned(), "unknown variant `Other`"),
        (exchange("'api_version: v1'"), "exchange 1: the request has no tag"),
        (exchange("\"!KubernetesGetResource\\nkind: Pod\\n\""), "exchange 1: missing field"),
        (
            exchange("\"!KubernetesListResourceNamespace\\napi_version: v1\\nkind: Pod\\n\""),
            "exchange 1: missing field `namespace`",
        ),
    ] {
        let error = Replay::parse(&text).unwrap_err().to_string();
        assert!(error.contains(said) && !error.contains('\n'), "{error}");
    }
    let error = Replay::read("no/such.yml".as_ref()).unwrap_err().to_string();
    assert!(error.starts_with("cannot use the session file no/such.yml: "), "{error}");
}
