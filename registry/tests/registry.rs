//! Push, pull and verification at a real registry: Debian's `docker-registry` on loopback.

mod common;

use std::fs;
use std::net::TcpListener;

use common::{DockerRegistry, EMPTY_MODULE, annotated, in_registry, reference};
use oci_client::client::ImageLayer;
use ringfence_registry::blocking::Client;
use ringfence_registry::{Digest, Error, Module, ModuleReference, Options};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A client with a store of its own that nobody knows.
struct Caller {
    client: Client,
    store: TempDir,
}

fn caller(registry: &DockerRegistry) -> Caller {
    caller_with(Options { plain_http: vec![registry.host.clone()], ..nobody() })
}

fn caller_with(options: Options) -> Caller {
    let store = TempDir::new().expect("a folder");
    let client = Client::new(Options { store: Some(store.path().into()), ..options });
    Caller { client: client.expect("a client"), store }
}

/// No credentials, whatever this machine has.
fn nobody() -> Options {
    Options { docker_config: Some("/nonexistent".into()), ..Options::default() }
}

impl Caller {
    fn push(&self, target: &ModuleReference, module: &[u8]) -> Result<ModuleReference, Error> {
        self.client.push(target, module.to_vec()).map(ModuleReference::Registry)
    }

    fn fetch(&self, reference: &ModuleReference) -> Result<Module, Error> {
        self.client.fetch(reference)
    }

    /// Another process with the same store and no network.
    fn offline(&self) -> Client {
        let store = Some(self.store.path().into());
        Client::new(Options { offline: true, store, ..nobody() }).expect("a client")
    }
}

fn text(result: Result<Module, Error>) -> String {
    result.expect_err("an error").to_string()
}

#[test]
fn docker_registry_gives_back_what_was_pushed() -> Result<(), Error> {
    let registry = DockerRegistry::start();
    let module = annotated(EMPTY_MODULE, "1.0.0");
    let tag = registry.reference("org/ringfence:v1.0.0");
    let pinned = caller(&registry).push(&tag, &module)?;
    assert_eq!(caller(&registry).push(&tag, &module)?, pinned, "the same bytes, the same digest");

    let reader = caller(&registry);
    let by_tag = reader.fetch(&tag)?;
    assert_eq!(by_tag.bytes, module);
    assert_eq!(by_tag.digest, Digest::of(&module));
    assert_eq!(by_tag.pinned, pinned);
    assert_eq!(fs::read(by_tag.stored.expect("a stored file")).expect("readable"), module);
    let by_digest = caller(&registry).fetch(&pinned)?;
    assert_eq!((by_digest.bytes, &by_digest.pinned), (module.clone(), &pinned));
    let with_both = format!("{tag}@{}", in_registry(&pinned).digest().expect("a digest"));
    assert_eq!(caller(&registry).fetch(&reference(&with_both))?.bytes, module);

    // Neither needs the registry any more.
    drop(registry);
    assert_eq!(reader.fetch(&pinned)?.bytes, module);
    assert_eq!(reader.offline().fetch(&pinned)?.bytes, module);
    assert_eq!(reader.offline().fetch(&tag)?.pinned, pinned);
    assert!(matches!(reader.fetch(&tag), Err(Error::Unreachable { .. })), "a tag is asked for");
    Ok(())
}

#[test]
fn docker_registry_holds_the_artifact_that_kubewarden_loads() -> Result<(), Error> {
    let registry = DockerRegistry::start();
    let module = annotated(EMPTY_MODULE, "1.0.0");
    let pinned = caller(&registry).push(&registry.reference("ringfence:v1.0.0"), &module)?;
    let digest = in_registry(&pinned).digest().expect("a digest");
    let manifest = fs::read(registry.blob(digest)).expect("the registry's file");
    let manifest: Value = serde_json::from_slice(&manifest).expect("JSON");
    let expected = json!({
        "schemaVersion": 2,
        "config": {
            "mediaType": "application/vnd.wasm.config.v1+json",
            "digest": "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
            "size": 2,
        },
        "layers": [{
            "mediaType": "application/vnd.wasm.content.layer.v1+wasm",
            "digest": Digest::of(&module).to_string(),
            "size": module.len(),
        }],
        "annotations": {
            "io.kubewarden.policy.title": "ringfence",
            "io.kubewarden.policy.version": "1.0.0",
            "io.kubewarden.policy.source": "https://example.org/ringfence",
            "org.opencontainers.image.source": "https://example.org/ringfence",
        },
    });
    assert_eq!(manifest, expected);
    Ok(())
}

#[test]
fn docker_registry_moves_a_tag_and_no_digest() -> Result<(), Error> {
    let registry = DockerRegistry::start();
    let tag = registry.reference("ringfence:v1.0.0");
    let first = annotated(EMPTY_MODULE, "1.0.0");
    // A custom section without content: other bytes, the same version.
    let second = [&first[..], b"\0\x01\0"].concat();
    let (author, reader) = (caller(&registry), caller(&registry));
    let pinned = author.push(&tag, &first)?;
    assert_eq!(reader.fetch(&tag)?.bytes, first);
    let moved = author.push(&tag, &second)?;
    assert_ne!(moved, pinned);
    assert_eq!(reader.offline().fetch(&tag)?.bytes, first, "what was fetched last");
    assert_eq!(reader.fetch(&tag)?.bytes, second, "what the registry has now");
    assert_eq!(reader.fetch(&pinned)?.bytes, first);
    assert_eq!(caller(&registry).fetch(&pinned)?.bytes, first);
    Ok(())
}

#[test]
fn docker_registry_with_damaged_files() -> Result<(), Error> {
    let registry = DockerRegistry::start();
    let module = annotated(EMPTY_MODULE, "1.0.0");
    let tag = registry.reference("ringfence:v1.0.0");
    let pinned = caller(&registry).push(&tag, &module)?;
    let mut damaged = module.clone();
    damaged[20] ^= 1;
    common::write(&registry.blob(&Digest::of(&module)), &damaged);
    for reference in [&tag, &pinned] {
        let reader = caller(&registry);
        let error = text(reader.fetch(reference));
        assert!(error.contains("is damaged or was replaced"), "{error}");
        assert!(error.contains(&Digest::of(&module).to_string()), "{error}");
        assert!(error.contains(&Digest::of(&damaged).to_string()), "{error}");
        assert!(
            matches!(reader.offline().fetch(reference), Err(Error::Offline { .. })),
            "nothing is kept"
        );
    }
    Ok(())
}

#[test]
fn docker_registry_with_a_damaged_store() -> Result<(), Error> {
    let registry = DockerRegistry::start();
    let module = annotated(EMPTY_MODULE, "1.0.0");
    let tag = registry.reference("ringfence:v1.0.0");
    let reader = caller(&registry);
    reader.push(&tag, &module)?;
    let fetched = reader.fetch(&tag)?;
    let stored = fetched.stored.expect("a stored file");
    common::write(&stored, EMPTY_MODULE);
    for reference in [&tag, &fetched.pinned] {
        let error = text(reader.fetch(reference));
        assert!(error.contains("was changed since it was stored"), "{error}");
    }
    fs::remove_file(&stored).expect("removable");
    assert!(matches!(reader.offline().fetch(&tag), Err(Error::Offline { .. })));
    assert_eq!(reader.fetch(&fetched.pinned)?.bytes, module, "fetched again");
    Ok(())
}

#[test]
fn docker_registry_with_something_else_in_it() {
    let registry = DockerRegistry::start();
    let put = |tag: &str, layers: &[(&str, &[u8])]| {
        let reference = registry.reference(&format!("x:{tag}"));
        let layers: Vec<ImageLayer> = layers
            .iter()
            .map(|(media_type, data)| {
                ImageLayer::new(data.to_vec(), (*media_type).to_owned(), None)
            })
            .collect();
        common::signing::push(in_registry(&reference), tag, &layers);
        text(caller(&registry).fetch(&reference))
    };
    let tar = "application/vnd.oci.image.layer.v1.tar+gzip";
    let wasm = "application/vnd.wasm.content.layer.v1+wasm";
    let image = put("image", &[(tar, b"\x1f\x8b\x08")]);
    assert!(
        image.contains("is no policy: its layer is `application/vnd.oci.image.layer"),
        "{image}"
    );
    let two = put("two", &[(wasm, EMPTY_MODULE), (wasm, b"\0asm")]);
    assert!(two.contains("it has 2 layers, and a policy has one"), "{two}");
    let script = put("script", &[(wasm, b"#!/bin/sh")]);
    assert!(script.contains("is not a WebAssembly module but text"), "{script}");
}

#[test]
fn docker_registry_without_it() -> Result<(), Error> {
    let registry = DockerRegistry::start();
    let reader = caller(&registry);
    reader.push(&registry.reference("ringfence:v1.0.0"), &annotated(EMPTY_MODULE, "1.0.0"))?;
    let digest = Digest::of(b"something else");
    for (rest, what) in [
        ("ringfence:v2.0.0".to_owned(), "has no ringfence:v2.0.0"),
        ("ringfence".to_owned(), "has no ringfence:latest"),
        ("other:v1.0.0".to_owned(), "has no other:v1.0.0"),
        (format!("ringfence@{digest}"), "has no ringfence:sha256:"),
    ] {
        let error = reader.fetch(&registry.reference(&rest)).expect_err(what);
        assert!(matches!(error, Error::NotFound { .. }), "{error}");
        assert!(error.to_string().contains(what), "{error}");
    }
    Ok(())
}

#[test]
fn docker_registry_that_is_not_there_or_speaks_otherwise() {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|port| port.local_addr());
    let host = free.expect("a free port").to_string();
    let nowhere = reference(&format!("registry://{host}/ringfence:v1.0.0"));
    let error =
        text(caller_with(Options { plain_http: vec![host.clone()], ..nobody() }).fetch(&nowhere));
    assert!(error.starts_with(&format!("cannot talk to {host}: ")), "{error}");
    assert!(error.contains("Connection refused"), "{error}");

    // Without TLS only where that is said of this very host and port.
    let registry = DockerRegistry::start();
    let there = registry.reference("ringfence:v1.0.0");
    for plain_http in [vec![], vec![host], vec!["127.0.0.1".to_owned()]] {
        let error = caller_with(Options { plain_http, ..nobody() }).fetch(&there);
        let error = error.expect_err("TLS with a server that has none");
        assert!(matches!(error, Error::Unreachable { .. }), "{error}");
        assert!(error.to_string().contains("--plain-http"), "{error}");
    }
}

#[test]
fn docker_registry_that_wants_a_password() -> Result<(), Error> {
    let registry = DockerRegistry::start_with_password();
    let tag = registry.reference("ringfence:v1.0.0");
    let module = annotated(EMPTY_MODULE, "1.0.0");
    let with = |credentials: Option<&str>| {
        let config = credentials.map(|text| common::docker_config(&registry.host, text));
        let docker_config = config.as_ref().map(|folder| folder.path().into());
        let options = Options { plain_http: vec![registry.host.clone()], ..nobody() };
        let docker_config = docker_config.or_else(|| options.docker_config.clone());
        (caller_with(Options { docker_config, ..options }), config)
    };
    let ((jane, _jane), (wrong, _wrong), (nobody, _)) =
        (with(Some(common::JANE)), with(Some(common::WRONG)), with(None));
    for (caller, who) in [(&wrong, "refuses the user `jane`"), (&nobody, "refuses anonymous users")]
    {
        for error in [
            caller.push(&tag, &module).map(|_| ()).expect_err("refused"),
            caller.fetch(&tag).map(|_| ()).expect_err("refused"),
        ] {
            assert!(matches!(error, Error::Unauthorized { .. }), "{error}");
            let error = error.to_string();
            assert!(error.contains(who) && error.contains("docker login"), "{error}");
            assert!(!error.contains("guess"), "no password is shown: {error}");
        }
    }
    let pinned = jane.push(&tag, &module)?;
    assert_eq!(jane.fetch(&tag)?.pinned, pinned);
    assert!(matches!(nobody.fetch(&pinned), Err(Error::Unauthorized { .. })));
    Ok(())
}

#[test]
fn docker_registry_gets_no_module_under_a_wrong_name() {
    let registry = DockerRegistry::start();
    let author = caller(&registry);
    let module = annotated(EMPTY_MODULE, "1.0.0");
    let twice = annotated(&module, "1.0.0");
    let digest = Digest::of(b"");
    for (rest, module, what) in [
        ("ringfence:v1.0.1".to_owned(), &module[..], "its tag is `v1.0.0`"),
        ("ringfence:1.0.0".to_owned(), &module, "its tag is `v1.0.0`"),
        ("ringfence".to_owned(), &module, "its tag is `v1.0.0`"),
        (format!("ringfence:v1.0.0@{digest}"), &module, "its tag is `v1.0.0`"),
        ("ringfence:v1.0.0".to_owned(), EMPTY_MODULE, "has no section io.kubewarden.metadata"),
        ("ringfence:v1.0.0".to_owned(), &twice, "twice"),
        ("ringfence:v1.0.0".to_owned(), b"text", "not valid WebAssembly"),
    ] {
        let error = author.push(&registry.reference(&rest), module).expect_err(what).to_string();
        assert!(error.contains(what), "{error}");
    }
    let file = author.push(&reference("policy.wasm"), &module).expect_err("no registry");
    assert!(file.to_string().contains("registry://HOST"), "{file}");
    let found = author.fetch(&registry.reference("ringfence:v1.0.0"));
    assert!(matches!(found, Err(Error::NotFound { .. })), "nothing was pushed");
}
