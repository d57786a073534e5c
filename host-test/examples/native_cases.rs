//! Runs case files through the library, without a module: the quick way while writing a rule.
//!
//! ```sh
//! cargo run -q -p host-test --example native_cases -- cases/capabilities.yaml
//! ```

use anyhow::Result;
use host_test::cases::{self, Case, run};
use host_test::engine::Native;
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> Result<ExitCode> {
    let mut paths: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    if paths.is_empty() {
        paths.push("cases".into());
    }
    let loaded: Result<Vec<Vec<Case>>> = paths.iter().map(|path| cases::load(path)).collect();
    let cases = loaded?.concat();
    let outcomes = run::run(&Native, &cases, || {});
    let mut failed = 0;
    for outcome in &outcomes {
        if let Some(mismatch) = &outcome.mismatch {
            failed += 1;
            let (file, line) = (outcome.case.file.display(), outcome.case.line);
            println!("FAIL {file}:{line}: {}\n{mismatch}\n", outcome.title());
        }
    }
    println!("{} as expected, {failed} not", outcomes.len() - failed);
    Ok(ExitCode::from(u8::from(failed > 0)))
}
