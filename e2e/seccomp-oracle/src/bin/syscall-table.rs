//! Writes the syscall table of `ringfence-seccomp`, or with `--check` says whether it is up to date.

use std::path::Path;
use std::process::ExitCode;

use ringfence_seccomp_oracle::table;

fn main() -> std::io::Result<ExitCode> {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policy/seccomp/src/table/generated.rs");
    let text = table::generated();
    if std::env::args().any(|argument| argument == "--check") {
        let is_current = std::fs::read_to_string(&path)? == text;
        if !is_current {
            eprintln!("the table is not what this libseccomp says: is it 2.6.1?");
        }
        return Ok(if is_current { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    std::fs::write(&path, text)?;
    Ok(ExitCode::SUCCESS)
}
