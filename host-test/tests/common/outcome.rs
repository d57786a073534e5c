//! What a run of the command should have printed.

use std::path::Path;

use crate::process::Run;

/// What a run that should end so printed.
#[track_caller]
pub(crate) fn printed(run: &Run, code: i32) -> &str {
    assert_eq!(run.code, code, "{}{}", run.stdout, run.stderr);
    &run.stdout
}

/// One clear message, exit code 2, and nothing on standard output.
#[track_caller]
pub(crate) fn refused(run: &Run, what: &str) {
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    assert!(run.stderr.contains(what), "{}", run.stderr);
    assert!(run.stderr.starts_with("error: "), "{}", run.stderr);
}

/// Compares with what is written down in `tests/FOLDER/snapshots`; `RINGFENCE_BLESS=1` writes it
/// down.
#[track_caller]
pub(crate) fn is_as_written(folder: &str, name: &str, text: &str) {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let path = tests.join(folder).join("snapshots").join(name);
    if std::env::var_os("RINGFENCE_BLESS").is_some() {
        std::fs::write(&path, text).expect("a snapshot");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(text == expected, "{name} is not\n{text}\nRINGFENCE_BLESS=1 writes it down");
}
