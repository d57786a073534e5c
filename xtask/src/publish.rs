//! Pushes the annotated module to a registry.

use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};
use xshell::{Shell, cmd};

/// What is pushed where.
#[derive(clap::Args)]
pub(crate) struct Publish {
    /// Where to: registry://HOST/REPOSITORY:vVERSION, with the version of the module's metadata
    target: String,
    /// The annotated module, as `cargo xtask package` leaves it
    #[arg(long, value_name = "PATH", default_value = "dist/annotated-policy.wasm")]
    module: String,
    /// A registry to speak to without TLS; may be given again
    #[arg(long, value_name = "HOST")]
    plain_http: Vec<String>,
}

impl Publish {
    /// Prints the reference that names what was pushed for ever.
    ///
    /// A process of its own does it: whoever builds the module needs no TLS for that.
    pub(crate) fn run(&self, shell: &Shell) -> Result<ExitCode> {
        let Self { target, module, plain_http } = self;
        if !shell.path_exists(module) {
            bail!("there is no {module}: make it with `cargo xtask package`");
        }
        let publish = cmd!(
            shell,
            "cargo run --quiet -p ringfence-registry -- {target} {module} {plain_http...}"
        );
        // It has said what went wrong.
        let status = Command::from(publish).status().context("cannot start cargo")?;
        Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
