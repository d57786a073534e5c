//! The command with modules from registries and web servers: on loopback, some with TLS.

#[path = "../../registry/tests/common/mod.rs"]
mod common;
#[path = "common/mod.rs"]
mod module;
mod registry_tls;

use std::path::Path;
use std::process::Command;

use common::server::{Answer, serve};
use common::{DockerRegistry, annotated, signing};
use ringfence_registry::blocking::Client;
use ringfence_registry::{Digest, Options, RegistryReference};
use serde_json::Value;
use tempfile::TempDir;

const POD: &str = "apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
  containers:
  - name: web
    image: registry.example/web:1.0
    securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
";

/// Somebody's machine: a home without credentials, and a pod to judge.
struct Machine(TempDir);

struct Run {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Machine {
    fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        common::write(&folder.path().join("pod.yaml"), POD);
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.path())
            .env("HOME", self.path())
            .env("XDG_CACHE_HOME", self.path().join("cache"))
            .env_remove("DOCKER_CONFIG")
            .env_remove("SSL_CERT_FILE")
            .env_remove("CLICOLOR_FORCE");
        command
    }

    fn ringfence(&self, arguments: &[&str]) -> Run {
        self.ringfence_with(&[], arguments)
    }

    fn ringfence_with(&self, environment: &[(&str, &Path)], arguments: &[&str]) -> Run {
        let mut command = self.command(env!("CARGO_BIN_EXE_ringfence"));
        run(command.envs(environment.iter().copied()).args(arguments))
    }
}

fn run(command: &mut Command) -> Run {
    let output = command.output().expect("the command runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    assert!(!stderr.contains("panicked"), "{stderr}");
    Run { code: output.status.code().expect("an exit code"), stdout, stderr }
}

/// Exit code 2, nothing on standard output, and one error on one line.
#[track_caller]
fn cannot(run: &Run, what: &str) {
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    assert!(run.stderr.starts_with("error: ") && run.stderr.contains(what), "{}", run.stderr);
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
}

/// The module under test, annotated, under the tag `ringfence:v0.1.0`; the pinned reference.
fn publish(registry: &DockerRegistry, machine: &Machine) -> RegistryReference {
    let module = std::fs::read(module::module()).expect("the module");
    let client = Client::new(Options {
        plain_http: vec![registry.host.clone()],
        store: Some(machine.path().join("unused")),
        docker_config: Some(machine.path().join("unused")),
        ..Options::default()
    });
    let target = registry.reference("ringfence:v0.1.0");
    client.expect("a client").push(&target, annotated(&module, "0.1.0")).expect("pushed")
}

#[test]
fn docker_registry_gives_the_module_that_judges() {
    let registry = DockerRegistry::start();
    let machine = Machine::new();
    let pinned = publish(&registry, &machine).to_string();
    let tag = registry.reference("ringfence:v0.1.0").to_string();
    let host = registry.host.clone();
    let check =
        |arguments: &[&str]| machine.ringfence(&[&["check", "pod.yaml"], arguments].concat());
    let online = ["--module", &tag, "--plain-http", &host];

    let first = check(&online);
    assert_eq!(first.code, 0, "{}", first.stderr);
    assert!(first.stdout.contains("ACCEPTED"), "{}", first.stdout);
    assert_eq!(first.stderr, format!("note: {tag} is {pinned}\n"));
    let denied =
        check(&[&online[..], &["--settings", "{rules: {readOnlyRootFilesystem: deny}}"]].concat());
    assert_eq!(denied.code, 1, "{}", denied.stderr);

    drop(registry);
    let stored = check(&["--module", &pinned]);
    assert_eq!((stored.code, stored.stderr.as_str()), (0, ""));
    let offline = check(&["--module", &tag, "--offline"]);
    assert_eq!((offline.code, offline.stderr), (0, format!("note: {tag} is {pinned}\n")));
    cannot(&check(&online), "cannot talk to");
    let elsewhere = machine.path().join("elsewhere");
    let elsewhere = elsewhere.to_str().expect("UTF-8");
    cannot(&check(&["--module", &pinned, "--offline", "--store", elsewhere]), "ringfence pull");
}

#[test]
fn docker_registry_is_pulled_from() {
    let registry = DockerRegistry::start();
    let machine = Machine::new();
    let pinned = publish(&registry, &machine).to_string();
    let tag = registry.reference("ringfence:v0.1.0").to_string();
    let pull = |arguments: &[&str]| {
        machine.ringfence(&[&["pull", "--plain-http", &registry.host], arguments].concat())
    };
    let pulled = pull(&[&tag, "--to", "policy.wasm"]);
    assert_eq!((pulled.code, pulled.stdout), (0, format!("{pinned}\n")), "{}", pulled.stderr);
    let module = std::fs::read(machine.path().join("policy.wasm")).expect("the file");
    let described = pull(&[&tag, "-o", "json"]);
    let described: Value = serde_json::from_str(&described.stdout).expect("JSON");
    assert_eq!(described["reference"], pinned.as_str());
    assert_eq!(described["digest"], Digest::of(&module).to_string());
    assert_eq!(described["size"], module.len());
    let stored = std::fs::read(described["stored"].as_str().expect("a path")).expect("the file");
    assert_eq!(stored, module);
    let file = machine.ringfence(&["check", "pod.yaml", "--module", "policy.wasm"]);
    assert_eq!((file.code, file.stderr.as_str()), (0, ""));

    cannot(&pull(&[&registry.reference("ringfence:v9").to_string()]), "has no ringfence:v9");
    cannot(&pull(&[&tag, "--to", "none/policy.wasm"]), "none/policy.wasm cannot be written");
    cannot(&machine.ringfence(&["pull", &tag]), "--plain-http");
}

#[test]
fn docker_registry_is_asked_for_signatures() {
    let registry = DockerRegistry::start();
    let machine = Machine::new();
    let pinned = publish(&registry, &machine);
    let (key, other) = (signing::new_key(), signing::new_key());
    common::write(&machine.path().join("cosign.pub"), signing::public_key(&key));
    common::write(&machine.path().join("other.pub"), signing::public_key(&other));
    let tag = registry.reference("ringfence:v0.1.0").to_string();
    let verify = |key: &str, output: &str| {
        machine.ringfence(&[
            "verify",
            &tag,
            "--key",
            key,
            "-o",
            output,
            "--plain-http",
            &registry.host,
        ])
    };
    let unsigned = verify("cosign.pub", "human");
    assert_eq!(unsigned.code, 1, "{}", unsigned.stderr);
    assert!(unsigned.stdout.starts_with("NOT VERIFIED: "), "{}", unsigned.stdout);

    let statement = signing::statement(pinned.digest().expect("a digest"));
    let signature = key.sign(&statement).expect("a signature");
    signing::attach(&pinned, &[signing::layer(statement, &signature)]);
    let good = verify("cosign.pub", "human");
    assert_eq!((good.code, good.stdout), (0, format!("{pinned}\n")), "{}", good.stderr);
    let json = |run: &Run| serde_json::from_str::<Value>(&run.stdout).expect("JSON");
    assert_eq!(json(&verify("cosign.pub", "json"))["verified"], true);
    let refused = verify("other.pub", "json");
    assert_eq!((refused.code, &json(&refused)["verified"]), (1, &Value::Bool(false)));

    cannot(&verify("none.pub", "human"), "cannot read none.pub");
    cannot(&verify("pod.yaml", "human"), "holds no public key");
    cannot(&machine.ringfence(&["verify", "policy.wasm", "--key", "cosign.pub"]), "in no registry");
    let offline = ["verify", &tag, "--key", "cosign.pub", "--offline"];
    cannot(&machine.ringfence(&offline), "without --offline");
    drop(registry);
    let gone = ["verify", &tag, "--key", "cosign.pub"];
    cannot(&machine.ringfence(&gone), "cannot talk to");
}

#[test]
fn docker_registry_that_wants_a_password_reads_dockers_configuration() {
    let registry = DockerRegistry::start_with_password();
    let machine = Machine::new();
    let good = common::docker_config(&registry.host, common::JANE);
    let wrong = common::docker_config(&registry.host, common::WRONG);
    let tag = registry.reference("ringfence:v0.1.0").to_string();
    let pull = |config: &Path| {
        let arguments = ["pull", &tag, "--plain-http", &registry.host];
        machine.ringfence_with(&[("DOCKER_CONFIG", config)], &arguments)
    };
    cannot(&pull(machine.path()), "refuses anonymous users");
    cannot(&pull(wrong.path()), "refuses the user `jane`");
    cannot(&pull(good.path()), "has no ringfence:v0.1.0");
    common::write(&wrong.path().join("config.json"), "{");
    cannot(&pull(wrong.path()), "it is not Docker's JSON");
}

#[test]
fn docker_registry_with_tls() {
    let (authority, tls) = registry_tls::certificates();
    let registry = DockerRegistry::start_with_tls(&tls);
    let machine = Machine::new();
    let trusted = machine.path().join("ca.pem");
    common::write(&trusted, authority);
    let tag = registry.reference("ringfence:v0.1.0").to_string();
    let pull = |environment: &[(&str, &Path)], arguments: &[&str]| {
        machine.ringfence_with(environment, &[&["pull", &tag], arguments].concat())
    };
    // Trusted: the registry is understood, and it is empty.
    cannot(&pull(&[("SSL_CERT_FILE", &trusted)], &[]), "has no ringfence:v0.1.0");
    cannot(&pull(&[], &[]), "certificate");
    let web = format!("https://{}/v2/", registry.host);
    let trusting = [("SSL_CERT_FILE", trusted.as_path())];
    cannot(
        &machine.ringfence_with(&trusting, &["pull", &web]),
        "not a WebAssembly module but JSON",
    );
    cannot(&machine.ringfence(&["pull", &web]), "certificate");
    let plain = pull(&[("SSL_CERT_FILE", &trusted)], &["--plain-http", &registry.host]);
    assert_eq!(plain.code, 2, "{}", plain.stdout);
}

#[test]
fn docker_registry_page_of_the_documentation() {
    let registry = DockerRegistry::start();
    let machine = Machine::new();
    let pinned = publish(&registry, &machine);
    let key = signing::new_key();
    common::write(&machine.path().join("cosign.pub"), signing::public_key(&key));
    let statement = signing::statement(pinned.digest().expect("a digest"));
    let signature = key.sign(&statement).expect("a signature");
    signing::attach(&pinned, &[signing::layer(statement, &signature)]);

    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let page = std::fs::read_to_string(root.join("docs/registry.md")).expect("the page");
    let test = "registry_command.rs::docker_registry_page_of_the_documentation";
    let mark = format!("<!-- run by: host-test/tests/{test} -->\n```sh\n");
    let blocks: Vec<&str> =
        page.split(&mark).skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(blocks.len() >= 5, "{blocks:?}");
    let command = Path::new(env!("CARGO_BIN_EXE_ringfence")).parent().expect("a folder");
    let path = std::env::var("PATH").expect("a path");
    for block in blocks {
        let script = block.replace("localhost:5000", &registry.host);
        let mut bash = machine.command("bash");
        if block.starts_with("cargo ") {
            // The repository's own chores: cargo knows its home, and the registry nobody's password.
            bash = Command::new("bash");
            bash.current_dir(&root).env("DOCKER_CONFIG", machine.path());
        }
        let bash = bash.args(["-euo", "pipefail", "-c", &script]);
        let run = run(bash.env("PATH", format!("{}:{path}", command.display())));
        assert_eq!(run.code, 0, "{block}{}{}", run.stdout, run.stderr);
    }
}

#[test]
fn html_instead_of_a_registry_or_a_module_is_one_clear_error() {
    for status in [200, 404, 502] {
        let server = serve(move |_| Answer::html(status));
        let machine = Machine::new();
        let ask = |arguments: &[&str]| {
            machine.ringfence(&[arguments, &["--plain-http", &server.host]].concat())
        };
        let reference = format!("registry://{}/ringfence:v0.1.0", server.host);
        let what = "an HTML page";
        cannot(&ask(&["check", "pod.yaml", "--module", &reference]), what);
        cannot(&ask(&["pull", &reference]), what);
        common::write(&machine.path().join("cosign.pub"), signing::public_key(&signing::new_key()));
        cannot(&ask(&["verify", &reference, "--key", "cosign.pub"]), what);
        let module = format!("http://{}/policy.wasm", server.host);
        let what = if status == 404 { "has no /policy.wasm" } else { what };
        cannot(&ask(&["check", "pod.yaml", "--module", &module]), what);
    }
}

#[test]
fn references_that_are_none() {
    let machine = Machine::new();
    for (reference, what) in [
        ("oci://ghcr.io/org/ringfence:v1", "unknown scheme `oci`"),
        ("registry://ringfence:v1", "names no registry"),
        ("https://name:secret@example.org/policy.wasm", "must not hold a name or a password"),
    ] {
        let run = machine.ringfence(&["check", "pod.yaml", "--module", reference]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
        assert!(run.stderr.contains(what), "{}", run.stderr);
    }
    let bare = machine.ringfence(&["check", "pod.yaml", "--module", "ghcr.io/org/ringfence:v1"]);
    cannot(&bare, "an artifact in a registry is named registry://ghcr.io/org/ringfence:v1");
    let module = module::module();
    let module = format!("{}@{}", module.display(), Digest::of(b"other"));
    cannot(
        &machine.ringfence(&["check", "pod.yaml", "--module", &module]),
        "damaged or was replaced",
    );
}
