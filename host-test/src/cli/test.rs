//! `ringfence test`.

use super::{Global, Output, Progress, print, print_json};
use crate::cases::coverage::{self, Covered, Tried};
use crate::cases::run::{self, Outcome};
use crate::cases::update::{self, Refused, Updated};
use crate::cases::{self, Case};
use crate::engine::Engine;
use crate::fix::write::{self, Change};
use crate::output::text::{clean, count};
use anstyle::{AnsiColor, Style};
use anyhow::{Context, Result};
use clap::Args;
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::PathBuf;

const BOLD: Style = Style::new().bold();
const RED: Style = AnsiColor::Red.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default();

/// Run case files: inputs with the exact answer expected
#[derive(Args, Debug)]
#[command(
    after_help = "Exit codes: 0 all as expected or updated, 1 some not, 2 a file is no case file."
)]
pub(super) struct Test {
    /// Case files, or folders of them
    #[arg(required_unless_present = "schema", value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write the results as JUnit XML, too
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// The form of the results
    #[arg(short, long, value_enum, default_value_t)]
    output: Output,
    /// Write what the cases get in the place of what they expect; also where they expect nothing yet
    #[arg(long, conflicts_with_all = ["coverage", "junit"])]
    update: bool,
    /// Tell which checks the cases try: how often each finds something, and passes
    #[arg(long)]
    coverage: bool,
    /// Print the JSON Schema of case files, and run none
    #[arg(long)]
    schema: bool,
    /// Name failed cases only
    #[arg(short, long)]
    quiet: bool,
}

impl Test {
    pub(super) fn run(&self, global: &Global) -> Result<u8> {
        if self.schema {
            print_json(&crate::docs::cases::schema())?;
            return Ok(0);
        }
        let engine = global.engine()?;
        let load = if self.update { cases::load_unfinished } else { cases::load };
        let loaded: Result<Vec<Vec<Case>>> = self.paths.iter().map(|path| load(path)).collect();
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
        if self.update {
            return self.update(&engine, &outcomes);
        }
        let covered = self.coverage.then(|| coverage::of(&engine, &cases));
        match self.output {
            Output::Human => {
                let coverage = covered.as_deref().map(coverage_table).unwrap_or_default();
                print(&(render(&outcomes, self.quiet) + &coverage))?;
            }
            Output::Json => {
                let mut report = run::json(&outcomes);
                if let Some(covered) = covered {
                    report["coverage"] = json!(covered);
                }
                print_json(&report)?;
            }
        }
        Ok(u8::from(outcomes.iter().any(|outcome| outcome.mismatch.is_some())))
    }

    /// Writes what the cases get in the place of what they expect, and tells of it.
    fn update(&self, engine: &dyn Engine, outcomes: &[Outcome<'_>]) -> Result<u8> {
        let Updated { files, cases, refused } = update::update(engine, outcomes)?;
        let texts: Vec<(String, &PathBuf, &String)> = files
            .iter()
            .map(|(file, after)| Ok((std::fs::read_to_string(file)?, file, after)))
            .collect::<Result<_>>()?;
        let changes: Vec<Change<'_>> =
            texts.iter().map(|(before, path, after)| Change { path, before, after }).collect();
        write::replace(&changes)?;
        match self.output {
            Output::Human => print(&updated_lines(&cases, &refused))?,
            Output::Json => {
                let shown = |(file, name): (&PathBuf, &String)| json!({"file": file, "name": name});
                let cases: Vec<Value> =
                    cases.iter().map(|(file, name)| shown((file, name))).collect();
                let refused: Vec<Value> = refused
                    .iter()
                    .map(|it| json!({"file": it.file, "name": it.name, "why": it.why}))
                    .collect();
                print_json(&json!({"updated": cases, "refused": refused}))?;
            }
        }
        Ok(u8::from(!refused.is_empty()))
    }
}

/// What an update did, for people. Writing to a String does not fail.
fn updated_lines(cases: &[(PathBuf, String)], refused: &[Refused]) -> String {
    let mut out = String::new();
    let place = |file: &PathBuf, name: &str| {
        format!("{}: {}", clean(&file.display().to_string()), clean(name))
    };
    for (file, name) in cases {
        let _ = writeln!(out, "{GREEN}updated{GREEN:#} {}", place(file, name));
    }
    for it in refused {
        let _ = writeln!(out, "{RED}refused{RED:#} {}", place(&it.file, &it.name));
        for line in it.why.lines() {
            let _ = writeln!(out, "  {}", clean(line));
        }
    }
    let (updated, refused) = (cases.len(), refused.len());
    let expectations = count(updated, "expectation");
    let _ = writeln!(out, "{BOLD}{expectations} updated, {refused} refused{BOLD:#}");
    out
}

/// Which checks the cases try, for people: those that they leave out by name.
fn coverage_table(covered: &[Covered]) -> String {
    let tried: Vec<&Covered> = covered.iter().filter(|it| it.tried != Tried::default()).collect();
    let mut out = format!("\n{BOLD}{:36}  found  passed{BOLD:#}\n", "check");
    for it in &tried {
        let style = if it.is_covered() { Style::new() } else { RED };
        let Tried { found, passed, .. } = it.tried;
        let name = it.check;
        let _ = writeln!(out, "{style}{name:36}  {found:5}  {passed:6}{style:#}");
    }
    let full = covered.iter().filter(|it| it.is_covered()).count();
    let _ = writeln!(
        out,
        "{BOLD}{} of {} both found something and passed, {} not asked{BOLD:#}",
        full,
        count(covered.len(), "check"),
        covered.len() - tried.len(),
    );
    out
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
