//! `cargo xtask test`: every check of the repository, in one go.
//!
//! All steps run, also after one has failed, so that one round shows all there
//! is to mend. What could not run is named with its reason and never counts as
//! passed.

mod failures;
#[cfg(test)]
mod go_modules;
pub(crate) mod kubernetes;
mod kubewarden;
pub(crate) mod oracles;
mod report;
mod steps;
mod tally;

use std::cell::RefCell;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use xshell::{Cmd, Shell};

use report::{Entry, Outcome};
use steps::{STEPS, Step};
use tally::Seen;

/// Which steps run.
#[derive(clap::Args)]
pub(crate) struct Selection {
    /// Run the steps with this in their name, and no others
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,

    /// Leave out the steps with this in their name
    #[arg(long, value_name = "NAME")]
    skip: Vec<String>,

    /// How long each fuzz target runs
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    fuzz_seconds: u32,
}

impl Selection {
    /// The steps with an API server.
    pub(crate) fn with_api_server(only: Vec<String>) -> Self {
        let only = if only.is_empty() { vec![kubernetes::STEPS.to_owned()] } else { only };
        Self { only, skip: Vec::new(), fuzz_seconds: 0 }
    }

    fn includes(&self, step: &Step) -> bool {
        (self.only.is_empty() || self.only.iter().any(|name| step.answers_to(name)))
            && !self.skip.iter().any(|name| step.answers_to(name))
    }

    /// A name that no step has would silently run nothing, or everything.
    fn check(&self) -> Result<()> {
        for name in self.only.iter().chain(&self.skip) {
            if !STEPS.iter().any(|step| step.answers_to(name)) {
                let names: Vec<_> = STEPS.iter().map(|step| step.name).collect();
                bail!("there is no step `{name}`: the steps are {}", names.join("; "));
            }
        }
        Ok(())
    }
}

/// What the steps share.
struct Gate<'a> {
    shell: &'a Shell,
    seen: RefCell<Seen>,
    fuzz_seconds: u32,
}

/// How a step ended when it did not fail.
enum Verdict {
    Passed,
    NotRun(String),
}

/// Runs the selected steps and prints the report.
pub(crate) fn run(shell: &Shell, selection: &Selection) -> Result<ExitCode> {
    selection.check()?;
    let gate = Gate { shell, seen: RefCell::default(), fuzz_seconds: selection.fuzz_seconds };
    let mut entries: Vec<Entry> = Vec::new();
    for step in STEPS {
        let began = Instant::now();
        let outcome = if selection.includes(step) {
            gate.run_step(step, &entries)
        } else {
            Outcome::NotRun("asked".to_owned())
        };
        entries.push(Entry { name: step.name, outcome, took: began.elapsed() });
    }
    print!("\n{}", report::render(&entries, &gate.seen.borrow()));
    Ok(if report::is_good(&entries) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Gate<'_> {
    fn run_step(&self, step: &Step, before: &[Entry]) -> Outcome {
        // Judging with what an earlier build left behind would prove nothing.
        if let Some(needed) = step.needs.iter().find(|needed| has_failed(before, needed)) {
            return Outcome::NotRun(format!("the step `{needed}` failed"));
        }
        println!("\n== {} ==", step.name);
        match (step.run)(self) {
            Ok(Verdict::Passed) => Outcome::Passed,
            Ok(Verdict::NotRun(reason)) => {
                println!("not run: {reason}");
                Outcome::NotRun(reason)
            }
            Err(error) => {
                println!("failed: {error:#}");
                Outcome::Failed(format!("{error:#}"))
            }
        }
    }

    /// Runs a command that prints test results, and counts them.
    fn run_tests(&self, tests: Cmd<'_>) -> Result<()> {
        println!("$ {tests}");
        let words = tests.to_string();
        let mut child = Command::from(tests)
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start `{words}`"))?;
        if let Some(output) = child.stdout.take() {
            let mut seen = self.seen.borrow_mut();
            tally::pass_through(output, &mut std::io::stdout().lock(), &mut seen)?;
        }
        let status = child.wait()?;
        if !status.success() {
            bail!("`{words}`: {status}");
        }
        Ok(())
    }
}

fn has_failed(entries: &[Entry], name: &str) -> bool {
    entries.iter().any(|entry| entry.name == name && entry.has_failed())
}
