//! `ringfence namespace` from outside: rows, what is generated, exit codes, and bad input.

#[path = "../common/process.rs"]
mod process;

mod generate;
mod rows;

use process::{Run, folder};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use tempfile::TempDir;

const NAMESPACE: &str = "apiVersion: v1
kind: Namespace
metadata:
  name: shop
  uid: 7b1f
  labels: {owner: team-shop}
status: {phase: Active}
";

/// Workloads that say little, and one that asks for more than a modest bound has.
const WORKLOADS: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 3
  template:
    metadata: {labels: {app: web}}
    spec:
      initContainers: [{name: init, image: web}]
      containers:
      - {name: web, image: web, resources: {requests: {cpu: 100m, memory: 1536Mi}}}
      - {name: logs, image: logs, resources: {limits: {memory: 64Mi}}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: report, namespace: shop}
spec:
  jobTemplate:
    spec:
      template:
        spec:
          serviceAccountName: report
          containers: [{name: report, image: report}]
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: report, namespace: shop, resourceVersion: '7', annotations: {owner: reports}}
imagePullSecrets: [{name: registry}]
";

/// A namespace with nothing around its workloads.
fn bare() -> TempDir {
    folder(&[("namespace.yaml", NAMESPACE), ("workloads.yaml", WORKLOADS)])
}

fn namespace(folder: &Path, arguments: &[&str]) -> Run {
    process::run(folder, &[&["namespace"], arguments].concat(), "")
}

/// The status of each concern of the one namespace, and the report.
#[track_caller]
fn statuses(folder: &Path, arguments: &[&str]) -> (BTreeMap<String, String>, Value) {
    let run = namespace(folder, &[arguments, &["-o", "json"]].concat());
    let report: Value =
        serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}", run.stderr));
    let rows = report["namespaces"][0]["rows"].as_array().expect("rows").clone();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let of = |row: &Value| (text(&row["concern"]), text(&row["status"]));
    let statuses: BTreeMap<_, _> = rows.iter().map(of).collect();
    let is_ok = statuses.values().all(|status| status == "ok" || status == "ignored");
    assert_eq!(run.code, i32::from(!is_ok), "{report:#}");
    assert_eq!(report["namespaces"][0]["ok"], is_ok);
    (statuses, report)
}

/// The row of a concern.
fn row<'r>(report: &'r Value, concern: &str) -> &'r Value {
    let rows = report["namespaces"][0]["rows"].as_array().expect("rows");
    rows.iter().find(|row| row["concern"] == concern).expect("a row")
}

fn all(status: &str, but: &[(&str, &str)]) -> BTreeMap<String, String> {
    let concerns = [
        "quota",
        "limitRange",
        "rbac",
        "network",
        "secrets",
        "podSecurity",
        "placement",
        "serviceAccountToken",
    ];
    let mut all: BTreeMap<_, _> =
        concerns.iter().map(|concern| ((*concern).to_owned(), status.to_owned())).collect();
    all.extend(but.iter().map(|(concern, status)| ((*concern).to_owned(), (*status).to_owned())));
    all
}
