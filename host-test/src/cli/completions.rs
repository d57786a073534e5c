//! `ringfence completions`.

use super::{called, print_raw};
use anyhow::{Context, Result};
use clap::Args;
use clap_complete::Shell;

/// Print the completions of a shell: source them, or put them where it looks for them
#[derive(Args, Debug)]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self) -> Result<u8> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut called("ringfence"), "ringfence", &mut script);
        print_raw(&String::from_utf8(script).context("the completions are no text")?)?;
        Ok(0)
    }
}
