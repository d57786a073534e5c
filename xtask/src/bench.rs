//! Measures.

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

/// Runs the benchmark of the `e2e` crate.
pub(crate) fn run(shell: &Shell, arguments: &[String]) -> Result<()> {
    cmd!(
        shell,
        "cargo run --profile dist -p e2e --bin bench -- {arguments...}"
    )
    .run()
    .context("the benchmark failed")
}
