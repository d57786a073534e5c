//! Servers that answer what no registry should.

mod common;

use common::server::{Answer, serve};
use common::{EMPTY_MODULE, reference};
use ringfence_registry::blocking::Client;
use ringfence_registry::{Digest, Error, Module, Options};
use serde_json::json;
use tempfile::TempDir;

/// What becomes of a reference to such a server, and what it was asked.
fn fetch(
    rest: impl FnOnce(&str) -> String,
    answer: impl Fn(&str) -> Answer + Send + 'static,
) -> (Result<Module, Error>, Vec<String>) {
    let server = serve(answer);
    let store = TempDir::new().expect("a folder");
    let options = Options {
        plain_http: vec![server.host.clone()],
        store: Some(store.path().into()),
        docker_config: Some("/nonexistent".into()),
        ..Options::default()
    };
    let client = Client::new(options).expect("a client");
    let fetched = client.fetch(&reference(&rest(&server.host)));
    if fetched.is_err() {
        let kept = walk(store.path());
        assert_eq!(kept, 0, "nothing is kept of what is refused");
    }
    let asked = server.asked.lock().expect("the log").clone();
    (fetched, asked)
}

fn walk(folder: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(folder).expect("readable").flatten();
    entries.map(|entry| if entry.path().is_dir() { walk(&entry.path()) } else { 1 }).sum()
}

/// What is said of a registry that gives this answer to whatever it is asked for.
fn registry(answer: impl Fn(&str) -> Answer + Send + 'static) -> String {
    let (fetched, _) = fetch(|host| format!("registry://{host}/ringfence:v1.0.0"), answer);
    fetched.expect_err("an error").to_string()
}

/// A manifest of a policy whose module has this digest and size.
fn manifest(digest: &Digest, size: usize) -> String {
    let descriptor = |kind: &str, digest: &Digest, size: usize| json!({"mediaType": format!("application/vnd.wasm.{kind}"), "digest": digest.to_string(), "size": size});
    json!({
        "schemaVersion": 2,
        "config": descriptor("config.v1+json", &Digest::of(b"{}"), 2),
        "layers": [descriptor("content.layer.v1+wasm", digest, size)],
    })
    .to_string()
}

/// Answers requests for manifests with one and for blobs with the other.
fn artifact(manifest: String, blob: Answer) -> impl Fn(&str) -> Answer + Send + 'static {
    let Answer { status, headers, body } = blob;
    move |request: &str| {
        if request.contains("/manifests/") {
            Answer::new(200, manifest.clone())
        } else if request.contains("/blobs/") {
            Answer { status, headers: headers.clone(), body: body.clone() }
        } else {
            Answer::new(200, "{}")
        }
    }
}

#[test]
fn html_is_one_clear_error() {
    for status in [200, 400, 404, 405] {
        let error = registry(move |_| Answer::html(status));
        assert!(error.contains("does not answer like an OCI registry"), "{status}: {error}");
        assert!(error.contains("an HTML page"), "{status}: {error}");
        assert!(!error.contains('<') && !error.contains('\n'), "{status}: {error}");
    }
    for status in [500, 502, 503] {
        let error = registry(move |_| Answer::html(status));
        assert!(error.contains(&format!("refused: status {status}, an HTML page")), "{error}");
    }
    for status in [401, 403] {
        let error = registry(move |_| Answer::html(status));
        assert!(error.contains("refuses anonymous users"), "{status}: {error}");
    }
}

#[test]
fn a_redirection_to_a_page_is_one_clear_error() {
    let error = registry(|request| {
        if request.contains("/login") {
            Answer::html(200)
        } else {
            Answer::new(302, "").with("Location", "/login")
        }
    });
    assert!(error.contains("an HTML page"), "{error}");
}

#[test]
fn other_nonsense() {
    for (body, found) in [
        (&b""[..], "nothing"),
        (b"\0asm\x01\0\0\0", "WebAssembly"),
        (b"\xff\xfe\xfd", "binary data"),
        (b"hello", "text"),
        (b"[1]", "not understood"),
        (b"{}", "not understood"),
    ] {
        let error = registry(move |_| Answer::new(200, body));
        assert!(error.contains(found), "{found}: {error}");
    }
    let limited = registry(|_| {
        Answer::new(429, r#"{"errors":[{"code":"TOOMANYREQUESTS","message":"slow\n down"}]}"#)
    });
    assert!(limited.ends_with("refused: slow down"), "{limited}");
    let long = registry(|_| Answer::new(500, "x".repeat(100_000)));
    assert!(long.len() < 400, "{}", long.len());
}

#[test]
fn a_manifest_that_is_not_the_one_asked_for() {
    let module = Digest::of(EMPTY_MODULE);
    let sent = manifest(&module, EMPTY_MODULE.len());
    let wanted = Digest::of(b"another manifest");
    let answer = artifact(sent.clone(), Answer::new(200, EMPTY_MODULE));
    let (fetched, asked) = fetch(|host| format!("registry://{host}/ringfence@{wanted}"), answer);
    let error = fetched.expect_err("another digest").to_string();
    assert!(error.contains(&wanted.to_string()), "{error}");
    assert!(error.contains(&Digest::of(sent.as_bytes()).to_string()), "{error}");
    assert!(!asked.iter().any(|request| request.contains("/blobs/")), "{asked:?}");

    // By tag, the registry's own word must be true.
    let error = registry(move |_| {
        Answer::new(200, sent.clone()).with("Docker-Content-Digest", Digest::of(b"x").to_string())
    });
    assert!(error.contains("is damaged or was replaced"), "{error}");
}

#[test]
fn a_module_that_is_not_the_one_named() {
    let module = Digest::of(EMPTY_MODULE);
    let honest = || manifest(&module, EMPTY_MODULE.len());
    let error = registry(artifact(honest(), Answer::new(200, "\0asm\x02\0\0\0")));
    assert!(
        error.contains("is damaged or was replaced") && error.contains("WebAssembly"),
        "{error}"
    );
    // A truthful header about the wrong content.
    let lie = b"\0asm\x03\0\0\0";
    let header = Digest::of(lie).to_string();
    let answer = Answer::new(200, lie).with("Docker-Content-Digest", header);
    let error = registry(artifact(honest(), answer));
    assert!(error.contains("is damaged or was replaced"), "{error}");
    let short = registry(artifact(honest(), Answer::new(200, "\0asm")));
    assert!(short.contains("is damaged or was replaced"), "{short}");
    let missing = registry(artifact(honest(), Answer::new(404, "")));
    assert!(missing.contains("has no blob sha256:"), "{missing}");
    let page = registry(artifact(honest(), Answer::html(404)));
    assert!(page.contains("an HTML page"), "{page}");
    let page = registry(artifact(honest(), Answer::html(200)));
    assert!(page.contains("larger than 8 bytes"), "{page}");
    let (fetched, _) = fetch(
        |host| format!("registry://{host}/ringfence:v1.0.0"),
        artifact(honest(), Answer::new(200, EMPTY_MODULE)),
    );
    assert_eq!(fetched.expect("the honest one").bytes, EMPTY_MODULE);
}

#[test]
fn sizes_are_bounded_before_anything_is_read() {
    let module = Digest::of(EMPTY_MODULE);
    let huge = artifact(manifest(&module, 1 << 40), Answer::new(200, EMPTY_MODULE));
    let (fetched, asked) = fetch(|host| format!("registry://{host}/ringfence:v1.0.0"), huge);
    let error = fetched.expect_err("too large");
    assert!(matches!(error, Error::TooLarge { .. }), "{error}");
    assert!(!asked.iter().any(|request| request.contains("/blobs/")), "{asked:?}");
}

#[test]
fn modules_from_web_servers() {
    let at = |host: &str| format!("http://{host}/policies/ringfence.wasm");
    let (fetched, asked) = fetch(at, |_| Answer::new(200, EMPTY_MODULE));
    let module = fetched.expect("a module");
    assert_eq!(module.bytes, EMPTY_MODULE);
    assert!(module.pinned.to_string().ends_with(&format!("@{}", Digest::of(EMPTY_MODULE))));
    assert_eq!(asked, ["GET /policies/ringfence.wasm"]);

    let error = |answer: fn(&str) -> Answer| fetch(at, answer).0.expect_err("an error").to_string();
    let html = error(|_| Answer::html(200));
    assert!(html.contains("is not a WebAssembly module but an HTML page"), "{html}");
    let missing = error(|_| Answer::html(404));
    assert!(missing.contains("has no /policies/ringfence.wasm"), "{missing}");
    let broken = error(|_| Answer::html(500));
    assert!(broken.contains("refused: status 500, an HTML page"), "{broken}");
    let other = Digest::of(b"other");
    let (fetched, _) =
        fetch(|host| format!("{}@{other}", at(host)), |_| Answer::new(200, EMPTY_MODULE));
    let error = fetched.expect_err("another digest");
    assert!(matches!(error, Error::Digest { .. }), "{error}");
}

#[test]
fn a_module_from_a_web_server_is_stored_by_its_digest() {
    let server = serve(|_| Answer::new(200, EMPTY_MODULE));
    let store = TempDir::new().expect("a folder");
    let client = |offline: bool| {
        let (plain_http, store) = (vec![server.host.clone()], Some(store.path().into()));
        Client::new(Options { plain_http, offline, store, ..Options::default() }).expect("a client")
    };
    let address = reference(&format!("http://{}/x.wasm", server.host));
    assert!(matches!(client(true).fetch(&address), Err(Error::Offline { .. })));
    let module = client(false).fetch(&address).expect("a module");
    assert!(module.stored.is_some_and(|path| path.starts_with(store.path())));
    assert_eq!(client(true).fetch(&module.pinned).expect("stored").bytes, EMPTY_MODULE);
    assert_eq!(client(false).fetch(&module.pinned).expect("stored").bytes, EMPTY_MODULE);
    assert_eq!(server.asked.lock().expect("the log").len(), 1, "what is stored is not asked for");
    // Without a digest the address may have another content by now.
    assert!(matches!(client(true).fetch(&address), Err(Error::Offline { .. })));
    client(false).fetch(&address).expect("a module");
    assert_eq!(server.asked.lock().expect("the log").len(), 2);
}

#[test]
fn without_tls_only_what_is_named() {
    let server = serve(|_| Answer::new(200, EMPTY_MODULE));
    let store = TempDir::new().expect("a folder");
    let options = Options { store: Some(store.path().into()), ..Options::default() };
    let client = Client::new(options).expect("a client");
    let plain = reference(&format!("http://{}/x.wasm", server.host));
    let error = client.fetch(&plain).expect_err("no TLS");
    assert!(matches!(error, Error::PlainHttp { .. }), "{error}");
    assert!(error.to_string().contains(&format!("--plain-http {}", server.host)), "{error}");
    let tls = reference(&format!("https://{}/x.wasm", server.host));
    assert!(matches!(client.fetch(&tls), Err(Error::Unreachable { .. })));
    assert!(server.asked.lock().expect("the log").is_empty(), "nothing was asked in the clear");
}

#[test]
fn files_by_path_address_and_digest() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("a b.wasm");
    common::write(&path, EMPTY_MODULE);
    let client = Client::new(Options { offline: true, ..Options::default() }).expect("a client");
    let (digest, other) = (Digest::of(EMPTY_MODULE), Digest::of(b"other"));
    let url = format!("file://{}", path.display().to_string().replace(' ', "%20"));
    for text in [path.display().to_string(), url.clone(), format!("{url}@{digest}")] {
        let module = client.fetch(&reference(&text)).expect(&text);
        assert_eq!((module.bytes.as_slice(), module.stored), (EMPTY_MODULE, None));
        assert_eq!(module.pinned, reference(&format!("{}@{digest}", path.display())));
    }
    let error = client.fetch(&reference(&format!("{url}@{other}"))).expect_err("another digest");
    assert!(matches!(error, Error::Digest { .. }), "{error}");
    let error = client.fetch(&reference("none.wasm")).expect_err("no file").to_string();
    assert!(error.starts_with("cannot read none.wasm: "), "{error}");
}
