//! Stands in for kwctl (`run …`) and for policy-server (`--policies …`), with this project's own
//! host behind it: it proves that the tests which call the real ones read them rightly.
//!
//! `STAND_IN_LIES=1` turns every verdict round: then each of those tests must fail.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use e2e::kubewarden::{Configured, refused_settings, respond};
use ringfence_host::cluster::Replay;
use ringfence_host::{Allowed, Cache, Grant, Grants, HostCapabilities, Options, Policy};
use serde_json::{Value, json};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.split_first() {
        Some((command, rest)) if command == "run" => run(rest),
        _ => serve(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // A closed stream is no reason to fail otherwise.
            let _ = writeln!(std::io::stderr(), "Error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// `kwctl run`: prints a response.
fn run(arguments: &[String]) -> Result<()> {
    let mut policy = None;
    let (mut request, mut settings, mut replay) = (None, json!({}), None);
    let mut trusted = false;
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().with_context(|| format!("{argument} needs a value"));
        match &**argument {
            "-r" | "--request-path" => request = Some(value()?),
            "--settings-json" => settings = serde_json::from_str(value()?)?,
            "--allow-context-aware" => trusted = true,
            "--replay-host-capabilities-interactions" => replay = Some(value()?),
            path if !path.starts_with('-') => policy = Some(path),
            other => bail!("unexpected argument '{other}'"),
        }
    }
    let path = policy.context("no policy")?;
    let grants = if trusted { annotated_grants(path)? } else { Grants::Only([].into()) };
    let capabilities = match replay {
        Some(session) => HostCapabilities::new(Arc::new(Replay::read(Path::new(session))?)),
        None => HostCapabilities::default(),
    };
    let policy = load(path, capabilities.grant(grants))?;
    if let Some(message) = refused_settings(&policy, &settings) {
        bail!("Provided settings are not valid: {message}");
    }
    let review = std::fs::read(request.context("no request")?)?;
    let review = serde_json::from_slice(&review)?;
    let response = turned(respond(&policy, &review, &settings)?);
    writeln!(std::io::stdout(), "{response}")?;
    Ok(())
}

fn load(path: &str, capabilities: HostCapabilities) -> Result<Policy> {
    let options = Options { capabilities, cache: Cache::Default, ..Options::default() };
    Ok(Policy::from_file(Path::new(path), &options)?)
}

/// The kinds that the annotations of a module name.
fn annotated_grants(path: &str) -> Result<Grants> {
    let module = std::fs::read(path)?;
    let text = String::from_utf8_lossy(&module);
    let (_, metadata) = text.split_once("io.kubewarden.metadata").context("no annotations")?;
    let metadata: Value = serde_json::from_str(metadata)?;
    let grants: Vec<Grant> = serde_json::from_value(metadata["contextAwareResources"].clone())?;
    Ok(Grants::Only(grants.into_iter().collect()))
}

fn turned(mut response: Value) -> Value {
    if std::env::var_os("STAND_IN_LIES").is_some() {
        response["allowed"] = (response["allowed"] != true).into();
    }
    response
}

/// One entry of `policies.yml`.
struct Entry {
    id: String,
    policy: Policy,
    settings: Value,
    monitor: bool,
    may_mutate: bool,
}

/// `policy-server`: answers until it is ended.
fn serve(arguments: &[String]) -> Result<()> {
    let value = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name);
        at.and_then(|at| arguments.get(at + 1)).with_context(|| format!("no {name}"))
    };
    let policies: Value = serde_json::from_slice(&std::fs::read(value("--policies")?)?)?;
    let entries = policies.as_object().context("no policies")?.iter().map(entry);
    let entries: Arc<Vec<Entry>> = Arc::new(entries.collect::<Result<_>>()?);
    let address = value("--addr")?;
    let ready = TcpListener::bind(format!("{address}:{}", value("--readiness-probe-port")?))?;
    let listener = TcpListener::bind(format!("{address}:{}", value("--port")?))?;
    std::thread::spawn(move || {
        for stream in ready.incoming().flatten() {
            // Who closes what was not read resets it.
            let _ = request(&stream).and_then(|_| answer(&stream, 200, ""));
        }
    });
    for stream in listener.incoming() {
        let (stream, entries) = (stream?, entries.clone());
        std::thread::spawn(move || handle(&stream, &entries));
    }
    Ok(())
}

fn entry((id, entry): (&String, &Value)) -> Result<Entry> {
    let path = entry["module"].as_str().and_then(|module| module.strip_prefix("file://"));
    let patterns: Vec<String> =
        serde_json::from_value(entry.get("hostCapabilities").cloned().unwrap_or(json!([])))?;
    let capabilities = HostCapabilities::default().allow(Allowed::parse(patterns)?);
    let policy = load(path.context("no file")?, capabilities)?;
    let settings = entry.get("settings").cloned().unwrap_or(json!({}));
    if let Some(message) = refused_settings(&policy, &settings) {
        bail!("Policy settings are invalid: {message}");
    }
    let monitor = entry.get("policyMode").is_some_and(|mode| mode == "monitor");
    let may_mutate = entry.get("allowedToMutate").is_some_and(|may| may == true);
    Ok(Entry { id: id.clone(), policy, settings, monitor, may_mutate })
}

fn handle(stream: &TcpStream, entries: &[Entry]) -> Result<()> {
    let (path, body) = request(stream)?;
    let mut parts = path.trim_start_matches('/').splitn(2, '/');
    let (action, id) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let Some(entry) = entries.iter().find(|entry| entry.id == id) else {
        let message = json!({"message": format!("unknown policy: {id}"), "status": 404});
        return answer(stream, 404, &message.to_string());
    };
    let Ok(review) = serde_json::from_slice::<Value>(&body) else {
        return answer(stream, 400, &json!({"message": "no JSON", "status": 400}).to_string());
    };
    let response = respond(&entry.policy, &review, &entry.settings)?;
    let response = match action {
        "audit" => response,
        _ => {
            let Entry { monitor, may_mutate, .. } = *entry;
            Configured { policy: &entry.id, monitor, may_mutate }.constrain(response)
        }
    };
    let kind = "AdmissionReview";
    let review =
        json!({"apiVersion": "admission.k8s.io/v1", "kind": kind, "response": turned(response)});
    answer(stream, 200, &review.to_string())
}

/// Path and body of a request.
fn request(stream: &TcpStream) -> Result<(String, Vec<u8>)> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let path = first.split(' ').nth(1).context("no path")?.to_owned();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.parse()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok((path, body))
}

fn answer(mut stream: &TcpStream, code: u16, body: &str) -> Result<()> {
    write!(
        stream,
        "HTTP/1.1 {code} Said\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )?;
    Ok(())
}
