//! policy-server over HTTP.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use e2e::kubewarden::{Configured, canonical, respond};
use ringfence_host::{Allowed, HostCapabilities};
use serde_json::{Map, Value, json};

use crate::{Modules, command, differ, program, read, requests, stand_in};

/// How long a server may take to compile its policies; offline it also waits for a trust root.
const START: Duration = Duration::from_secs(120);

/// A server that ends with its value.
struct Server {
    process: Child,
    port: u16,
}

impl Server {
    fn start(program: &Path, modules: &Modules, policies: &Value, lies: bool) -> Result<Self> {
        let folder = modules.folder.path();
        let file = folder.join("policies.yml");
        // JSON is YAML.
        std::fs::write(&file, policies.to_string())?;
        let [port, ready] = [free_port()?, free_port()?];
        let mut command = command(program);
        if lies {
            command.env("STAND_IN_LIES", "1");
        }
        let process = command
            .arg("--policies")
            .arg(&file)
            .args(["--addr", "127.0.0.1", "--port", &port.to_string()])
            .args(["--readiness-probe-port", &ready.to_string()])
            .arg("--policies-download-dir")
            .arg(folder.join("policies"))
            .arg("--sigstore-cache-dir")
            .arg(folder.join("sigstore"))
            .arg("--ignore-kubernetes-connection-failure")
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let mut server = Self { process, port };
        let started = Instant::now();
        while ask(ready, "GET", "/readiness", None).map_or(true, |(code, _)| code != 200) {
            if let Some(status) = server.process.try_wait()? {
                bail!("the server ended with {status}");
            }
            ensure!(started.elapsed() < START, "the server is not ready after {START:?}");
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }

    /// The response to a review.
    fn post(&self, path: &str, review: &Value) -> Result<Value> {
        let (code, body) = ask(self.port, "POST", path, Some(review))?;
        ensure!(code == 200, "{path}: {code} {body}");
        let answer: Value = serde_json::from_str(&body)?;
        ensure!(
            answer["apiVersion"] == "admission.k8s.io/v1" && answer["kind"] == "AdmissionReview",
            "{path}: {body}"
        );
        ensure!(answer["response"]["uid"] == review["request"]["uid"], "{path}: {body}");
        Ok(answer["response"].clone())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A port that nobody has at this moment.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// Status and body of the answer to one request, on a connection of its own.
fn ask(port: u16, method: &str, path: &str, body: Option<&Value>) -> Result<(u16, String)> {
    let body = body.map(Value::to_string).unwrap_or_default();
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").context("no end of headers")?;
    ensure!(!head.to_ascii_lowercase().contains("transfer-encoding"), "a body in parts: {head}");
    let code = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    Ok((code.with_context(|| format!("no status in {head}"))?, body.to_owned()))
}

/// One policy for each settings of the requests: may it mutate where it wants to, and may it not;
/// and one that only watches.
fn policies(modules: &Modules) -> Value {
    let entry = |settings: &Value, may_mutate: bool, mode: &str| {
        json!({
            "module": format!("file://{}", modules.policy.display()), "policyMode": mode,
            "allowedToMutate": may_mutate, "settings": settings,
            "contextAwareResources": [], "hostCapabilities": ["*"],
        })
    };
    let mut policies = Map::new();
    for (number, request) in requests::all().iter().enumerate() {
        policies.insert(format!("may-{number}"), entry(&request.settings, true, "protect"));
        policies.insert(format!("may-not-{number}"), entry(&request.settings, false, "protect"));
        policies.insert(format!("watches-{number}"), entry(&request.settings, false, "monitor"));
    }
    let mut asking = entry(&json!({}), false, "protect");
    asking["module"] = format!("file://{}", modules.asking.display()).into();
    asking["hostCapabilities"] = json!([]);
    policies.insert("asks".into(), asking);
    Value::Object(policies)
}

/// Holds every response of a server against this host's.
fn compare(program: &Path, lies: bool) -> Result<()> {
    let modules = Modules::make()?;
    let server = Server::start(program, &modules, &policies(&modules), lies)?;
    let policy = Modules::load(&modules.policy, HostCapabilities::default())?;
    for (number, request) in requests::all().iter().enumerate() {
        let review = request.review()?;
        let ours = respond(&policy, &review, &request.settings)?;
        for (name, monitor, may_mutate) in
            [("may", false, true), ("may-not", false, false), ("watches", true, false)]
        {
            let id = format!("{name}-{number}");
            let theirs = server.post(&format!("/validate/{id}"), &review)?;
            let configured = Configured { policy: &id, monitor, may_mutate };
            if may_mutate {
                request.check(&theirs)?;
            }
            equal(&id, &configured.constrain(ours.clone()), &theirs, &review)?;
            // An audit sees what the policy says, whatever it may do.
            let theirs = server.post(&format!("/audit/{id}"), &review)?;
            equal(&format!("audit of {id}"), &ours, &theirs, &review)?;
            request.check(&theirs)?;
        }
    }
    let review = read("accepted.json")?;
    let theirs = server.post("/validate/asks", &review)?;
    let capabilities = HostCapabilities::default().allow(Allowed::parse([""; 0])?);
    let asking = Modules::load(&modules.asking, capabilities)?;
    let ours = respond(&asking, &review, &json!({}))?;
    equal("/validate/asks", &ours, &theirs, &review)?;
    let (code, _) = ask(server.port, "POST", "/validate/nobody", Some(&review))?;
    ensure!(code == 404, "an unknown policy: {code}");
    Ok(())
}

fn equal(path: &str, ours: &Value, theirs: &Value, review: &Value) -> Result<()> {
    let (ours, theirs) = (canonical(ours, review)?, canonical(theirs, review)?);
    ensure!(ours == theirs, "{path}: here {ours}\npolicy-server {theirs}");
    Ok(())
}

#[test]
#[ignore = "needs policy-server; POLICY_SERVER names it"]
fn policy_server_itself_responds_as_this_host() -> Result<()> {
    compare(&program("POLICY_SERVER", "policy-server"), false)
}

/// The comparison reads responses rightly: it passes with this host in the server's place.
#[test]
fn the_comparison_takes_equal_responses() -> Result<()> {
    compare(Path::new(stand_in()), false)
}

/// And it fails where a verdict differs.
#[test]
fn the_comparison_refuses_another_verdict() -> Result<()> {
    differ(compare(Path::new(stand_in()), true))
}
