//! `cargo xtask compare`: what judging takes, side by side with the commands of Kyverno and
//! Gatekeeper, on the same manifests and with the same controls.

mod controls;
mod manifests;
mod programs;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use anyhow::{Result, ensure};
use xshell::Shell;

use crate::repository;
use programs::Program;

/// How much is compared.
#[derive(clap::Args)]
pub(crate) struct Compare {
    /// How many manifests
    #[arg(long, value_name = "COUNT", default_value_t = 10_000)]
    manifests: usize,
    /// How often each command runs; all take turns
    #[arg(long, value_name = "COUNT", default_value_t = 3)]
    rounds: usize,
    /// Take the module and the command that are in dist, and build neither
    #[arg(long)]
    built: bool,
}

impl Compare {
    /// Builds the programs, has each judge the manifests in turns, and prints the table.
    ///
    /// # Errors
    /// Also when one of them finds other manifests violating than were made so.
    pub(crate) fn run(&self, shell: &Shell) -> Result<()> {
        ensure!(
            self.manifests > 0 && self.rounds > 0,
            "nothing to compare: both counts are 1 or more"
        );
        let programs = programs::all(shell, self.built)?;
        let folder = std::path::absolute(repository::target_folder(shell).join("compare/work"))?;
        let expected = write(shell, &folder, self.manifests)?;
        let mut times: Vec<Vec<Duration>> = vec![Vec::new(); programs.len()];
        for round in 1..=self.rounds {
            for (program, times) in programs.iter().zip(&mut times) {
                let run = program.run(&folder)?;
                println!("round {round}: {}: {:.2} s", program.name, run.took.as_secs_f64());
                agree(program.name, &run.found, &expected)?;
                times.push(run.took);
            }
        }
        let (manifests, controls, violating) = (self.manifests, controls::COUNT, expected.len());
        println!(
            "\n{manifests} manifests, {controls} controls, {violating} found violating by each\n"
        );
        print!("{}", table(&programs, times));
        let start_up = programs::start_up(shell, &folder)?;
        println!("\none manifest, the compiled module in the cache: {} ms", start_up.as_millis());
        Ok(())
    }
}

/// Writes so many manifests into a folder, and what judges them; whom all have to find violating.
fn write(shell: &Shell, folder: &Path, manifests: usize) -> Result<BTreeSet<String>> {
    shell.remove_path(folder)?;
    let all: Vec<_> = (0..manifests).map(manifests::manifest).collect();
    for (name, text) in manifests::files(&all) {
        shell.write_file(folder.join("manifests").join(name), text)?;
    }
    for (name, text) in [
        ("settings.json", controls::settings().to_string()),
        ("policy.yaml", controls::cluster_policy().to_string()),
        ("constraints.yaml", controls::documents(&controls::constraints())),
    ] {
        shell.write_file(folder.join(name), text)?;
    }
    Ok(all.into_iter().filter(|it| it.is_violating).map(|it| it.name).collect())
}

/// Times can be compared only between programs that find the same.
fn agree(name: &str, found: &BTreeSet<String>, expected: &BTreeSet<String>) -> Result<()> {
    let mut differing = found.symmetric_difference(expected);
    let count = differing.clone().count();
    let first = differing.next().map_or("", String::as_str);
    ensure!(
        count == 0,
        "{name} judges {count} manifests otherwise than they were made, first {first}"
    );
    Ok(())
}

/// The median of each, and how many times the first it is.
fn table(programs: &[Program], times: Vec<Vec<Duration>>) -> String {
    let mut text =
        "| | version | seconds: median, least, most | ratio |\n|---|---|---:|---:|\n".to_owned();
    let mut first = None;
    for (program, mut times) in programs.iter().zip(times) {
        times.sort();
        let seconds = |at: usize| times.get(at).map_or(f64::NAN, Duration::as_secs_f64);
        let (least, median, most) =
            (seconds(0), seconds(times.len() / 2), seconds(times.len() - 1));
        let ratio = median / *first.get_or_insert(median);
        let Program { name, version, .. } = program;
        let _ = writeln!(
            text,
            "| `{name}` | {version} | {median:.2}, {least:.2}, {most:.2} | {ratio:.1} |"
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_finds_something_else_is_named() {
        let [one, two] = ["a/x", "a/y"].map(|name| BTreeSet::from([name.to_owned()]));
        assert!(agree("it", &one, &one).is_ok());
        let error = agree("it", &one, &two).unwrap_err().to_string();
        assert!(error.starts_with("it judges 2 manifests") && error.ends_with("a/x"), "{error}");
    }
}
