//! Gatekeeper's own client with the template, the constraints and a provider that runs:
//! `e2e/gatekeeper-driver`, which `RINGFENCE_GATEKEEPER_DRIVER` names.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::certificates::{Authority, GATEKEEPER, Kit, Pair, module};
use crate::client::get;
use crate::guest;
use crate::process::Server;

/// Gatekeeper, as far as reviews go.
struct Gatekeeper {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Gatekeeper {
    /// With the constraints that deny, and a client certificate.
    fn start(kit: &Kit, server: &Server, pair: &Pair) -> Self {
        let provider = json!({
            "apiVersion": "externaldata.gatekeeper.sh/v1beta1",
            "kind": "Provider",
            "metadata": {"name": "ringfence"},
            "spec": {
                "url": format!("https://localhost:{}/validate", server.gatekeeper.port()),
                "timeout": 2,
                "caBundle": STANDARD.encode(kit.ours.pem()),
            },
        });
        let provider = kit.write("provider.yaml", provider.to_string());
        let certificates = kit.path("client");
        std::fs::create_dir_all(&certificates).expect("a folder");
        kit.write("client/tls.crt", &pair.certificate);
        kit.write("client/tls.key", &pair.key);
        let deploy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/gatekeeper");
        let program = std::env::var_os("RINGFENCE_GATEKEEPER_DRIVER").expect(
            "RINGFENCE_GATEKEEPER_DRIVER names the program: `cargo xtask test --only Gatekeeper`",
        );
        let mut child = Command::new(program)
            .args([deploy.join("template.yaml"), deploy.join("constraints/deny.yaml")])
            .args([provider, certificates])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let input = child.stdin.take().expect("a pipe");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { child, input, output }
    }

    /// The constraints that deny, with their messages: those of a request come line by line.
    fn ask(&mut self, question: &Value) -> Vec<(String, String)> {
        let sent = writeln!(self.input, "{question}").and_then(|()| self.input.flush());
        sent.expect("it listens");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("it answers");
        let answer: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line:?}"));
        let results = answer["results"].as_array().unwrap_or_else(|| panic!("{answer}"));
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        let mut denied: Vec<(String, String)> = Vec::new();
        for result in results {
            assert_eq!(result["action"], "deny");
            let (constraint, line) = (text(&result["constraint"]), text(&result["msg"]));
            match denied.last_mut().filter(|(name, _)| *name == constraint) {
                Some((_, message)) => *message += &format!("\n{line}"),
                None => denied.push((constraint, line)),
            }
        }
        denied
    }

    /// The violations of a request to create an object.
    fn create(&mut self, object: &Value, more: &Value) -> Vec<(String, String)> {
        let mut request = request(object, "CREATE");
        for (key, value) in more.as_object().into_iter().flatten() {
            request[key] = value.clone();
        }
        self.ask(&json!({"request": request, "namespace": namespace()}))
    }
}

impl Drop for Gatekeeper {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn namespace() -> Value {
    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
}

/// A request as the API server sends it.
fn request(object: &Value, operation: &str) -> Value {
    let api_version = object["apiVersion"].as_str().expect("text");
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    let kind = object["kind"].as_str().expect("text");
    json!({
        "uid": "3f1e", "operation": operation,
        "kind": {"group": group, "version": version, "kind": kind},
        "resource": {"group": group, "version": version, "resource": kind.to_lowercase() + "s"},
        "name": object["metadata"]["name"], "namespace": object["metadata"]["namespace"],
        "userInfo": {"username": "alice", "uid": "1", "groups": ["system:authenticated"],
            "extra": {"authentication.kubernetes.io/credential-id": ["JTI=1"]}},
        "object": object, "oldObject": null, "dryRun": false,
        "options": {"kind": "CreateOptions", "apiVersion": "meta.k8s.io/v1"},
    })
}

fn pod(name: &str, privileged: bool) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "shop"},
        "spec": {
            "securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [{"name": "web", "image": "nginx", "securityContext": {
                "privileged": privileged, "allowPrivilegeEscalation": privileged,
                "capabilities": {"drop": ["ALL"]},
            }}],
        },
    })
}

fn deployment(privileged: bool) -> Value {
    let pod = pod("web", privileged);
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"selector": {}, "template": {"metadata": {"labels": {"app": "web"}}, "spec": pod["spec"]}},
    })
}

#[test]
#[ignore = "needs Gatekeeper's client"]
fn gatekeeper_driver_denies_what_the_module_denies() {
    let kit = Kit::new();
    let server = Server::start(&kit, &module(), &[]);
    let mut gatekeeper = Gatekeeper::start(&kit, &server, &kit.gatekeeper());
    let none = json!({});
    let clean: [(String, String); 0] = [];
    // Twice: the second answer is the cache's, without a status.
    for _ in 0..2 {
        assert_eq!(gatekeeper.create(&pod("web", false), &none), clean);
        let denied = gatekeeper.create(&pod("web", true), &none);
        let [(constraint, message)] = &denied[..] else { panic!("{denied:?}") };
        assert_eq!(constraint, "ringfence-pods");
        assert!(message.starts_with("Pod shop/web violates restricted:latest: "), "{message}");
        assert!(message.contains("\nprivileged: spec.containers[0]"), "{message}");
    }
    assert_eq!(gatekeeper.create(&deployment(false), &none), clean);
    let denied = gatekeeper.create(&deployment(true), &none);
    assert_eq!((denied.len(), &*denied[0].0), (1, "ringfence-workloads"));
    // A privileged ephemeral container, by its subresource.
    let mut debugged = pod("web", false);
    debugged["spec"]["ephemeralContainers"] =
        json!([{"name": "debug", "image": "busybox", "securityContext": {"privileged": true}}]);
    let update = json!({"operation": "UPDATE", "subResource": "ephemeralcontainers",
        "oldObject": pod("web", false)});
    let denied = gatekeeper.create(&debugged, &update);
    assert!(denied[0].1.contains("spec.ephemeralContainers[0]"), "{denied:?}");
    // What an audit finds has no operation and no requester.
    let mut found = pod("web", true);
    found["metadata"]["resourceVersion"] = "7".into();
    let denied = gatekeeper.ask(&json!({"object": found, "namespace": namespace()}));
    assert_eq!(denied.len(), 1, "{denied:?}");
    // What the constraints leave alone.
    let mut of_system = pod("web", true);
    of_system["metadata"]["namespace"] = "kube-system".into();
    let mut system = namespace();
    system["metadata"]["name"] = "kube-system".into();
    let request = request(&of_system, "CREATE");
    assert_eq!(gatekeeper.ask(&json!({"request": request, "namespace": system})), clean);
}

#[test]
#[ignore = "needs Gatekeeper's client"]
fn gatekeeper_driver_denies_a_namespace_without_a_fence() {
    let kit = Kit::new();
    let server = Server::start(&kit, &module(), &[]);
    let mut gatekeeper = Gatekeeper::start(&kit, &server, &kit.gatekeeper());
    let labelled = |level: &str| {
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop",
            "labels": {"pod-security.kubernetes.io/enforce": level}}})
    };
    let mut ask = |object: &Value| {
        let request = request(object, "CREATE");
        gatekeeper.ask(&json!({"request": request, "namespace": object}))
    };
    assert_eq!(ask(&labelled("baseline")), []);
    let denied = ask(&labelled("privileged"));
    assert_eq!((denied.len(), &*denied[0].0), (1, "ringfence-namespaces"), "{denied:?}");
}

#[test]
#[ignore = "needs Gatekeeper's client"]
fn gatekeeper_driver_denies_without_a_provider() {
    let kit = Kit::new();
    let server = Server::start(&kit, &module(), &[]);
    let mut gatekeeper = Gatekeeper::start(&kit, &server, &kit.gatekeeper());
    let none = json!({});
    assert_eq!(gatekeeper.create(&pod("web", false), &none), []);
    let health = server.health;
    drop(server);
    // Nothing new is admitted. What was admitted a moment ago is, as long as it is kept.
    let denied = gatekeeper.create(&pod("api", false), &none);
    assert!(denied[0].1.contains("gave no verdict"), "{denied:?}");
    assert_eq!(gatekeeper.create(&pod("web", false), &none), []);
    assert!(std::net::TcpStream::connect(health).is_err());
}

#[test]
#[ignore = "needs Gatekeeper's client"]
fn gatekeeper_driver_denies_where_the_provider_lets_nobody_in_or_says_nothing() {
    let kit = Kit::new();
    let none = json!({});
    let server = Server::start(&kit, &module(), &[]);
    let stranger = Authority::new("gatekeeper-ca").client(GATEKEEPER);
    let mut gatekeeper = Gatekeeper::start(&kit, &server, &stranger);
    let denied = gatekeeper.create(&pod("web", false), &none);
    assert!(denied[0].1.contains("gave no verdict"), "{denied:?}");
    for (guest, options) in [
        (guest::traps(), [].as_slice()),
        (guest::answers("nonsense"), &[]),
        (guest::spins(), &["--key-timeout-ms", "1000"]),
        (guest::spins(), &["--key-timeout-ms", "5000", "--timeout-ms", "5000"]),
        // The request of Gatekeeper itself, or its key, is too much.
        (std::fs::read(module()).expect("the module"), &["--max-body-mib", "1"]),
        (std::fs::read(module()).expect("the module"), &["--max-key-mib", "1"]),
    ] {
        let server = Server::start(&kit, &kit.write("guest.wasm", guest), options);
        let mut gatekeeper = Gatekeeper::start(&kit, &server, &kit.gatekeeper());
        let mut large = pod("web", false);
        large["metadata"]["annotations"] = json!({"large": "x".repeat(2 << 20)});
        let denied = gatekeeper.create(&large, &none);
        assert!(denied[0].1.contains("gave no verdict"), "{denied:?}");
    }
}

/// Gatekeeper's clock starts first: the provider's own limit is the shorter one, and where it is set to
/// be longer, metrics have what Gatekeeper did not wait for.
#[tokio::test]
#[ignore = "needs Gatekeeper's client"]
async fn gatekeeper_driver_is_told_that_time_is_up() {
    let kit = Kit::new();
    let slow = kit.write("guest.wasm", guest::spins());
    for (options, says, outcome) in [
        (&["--timeout-ms", "1000"][..], "did not get it done in time", "timed_out"),
        (&["--timeout-ms", "9000"], "gave no verdict", "abandoned"),
    ] {
        let mut server = Server::start(&kit, &slow, options);
        let mut gatekeeper = Gatekeeper::start(&kit, &server, &kit.gatekeeper());
        let denied = gatekeeper.create(&pod("web", false), &json!({}));
        assert!(denied[0].1.contains(says), "{denied:?}");
        let told = server.wait_for("request_refused", 1);
        assert_eq!(told[0]["reason"], outcome);
        let metrics = get(server.health, "/metrics").await.body;
        assert!(metrics.contains(&format!("outcome=\"{outcome}\"")), "{metrics}");
    }
}
