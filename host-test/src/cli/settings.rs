//! `ringfence settings`: files of settings.

use super::{Output, print, print_json};
use crate::docs::{self, init};
use crate::output::text::{clean, count};
use crate::settings::{self, Mistake};
use anyhow::{Context, Result};
use clap::{Args, Subcommand, ValueEnum};
use ringfence_policy::Settings as Decoded;
use serde_json::{Value, json};
use std::fmt::Write;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Check settings files, print their JSON Schema, or a file to begin with
#[derive(Args, Debug)]
pub(super) struct Settings {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Check(Check),
    Schema,
    Init(Init),
}

/// Name every mistake in settings files; exit code 1 where there is one, 2 where a file is none
#[derive(Args, Debug)]
struct Check {
    /// Settings files, or `-` for standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The form of the findings
    #[arg(short, long, value_enum, default_value_t)]
    output: Output,
}

/// Print a settings file to begin with, every key explained
#[derive(Args, Debug)]
struct Init {
    /// The profile it asks for
    #[arg(long, value_enum, default_value_t)]
    profile: Profile,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Profile {
    /// Only the rules that the settings name
    Privileged,
    /// What prevents known privilege escalations
    Baseline,
    /// Current hardening practice
    #[default]
    Restricted,
    /// What the standards leave open, too
    Hardened,
}

impl Settings {
    pub(super) fn run(&self) -> Result<u8> {
        match &self.what {
            What::Check(check) => return check.run(),
            What::Schema => print_json(&docs::schema::schema())?,
            What::Init(init) => {
                let profile = init.profile.to_possible_value();
                let profile = profile.as_ref().map_or("restricted", |value| value.get_name());
                print(&init::document(profile))?;
            }
        }
        Ok(0)
    }
}

/// What became of a file: what it asks, the mistakes in it, or why it could not be read.
type Checked = Result<std::result::Result<Decoded, Vec<Mistake>>>;

impl Check {
    fn run(&self) -> Result<u8> {
        let checked: Vec<(String, Checked)> =
            self.files.iter().map(|file| (file.display().to_string(), read(file))).collect();
        match self.output {
            Output::Human => print(&render(&checked))?,
            Output::Json => print_json(&checked.iter().map(describe).collect())?,
        }
        let code = |checked: &Checked| match checked {
            Ok(Ok(_)) => 0,
            Ok(Err(_)) => 1,
            Err(_) => 2,
        };
        Ok(checked.iter().map(|(_, checked)| code(checked)).max().unwrap_or(0))
    }
}

fn read(file: &Path) -> Checked {
    let bytes = if file.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).context("standard input cannot be read")?;
        bytes
    } else {
        std::fs::read(file).context("cannot be read; check the path")?
    };
    let json = file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    settings::check(&bytes, json)
}

/// One line a mistake, as compilers write them. Writing to a String does not fail.
fn render(checked: &[(String, Checked)]) -> String {
    let mut out = String::new();
    for (file, checked) in checked {
        let file = clean(file);
        match checked {
            Ok(Ok(settings)) => {
                let mut rules: Vec<&str> = settings.checks().map(|(rule, ..)| rule.id).collect();
                rules.dedup();
                let rules = count(rules.len(), "rule");
                let _ = writeln!(out, "{file}: valid: {}, {rules} asked", settings.policy());
            }
            Ok(Err(mistakes)) => {
                for Mistake { line, column, path, message } in mistakes {
                    let separator = if path.is_empty() { "" } else { ": " };
                    let text = clean(&format!("{path}{separator}{message}"));
                    let _ = writeln!(out, "{file}:{line}:{column}: {text}");
                }
            }
            Err(error) => {
                let _ = writeln!(out, "{file}: {}", clean(&format!("{error:#}")));
            }
        }
    }
    out
}

fn describe((file, checked): &(String, Checked)) -> Value {
    match checked {
        Ok(Ok(settings)) => json!({"file": file, "valid": true, "policy": settings.policy()}),
        Ok(Err(mistakes)) => json!({"file": file, "valid": false, "mistakes": mistakes}),
        Err(error) => json!({"file": file, "valid": false, "error": format!("{error:#}")}),
    }
}
