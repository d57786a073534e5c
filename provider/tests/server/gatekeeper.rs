//! Gatekeeper's protocol: every key once, lasting and passing faults apart.

use serde_json::{Value, json};

use crate::certificates::{Kit, module};
use crate::client::{Client, exchange, get, head, provider_request};
use crate::guest;
use crate::process::Server;

/// A key: a pod with this `privileged`, and these settings.
pub(crate) fn key(privileged: bool, settings: &Value) -> String {
    json!({"version": "v1", "settings": settings, "request": request(privileged)}).to_string()
}

/// The request to create a pod.
pub(crate) fn request(privileged: bool) -> Value {
    json!({
        "uid": "1", "operation": "CREATE", "namespace": "shop", "name": "web",
        "kind": {"group": "", "version": "v1", "kind": "Pod"},
        "resource": {"group": "", "version": "v1", "resource": "pods"},
        "userInfo": {"username": "alice"},
        "object": {
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "shop"},
            "spec": {"containers": [{
                "name": "web", "image": "nginx",
                "env": [{"name": "PASSWORD", "value": "hunter2"}],
                "securityContext": {"privileged": privileged},
            }]},
        },
    })
}

/// The value or the error of the key, which the answer has once.
fn item<'a>(response: &'a Value, key: &str) -> &'a Value {
    let items = response["items"].as_array().expect("items");
    let mut own = items.iter().filter(|item| item["key"] == key);
    let item = own.next().unwrap_or_else(|| panic!("the key is not answered: {response}"));
    assert!(own.next().is_none(), "the key is answered twice: {response}");
    item
}

#[tokio::test]
async fn every_key_is_answered_once_with_its_exact_text() {
    let kit = Kit::new();
    let server = Server::start(&kit, &module(), &[]);
    let client = Client::gatekeeper(&kit, server.gatekeeper);
    let baseline = json!({"profile": "baseline"});
    let (good, bad) = (key(false, &baseline), key(true, &baseline));
    // The same in other words is another key.
    let other = format!(" {good}");
    let broken = "{\"version\":\"v1\u{2028}<>&\"";
    let unknown = key(false, &json!({"profil": "baseline"}));
    let mutating = key(false, &json!({"mutate": true}));
    let keys = [&*bad, &good, &bad, &other, broken, &unknown, &mutating, "", &good];
    let response = client.keys(&keys).await;
    assert_eq!(response["systemError"], "");
    assert_eq!(response["items"].as_array().map(Vec::len), Some(7), "{response}");
    for key in [&good, &other] {
        assert_eq!(item(&response, key)["value"], json!({"version": "v1", "allowed": true}));
    }
    let denial = &item(&response, &bad)["value"];
    assert_eq!((&denial["allowed"], &denial["rules"]), (&json!(false), &json!(["privileged"])));
    assert!(
        denial["message"].as_str().expect("text").starts_with("Pod shop/web violates baseline")
    );
    for (key, says) in [
        (broken, "not understood"),
        ("", "not understood"),
        (&*unknown, "the settings are not valid"),
        (&*mutating, "mutate"),
    ] {
        let item = item(&response, key);
        let error = item["error"].as_str().unwrap_or_else(|| panic!("{item}"));
        assert!(error.contains(says), "{error}");
        assert!(item.get("value").is_none(), "{item}");
    }
}

#[tokio::test]
async fn the_older_version_is_answered_in_its_own() {
    let kit = Kit::new();
    let server = Server::start(&kit, &module(), &[]);
    let client = Client::gatekeeper(&kit, server.gatekeeper);
    let alpha = "externaldata.gatekeeper.sh/v1alpha1";
    let key = key(false, &json!({"profile": "baseline"}));
    let body = provider_request(&[&key]).replace("externaldata.gatekeeper.sh/v1beta1", alpha);
    let reply = client.post("/validate", &body).await;
    let json = reply.json();
    assert_eq!((reply.status, &json["apiVersion"]), (200, &json!(alpha)));
    assert_eq!(item(&json["response"], &key)["value"]["allowed"], true);
    // No keys at all, as Go writes them.
    let none = body.replace(&serde_json::to_string(&[&key]).expect("JSON"), "null");
    let reply = client.post("/validate", &none).await.json();
    assert_eq!(reply["response"], json!({"idempotent": true, "items": [], "systemError": ""}));
    // What is wrong is told in the version of the request, too.
    for wrong in [
        body.replace("ProviderRequest", "Pod"),
        none.replace("null", "[1]"),
        none.replace("null", "[\"\\ud800\"]"),
        none.replace("null", &json!(vec!["a"; 1025]).to_string()),
    ] {
        let reply = client.post("/validate", &wrong).await;
        let json = reply.json();
        assert_eq!((reply.status, &json["apiVersion"]), (200, &json!(alpha)), "{json}");
        assert_ne!(json["response"]["systemError"], "", "{json}");
    }
    let slow = kit.write("guest.wasm", guest::spins());
    let server = Server::start(&kit, &slow, &["--timeout-ms", "2000"]);
    let reply = Client::gatekeeper(&kit, server.gatekeeper).post("/validate", &body).await;
    assert_eq!((reply.status, &reply.json()["apiVersion"]), (200, &json!(alpha)), "{reply:?}");
}

#[tokio::test]
async fn what_is_no_request_is_answered_with_a_system_error() {
    let kit = Kit::new();
    let mut server = Server::start(&kit, &module(), &[]);
    let client = Client::gatekeeper(&kit, server.gatekeeper);
    let good = provider_request(&[]);
    for body in [
        "",
        "nonsense",
        "{}",
        "[]",
        &good.replace("v1beta1", "v2"),
        &good.replace("ProviderRequest", "Pod"),
        &good.replace("[]", "[1]"),
        &good.replace("[]", "{}"),
    ] {
        let reply = client.post("/validate", body).await;
        assert_eq!(reply.status, 200, "{body}");
        let json = reply.json();
        assert_eq!(json["kind"], "ProviderResponse");
        assert_eq!(json["apiVersion"], "externaldata.gatekeeper.sh/v1beta1");
        assert_eq!(json["response"]["items"], json!([]));
        assert!(json["response"]["systemError"].as_str().is_some_and(|text| !text.is_empty()));
    }
    assert_eq!(client.post("/elsewhere", &good).await.status, 404);
    // Of its kind it is told once, and not for each.
    assert_eq!(server.wait_for("request_refused", 1).len(), 1);
}

#[tokio::test]
async fn nasty_keys_admit_nothing_and_are_answered_briefly() {
    let kit = Kit::new();
    let server = Server::start(&kit, &module(), &[]);
    let client = Client::gatekeeper(&kit, server.gatekeeper);
    let deep = "[".repeat(200_000);
    let long = "x".repeat(1 << 20);
    let within =
        |request: &str| format!(r#"{{"version":"v1","settings":{{}},"request":{request}}}"#);
    let pod = r#""operation":"CREATE","kind":{"group":"","kind":"Pod"}"#;
    let keys = [
        within(&deep),
        within(&format!("{{{pod},\"object\":{deep}{}}}", "]".repeat(200_000))),
        within(&format!("{{{pod},\"object\":{{\"spec\":{{\"hostPID\":1e999}}}}}}")),
        within(&format!("{{{pod},\"object\":{{\"spec\":{{\"hostPID\":\"\\ud800\"}}}}}}")),
        within(&format!("{{{pod},\"object\":{{\"spec\":\"\u{0}\"}}}}")),
        within(&format!("{{{pod},\"{long}\":1,\"object\":{{\"spec\":7}}}}")),
        format!(r#"{{"version":"v1","settings":{{}},"request":{{}},"{long}":1}}"#),
        format!(r#"{{"version":"{long}","settings":{{}},"request":{{}}}}"#),
        format!(r#"{{"version":"v1","settings":{{"{long}":1}},"request":{{}}}}"#),
        format!(r#"{{"version":"v1","settings":{{"profile":"{long}"}},"request":{{}}}}"#),
    ];
    for key in &keys {
        let response = client.keys(&[key]).await;
        let item = item(&response, key);
        assert_ne!(item["value"]["allowed"], true, "{:.200}", item.to_string());
        let said = item.get("error").or(item.get("value")).expect("an outcome");
        assert!(said.to_string().len() < 10_000, "{:.200}", said.to_string());
    }
    // And what is no text at all.
    let reply =
        client.post("/validate", &provider_request(&[]).replace("[]", "[\"\\ud800\"]")).await;
    assert_eq!(reply.status, 200);
    assert_ne!(reply.json()["response"]["systemError"], "");
    let reply =
        exchange(client.connect().await.expect("TLS"), &head("GET", "/validate", 0), "").await;
    let reply = reply.expect("a response");
    assert_eq!(reply.status, 405);
    assert_eq!(reply.json()["response"]["systemError"], "only POST is understood");
}

#[tokio::test]
async fn lasting_faults_are_the_keys_and_passing_ones_the_systems() {
    let kit = Kit::new();
    let key = key(false, &json!({}));
    for (module, says) in [
        (guest::traps(), "trapped"),
        (guest::answers("nonsense"), "not understood"),
        (
            guest::answers(
                r#"{"accepted":true,"audit_annotations":{"violations":"[{\"rule\":\"a\",\"action\":\"deny\",\"path\":\"\"}]"}}"#,
            ),
            "lists a violation",
        ),
        (guest::answers(r#"{"accepted":true,"mutated_object":{"kind":"Pod"}}"#), "mutate"),
        (guest::refuses_settings(), "profile: unknown"),
    ] {
        let server = Server::start(&kit, &kit.write("guest.wasm", module), &[]);
        let response = Client::gatekeeper(&kit, server.gatekeeper).keys(&[&key]).await;
        let error = item(&response, &key)["error"].as_str().expect("an error");
        assert!(error.contains(says) && response["systemError"] == "", "{response}");
    }
    let slow = kit.write("guest.wasm", guest::spins());
    let server = Server::start(&kit, &slow, &["--key-timeout-ms", "1000"]);
    let response = Client::gatekeeper(&kit, server.gatekeeper).keys(&[&key]).await;
    assert!(response["systemError"].as_str().expect("text").contains("stopped"), "{response}");
    assert_eq!(response["items"], json!([]));
}

#[tokio::test]
async fn a_full_queue_and_a_late_answer_are_system_errors() {
    let kit = Kit::new();
    let slow = kit.write("guest.wasm", guest::spins());
    // The second one comes while the first is judged, on a busy machine, too.
    let options = ["--workers", "1", "--queue", "0", "--timeout-ms", "6000"];
    let mut server = Server::start(&kit, &slow, &options);
    let client = Client::gatekeeper(&kit, server.gatekeeper);
    let key = key(false, &json!({}));
    let first = tokio::spawn({
        let (client, key) = (client.clone(), key.clone());
        async move { client.keys(&[&key]).await }
    });
    server.judges().await;
    let response = client.keys(&[&key]).await;
    assert!(
        response["systemError"].as_str().expect("text").contains("as much to do"),
        "{response}"
    );
    let response = first.await.expect("joins");
    assert!(response["systemError"].as_str().expect("text").contains("in time"), "{response}");
    let events = server.wait_for("request_refused", 2);
    let reasons: Vec<_> = events.iter().map(|event| event["reason"].as_str()).collect();
    assert_eq!(reasons, [Some("overloaded"), Some("timed_out")]);
}

/// A module that says something else each time shows how often it is asked.
#[tokio::test]
async fn settings_are_checked_once_for_all_that_come_with_them() {
    let kit = Kit::new();
    let guest = kit.write("guest.wasm", guest::refuses_settings_in_ever_other_words());
    let server = Server::start(&kit, &guest, &[]);
    let client = Client::gatekeeper(&kit, server.gatekeeper);
    let (some, others) = (json!({"profile": "baseline"}), json!({"profile": "restricted"}));
    let keys = [key(true, &some), key(false, &some), key(true, &others)];
    let said = async || {
        let response = client.keys(&keys.each_ref().map(String::as_str)).await;
        keys.each_ref().map(|key| item(&response, key)["error"].as_str().expect("text").to_owned())
    };
    let [first, second, of_others] = said().await;
    assert!(first.starts_with("the settings are not valid: words: "), "{first}");
    assert_eq!(first, second);
    assert_ne!(first, of_others);
    assert_eq!(said().await, [first.clone(), first, of_others]);
}

/// Gatekeeper's clock starts before the provider's: what it did not wait for is seen here all the same.
#[tokio::test]
async fn whoever_does_not_wait_is_counted_and_told() {
    let kit = Kit::new();
    let slow = kit.write("guest.wasm", guest::spins());
    let options = ["--key-timeout-ms", "6000"];
    let mut server = Server::start(&kit, &slow, &options);
    let client = Client::gatekeeper(&kit, server.gatekeeper);
    let key = key(false, &json!({}));
    let asked = tokio::spawn(async move { client.keys(&[&key]).await });
    server.judges().await;
    asked.abort();
    assert!(asked.await.is_err(), "it was answered");
    let told = server.wait_for("request_refused", 1);
    assert_eq!(
        (&told[0]["reason"], &told[0]["endpoint"]),
        (&json!("abandoned"), &json!("gatekeeper"))
    );
    let metrics = get(server.health, "/metrics").await.body;
    for line in [
        "ringfence_provider_requests_total{endpoint=\"gatekeeper\",outcome=\"abandoned\"} 1\n",
        "ringfence_provider_request_duration_seconds_count{endpoint=\"gatekeeper\"} 1\n",
    ] {
        assert!(metrics.contains(line), "no {line} in {metrics}");
    }
}

#[tokio::test]
async fn verdicts_are_kept_counted_and_told() {
    let kit = Kit::new();
    let mut server = Server::start(&kit, &module(), &[]);
    let client = Client::gatekeeper(&kit, server.gatekeeper);
    let baseline = json!({"profile": "baseline", "rules": {"readOnlyRootFilesystem": "warn"}});
    let (good, bad) = (key(false, &baseline), key(true, &baseline));
    let first = client.keys(&[&good, &bad]).await;
    assert_eq!(client.keys(&[&good, &bad]).await, first);
    let warnings = item(&first, &good)["value"]["warnings"].as_array().map(Vec::len);
    assert_eq!(warnings, Some(1));
    let metrics = get(server.health, "/metrics").await;
    for line in [
        "ringfence_provider_requests_total{endpoint=\"gatekeeper\",outcome=\"answered\"} 2",
        "ringfence_provider_verdicts_total{endpoint=\"gatekeeper\",outcome=\"allowed\"} 2",
        "ringfence_provider_verdicts_total{endpoint=\"gatekeeper\",outcome=\"denied\"} 2",
        "ringfence_provider_violations_total{rule=\"privileged\",action=\"deny\"} 2",
        "ringfence_provider_violations_total{rule=\"readOnlyRootFilesystem\",action=\"warn\"} 4",
        "ringfence_provider_cache_total{result=\"hit\"} 2",
        "ringfence_provider_cache_total{result=\"miss\"} 2",
        "ringfence_provider_evaluation_duration_seconds_count 2",
    ] {
        assert!(metrics.body.contains(line), "no {line} in {}", metrics.body);
    }
    let denials = server.wait_for("denied", 2);
    let cached: Vec<_> = denials.iter().map(|denial| &denial["cached"]).collect();
    assert_eq!(cached, [false, true]);
    for (field, value) in [
        ("level", "INFO"),
        ("endpoint", "gatekeeper"),
        ("kind", "Pod"),
        ("namespace", "shop"),
        ("name", "web"),
        ("operation", "CREATE"),
        ("user", "alice"),
        ("outcome", "judged"),
        ("rules", "privileged"),
    ] {
        assert_eq!(denials[0][field], value, "{field}");
    }
    let places = denials[0]["violations"].as_str().expect("text");
    assert!(places.contains("spec.containers[0].securityContext.privileged"), "{places}");
    for line in server.lines() {
        assert!(!line.to_string().contains("hunter2"), "{line}");
    }
}

#[tokio::test]
async fn the_namespace_of_the_key_is_what_rules_find_out() {
    let kit = Kit::new();
    let server = Server::start(&kit, &module(), &[]);
    let client = Client::gatekeeper(&kit, server.gatekeeper);
    let settings = json!({"profile": "fromNamespaceLabels"});
    let with = |namespace: Value| {
        json!({"version": "v1", "settings": settings, "request": request(true),
            "namespaceObject": namespace})
        .to_string()
    };
    let labelled = |level: &str| {
        with(json!({"metadata": {"name": "shop",
            "labels": {"pod-security.kubernetes.io/enforce": level}}}))
    };
    let (free, fenced) = (labelled("privileged"), labelled("baseline"));
    // Nobody says what the labels are, or they are another namespace's.
    let unknown = with(Value::Null);
    let another = with(json!({"metadata": {"name": "other"}}));
    let response = client.keys(&[&free, &fenced, &unknown, &another]).await;
    assert_eq!(item(&response, &free)["value"]["allowed"], true, "{response}");
    for key in [&fenced, &unknown, &another] {
        assert_eq!(item(&response, key)["value"]["allowed"], false, "{response}");
    }
    let says = item(&response, &unknown)["value"]["message"].as_str().expect("text");
    assert!(says.contains("--kubeconfig"), "{says}");
}
