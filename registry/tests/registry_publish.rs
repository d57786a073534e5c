//! What `cargo xtask publish` runs, as a process.

mod common;

use std::path::Path;
use std::process::Command;

use common::{DockerRegistry, EMPTY_MODULE, annotated};
use ringfence_registry::Options;
use ringfence_registry::blocking::Client;
use tempfile::TempDir;

/// How a run ended and what it printed.
fn publish(folder: &Path, arguments: &[&str]) -> (bool, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_ringfence-publish"))
        .args(arguments)
        .current_dir(folder)
        .env("DOCKER_CONFIG", folder)
        .env("XDG_CACHE_HOME", folder)
        .output()
        .expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.success(), text(output.stdout), text(output.stderr))
}

#[test]
fn docker_registry_gets_what_is_published() {
    let registry = DockerRegistry::start();
    let folder = TempDir::new().expect("a folder");
    let module = annotated(EMPTY_MODULE, "1.2.3");
    common::write(&folder.path().join("annotated-policy.wasm"), &module);
    let target = registry.reference("org/ringfence:v1.2.3");
    let run =
        |target: &str| publish(folder.path(), &[target, "annotated-policy.wasm", &registry.host]);

    let (good, stdout, stderr) = run(&target.to_string());
    assert!(good, "{stderr}");
    let pinned = stdout.trim_end();
    assert!(
        pinned.starts_with(&format!("registry://{}/org/ringfence@sha256:", registry.host)),
        "{stdout}"
    );
    let client = Client::new(Options {
        plain_http: vec![registry.host.clone()],
        store: Some(folder.path().join("store")),
        docker_config: Some(folder.path().into()),
        ..Options::default()
    });
    let client = client.expect("a client");
    for reference in [pinned, &target.to_string()] {
        let fetched = client.fetch(&common::reference(reference)).expect("what was pushed");
        assert_eq!(fetched.bytes, module);
        assert_eq!(fetched.pinned.to_string(), pinned);
    }

    let (good, stdout, stderr) = run(&registry.reference("org/ringfence:v1.2.4").to_string());
    assert!(!good && stdout.is_empty(), "{stdout}");
    assert!(stderr.contains("its tag is `v1.2.3`"), "{stderr}");
}

#[test]
fn says_what_it_cannot_push() {
    let folder = TempDir::new().expect("a folder");
    for (arguments, what) in [
        (&["registry://127.0.0.1:1/ringfence:v1"][..], "cargo xtask publish"),
        (&["registry://127.0.0.1:1/ringfence:v1", "none.wasm"], "`cargo xtask package` makes it"),
        (&["oci://127.0.0.1:1/ringfence:v1", "none.wasm"], "unknown scheme `oci`"),
    ] {
        let (good, stdout, stderr) = publish(folder.path(), arguments);
        assert!(!good && stdout.is_empty() && stderr.contains(what), "{stdout}{stderr}");
    }
}
