//! `ringfence seccomp` from outside: streams, exit codes, and every kind of bad input.

#[path = "../common/outcome.rs"]
mod outcome;
#[path = "../common/process.rs"]
mod process;

mod compare;
mod convert;
mod denials;
mod fix;
mod input;
mod lint;
mod mutated;
mod sheet;
mod simulate;
mod table;

use outcome::{printed, refused};
use process::Run;
use std::path::{Path, PathBuf};

/// The folder with the examples.
fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/seccomp")
}

/// Runs `ringfence seccomp` in a folder.
fn seccomp(folder: &Path, arguments: &[&str]) -> Run {
    fed(folder, arguments, "")
}

/// The same with something on standard input.
fn fed(folder: &Path, arguments: &[&str], stdin: &str) -> Run {
    process::run(folder, &[&["seccomp"], arguments].concat(), stdin)
}

/// What a run printed for programs.
#[track_caller]
fn json(run: &Run, code: i32) -> serde_json::Value {
    serde_json::from_str(printed(run, code)).expect("JSON")
}

/// Compares with what is written down in `snapshots`.
#[track_caller]
fn is_as_written(name: &str, text: &str) {
    outcome::is_as_written("seccomp", name, text);
}
