//! `kwctl run`.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use e2e::kubewarden::{canonical, refused_settings, respond};
use ringfence_host::cluster::Replay;
use ringfence_host::{Grant, Grants, HostCapabilities};
use serde_json::{Value, json};

use crate::{Modules, command, differ, file, program, read, requests, stand_in, succeed};

/// What kwctl prints for a module, a request and settings.
fn run(
    kwctl: &Path,
    module: &Path,
    request: &str,
    settings: &Value,
    more: &[&str],
) -> Result<Value> {
    let output = succeed(
        command(kwctl)
            .arg("run")
            .arg(module)
            .arg("--request-path")
            .arg(file(request))
            .args(["--settings-json", &settings.to_string()])
            .args(more)
            .current_dir(file("")),
    )?;
    serde_json::from_slice(&output.stdout).context("kwctl prints no response")
}

/// Holds every response of a kwctl against this host's.
fn compare(kwctl: &Path) -> Result<()> {
    let modules = Modules::make()?;
    let policy = Modules::load(&modules.policy, HostCapabilities::default())?;
    for request in requests::all() {
        let review = request.review()?;
        let theirs = run(kwctl, &modules.policy, request.file, &request.settings, &[])?;
        request.check(&theirs)?;
        let ours = respond(&policy, &review, &request.settings)?;
        let (ours, theirs) = (canonical(&ours, &review)?, canonical(&theirs, &review)?);
        ensure!(ours == theirs, "{}: here {ours}\nkwctl {theirs}", request.file);
    }
    compare_sessions(kwctl, &modules)?;
    compare_settings(kwctl, &modules)
}

/// The same for what a policy finds out about the cluster, with grants and without.
fn compare_sessions(kwctl: &Path, modules: &Modules) -> Result<()> {
    let review = read("accepted.json")?;
    for (session, granted, said) in [
        ("found.yml", true, None),
        ("missing.yml", true, Some("Cannot find v1/Namespace named 'shop'")),
        ("found.yml", false, Some("has not been granted access to Kubernetes v1/Namespace")),
    ] {
        let mut more = vec!["--replay-host-capabilities-interactions", session];
        let mut grants = Vec::new();
        if granted {
            more.push("--allow-context-aware");
            grants.push("v1/Namespace".parse::<Grant>()?);
        }
        let theirs = run(kwctl, &modules.asking, "accepted.json", &json!({}), &more)?;
        let capabilities = HostCapabilities::new(Arc::new(Replay::read(&file(session))?));
        let capabilities = capabilities.grant(Grants::Only(grants.into_iter().collect()));
        let asking = Modules::load(&modules.asking, capabilities)?;
        let ours = respond(&asking, &review, &json!({}))?;
        ensure!(ours["allowed"] == said.is_none(), "{session}: {ours:#}");
        if let Some(said) = said {
            let message = ours["status"]["message"].as_str().unwrap_or_default();
            ensure!(message.contains(said), "{session}: {message}");
        }
        let (ours, theirs) = (canonical(&ours, &review)?, canonical(&theirs, &review)?);
        ensure!(ours == theirs, "{session}: here {ours}\nkwctl {theirs}");
    }
    Ok(())
}

/// The same for settings that are none.
fn compare_settings(kwctl: &Path, modules: &Modules) -> Result<()> {
    let policy = Modules::load(&modules.policy, HostCapabilities::default())?;
    for settings in
        [json!({"profil": "baseline"}), json!({"version": 1, "rules": {"none": "deny"}})]
    {
        let ours = refused_settings(&policy, &settings).context("the settings are taken")?;
        let output = command(kwctl)
            .arg("run")
            .arg(&modules.policy)
            .arg("--request-path")
            .arg(file("accepted.json"))
            .args(["--settings-json", &settings.to_string()])
            .output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(!output.status.success() && output.stdout.is_empty(), "{settings}: {said}");
        let expected = format!("Provided settings are not valid: {ours}");
        ensure!(said.contains(&expected), "{settings}: no {expected:?} in {said}");
    }
    Ok(())
}

#[test]
#[ignore = "needs kwctl; KWCTL names it"]
fn kwctl_itself_responds_as_this_host() -> Result<()> {
    compare(&program("KWCTL", "kwctl"))
}

/// The comparison reads responses rightly: it passes with this host in kwctl's place.
#[test]
fn the_comparison_takes_equal_responses() -> Result<()> {
    compare(Path::new(stand_in()))
}

/// And it fails where a verdict differs.
#[test]
fn the_comparison_refuses_another_verdict() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let liar = folder.path().join("liar");
    let script = format!("#!/bin/sh\nSTAND_IN_LIES=1 exec '{}' \"$@\"\n", stand_in());
    // Another process writes it: what is open for writing here, and so in what other tests start at
    // that moment, cannot be run (`ETXTBSY`, execve(2)).
    let write = "printf %s \"$1\" > \"$0\" && chmod +x \"$0\"";
    succeed(command("sh").args(["-c", write]).arg(&liar).arg(script))?;
    differ(compare(&liar))
}
