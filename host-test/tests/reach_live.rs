//! `ringfence reach` against an API server: a small one of our own, on loopback.

#[path = "common/process.rs"]
mod process;

use process::{Run, folder};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

/// What the cluster says to a path: a namespace whose web may reach its database.
fn answer(path: &str) -> Option<Value> {
    let resources = |version: &str, list: &[(&str, &str, bool)]| {
        let resource = |(name, kind, namespaced): &(&str, &str, bool)| json!({"name": name, "kind": kind, "namespaced": namespaced, "singularName": "", "verbs": ["list"]});
        json!({"kind": "APIResourceList", "groupVersion": version,
            "resources": list.iter().map(resource).collect::<Vec<_>>()})
    };
    let list = |kind: &str, items: Value| json!({"kind": kind, "metadata": {}, "items": items});
    let labels = |app: &str| json!({"app": app});
    Some(match path {
        "/api/v1" => resources("v1", &[("pods", "Pod", true), ("namespaces", "Namespace", false)]),
        "/apis/apps/v1" => resources("apps/v1", &[("deployments", "Deployment", true)]),
        "/apis/networking.k8s.io/v1" => {
            resources("networking.k8s.io/v1", &[("networkpolicies", "NetworkPolicy", true)])
        }
        "/api/v1/pods" => list(
            "PodList",
            json!([
                {"metadata": {"name": "db-0", "namespace": "shop", "labels": labels("db")}, "spec": {},
                    "status": {"podIP": "10.1.0.7"}},
            ]),
        ),
        "/api/v1/namespaces" => list("NamespaceList", json!([{"metadata": {"name": "shop"}}])),
        "/apis/apps/v1/deployments" => list(
            "DeploymentList",
            json!([
                {"metadata": {"name": "web", "namespace": "shop"},
                    "spec": {"template": {"metadata": {"labels": labels("web")}, "spec": {}}}},
            ]),
        ),
        "/apis/networking.k8s.io/v1/networkpolicies" => list(
            "NetworkPolicyList",
            json!([
                {"metadata": {"name": "db", "namespace": "shop"}, "spec": {
                    "podSelector": {"matchLabels": labels("db")},
                    "ingress": [{"from": [{"podSelector": {"matchLabels": labels("web")}}]}]}},
            ]),
        ),
        _ => return None,
    })
}

fn serve(mut stream: TcpStream) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    let path = first.split([' ', '?']).nth(1).unwrap_or_default();
    let (code, body) = match answer(path) {
        Some(body) => (200, body.to_string()),
        None => (404, json!({"kind": "Status", "status": "Failure", "code": 404}).to_string()),
    };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {code} Said\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

fn reach(arguments: &[&str]) -> Run {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let server = format!("http://{}", listener.local_addr().expect("an address"));
    // The threads end with the process. Nobody waits behind a connection that nothing is sent on.
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || serve(stream));
        }
    });
    let config = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "here",
        "clusters": [{"name": "here", "cluster": {"server": server}}],
        "contexts": [{"name": "here", "context": {"cluster": "here", "user": "me"}}],
        "users": [{"name": "me", "user": {}}],
    });
    let folder = folder(&[("config", config.to_string())]);
    process::run(folder.path(), &[&["reach", "--kubeconfig", "config"], arguments].concat(), "")
}

#[test]
fn a_live_cluster_is_asked_for_what_is_named() {
    // No other kind of workload is there to be listed.
    let run = reach(&["shop/deployment/web", "shop/db-0", "-p", "5432"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("let in by spec.ingress[0] of shop/db"), "{}", run.stdout);
    let run = reach(&["203.0.113.7", "10.1.0.7", "-p", "5432"]);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
}

#[test]
fn what_the_cluster_does_not_tell_is_an_error() {
    let refused = |arguments: &[&str], text: &str| {
        let run = reach(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""));
        assert!(run.stderr.contains(text), "{text}: {}", run.stderr);
    };
    refused(&["shop/cronjob/report", "shop/db-0"], "CronJob objects cannot be listed");
    let known =
        "there is no Deployment wbe in namespace shop; there are shop/deployment/web, shop/db-0";
    refused(&["shop/deployment/wbe", "shop/db-0"], known);
    let context = ["shop/db-0", "shop/db-0", "--context", "nowhere"];
    refused(&context, "cannot use the kubeconfig config");
}
