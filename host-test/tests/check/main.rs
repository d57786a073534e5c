//! `ringfence check` from outside: every form of its findings, and every place manifests come from.

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/outcome.rs"]
mod outcome;
#[path = "../common/process.rs"]
mod process;
#[path = "../common/program.rs"]
mod program;

mod config;
mod forms;
mod inputs;
mod places;
mod rendered;
mod secrets;
mod since;
mod watch;

use outcome::{printed, refused};
use process::Run;
use std::path::Path;

/// A pod with one violation of the baseline level, in line 8.
const BAD: &str = "apiVersion: v1
kind: Pod
metadata: {name: bad, namespace: shop}
spec:
  containers:
  - name: web
    image: registry.example/web:1.0
    securityContext: {privileged: yes}
";

/// A pod without one.
const GOOD: &str = "apiVersion: v1
kind: Pod
metadata: {name: good, namespace: shop}
spec:
  containers: [{name: web, image: registry.example/web:1.0}]
";

/// Runs `ringfence check --profile baseline` with the module under test.
fn check(folder: &Path, arguments: &[&str]) -> Run {
    fed(folder, arguments, "")
}

/// The same with something on standard input.
fn fed(folder: &Path, arguments: &[&str], stdin: &str) -> Run {
    let module = common::module();
    let module = module.to_str().expect("a path in UTF-8");
    let before = ["check", "--module", module, "--profile", "baseline"];
    process::run(folder, &[&before, arguments].concat(), stdin)
}

/// Compares with what is written down in `snapshots`.
#[track_caller]
fn is_as_written(name: &str, text: &str) {
    outcome::is_as_written("check", name, text);
}
