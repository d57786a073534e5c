//! What a policy is told that may not ask, and what one sees that may.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ringfence_host::cluster::{Cluster, Request};
use ringfence_host::{
    Allowed, Context, Error, Grant, Grants, HostCapabilities, Limits, Options, Policy,
};
use serde_json::json;

use crate::guest::{PASS_ON, guest, on_call};
use crate::questions::{Says, ask, get, object, snapshot};

/// A guest that passes its payload on as a question, and the answer back.
const FORWARD: &str = r#"
(data (i32.const 4096) "kubewardenkubernetesget_resource")
"#;

fn forward() -> String {
    FORWARD.to_owned()
        + &on_call(&format!(
            "(call $request (i32.const 0) (i32.const 8192))
            (call $host_call
              (i32.const 4096) (i32.const 10) (i32.const 4106) (i32.const 10)
              (i32.const 4116) (i32.const 12) (i32.const 8192) (local.get $length))
            {PASS_ON}"
        ))
}

fn policy(capabilities: HostCapabilities, deadline: Duration) -> Policy {
    let limits = Limits { deadline, ..Limits::default() };
    let options = Options { capabilities, limits, ..Options::default() };
    Policy::from_bytes(&guest(&forward()), &options).unwrap()
}

fn told(outcome: Result<ringfence_host::Reply, Error>) -> String {
    match outcome {
        Err(Error::Guest { text }) => text,
        other => panic!("{other:?}"),
    }
}

const NAMESPACE: (&str, &str) = ("v1", "Namespace");

#[test]
fn a_policy_is_answered_as_the_library_is() {
    let capabilities = snapshot(vec![object("v1", "Namespace", None, "shop")]);
    let policy = policy(capabilities.clone(), Duration::from_secs(2));
    for name in ["shop", "dev"] {
        let question = get(NAMESPACE, None, name).to_string();
        let direct = capabilities.answer("kubernetes", "get_resource", question.as_bytes());
        match direct {
            Ok(answer) => assert_eq!(policy.validate(question.as_bytes()).unwrap().bytes, answer),
            Err(text) => assert_eq!(told(policy.validate(question.as_bytes())), text),
        }
    }
}

#[test]
fn a_call_may_have_a_cluster_of_its_own() {
    let policy = policy(HostCapabilities::default(), Duration::from_secs(2));
    let question = get(NAMESPACE, None, "shop").to_string();
    let text = told(policy.validate(question.as_bytes()));
    assert_eq!(text, "host capability kubernetes/get_resource is not available here");
    let capabilities = snapshot(vec![object("v1", "Namespace", None, "shop")]);
    let context = Context { capabilities: Some(capabilities), ..Context::default() };
    assert!(policy.validate_in(question.as_bytes(), context).is_ok());
    assert!(policy.validate(question.as_bytes()).is_err(), "the call before left nothing");
}

#[test]
fn a_missing_grant_is_told_in_the_words_of_policy_server() {
    let cluster = || snapshot(vec![object("v1", "Namespace", None, "shop")]);
    let question = get(NAMESPACE, None, "shop");
    let refused = cluster().allow(Allowed::parse(["oci/*", "kubernetes/can_i"]).unwrap());
    assert_eq!(
        ask(&refused, "get_resource", &question).unwrap_err(),
        "Policy has not been granted access to the 'kubernetes/get_resource' host capability. The violation has been reported."
    );
    let grants = |grants: &[&str]| {
        let grants = grants.iter().map(|grant| grant.parse::<Grant>().unwrap());
        cluster().grant(Grants::Only(grants.collect()))
    };
    for grants in [grants(&[]), grants(&["v1/Pod", "v2/Namespace", "v1/namespace"])] {
        assert_eq!(
            ask(&grants, "get_resource", &question).unwrap_err(),
            "Policy has not been granted access to Kubernetes v1/Namespace resources. The violation has been reported."
        );
        for list in ["list_resources_all", "list_resources_by_namespace"] {
            let question = json!({"api_version": "v1", "kind": "Namespace", "namespace": "x"});
            let error = ask(&grants, list, &question).unwrap_err();
            assert!(error.contains("access to Kubernetes v1/Namespace resources"), "{error}");
        }
        // Who may do what is behind the first gate only.
        let review = json!({"user": "jane", "groups": ["system:masters"],
            "resource_attributes": {"verb": "get", "resource": "pods"}});
        let question = json!({"subject_access_review": review, "disable_cache": false});
        assert_eq!(ask(&grants, "can_i", &question).unwrap(), json!({"allowed": true}));
    }
    assert!(ask(&grants(&["v1/Namespace"]), "get_resource", &question).is_ok());
}

#[test]
fn patterns_allow_what_they_say() {
    let question = get(NAMESPACE, None, "shop");
    for (patterns, allows) in [
        (vec!["*"], true),
        (vec!["kubernetes/*"], true),
        (vec!["net/*", "kubernetes/get_resource"], true),
        (vec!["oci/v1/*", "*"], true),
        (vec![" kubernetes/* "], true),
        (vec!["kubernetes/list_resources_all"], false),
        (vec!["oci/v1/*", "crypto/*"], false),
        (vec![], false),
    ] {
        let cluster = snapshot(vec![object("v1", "Namespace", None, "shop")]);
        let cluster = cluster.allow(Allowed::parse(&patterns).unwrap());
        assert_eq!(ask(&cluster, "get_resource", &question).is_ok(), allows, "{patterns:?}");
    }
    for (pattern, text) in [
        ("", "an empty pattern"),
        ("kubernetes*", "is not the whole last part"),
        ("*/get_resource", "is not the whole last part"),
        ("oci/v1/oci_*", "is not the whole last part"),
        ("kubernetes", "write `kubernetes/*`"),
        ("oci/v1", "write `oci/v1/*`"),
        ("kubernetes/get", "is no host capability; there are crypto/v1/"),
        ("cluster/*", "is no host capability"),
        ("kubernetes/can_i/*", "is no host capability"),
        ("tracing/log", "is no host capability"),
    ] {
        let error = Allowed::parse([pattern]).unwrap_err().to_string();
        assert!(error.contains(text), "{pattern}: {error}");
    }
}

#[test]
fn grants_are_written_as_kinds() {
    for (text, grant) in
        [("v1/Namespace", ("v1", "Namespace")), ("apps/v1/Pod", ("apps/v1", "Pod"))]
    {
        let found: Grant = text.parse().unwrap();
        assert_eq!((&*found.api_version, &*found.kind), grant);
    }
    for text in ["", "Namespace", "v1/", "/Pod", "a/b/c/d"] {
        assert!(text.parse::<Grant>().is_err(), "{text}");
    }
}

#[test]
fn questions_that_are_none_are_refused() {
    let cluster = snapshot(vec![]);
    let long = " ".repeat((64 << 10) + 1);
    for (operation, payload, text) in [
        ("watch", "{}", "unknown operation: watch"),
        ("get_resource", "", "EOF while parsing"),
        ("get_resource", r#"{"api_version":"v1","kind":"Pod","name":"a"}"#, "`disable_cache`"),
        ("list_resources_by_namespace", r#"{"api_version":"v1","kind":"Pod"}"#, "`namespace`"),
        ("can_i", r#"{"disable_cache":true}"#, "`subject_access_review`"),
        ("get_resource", &long, "is longer than 65536 bytes"),
    ] {
        let error = cluster.answer("kubernetes", operation, payload.as_bytes()).unwrap_err();
        assert!(error.contains(text), "{operation}: {error}");
    }
    for (namespace, operation) in [("net", "v1/dns_lookup_host"), ("oci", "v2/verify")] {
        let error = cluster.answer(namespace, operation, b"\"x\"").unwrap_err();
        assert_eq!(error, format!("host capability {namespace}/{operation} is not available here"));
    }
}

#[test]
fn answers_are_bounded_one_by_one_and_in_sum() {
    let says = |bytes: usize| HostCapabilities::new(Arc::new(Says(Ok(vec![b' '; bytes]))));
    let question = get(NAMESPACE, None, "shop").to_string();
    let ask = |capabilities: HostCapabilities| {
        capabilities.answer("kubernetes", "get_resource", question.as_bytes())
    };
    assert!(ask(says(8 << 20)).is_ok());
    let error = ask(says((8 << 20) + 1)).unwrap_err();
    assert!(error.contains("longer than 8388608 bytes"), "{error}");

    let calls = |capabilities, calls: usize| {
        let fields = format!(
            r#"(data (i32.const 4096) "kubewardenkubernetesget_resource")
            (data (i32.const 8192) "{}") {}"#,
            question.replace('"', "\\22"),
            on_call(&format!(
                "(local $left i32) (local $result i32) (local.set $left (i32.const {calls}))
                loop
                  (local.set $result (call $host_call
                    (i32.const 4096) (i32.const 10) (i32.const 4106) (i32.const 10)
                    (i32.const 4116) (i32.const 12) (i32.const 8192) (i32.const {})))
                  (local.tee $left (i32.sub (local.get $left) (i32.const 1)))
                  br_if 0
                end
                local.get $result
                if (result i32)
                  (call $response (i32.const 0) (i32.const 0)) (i32.const 1)
                else
                  (call $host_error (i32.const 8192))
                  (call $error (i32.const 8192) (call $host_error_len))
                  (i32.const 0)
                end",
                question.len()
            ))
        );
        let limits = Limits { deadline: Duration::from_secs(60), ..Limits::default() };
        let options = Options { capabilities, limits, ..Options::default() };
        Policy::from_bytes(&guest(&fields), &options).unwrap().validate(b"")
    };
    assert!(calls(says(2), 1000).is_ok());
    assert!(told(calls(says(2), 1001)).contains("more than 1000 host calls"));
    assert!(calls(says(8 << 20), 8).is_ok());
    assert!(told(calls(says(8 << 20), 9)).contains("more than 67108864 bytes"));
}

/// A cluster that waits as long as it may.
struct Silent;

impl Cluster for Silent {
    fn answer(&self, _: &Request, until: Instant) -> Result<Vec<u8>, String> {
        std::thread::sleep(until.saturating_duration_since(Instant::now()));
        Err("no answer".into())
    }
}

#[test]
fn a_silent_cluster_leaves_the_policy_time_to_say_so() {
    // A quarter of it is left for the policy: much on a busy machine, too.
    let policy = policy(HostCapabilities::new(Arc::new(Silent)), Duration::from_secs(4));
    let text = told(policy.validate(get(NAMESPACE, None, "shop").to_string().as_bytes()));
    assert_eq!(text, "Callback evaluation failure: no answer");
}

#[test]
fn a_call_without_end_may_ask_all_the_same() {
    let capabilities = snapshot(vec![object("v1", "Namespace", None, "shop")]);
    let policy = policy(capabilities, Duration::MAX);
    assert!(policy.validate(get(NAMESPACE, None, "shop").to_string().as_bytes()).is_ok());
}
