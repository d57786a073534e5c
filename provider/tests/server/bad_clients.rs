//! Clients that are refused: told once, and the server serves on.

use std::time::{Duration, Instant};

use rustls::version;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::certificates::{Authority, GATEKEEPER, Kit, module};
use crate::client::{Client, exchange, get, head, provider_request};
use crate::gatekeeper::key;
use crate::process::{Server, until};

/// Gatekeeper is served.
async fn serves(kit: &Kit, server: &Server) {
    let key = key(false, &json!({"profile": "baseline"}));
    let response = Client::gatekeeper(kit, server.gatekeeper).keys(&[&key]).await;
    assert_eq!(response["items"][0]["value"]["allowed"], true, "{response}");
}

/// One line about a refused connection, for this reason.
fn told_once(server: &mut Server, reason: &str) {
    server.wait_for("connection_refused", 1);
    let events = server.events("connection_refused");
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!(events[0]["reason"], reason, "{events:?}");
    assert_eq!(events[0]["listener"], "gatekeeper");
}

/// A client with this certificate is refused for this reason, three times over.
async fn refused(kit: &Kit, client: impl Fn(&Server) -> Client, reason: &str) {
    let mut server = Server::start(kit, &module(), &[]);
    for _ in 0..3 {
        let outcome = client(&server).try_post("/validate", &provider_request(&[])).await;
        assert!(outcome.is_err(), "{outcome:?}");
    }
    told_once(&mut server, reason);
    serves(kit, &server).await;
    let counted = format!("ringfence_provider_refused_total{{reason=\"{reason}\"}} 3");
    let metrics = get(server.health, "/metrics").await.body;
    assert!(metrics.contains(&counted), "{metrics}");
}

#[tokio::test]
async fn who_has_no_certificate() {
    let kit = Kit::new();
    refused(&kit, |server| Client::nobody(&kit, server.gatekeeper), "no_certificate").await;
}

#[tokio::test]
async fn a_stranger() {
    let kit = Kit::new();
    let pair = Authority::new("gatekeeper-ca").client(GATEKEEPER);
    let stranger =
        |server: &Server| Client::new(&kit, server.gatekeeper, Some(&pair), &version::TLS13);
    refused(&kit, stranger, "stranger").await;
}

#[tokio::test]
async fn somebody_else_of_the_same_authority() {
    let kit = Kit::new();
    let pair = kit.theirs.client("metrics.gatekeeper-system.svc");
    let other =
        |server: &Server| Client::new(&kit, server.gatekeeper, Some(&pair), &version::TLS13);
    refused(&kit, other, "wrong_name").await;
}

#[tokio::test]
async fn tls_1_2() {
    let kit = Kit::new();
    let pair = kit.gatekeeper();
    let old = |server: &Server| Client::new(&kit, server.gatekeeper, Some(&pair), &version::TLS12);
    refused(&kit, old, "old_tls").await;
}

#[tokio::test]
async fn plain_http() {
    let kit = Kit::new();
    let mut server = Server::start(&kit, &module(), &[]);
    let stream = TcpStream::connect(server.gatekeeper).await.expect("a connection");
    // What comes back is an alert of TLS, or nothing.
    let body = provider_request(&[]);
    let mut stream = stream;
    stream
        .write_all((head("POST", "/validate", body.len()) + &body).as_bytes())
        .await
        .expect("sent");
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
    told_once(&mut server, "not_tls");
    serves(&kit, &server).await;
}

#[tokio::test]
async fn a_slow_loris() {
    let kit = Kit::new();
    let mut server = Server::start(&kit, &module(), &["--header-timeout-ms", "3000"]);
    // One that never says hello, and one that never ends its headers.
    let mut silent = TcpStream::connect(server.gatekeeper).await.expect("a connection");
    let mut slow = Client::gatekeeper(&kit, server.gatekeeper).connect().await.expect("TLS");
    let start = Instant::now();
    slow.write_all(b"POST /validate HTTP/1.1\r\nHost: localhost\r\n").await.expect("sent");
    let dripping = async {
        // Every byte comes in time, the headers do not.
        for letter in "X-Slow: ".bytes().cycle() {
            tokio::time::sleep(Duration::from_millis(50)).await;
            if slow.write_all(&[letter]).await.is_err() || slow.flush().await.is_err() {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), dripping).await.expect("it is cut off");
    assert!(start.elapsed() >= Duration::from_secs(3));
    let mut nothing = Vec::new();
    let _ = silent.read_to_end(&mut nothing).await;
    assert!(nothing.is_empty());
    server.wait_for("connection_refused", 2);
    let mut reasons: Vec<_> = server
        .events("connection_refused")
        .iter()
        .map(|event| event["reason"].as_str().map(str::to_owned))
        .collect();
    reasons.sort();
    assert_eq!(reasons, [Some("slow_handshake".to_owned()), Some("slow_headers".to_owned())]);
    serves(&kit, &server).await;
}

#[tokio::test]
async fn a_slow_body() {
    let kit = Kit::new();
    let mut server = Server::start(&kit, &module(), &["--timeout-ms", "5000"]);
    let mut slow = Client::gatekeeper(&kit, server.gatekeeper).connect().await.expect("TLS");
    slow.write_all(head("POST", "/validate", 1000).as_bytes()).await.expect("sent");
    let mut answer = String::new();
    let _ = slow.read_to_string(&mut answer).await;
    assert!(answer.contains("did not get it done in time"), "{answer}");
    let events = server.wait_for("request_refused", 1);
    assert_eq!((events.len(), &events[0]["reason"]), (1, &json!("timed_out")));
    serves(&kit, &server).await;
}

#[tokio::test]
async fn a_hundred_megabytes() {
    let kit = Kit::new();
    let mut server = Server::start(&kit, &module(), &[]);
    let client = Client::gatekeeper(&kit, server.gatekeeper);
    let large = "x".repeat(100 << 20);
    // It may be cut off before it has read the answer.
    if let Ok(reply) = client.try_post("/validate", &large).await {
        assert_eq!(reply.status, 200, "{reply:?}");
        assert!(reply.json()["response"]["systemError"].as_str().is_some_and(|it| !it.is_empty()));
    }
    let events = server.wait_for("request_refused", 1);
    assert_eq!((events.len(), &events[0]["reason"]), (1, &json!("request_too_large")));
    // And without a length.
    let head = "POST /validate HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\
                Connection: close\r\n\r\n";
    let body = format!("{:x}\r\n{large}\r\n0\r\n\r\n", large.len());
    let stream = client.connect().await.expect("TLS");
    if let Ok(reply) = exchange(stream, head, &body).await {
        assert_eq!(reply.status, 200, "{reply:?}");
        let told = reply.json()["response"]["systemError"].clone();
        assert!(told.as_str().is_some_and(|it| it.contains("--max-body-mib")), "{reply:?}");
    }
    serves(&kit, &server).await;
    let metrics = get(server.health, "/metrics").await.body;
    assert!(metrics.contains("refused_total{reason=\"request_too_large\"} 2"), "{metrics}");
}

#[tokio::test]
async fn a_hundred_thousand_keys() {
    let kit = Kit::new();
    let mut server = Server::start(&kit, &module(), &[]);
    let client = Client::gatekeeper(&kit, server.gatekeeper);
    let keys: Vec<String> = (0..100_000).map(|number| number.to_string()).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let reply = client.post("/validate", &provider_request(&keys)).await;
    assert_eq!(reply.status, 200);
    let response = &reply.json()["response"];
    assert_eq!(response["items"], json!([]));
    assert!(response["systemError"].as_str().expect("text").contains("100000 keys"), "{response}");
    let events = server.wait_for("request_refused", 1);
    assert_eq!((events.len(), &events[0]["reason"]), (1, &json!("request_too_large")));
    serves(&kit, &server).await;
}

#[tokio::test]
async fn a_key_that_is_too_large_is_an_error_of_its_own() {
    let kit = Kit::new();
    let server = Server::start(&kit, &module(), &["--max-key-mib", "1"]);
    let large = "x".repeat((1 << 20) + 1);
    let good = key(false, &json!({"profile": "baseline"}));
    let response = Client::gatekeeper(&kit, server.gatekeeper).keys(&[&large, &good]).await;
    assert!(response["items"][0]["error"].as_str().expect("an error").contains("1048576 bytes"));
    assert_eq!(response["items"][1]["value"]["allowed"], true);
}

#[tokio::test]
async fn one_connection_too_many() {
    let kit = Kit::new();
    let mut server = Server::start(&kit, &module(), &["--max-connections", "2"]);
    let client = Client::gatekeeper(&kit, server.gatekeeper);
    let held = (client.connect().await.expect("TLS"), client.connect().await.expect("TLS"));
    assert!(client.try_post("/validate", &provider_request(&[])).await.is_err());
    told_once(&mut server, "too_many_connections");
    drop(held);
    // The places are free again once the server has seen them go.
    until("places of connections are given back", async || {
        client.try_post("/validate", &provider_request(&[])).await.is_ok()
    })
    .await;
}
