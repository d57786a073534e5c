//! Measures what requests cost.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::{artifacts, repository};

/// Prints the table of costs that do not depend on the machine; with `times`, the criterion
/// benchmarks after it.
pub(crate) fn run(shell: &Shell, times: bool) -> Result<()> {
    artifacts::build_module(shell)?;
    cmd!(shell, "cargo build --profile dist -p e2e --bin cost --bin native").run()?;
    // What was built, whatever changes beside it meanwhile.
    let cost = repository::target_folder(shell).join("dist/cost");
    cmd!(shell, "{cost}").run()?;
    if times {
        cmd!(shell, "cargo bench -p e2e --bench request").run()?;
    }
    Ok(())
}
