//! `ringfence scan` against a real API server: what is listed in pages is judged whole.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use ringfence_load::process::{memory, processor_time};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::api::Api;
use crate::control_plane::ControlPlane;
use crate::process::program;

/// Objects for each app: a Deployment, its ReplicaSet, its two pods, a Service.
const EACH: usize = 5;

/// Apps in a namespace.
const NAMESPACE: usize = 40;

/// Requests that make objects, at a time.
const AT_ONCE: usize = 16;

/// How many objects there are to be: so many that each list has several pages, or as many as
/// `RINGFENCE_E2E_OBJECTS` says.
fn objects() -> Result<usize> {
    match std::env::var("RINGFENCE_E2E_OBJECTS") {
        Ok(text) => text.parse().context("RINGFENCE_E2E_OBJECTS is no number"),
        Err(_) => Ok(1500),
    }
}

/// What an app consists of. One in three has something that `restricted` denies.
fn app(number: usize) -> Vec<Value> {
    let (name, namespace) = (format!("app-{number:05}"), namespace_of(number));
    let mut container = json!({
        "name": "app", "image": format!("registry.example/{name}:1.0"),
        "env": (0..12).map(|it| json!({"name": format!("SETTING_{it}"), "value": "a value of some length"})).collect::<Vec<_>>(),
        "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}},
        "securityContext": {"allowPrivilegeEscalation": false, "runAsNonRoot": true,
            "capabilities": {"drop": ["ALL"]}, "seccompProfile": {"type": "RuntimeDefault"}},
    });
    if is_denied(number) {
        container["securityContext"]["privileged"] = true.into();
        container["securityContext"]["allowPrivilegeEscalation"] = true.into();
    }
    let labels = json!({"app": name});
    let spec = json!({"containers": [container], "automountServiceAccountToken": false});
    let template = json!({"metadata": {"labels": labels}, "spec": spec});
    let replicas =
        json!({"replicas": 2, "selector": {"matchLabels": labels}, "template": template});
    let owner = |kind: &str| json!([{"apiVersion": "apps/v1", "kind": kind, "name": name, "uid": name, "controller": true}]);
    let object = |api_version: &str, kind: &str, name: &str, owners: Value, spec: &Value| {
        json!({"apiVersion": api_version, "kind": kind, "spec": spec, "metadata": {
            "name": name, "namespace": namespace, "labels": labels, "ownerReferences": owners}})
    };
    let pod =
        |suffix: &str| object("v1", "Pod", &format!("{name}-{suffix}"), owner("ReplicaSet"), &spec);
    vec![
        object("apps/v1", "Deployment", &name, json!([]), &replicas),
        object("apps/v1", "ReplicaSet", &name, owner("Deployment"), &replicas),
        pod("a"),
        pod("b"),
        object(
            "v1",
            "Service",
            &name,
            json!([]),
            &json!({"clusterIP": "None", "selector": labels, "ports": [{"port": 80}]}),
        ),
    ]
}

fn is_denied(number: usize) -> bool {
    number.is_multiple_of(3)
}

fn namespace_of(number: usize) -> String {
    format!("team-{:03}", number / NAMESPACE)
}

async fn fill(api: &Api, apps: usize) -> Result<()> {
    for number in (0..apps).step_by(NAMESPACE) {
        let namespace = json!({"apiVersion": "v1", "kind": "Namespace",
            "metadata": {"name": namespace_of(number)}});
        api.create(&namespace).await?.done()?;
    }
    let mut making = JoinSet::new();
    for first in 0..AT_ONCE {
        let api = api.clone();
        making.spawn(async move {
            for object in (first..apps).step_by(AT_ONCE).flat_map(app) {
                api.create(&object).await?.done().with_context(|| object.to_string())?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(made) = making.join_next().await {
        made??;
    }
    Ok(())
}

/// What a scan printed, and what it took.
struct Scan {
    report: Value,
    remarks: String,
    took: Duration,
    used: Duration,
    peak_kib: u64,
}

fn scan(control_plane: &ControlPlane, more: &[&str]) -> Result<Scan> {
    let folder = control_plane.path();
    let (out, err) = (folder.join("scan.json"), folder.join("scan.err"));
    let started = Instant::now();
    let mut child = Command::new(program("RINGFENCE_E2E_RINGFENCE")?)
        .args(["scan", "--kubeconfig"])
        .arg(control_plane.kubeconfig("admin")?)
        .args(["--what-if", "restricted:v1.36", "--no-cache", "-o", "json", "--module"])
        .arg(e2e::workspace().join("dist/policy.wasm"))
        .args(more)
        .stdin(Stdio::null())
        .stdout(std::fs::File::create(&out)?)
        .stderr(std::fs::File::create(&err)?)
        .spawn()
        .context("cannot run the command")?;
    let (mut used, mut peak_kib) = (Duration::ZERO, 0);
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        // What has ended meanwhile is no longer known; what it had a moment ago is.
        used = processor_time(child.id()).unwrap_or(used);
        peak_kib = memory(child.id()).map_or(peak_kib, |memory| memory.peak);
        std::thread::sleep(Duration::from_millis(5));
    };
    let took = started.elapsed();
    let remarks = std::fs::read_to_string(err)?;
    ensure!(matches!(status.code(), Some(0 | 1)), "{status}: {remarks}");
    let report = serde_json::from_slice(&std::fs::read(out)?)?;
    Ok(Scan { report, remarks, took, used, peak_kib })
}

/// Apps, and of them those that are denied, and namespaces.
fn counts(apps: usize) -> (usize, usize, usize) {
    (apps, (0..apps).filter(|number| is_denied(*number)).count(), apps.div_ceil(NAMESPACE))
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "cargo xtask e2e names the servers"]
async fn scan_of_many_objects() -> Result<()> {
    let control_plane = ControlPlane::start().await?;
    let before = scan_counts(&scan(&control_plane, &[])?);
    let apps = objects()? / EACH;
    fill(&control_plane.api, apps).await?;
    let (apps, denied, namespaces) = counts(apps);
    println!("{} objects made", apps * EACH + namespaces);
    println!("| objects | judged | seconds | processor seconds | MiB at most |");
    println!("|---:|---:|---:|---:|---:|");
    let told = |judged: u64, scan: &Scan| {
        let (took, used) = (scan.took.as_secs_f64(), scan.used.as_secs_f64());
        let objects = apps * EACH + namespaces;
        println!("| {objects} | {judged} | {took:.2} | {used:.2} | {} |", scan.peak_kib / 1024);
    };
    for (more, judged, denied) in
        [(&[][..], apps * 2, denied), (&["--owned"][..], apps * EACH, denied * 4)]
    {
        let found = scan(&control_plane, more)?;
        let (resources, denials) = scan_counts(&found);
        ensure!(
            resources - before.0 == (judged + namespaces) as u64
                && denials - before.1 == denied as u64,
            "{resources} resources and {denials} denied, of which {before:?} were there; {judged}, {denied} and {namespaces} namespaces were made"
        );
        let left = format!("{} objects of controllers left", apps * 3);
        ensure!(more.is_empty() == found.remarks.contains(&left), "{}", found.remarks);
        told(resources, &found);
    }
    Ok(())
}

fn scan_counts(scan: &Scan) -> (u64, u64) {
    let count = |name: &str| scan.report["summary"][name].as_u64().unwrap_or_default();
    (count("resources"), count("denied"))
}
