//! `ringfence check` from outside: every form of its findings, and every place manifests come from.

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/process.rs"]
mod process;

mod config;
mod forms;
mod inputs;
mod places;
mod rendered;
mod secrets;
mod since;

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

/// What a run that should end so printed.
#[track_caller]
fn printed(run: &Run, code: i32) -> &str {
    assert_eq!(run.code, code, "{}{}", run.stdout, run.stderr);
    &run.stdout
}

/// One clear message, exit code 2, and nothing on standard output.
#[track_caller]
fn refused(run: &Run, what: &str) {
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    assert!(run.stderr.contains(what), "{}", run.stderr);
    assert!(run.stderr.starts_with("error: "), "{}", run.stderr);
}

/// Compares with what is written down in `snapshots`; `RINGFENCE_BLESS=1` writes it down.
#[track_caller]
fn is_as_written(name: &str, text: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/check/snapshots");
    let path = folder.join(name);
    if std::env::var_os("RINGFENCE_BLESS").is_some() {
        std::fs::write(&path, text).expect("a snapshot");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(text == expected, "{name} is not\n{text}\nRINGFENCE_BLESS=1 writes it down");
}
