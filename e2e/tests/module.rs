//! The module under wasmtime against Pod Security Admission, on generated pods:
//! as Pods, and wrapped in a Deployment and in a CronJob.
//!
//! `RINGFENCE_MODULE` names another module, `RINGFENCE_SEED` repeats a run.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use e2e::generator::{self, Generator};
use e2e::oracle::{NEWEST, Oracle};
use ringfence_host::{Answer, Options, Policy};
use serde_json::{Value, json};

const PODS: usize = 300;

/// Versions tried per pod and level; the pods take turns, so that all get tried.
const VERSIONS: u8 = 3;

#[test]
fn the_module_answers_as_pod_security_admission() -> Result<()> {
    let seed = generator::seed()?;
    // Past the test harness; a closed stderr is no reason to fail.
    let _ = writeln!(
        std::io::stderr(),
        "module against Pod Security Admission: {PODS} pods, RINGFENCE_SEED={seed}"
    );
    let policy = policy()?;
    let mut generator = Generator::new(seed);
    let mut oracle = Oracle::start()?;
    let mut turn = 0..;
    for _ in 0..PODS {
        let pod = generator.next_pod()?.current();
        let answer = oracle.ask(&pod)?;
        for (profile, failing) in
            [("baseline", &answer.baseline), ("restricted", &answer.restricted)]
        {
            for _ in 0..VERSIONS {
                let minor = turn
                    .next()
                    .map_or(NEWEST, |turn: usize| (turn % usize::from(NEWEST + 1)) as u8);
                let expected: BTreeSet<&str> =
                    failing.at(minor).iter().map(String::as_str).collect();
                for object in shapes(&pod) {
                    agree(&policy, &object, profile, minor, &expected).with_context(|| {
                        format!("RINGFENCE_SEED={seed}, {profile} v1.{minor}, {object:#}")
                    })?;
                }
            }
        }
    }
    Ok(())
}

fn policy() -> Result<Policy> {
    let named = std::env::var_os("RINGFENCE_MODULE").map(PathBuf::from);
    let file = named.unwrap_or_else(|| e2e::workspace().join("dist/policy.wasm"));
    ensure!(file.exists(), "no module at {}: `cargo xtask build` makes it", file.display());
    Ok(Policy::from_file(&file, &Options::default())?)
}

/// The pod itself, and the workloads that would create it.
fn shapes(pod: &Value) -> [Value; 3] {
    let template = json!({"metadata": pod["metadata"], "spec": pod["spec"]});
    let metadata = json!({"name": "generated", "namespace": "shop"});
    let deployment = json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata,
        "spec": {"selector": {"matchLabels": {"app": "generated"}}, "template": template},
    });
    let cron_job = json!({
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": metadata,
        "spec": {"schedule": "@daily", "jobTemplate": {"spec": {"template": template}}},
    });
    [pod.clone(), deployment, cron_job]
}

fn agree(
    policy: &Policy,
    object: &Value,
    profile: &str,
    minor: u8,
    expected: &BTreeSet<&str>,
) -> Result<()> {
    let payload = json!({
        "request": request(object)?,
        "settings": {"profile": profile, "version": format!("v1.{minor}"), "workloads": "deny"},
    });
    let reply = policy.validate(&serde_json::to_vec(&payload)?)?;
    let answer = Answer::parse(&reply.bytes)?;
    let said = || String::from_utf8_lossy(&reply.bytes);
    let annotation = |key: &str| answer.audit_annotations.get(key).map(String::as_str);
    ensure!(annotation("outcome") == Some("judged"), "not judged: {}", said());
    let violations: Vec<Value> = match annotation("violations") {
        Some(list) => serde_json::from_str(list)?,
        None => Vec::new(),
    };
    let found: BTreeSet<&str> = violations
        .iter()
        // Ours alone: what the API server would refuse before any policy sees it.
        .filter(|violation| violation["rule"] != "wellFormed")
        .filter_map(|violation| violation["check"].as_str())
        .collect();
    ensure!(found == *expected, "expected {expected:?}, the module found {found:?}: {}", said());
    ensure!(
        answer.accepted == violations.is_empty(),
        "verdict and violations disagree: {}",
        said()
    );
    Ok(())
}

/// The request by which the API server would ask about a new object.
fn request(object: &Value) -> Result<Value> {
    let kind = object["kind"].as_str().context("no kind")?;
    let api_version = object["apiVersion"].as_str().context("no apiVersion")?;
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    let kind_of = json!({"group": group, "version": version, "kind": kind});
    let resource = json!({"group": group, "version": version, "resource": format!("{}s", kind.to_lowercase())});
    Ok(json!({
        "uid": "7f0b2891-916f-4ed6-b7cd-27bff1815a8c",
        "kind": kind_of,
        "resource": resource,
        "requestKind": kind_of,
        "requestResource": resource,
        "name": "generated",
        "namespace": "shop",
        "operation": "CREATE",
        "userInfo": {"username": "alice", "groups": ["system:authenticated"]},
        "object": object,
        "oldObject": null,
        "dryRun": false,
    }))
}
