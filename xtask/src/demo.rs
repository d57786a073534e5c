//! Judges the example manifests with the command just built.

use std::process::Command;

use anyhow::{Context, Result, bail};
use xshell::{Shell, cmd};

/// Shows the findings; that there are some is not a failure.
pub(crate) fn run(shell: &Shell) -> Result<()> {
    match judge(shell)? {
        0 | 1 => Ok(()),
        code => bail!("dist/ringfence could not judge the examples: exit code {code}"),
    }
}

/// The exit code of the command: 1 when something is denied.
pub(crate) fn judge(shell: &Shell) -> Result<i32> {
    let check = cmd!(shell, "dist/ringfence check examples/shop");
    println!("$ {check}");
    Command::from(check)
        .status()
        .context("cannot run dist/ringfence: build it with `cargo xtask build`")?
        .code()
        .context("dist/ringfence was ended by a signal")
}
