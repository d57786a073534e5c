//! `ringfence seccomp`: what seccomp profiles permit.

mod compare;
mod convert;
mod denials;
mod diff;
mod fix;
mod lint;
mod new;
mod sheet;
mod simulate;
mod table;

use super::{Output, print, print_json, print_raw, remark};
use crate::seccomp::source::Source;
use anyhow::Result;
use clap::{Args, Subcommand};
use ringfence_seccomp::Syscall;

/// Tell what seccomp profiles permit: lint, simulate, compare, convert, fix and make them
///
/// A profile is a file in any of the formats (the OCI runtime's, Docker's, that of CRI-O and podman, a
/// SeccompProfile, a ConfigMap with profiles; JSON or YAML), `-` for standard input, or the name of a
/// baseline, which is what a runtime has built in (`ringfence seccomp table --baselines`). What a
/// profile means depends on who reads it and for what container; the options say so, and the output
/// repeats it.
#[derive(Args, Debug)]
#[command(after_help = EXIT_CODES)]
pub(super) struct Seccomp {
    #[command(subcommand)]
    what: What,
}

const EXIT_CODES: &str =
    "Exit codes: 0 as it should be, 1 a finding or a difference, 2 could not tell.";

#[derive(Debug, Subcommand)]
enum What {
    Lint(lint::Lint),
    Simulate(simulate::Simulate),
    Compare(compare::Compare),
    Diff(diff::Diff),
    Convert(convert::Convert),
    Fix(fix::Fix),
    New(new::New),
    Denials(denials::Denials),
    Table(table::Table),
    Sheet(sheet::Sheet),
}

impl Seccomp {
    pub(super) fn run(&self) -> Result<u8> {
        match &self.what {
            What::Lint(lint) => lint.run(),
            What::Simulate(simulate) => simulate.run(),
            What::Compare(compare) => compare.run(),
            What::Diff(diff) => diff.run(),
            What::Convert(convert) => convert.run(),
            What::Fix(fix) => fix.run(),
            What::New(new) => new.run(),
            What::Denials(denials) => denials.run(),
            What::Table(table) => table.run(),
            What::Sheet(sheet) => sheet.run(),
        }
    }
}

/// The base of a `SeccompProfile` that has one.
#[derive(Args, Debug)]
struct BaseOption {
    /// What `baseProfileName` names: a file or a baseline
    #[arg(long, value_name = "PROFILE")]
    base_profile: Option<String>,
}

impl BaseOption {
    fn read(&self) -> Result<Option<Source>> {
        self.base_profile.as_deref().map(Source::read).transpose()
    }
}

/// `unknown call`, with the nearest known one.
fn unknown_call(name: &str) -> String {
    let near = Syscall::nearest(name);
    let hint = near.map(|near| format!(", did you mean `{}`?", near.name()));
    let hint = hint.unwrap_or_else(|| "; `ringfence seccomp table` lists them".to_owned());
    format!("unknown call `{name}`{hint}")
}
