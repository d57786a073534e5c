//! `ringfence seccomp` from outside: streams, exit codes, and every kind of bad input.

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

/// What a run that should end so printed.
#[track_caller]
fn printed(run: &Run, code: i32) -> &str {
    assert_eq!(run.code, code, "{}{}", run.stdout, run.stderr);
    &run.stdout
}

/// What a run printed for programs.
#[track_caller]
fn json(run: &Run, code: i32) -> serde_json::Value {
    serde_json::from_str(printed(run, code)).expect("JSON")
}

/// One clear message, exit code 2, and nothing for programs.
#[track_caller]
fn refused(run: &Run, what: &str) {
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    assert!(run.stderr.contains(what), "{}", run.stderr);
    assert!(run.stderr.starts_with("error: "), "{}", run.stderr);
}

/// Compares with what is written down in `snapshots`; `RINGFENCE_BLESS=1` writes it down.
#[track_caller]
fn is_as_written(name: &str, text: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/seccomp/snapshots");
    let path = folder.join(name);
    if std::env::var_os("RINGFENCE_BLESS").is_some() {
        std::fs::write(&path, text).expect("a snapshot");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(text == expected, "{name} is not\n{text}\nRINGFENCE_BLESS=1 writes it down");
}
