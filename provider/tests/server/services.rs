//! Callers without a client certificate: Kyverno and API servers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use crate::certificates::{Kit, module};
use crate::client::{Client, Reply, get, head, provider_request};
use crate::gatekeeper::request;
use crate::guest;
use crate::process::Server;

async fn post(kit: &Kit, server: &Server, path: &str, body: &Value) -> Reply {
    Client::nobody(kit, server.services).post(path, &body.to_string()).await
}

fn review(request: &Value) -> Value {
    json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request})
}

#[tokio::test]
async fn a_service_call_gets_a_verdict() {
    let kit = Kit::new();
    let mut server = Server::start(&kit, &module(), &[]);
    let baseline = json!({"profile": "baseline"});
    for (privileged, allowed) in [(false, true), (true, false)] {
        let body = json!({"settings": baseline, "request": request(privileged)});
        let reply = post(&kit, &server, "/v1/validate", &body).await;
        assert_eq!((reply.status, &reply.json()["allowed"]), (200, &json!(allowed)));
    }
    let denials = server.wait_for("denied", 1);
    assert_eq!((denials.len(), &denials[0]["endpoint"]), (1, &json!("service")));
}

#[tokio::test]
async fn what_is_no_verdict_has_another_status() {
    let kit = Kit::new();
    let server = Server::start(&kit, &module(), &[]);
    let request = request(false);
    for (body, says) in [
        (json!({"settings": {}}), "missing field `request`"),
        (json!({"request": request}), "--settings"),
        (json!({"settings": {"profil": ""}, "request": request}), "settings are not valid"),
        (json!({"settings": {"mutate": true}, "request": request}), "mutate"),
        (json!({"version": "v2", "settings": {}, "request": request}), "`v2`"),
        (json!({"settings": {}, "request": request, "more": 1}), "unknown field"),
        (json!([]), "not understood"),
    ] {
        let reply = post(&kit, &server, "/v1/validate", &body).await;
        let answer = reply.json();
        assert_eq!((reply.status, &answer["allowed"]), (400, &json!(false)), "{body}");
        assert!(answer["message"].as_str().expect("text").contains(says), "{answer}");
    }
    let slow = kit.write("guest.wasm", guest::spins());
    let server = Server::start(&kit, &slow, &["--key-timeout-ms", "1000"]);
    let reply = post(&kit, &server, "/v1/validate", &json!({"settings": {}, "request": {}})).await;
    assert_eq!((reply.status, &reply.json()["allowed"]), (503, &json!(false)));
}

#[tokio::test]
async fn settings_of_the_provider_are_for_requests_without() {
    let kit = Kit::new();
    let settings = kit.write("settings.json", r#"{"profile":"baseline"}"#);
    let options = ["--settings", settings.to_str().expect("UTF-8")];
    let server = Server::start(&kit, &module(), &options);
    let body = json!({"request": request(true)});
    assert_eq!(post(&kit, &server, "/v1/validate", &body).await.json()["allowed"], false);
    let body = json!({"request": request(true), "settings": {"profile": "privileged"}});
    assert_eq!(post(&kit, &server, "/v1/validate", &body).await.json()["allowed"], true);
}

#[tokio::test]
async fn each_door_has_its_own_paths() {
    let kit = Kit::new();
    let server = Server::start(&kit, &module(), &[]);
    let body = json!({"settings": {}, "request": {}}).to_string();
    let gatekeeper = Client::gatekeeper(&kit, server.gatekeeper);
    assert_eq!(gatekeeper.post("/v1/validate", &body).await.status, 404);
    assert_eq!(gatekeeper.post("/admission", &body).await.status, 404);
    let nobody = Client::nobody(&kit, server.services);
    assert_eq!(nobody.post("/validate", &provider_request(&[])).await.status, 404);
    assert_eq!(nobody.post("/metrics", "").await.status, 404);
}

#[tokio::test]
async fn what_fills_this_door_up_leaves_the_other_alone() {
    let kit = Kit::new();
    let options = ["--max-body-mib", "8", "--max-bodies-mib", "8"];
    let mut server = Server::start(&kit, &module(), &options);
    let nobody = Client::nobody(&kit, server.services);
    let mut slow = nobody.connect().await.expect("TLS");
    slow.write_all(head("POST", "/v1/validate", 8 << 20).as_bytes()).await.expect("sent");
    let body = json!({"settings": {}, "request": request(false)}).to_string();
    // Its place is taken once the server has read the head.
    let mut status = 200;
    while status == 200 {
        status = nobody.post("/v1/validate", &body).await.status;
    }
    assert_eq!(status, 503);
    Client::gatekeeper(&kit, server.gatekeeper).keys(&[]).await;
    assert_eq!(server.wait_for("request_refused", 1)[0]["reason"], "overloaded");
}

#[tokio::test]
async fn an_admission_review_is_answered() {
    let kit = Kit::new();
    let settings = kit.write(
        "settings.json",
        r#"{"profile":"baseline","rules":{"readOnlyRootFilesystem":"warn"}}"#,
    );
    let options = ["--settings", settings.to_str().expect("UTF-8")];
    let server = Server::start(&kit, &module(), &options);
    let reply = post(&kit, &server, "/admission", &review(&request(true))).await;
    let review = reply.json();
    assert_eq!((reply.status, &review["kind"]), (200, &json!("AdmissionReview")));
    assert_eq!(review["apiVersion"], "admission.k8s.io/v1");
    let response = &review["response"];
    assert_eq!((&response["uid"], &response["allowed"]), (&json!("1"), &json!(false)));
    assert_eq!(response["status"]["code"], 403);
    let message = response["status"]["message"].as_str().expect("text");
    assert!(message.starts_with("Pod shop/web violates baseline"), "{message}");
    assert_eq!(response["auditAnnotations"]["outcome"], "judged");
    assert_eq!(response["warnings"].as_array().map(Vec::len), Some(1));
    assert!(response.get("patch").is_none());
}

/// Of a deletion the API server sends what is deleted, and no object.
#[tokio::test]
async fn a_denied_deletion_is_logged_with_what_was_to_be_deleted() {
    let kit = Kit::new();
    let settings =
        r#"{"profile":"privileged","rules":{"protectedNamespaces":{"namespaces":["kept"]}}}"#;
    let settings = kit.write("settings.json", settings);
    let options = ["--settings", settings.to_str().expect("UTF-8")];
    let mut server = Server::start(&kit, &module(), &options);
    let mut request = json!({
        "uid": "2", "operation": "DELETE", "namespace": "kept", "name": "kept",
        "kind": {"group": "", "version": "v1", "kind": "Namespace"},
        "resource": {"group": "", "version": "v1", "resource": "namespaces"},
        "userInfo": {"username": "alice"}, "object": null,
        "oldObject": {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kept"}},
    });
    let mut denied = Vec::new();
    for (index, name) in [json!("kept"), json!(""), Value::Null].into_iter().enumerate() {
        request["name"] = name;
        let reply = post(&kit, &server, "/admission", &review(&request)).await.json();
        assert_eq!(reply["response"]["allowed"], false, "{reply}");
        denied = server.wait_for("denied", index + 1);
    }
    for line in denied {
        for (field, value) in [
            ("kind", "Namespace"),
            ("namespace", "kept"),
            ("name", "kept"),
            ("operation", "DELETE"),
            ("user", "alice"),
            ("rules", "protectedNamespaces"),
        ] {
            assert_eq!(line[field], value, "{field}: {line}");
        }
    }
}

#[tokio::test]
async fn an_object_is_filled_in_where_settings_ask_for_it() {
    let kit = Kit::new();
    let settings = kit.write("settings.json", r#"{"profile":"restricted","mutate":true}"#);
    let options = ["--settings", settings.to_str().expect("UTF-8")];
    let server = Server::start(&kit, &module(), &options);
    let reply = post(&kit, &server, "/admission", &review(&request(false))).await.json();
    let response = &reply["response"];
    assert_eq!((&response["allowed"], &response["patchType"]), (&json!(true), &json!("JSONPatch")));
    let patch = STANDARD.decode(response["patch"].as_str().expect("text")).expect("base64");
    let patch: json_patch::Patch = serde_json::from_slice(&patch).expect("a patch");
    let mut object = request(false)["object"].clone();
    json_patch::patch(&mut object, &patch).expect("it applies");
    let context = &object["spec"]["containers"][0]["securityContext"];
    assert_eq!(context["allowPrivilegeEscalation"], false, "{object}");
    assert_eq!(object["spec"]["containers"][0]["env"][0]["value"], "hunter2");
}

#[tokio::test]
async fn a_review_without_a_verdict_admits_nothing() {
    let kit = Kit::new();
    let server = Server::start(&kit, &module(), &[]);
    let reply = post(&kit, &server, "/admission", &review(&request(false))).await;
    let response = reply.json()["response"].clone();
    assert_eq!((reply.status, &response["allowed"]), (200, &json!(false)));
    assert!(response["status"]["message"].as_str().expect("text").contains("--settings"));
    for body in [json!({}), json!({"kind": "AdmissionReview"}), review(&json!({})), json!("x")] {
        assert_eq!(post(&kit, &server, "/admission", &body).await.status, 400, "{body}");
    }
    let settings = kit.write("settings.json", "{}");
    let options = ["--settings", settings.to_str().expect("UTF-8"), "--key-timeout-ms", "1000"];
    let slow = kit.write("guest.wasm", guest::spins());
    let server = Server::start(&kit, &slow, &options);
    let response = post(&kit, &server, "/admission", &review(&request(false))).await.json();
    assert_eq!(response["response"]["allowed"], false);
    assert_eq!(response["response"]["uid"], "1");
    let metrics = get(server.health, "/metrics").await.body;
    assert!(metrics.contains("verdicts_total{endpoint=\"admission\",outcome=\"error\"} 1"));
    // A denial for want of a verdict is no answer.
    let requests =
        |outcome| format!("requests_total{{endpoint=\"admission\",outcome=\"{outcome}\"}}");
    assert!(metrics.contains(&(requests("failed") + " 1")), "{metrics}");
    assert!(!metrics.contains(&requests("answered")), "{metrics}");
}
