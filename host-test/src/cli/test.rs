//! `ringfence test`.

use super::{Global, Output, Progress, print, print_json};
use crate::cases::run::{self, Outcome};
use crate::cases::{self, Case};
use crate::output::text::{clean, count};
use anstyle::{AnsiColor, Style};
use anyhow::{Context, Result};
use clap::Args;
use std::fmt::Write;
use std::path::PathBuf;

const BOLD: Style = Style::new().bold();
const RED: Style = AnsiColor::Red.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default();

/// Run case files: inputs with the exact answer expected
#[derive(Args, Debug)]
pub(super) struct Test {
    /// Case files, or folders of them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write the results as JUnit XML, too
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// The form of the results
    #[arg(short, long, value_enum, default_value_t)]
    output: Output,
    /// Name failed cases only
    #[arg(short, long)]
    quiet: bool,
}

impl Test {
    pub(super) fn run(&self, global: &Global) -> Result<u8> {
        let engine = global.engine()?;
        let loaded: Result<Vec<Vec<Case>>> =
            self.paths.iter().map(|path| cases::load(path)).collect();
        let mut cases = loaded?.concat();
        for case in &mut cases {
            case.date = case.date.or(global.date);
        }
        let progress = Progress::new(cases.len());
        let outcomes = run::run(&engine, &cases, || progress.advance());
        drop(progress);
        if let Some(path) = &self.junit {
            let file = std::fs::File::create(path).with_context(|| {
                format!("{} cannot be written; check folder and permissions", path.display())
            })?;
            run::junit(&outcomes).serialize(file).context("the JUnit file cannot be written")?;
        }
        match self.output {
            Output::Human => print(&render(&outcomes, self.quiet))?,
            Output::Json => print_json(&run::json(&outcomes))?,
        }
        Ok(u8::from(outcomes.iter().any(|outcome| outcome.mismatch.is_some())))
    }
}

/// The results for people. Writing to a String does not fail, so its results are dropped.
fn render(outcomes: &[Outcome<'_>], quiet: bool) -> String {
    let mut out = String::new();
    let failed = outcomes.iter().filter(|outcome| outcome.mismatch.is_some()).count();
    for group in outcomes.chunk_by(|one, other| one.case.file == other.case.file) {
        if quiet && group.iter().all(|outcome| outcome.mismatch.is_none()) {
            continue;
        }
        let _ = writeln!(out, "{BOLD}{}{BOLD:#}", clean(&group[0].case.file.display().to_string()));
        for outcome in group {
            let title = clean(&outcome.title());
            match &outcome.mismatch {
                None if quiet => {}
                None => {
                    let _ = writeln!(out, "  {GREEN}pass{GREEN:#} {title}");
                }
                Some(mismatch) => {
                    let _ =
                        writeln!(out, "  {RED}FAIL{RED:#} {title} (line {})", outcome.case.line);
                    for line in mismatch.lines() {
                        let _ = writeln!(out, "    {}", clean(line));
                    }
                }
            }
        }
    }
    let passed = outcomes.len() - failed;
    let _ = writeln!(
        out,
        "{BOLD}{}: {passed} as expected, {failed} not{BOLD:#}",
        count(outcomes.len(), "case")
    );
    out
}
