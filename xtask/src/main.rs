//! The chores of the repository, as `cargo xtask <command>`.
//!
//! Continuous integration runs the same commands, so that what fails there can
//! be repeated here word for word.

mod artifacts;
mod bench;
mod compare;
mod debian;
mod demo;
mod documented;
mod gate;
mod load;
mod package;
mod playground;
mod publish;
mod repository;
mod std_from_source;
mod wasm_target;
mod workflows;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The chores of the ringfence repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make the wasm32 targets usable by the active toolchain
    Setup {
        /// The targets to make usable
        #[arg(default_values_t = [wasm_target::MODULE_TARGET.to_owned()])]
        targets: Vec<String>,
    },
    /// Build dist/policy.wasm and dist/ringfence
    Build {
        /// Build the module only
        #[arg(long)]
        module: bool,
    },
    /// Build the module and put its metadata into it: dist/annotated-policy.wasm
    Package,
    /// Build, then judge the example manifests
    Demo,
    /// Build the rules for JavaScript and the page that runs them: playground/dist
    Playground,
    /// Push the annotated module to a registry
    Publish(publish::Publish),
    /// Write docs/rules, docs/settings.md, docs/settings.schema.json, artifacthub, and what of deploy
    /// follows from them
    Generate,
    /// Run every check of the repository
    Test(gate::Selection),
    /// Build a Kubernetes API server, Gatekeeper and Kyverno, and have them ask the policy
    E2e {
        /// The steps with this in their name, and no others: scan, webhook, Gatekeeper, Kyverno
        #[arg(long, value_name = "NAME")]
        only: Vec<String>,
    },
    /// Put load on the provider, and on Gatekeeper's own engine beside it: minutes
    Load(load::Load),
    /// Measure
    Bench {
        /// Also time requests with criterion: minutes, and the machine's own
        #[arg(long)]
        times: bool,
    },
    /// Judge generated manifests side by side with Kyverno and Gatekeeper
    Compare(compare::Compare),
    /// Have actionlint read the workflows of GitHub
    Workflows,
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<ExitCode> {
    let shell = repository::shell()?;
    match command {
        Command::Setup { targets } => wasm_target::ensure(&shell, &targets)?,
        Command::Build { module } => {
            artifacts::build_module(&shell)?;
            if !module {
                artifacts::build_command(&shell)?;
            }
        }
        Command::Demo => {
            artifacts::build_module(&shell)?;
            artifacts::build_command(&shell)?;
            demo::run(&shell)?;
        }
        Command::Package => {
            artifacts::build_module(&shell)?;
            package::run(&shell)?;
        }
        Command::Playground => playground::build(&shell)?,
        Command::Generate => {
            xshell::cmd!(shell, "cargo run --quiet -p host-test --example generate").run()?;
        }
        Command::Publish(publish) => return publish.run(&shell),
        Command::Test(selection) => return gate::run(&shell, &selection),
        Command::E2e { only } => {
            let only = only.iter().map(|name| format!("{}: {name}", gate::kubernetes::STEPS));
            let selection = gate::Selection::with_api_server(only.collect());
            artifacts::build_module(&shell)?;
            return gate::run(&shell, &selection);
        }
        Command::Load(load) => load.run(&shell)?,
        Command::Bench { times } => bench::run(&shell, times)?,
        Command::Compare(compare) => compare.run(&shell)?,
        Command::Workflows => match workflows::check(&shell)? {
            Some(reason) => anyhow::bail!("{reason}"),
            None => println!("actionlint finds nothing"),
        },
    }
    Ok(ExitCode::SUCCESS)
}
