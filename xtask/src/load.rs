//! Load on the provider, with Gatekeeper's own engine beside it where Go is there.

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::gate::oracles;
use crate::{artifacts, repository};

/// How much load.
#[derive(clap::Args)]
pub(crate) struct Load {
    /// How many requests memory is watched for
    #[arg(long, value_name = "NUMBER", default_value_t = 100_000)]
    requests: u32,
    /// How often the comparison is repeated; the middle one counts
    #[arg(long, value_name = "NUMBER", default_value_t = 3)]
    rounds: u32,
}

impl Load {
    /// Builds module, provider, client and Gatekeeper's engine, and prints what they take.
    pub(crate) fn run(&self, shell: &Shell) -> Result<()> {
        artifacts::build_module(shell)?;
        cmd!(shell, "cargo build --profile dist -p ringfence-provider -p ringfence-load").run()?;
        let folder = std::path::absolute(repository::target_folder(shell))?;
        let (load, provider) =
            (folder.join("dist/ringfence-load"), folder.join("dist/ringfence-provider"));
        let (module, requests, rounds) =
            (artifacts::MODULE, self.requests.to_string(), self.rounds.to_string());
        let mut run = cmd!(
            shell,
            "{load} --provider {provider} --module {module} --requests {requests} --rounds {rounds}"
        );
        match oracles::go_program(shell, "gatekeeper-driver", ".")? {
            Ok(driver) => run = run.arg("--driver").arg(driver),
            Err(reason) => println!("Gatekeeper's engine is not measured: {reason}"),
        }
        run.run().context("no measurement")
    }
}
