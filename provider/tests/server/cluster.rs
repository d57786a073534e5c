//! A live cluster: asked where settings need it and the key does not bring it, and not otherwise.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use crate::certificates::{Kit, module};
use crate::client::Client;
use crate::gatekeeper::{key, request};
use crate::plain::Plain;
use crate::process::Server;

/// An API server with one namespace, whose level is `level`, for as long as `answers`.
fn api_server(answers: Arc<AtomicBool>, level: &'static str) -> Plain {
    Plain::serve(Box::new(move |path| {
        if !answers.load(Ordering::Relaxed) {
            return None;
        }
        let answer = match path.split('?').next() {
            Some("/api/v1") => json!({
                "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "v1",
                "resources": [{"name": "namespaces", "singularName": "namespace",
                    "namespaced": false, "kind": "Namespace", "verbs": ["get"]}],
            }),
            Some("/api/v1/namespaces/shop") => json!({
                "apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop",
                    "labels": {"pod-security.kubernetes.io/enforce": level}},
            }),
            other => panic!("{other:?} is asked for"),
        };
        Some(answer.to_string().into_bytes())
    }))
}

/// Writes one for the cluster at this address.
pub(crate) fn kubeconfig(kit: &Kit, cluster: SocketAddr) -> String {
    let config = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "a",
        "clusters": [{"name": "a", "cluster": {"server": format!("http://{cluster}")}}],
        "users": [{"name": "a", "user": {}}],
        "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a"}}],
    });
    kit.write("kubeconfig", config.to_string()).display().to_string()
}

#[tokio::test]
async fn it_is_asked_for_what_the_key_does_not_bring() {
    let kit = Kit::new();
    let cluster = api_server(Arc::new(true.into()), "privileged");
    let config = kubeconfig(&kit, cluster.address);
    let asking = ["--kubeconfig", &config, "--watch", "none"];
    let server = Server::start(&kit, &module(), &asking);
    let client = Client::gatekeeper(&kit, server.gatekeeper);
    let by_labels = json!({"profile": "fromNamespaceLabels"});
    let with = |namespace: Value| {
        json!({"version": "v1", "settings": by_labels, "request": request(true),
            "namespaceObject": namespace})
        .to_string()
    };
    let brought = json!({"metadata": {"name": "shop",
        "labels": {"pod-security.kubernetes.io/enforce": "baseline"}}});
    let response =
        client.keys(&[&key(true, &json!({"profile": "baseline"})), &with(brought)]).await;
    for item in response["items"].as_array().expect("items") {
        assert_eq!(item["value"]["allowed"], false, "{response}");
    }
    assert_eq!(cluster.asked(), 0, "{:?}", cluster.paths());
    let response = client.keys(&[&with(Value::Null)]).await;
    assert_eq!(response["items"][0]["value"]["allowed"], true, "{response}");
    assert_eq!(cluster.paths(), ["/api/v1", "/api/v1/namespaces/shop"]);
    let metrics = crate::client::get(server.health, "/metrics").await.body;
    // What depends on the cluster is not kept.
    assert!(metrics.contains("cache_total{result=\"bypass\"} 1"), "{metrics}");
}

#[tokio::test]
async fn where_it_does_not_answer_that_may_pass() {
    let kit = Kit::new();
    let answers = Arc::new(AtomicBool::new(false));
    let cluster = api_server(answers.clone(), "privileged");
    let server =
        Server::start(&kit, &module(), &["--kubeconfig", &kubeconfig(&kit, cluster.address)]);
    let client = Client::gatekeeper(&kit, server.gatekeeper);
    let settings = json!({"profile": "fromNamespaceLabels"});
    let asking = key(true, &settings);
    let response = client.keys(&[&asking]).await;
    let error = response["systemError"].as_str().expect("text");
    assert!(error.contains("the cluster cannot be asked"), "{response}");
    assert_eq!(response["items"], json!([]));
    // What the settings let pass without it is a verdict.
    let lenient = key(false, &json!({"profile": "fromNamespaceLabels", "missingData": "warn"}));
    let response = client.keys(&[&lenient]).await;
    assert_eq!(response["systemError"], "", "{response}");
    answers.store(true, Ordering::Relaxed);
    let response = client.keys(&[&asking]).await;
    assert_eq!(response["items"][0]["value"]["allowed"], true, "{response}");
}
