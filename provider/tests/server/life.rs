//! From start to end: readiness, certificates that change, signals.

use std::os::unix::fs::symlink;
use std::time::{Duration, Instant};

use serde_json::json;
use sha2::{Digest as _, Sha256};
use tokio::net::TcpStream;

use crate::certificates::{Authority, Kit, Pair, module};
use crate::client::{Client, exchange, get, head, provider_request};
use crate::gatekeeper::key;
use crate::guest;
use crate::plain::Plain;
use crate::process::{Server, until};

#[tokio::test]
async fn it_is_alive_and_ready_and_says_what_it_is() {
    let kit = Kit::new();
    let server = Server::start(&kit, &module(), &[]);
    for path in ["/healthz", "/readyz"] {
        let reply = get(server.health, path).await;
        assert_eq!((reply.status, &*reply.body), (200, "ok\n"), "{path}");
    }
    let metrics = get(server.health, "/metrics").await;
    assert_eq!(metrics.status, 200);
    assert!(
        metrics.body.contains("ringfence_provider_module_info{digest=\"sha256:"),
        "{metrics:?}"
    );
    assert!(metrics.body.ends_with("# EOF\n"));
    let compiled = server.events("module");
    assert!(compiled[0]["digest"].as_str().is_some_and(|text| metrics.body.contains(text)));
    // Verdicts are not to be had there.
    assert_eq!(get(server.health, "/validate").await.status, 404);
}

#[tokio::test]
async fn it_is_alive_and_not_ready_while_the_module_is_on_its_way() {
    let kit = Kit::new();
    let bytes = std::fs::read(module()).expect("the module");
    let (send, wait) = std::sync::mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let place = Plain::serve(Box::new(move |_| {
        wait.lock().expect("one at a time").recv().ok().map(|()| bytes.clone())
    }));
    let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr());
    let health = free.expect("a free port");
    let reference = format!("http://{}/policy.wasm", place.address);
    let (host, store, at) = (place.address.to_string(), kit.text("store"), health.to_string());
    let options = ["--plain-http", &*host, "--store", &store, "--health-listen", &at];
    let mut server = Server::starting(&kit, reference.as_ref(), &options);
    until("the module is asked for", async || place.asked() > 0).await;
    assert_eq!(get(health, "/healthz").await.status, 200);
    let reply = get(health, "/readyz").await;
    assert_eq!((reply.status, &*reply.body), (503, "the module is not compiled yet\n"));
    send.send(()).expect("the place waits");
    server.wait_for("serving", 1);
    assert_eq!(get(health, "/readyz").await.status, 200);
}

/// The health port answers once a connection: whoever asks again and again makes room for others.
#[tokio::test]
async fn the_health_port_keeps_no_connection() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let kit = Kit::new();
    let server = Server::start(&kit, &module(), &[]);
    let mut stream = TcpStream::connect(server.health).await.expect("a connection");
    let asking = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    stream.write_all(asking.as_bytes()).await.expect("it listens");
    let mut said = String::new();
    stream.read_to_string(&mut said).await.expect("it ends");
    // And not for want of a second request, after a while.
    assert!(said.starts_with("HTTP/1.1 200") && said.contains("connection: close"), "{said}");
}

/// Whoever holds every connection to the health port keeps probes out for moments at most.
#[tokio::test]
async fn probes_are_answered_beside_idle_connections() {
    let kit = Kit::new();
    let server = Server::start(&kit, &module(), &[]);
    let begin = Instant::now();
    let mut held = Vec::new();
    for _ in 0..64 {
        held.push(TcpStream::connect(server.health).await.expect("a connection"));
    }
    let probe = async || {
        let stream = TcpStream::connect(server.health).await?;
        exchange(stream, &head("GET", "/readyz", 0), "").await
    };
    assert!(probe().await.is_err(), "there are as many connections as may be");
    loop {
        if let Ok(reply) = probe().await {
            assert_eq!(reply.status, 200);
            break;
        }
        assert!(begin.elapsed() < Duration::from_secs(20), "idle connections are kept");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    // Those who asked a moment ago are not cut off.
    assert!(begin.elapsed() > Duration::from_secs(4));
    drop(held);
}

#[tokio::test]
async fn a_module_comes_from_a_server_once_and_is_what_its_digest_says() {
    let kit = Kit::new();
    let bytes = std::fs::read(module()).expect("the module");
    let place = Plain::serve(Box::new(move |_| Some(bytes.clone())));
    let reference = format!("http://{}/policy.wasm", place.address);
    let (host, store) = (place.address.to_string(), kit.text("store"));
    let options = ["--plain-http", &*host, "--store", &*store];
    let server = Server::start(&kit, reference.as_ref(), &options);
    let digest = server.events("module")[0]["digest"].as_str().expect("text").to_owned();
    let pinned = format!("{reference}@{digest}");
    let again = Server::start(&kit, pinned.as_ref(), &options);
    assert_eq!(again.events("module")[0]["reference"], *pinned);
    assert_eq!(place.asked(), 1, "the digest names what is stored");
}

/// A registry with one artifact, as distribution's API has it.
fn registry(bytes: Vec<u8>) -> Plain {
    let digest = |bytes: &[u8]| {
        let hash = Sha256::digest(bytes);
        hash.iter().fold("sha256:".to_owned(), |text, byte| text + &format!("{byte:02x}"))
    };
    let config = b"{}".to_vec();
    let of = |media_type: &str, bytes: &[u8]| json!({"mediaType": media_type, "size": bytes.len(), "digest": digest(bytes)});
    let manifest = json!({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": of("application/vnd.wasm.config.v1+json", &config),
        "layers": [of("application/vnd.wasm.content.layer.v1+wasm", &bytes)],
    });
    let blobs = [config, bytes].map(|blob| (digest(&blob), blob));
    Plain::serve(Box::new(move |path| match path.strip_prefix("/v2/") {
        Some("") => Some(b"{}".to_vec()),
        Some("org/ringfence/manifests/v1") => Some(manifest.to_string().into_bytes()),
        Some(path) => {
            let digest = path.strip_prefix("org/ringfence/blobs/")?;
            blobs.iter().find(|(named, _)| named == digest).map(|(_, blob)| blob.clone())
        }
        None => None,
    }))
}

#[tokio::test]
async fn a_module_comes_from_a_registry() {
    let kit = Kit::new();
    let bytes = std::fs::read(module()).expect("the module");
    let place = registry(bytes);
    let reference = format!("registry://{}/org/ringfence:v1", place.address);
    let (host, store) = (place.address.to_string(), kit.text("store"));
    let options = ["--plain-http", &*host, "--store", &*store];
    let server = Server::start(&kit, reference.as_ref(), &options);
    let told = &server.events("module")[0];
    // By the digest of the manifest: what a tag names may change.
    let pinned = told["reference"].as_str().expect("text");
    let name = reference.trim_end_matches(":v1");
    assert!(pinned.starts_with(&format!("{name}@sha256:")), "{told}");
    let client = Client::gatekeeper(&kit, server.gatekeeper);
    let response = client.keys(&[&key(true, &json!({"profile": "baseline"}))]).await;
    assert_eq!(response["items"][0]["value"]["rules"], json!(["privileged"]), "{response}");
    // Then the registry is not asked again.
    let asked = place.asked();
    let again = Server::start(&kit, pinned.as_ref(), &options);
    assert_eq!(again.events("module")[0]["digest"], told["digest"]);
    assert_eq!(place.asked(), asked, "{:?}", place.paths());
}

#[tokio::test]
async fn it_is_not_ready_with_a_certificate_that_is_about_to_end() {
    let kit = Kit::new();
    kit.install(&kit.ours.server_for(Duration::from_secs(60)));
    let mut server = Server::start(&kit, &module(), &["--expiry-margin-seconds", "3600"]);
    let reply = get(server.health, "/readyz").await;
    assert_eq!(reply.status, 503);
    assert!(reply.body.contains("certificate"), "{reply:?}");
    assert_eq!(get(server.health, "/healthz").await.status, 200);
    kit.install(&kit.ours.server());
    // Both doors have it.
    server.wait_for("certificates_reloaded", 2);
    assert_eq!(get(server.health, "/readyz").await.status, 200);
}

/// Writes a folder as the kubelet does: a new folder, to which the link `..data` is moved.
fn project(kit: &Kit, generation: &str, pair: &Pair, authority: &str) {
    let folder = kit.path(generation);
    std::fs::create_dir(&folder).expect("a folder");
    for (name, text) in
        [("tls.crt", &*pair.certificate), ("tls.key", &pair.key), ("ca.crt", authority)]
    {
        std::fs::write(folder.join(name), text).expect("a file");
    }
    let link = kit.path("..data_tmp");
    symlink(generation, &link).expect("a link");
    std::fs::rename(link, kit.path("..data")).expect("the link is moved");
}

#[tokio::test]
async fn certificates_change_any_number_of_times() {
    let mut kit = Kit::new();
    for name in ["tls.crt", "tls.key", "ca.crt"] {
        std::fs::remove_file(kit.path(name)).expect("a file");
        symlink(format!("..data/{name}"), kit.path(name)).expect("a link");
    }
    project(&kit, "..1", &kit.ours.server(), &kit.theirs.pem());
    let mut server = Server::start(&kit, &module(), &[]);
    for generation in 2..5 {
        let before = Client::gatekeeper(&kit, server.gatekeeper);
        before.keys(&[]).await;
        // Both authorities are others now.
        kit.ours = Authority::new("ours");
        kit.theirs = Authority::new("gatekeeper-ca");
        project(&kit, &format!("..{generation}"), &kit.ours.server(), &kit.theirs.pem());
        server.wait_for("certificates_reloaded", 2 * (generation - 1));
        Client::gatekeeper(&kit, server.gatekeeper).keys(&[]).await;
        Client::nobody(&kit, server.services).post("/v1/validate", "{}").await;
        assert!(before.try_post("/validate", &provider_request(&[])).await.is_err());
    }
}

#[tokio::test]
async fn what_cannot_be_used_changes_nothing_and_is_told_once() {
    let kit = Kit::new();
    let mut server = Server::start(&kit, &module(), &[]);
    let client = Client::gatekeeper(&kit, server.gatekeeper);
    kit.write("tls.key", kit.ours.server().key);
    // One line for each of the two doors.
    let lines = server.wait_for("certificates_unusable", 2);
    assert!(lines[0]["error"].as_str().expect("text").contains("is not that of"), "{lines:?}");
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert_eq!(server.events("certificates_unusable").len(), 2);
    client.keys(&[]).await;
    let metrics = get(server.health, "/metrics").await.body;
    assert!(metrics.contains("certificate_reloads_total{result=\"failed\"} 2"), "{metrics}");
    kit.install(&kit.ours.server());
    server.wait_for("certificates_reloaded", 2);
    client.keys(&[]).await;
}

#[tokio::test]
async fn it_ends_on_a_signal_and_loses_no_request() {
    let kit = Kit::new();
    let slow = kit.write("guest.wasm", guest::spins());
    let options = ["--key-timeout-ms", "1000", "--lame-duck-seconds", "8"];
    let mut server = Server::start(&kit, &slow, &options);
    let client = Client::gatekeeper(&kit, server.gatekeeper);
    let idle = client.connect().await.expect("TLS");
    server.terminate();
    server.wait_for("ending", 1);
    assert_eq!(get(server.health, "/readyz").await.status, 503);
    // It is not ready, and serves on for those who have not heard of it.
    let answer = client.keys(&[&key(false, &json!({}))]).await;
    assert!(answer["systemError"].as_str().expect("text").contains("stopped"), "{answer}");
    assert_eq!(server.ended(), Some(0));
    assert!(client.connect().await.is_err());
    drop(idle);
}

#[tokio::test]
async fn a_request_under_way_is_answered_before_the_end() {
    let kit = Kit::new();
    let slow = kit.write("guest.wasm", guest::spins());
    let mut server = Server::start(&kit, &slow, &["--key-timeout-ms", "5000"]);
    let client = Client::gatekeeper(&kit, server.gatekeeper);
    let asked = tokio::spawn(async move { client.keys(&[&key(false, &json!({}))]).await });
    server.judges().await;
    server.terminate();
    let answer = asked.await.expect("joins");
    assert!(answer["systemError"].as_str().expect("text").contains("stopped"), "{answer}");
    assert_eq!(server.ended(), Some(0));
}

#[tokio::test]
async fn connections_are_kept_between_requests() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let kit = Kit::new();
    let server = Server::start(&kit, &module(), &["--header-timeout-ms", "2000"]);
    let mut stream = Client::gatekeeper(&kit, server.gatekeeper).connect().await.expect("TLS");
    let body = provider_request(&[]);
    for _ in 0..3 {
        let head = head("POST", "/validate", body.len()).replace("Connection: close\r\n", "");
        stream.write_all((head + &body).as_bytes()).await.expect("sent");
        let mut answer = Vec::new();
        while !answer.ends_with(b"}") {
            assert_ne!(stream.read_buf(&mut answer).await.expect("an answer"), 0);
        }
        assert!(answer.starts_with(b"HTTP/1.1 200 OK"));
        // Longer than headers may take.
        tokio::time::sleep(Duration::from_millis(2500)).await;
    }
}
