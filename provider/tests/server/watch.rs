//! Kinds that are watched: the server is ready when they are known, and asks for nothing that it knows.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use serde_json::{Value, json};

use crate::certificates::{Kit, module};
use crate::client::{Client, get};
use crate::cluster::kubeconfig;
use crate::gatekeeper::key;
use crate::process::{Server, until};

/// An API server that knows namespaces.
struct Cluster {
    address: SocketAddr,
    inside: Arc<Mutex<Inside>>,
}

#[derive(Default)]
struct Inside {
    /// Whether lists are answered.
    lists: bool,
    /// Whether each watch ends as soon as it has begun.
    hangs_up: bool,
    watches: Vec<TcpStream>,
    asked: Vec<String>,
}

impl Cluster {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let inside = Arc::<Mutex<Inside>>::default();
        let shared = inside.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let shared = shared.clone();
                std::thread::spawn(move || answer(stream, &shared));
            }
        });
        Self { address, inside }
    }

    fn asked(&self, path: &str) -> usize {
        let inside = self.inside.lock().expect("a lock");
        inside.asked.iter().filter(|it| it.split('?').next() == Some(path)).count()
    }

    /// Tells everybody who watches.
    fn event(&self, kind: &str, object: &Value) {
        let line = format!("{}\n", json!({"type": kind, "object": object}));
        // A watch that was silent for a while was hung up, and there is the next.
        let watches = &mut self.inside.lock().expect("a lock").watches;
        watches.retain_mut(|stream| stream.write_all(line.as_bytes()).is_ok());
    }

    fn lists(&self, answered: bool) {
        self.inside.lock().expect("a lock").lists = answered;
    }

    /// Ends every watch that there is, and if `always`, each that comes.
    fn hang_up(&self, always: bool) {
        let mut inside = self.inside.lock().expect("a lock");
        inside.hangs_up = always;
        inside.watches.clear();
    }
}

fn namespace(level: &str, version: u32) -> Value {
    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop",
        "resourceVersion": version.to_string(),
        "labels": {"pod-security.kubernetes.io/enforce": level}}})
}

fn answer(mut stream: TcpStream, inside: &Mutex<Inside>) {
    let mut lines = BufReader::new(stream.try_clone().expect("a stream")).lines();
    let Some(Ok(first)) = lines.next() else { return };
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let _headers: Vec<_> =
        lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
    let mut inside = inside.lock().expect("a lock");
    inside.asked.push(path.clone());
    let (bare, query) = path.split_once('?').unwrap_or((&path, ""));
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n";
    let body = match bare {
        "/api/v1" => json!({"kind": "APIResourceList", "groupVersion": "v1",
            "resources": [{"name": "namespaces", "singularName": "namespace",
                "namespaced": false, "kind": "Namespace", "verbs": ["get", "list", "watch"]}]}),
        "/api/v1/namespaces" if query.contains("watch=true") => {
            stream.write_all(head.as_bytes()).expect("somebody asks");
            if !inside.hangs_up {
                inside.watches.push(stream);
            }
            return;
        }
        "/api/v1/namespaces" if inside.lists => {
            json!({"apiVersion": "v1", "kind": "NamespaceList", "metadata": {"resourceVersion": "5"},
                "items": [namespace("privileged", 4)]})
        }
        "/api/v1/namespaces/shop" => namespace("restricted", 9),
        _ => return,
    };
    let _ = stream.write_all(format!("{head}{body}").as_bytes());
}

#[tokio::test]
async fn what_is_watched_is_not_asked_for_and_what_has_failed_is() {
    let kit = Kit::new();
    let cluster = Cluster::start();
    let config = kubeconfig(&kit, cluster.address);
    cluster.lists(true);
    let mut server =
        Server::start(&kit, &module(), &["--kubeconfig", &config, "--watch", "v1/Namespace"]);
    let client = Client::gatekeeper(&kit, server.gatekeeper);
    let asking = key(true, &json!({"profile": "fromNamespaceLabels"}));
    let allowed = async || {
        let response = client.keys(&[&asking]).await;
        let allowed = response["items"][0]["value"]["allowed"].as_bool();
        allowed.unwrap_or_else(|| panic!("{response}"))
    };
    until("ready", async || get(server.health, "/readyz").await.status == 200).await;
    assert_eq!(server.wait_for("watching", 1)[0]["resource"], "v1/Namespace");
    let one = "/api/v1/namespaces/shop";
    assert!(allowed().await, "the list has it privileged");
    until("somebody watches", async || cluster.asked("/api/v1/namespaces") >= 2).await;
    cluster.event("MODIFIED", &namespace("baseline", 6));
    until("the change is known", async || !allowed().await).await;
    cluster.event("MODIFIED", &namespace("privileged", 7));
    until("the next one, too", async || allowed().await).await;
    assert_eq!(cluster.asked(one), 0);
    // What is gone from the watch may be there again: it is asked for.
    cluster.event("DELETED", &namespace("privileged", 8));
    until("it is asked for", async || !allowed().await && cluster.asked(one) == 1).await;

    // The server forgets the version, and lists nothing for a while.
    cluster.lists(false);
    cluster.event(
        "ERROR",
        &json!({"kind": "Status", "apiVersion": "v1", "status": "Failure",
        "code": 410, "reason": "Expired", "message": "too old resource version"}),
    );
    let failed = server.wait_for("watch_failed", 1).remove(0);
    assert!(failed["error"].as_str().is_some_and(|text| text.contains("too old")), "{failed}");
    let metrics = get(server.health, "/metrics").await.body;
    assert!(metrics.contains("watch_current{resource=\"v1/Namespace\"} 0"), "{metrics}");
    assert!(!allowed().await, "the cluster is asked, and says restricted");
    cluster.lists(true);
    server.wait_for("watching", 2);
    until("what is known counts again", async || allowed().await).await;
    // A watch that ends is the next one's beginning, and nothing of it is told.
    let watched = cluster.asked("/api/v1/namespaces");
    cluster.hang_up(false);
    until("watched again", async || cluster.asked("/api/v1/namespaces") > watched).await;
    assert!(allowed().await);
}

#[tokio::test]
async fn whoever_ends_watches_at_once_is_not_asked_without_a_pause() {
    let kit = Kit::new();
    let cluster = Cluster::start();
    let config = kubeconfig(&kit, cluster.address);
    cluster.lists(true);
    cluster.hang_up(true);
    let mut server =
        Server::start(&kit, &module(), &["--kubeconfig", &config, "--watch", "v1/Namespace"]);
    server.wait_for("watching", 1);
    let asked = || cluster.asked("/api/v1/namespaces");
    let (before, start) = (asked(), Instant::now());
    until("it goes on", async || asked() > before + 20).await;
    let (times, seconds) = (asked() - before, start.elapsed().as_secs_f64());
    // Ten a second, and those of the second before.
    assert!((times as f64) < 10.0 * (seconds + 2.0), "{times} times in {seconds} s");
}

#[tokio::test]
async fn what_is_asked_about_is_watched_from_then_on() {
    let kit = Kit::new();
    let cluster = Cluster::start();
    let config = kubeconfig(&kit, cluster.address);
    let mut server = Server::start(&kit, &module(), &["--kubeconfig", &config]);
    until("ready", async || get(server.health, "/readyz").await.status == 200).await;
    let client = Client::gatekeeper(&kit, server.gatekeeper);
    let (all, one) = ("/api/v1/namespaces", "/api/v1/namespaces/shop");
    let indifferent = key(true, &json!({"profile": "privileged"}));
    assert_eq!(client.keys(&[&indifferent]).await["items"][0]["value"]["allowed"], true);
    assert_eq!((cluster.asked(all), cluster.asked(one)), (0, 0), "no setting needs it");
    let asking = key(true, &json!({"profile": "fromNamespaceLabels"}));
    let allowed = async || {
        client.keys(&[&asking]).await["items"][0]["value"]["allowed"].as_bool().expect("a verdict")
    };
    assert!(!allowed().await, "the first question waits for no list");
    assert_eq!(cluster.asked(one), 1);
    assert_eq!(get(server.health, "/readyz").await.status, 200);
    // Lists fail, which is told once however often it is tried.
    server.wait_for("watch_failed", 1);
    let before = cluster.asked(all);
    until("tried again", async || cluster.asked(all) > before + 1).await;
    assert_eq!(server.events("watch_failed").len(), 1);
    cluster.lists(true);
    server.wait_for("watching", 1);
    until("the list has it privileged", async || allowed().await).await;
    let asked = cluster.asked(one);
    assert!(allowed().await && cluster.asked(one) == asked);
}

#[tokio::test]
async fn it_is_ready_once_the_list_has_come_or_failed() {
    let kit = Kit::new();
    // Somebody who takes connections and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let config = kubeconfig(&kit, silent.local_addr().expect("an address"));
    let mut server =
        Server::start(&kit, &module(), &["--kubeconfig", &config, "--watch", "v1/Namespace"]);
    let reply = get(server.health, "/readyz").await;
    assert_eq!(reply.status, 503, "{reply:?}");
    assert!(reply.body.contains("listed"), "{reply:?}");
    let failed = server.wait_for("watch_failed", 1).remove(0);
    assert!(failed["error"].as_str().is_some_and(|text| text.contains("in time")), "{failed}");
    until("ready", async || get(server.health, "/readyz").await.status == 200).await;
}
