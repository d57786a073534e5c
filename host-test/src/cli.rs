//! Arguments, exit codes and what goes to which stream.

mod check;
mod completions;
mod exempt;
mod fetch;
mod fix;
mod inputs;
mod inspect;
mod man;
mod namespace;
mod pull;
mod reach;
mod rules;
mod scan;
mod seccomp;
mod settings;
mod test;
mod verify;
mod watch;

use crate::engine::{Engine, Loaded};
use anstream::AutoStream;
use anyhow::{Context, Result};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use ringfence_policy::Date;
use ringfence_registry::ModuleReference;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Judges Kubernetes manifests by the Pod Security Standards, with the policy module that judges
/// them in a cluster.
#[derive(Debug, Parser)]
#[command(name = "ringfence", version, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 all accepted, 1 something denied or not as expected, 2 could not judge."
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options of every subcommand.
#[derive(Args, Debug)]
struct Global {
    /// The policy module: a path, file://, https:// or registry://, each may end in @sha256:…;
    /// without it policy.wasm beside this command, then dist/policy.wasm, then the rules that this
    /// command was built with
    #[arg(long, global = true, value_name = "REFERENCE", value_parser = fetch::reference())]
    module: Option<ModuleReference>,
    #[command(flatten)]
    fetching: fetch::Fetching,
    /// Compile the module anew instead of keeping the compiled code on disk
    #[arg(long, global = true)]
    no_cache: bool,
    /// The day on which is judged, in UTC, for exemptions that end: YYYY-MM-DD; without it today
    #[arg(long, global = true, value_name = "DATE", value_parser = date)]
    date: Option<Date>,
}

impl Global {
    /// The policy, on the day that is given.
    fn engine(&self) -> Result<Loaded> {
        fetch::engine(self)
    }

    /// The day that is given, or today.
    fn today(&self) -> Result<Date> {
        let today = self.date.or_else(crate::engine::today);
        today.context("this machine has no clock; give the day with --date")
    }
}

fn date(text: &str) -> Result<Date, &'static str> {
    let date = Date::parse(text).filter(|date| date.unix_seconds().is_some());
    date.ok_or("expected a day since 1970-01-01, written as in 2027-03-31")
}

/// Which settings apply: of every subcommand that judges.
#[derive(Args, Debug)]
struct SettingsOptions {
    /// The policy's settings: a file, or the document itself
    #[arg(short, long, value_name = "FILE|YAML")]
    settings: Option<String>,
    /// Do not look for a ringfence.yaml with settings in this folder and those above
    #[arg(long)]
    no_config: bool,
    /// Override the settings' profile: privileged, baseline, restricted or hardened
    #[arg(long)]
    profile: Option<String>,
    /// Override the settings' version of the Pod Security Standards: latest, v1.0 … v1.37
    #[arg(long, value_name = "VERSION")]
    pss_version: Option<String>,
}

impl SettingsOptions {
    /// Whether there are any: named, or in a file that is found.
    fn are_there(&self) -> Result<bool> {
        Ok(self.settings.is_some() || self.found()?.is_some())
    }

    /// The file with settings that is found where none is named.
    fn found(&self) -> Result<Option<String>> {
        if self.settings.is_some() || self.no_config {
            return Ok(None);
        }
        crate::settings::discover()
    }

    /// The settings, once the policy has found nothing wrong with them.
    fn read(&self, engine: &dyn Engine) -> Result<serde_json::Value> {
        let [source, profile, version] =
            [&self.settings, &self.profile, &self.pss_version].map(Option::as_deref);
        let found = self.found()?;
        if let Some(file) = &found {
            remark(Some(format!("settings of {file}")))?;
        }
        let settings = crate::settings::assemble(source.or(found.as_deref()), profile, version)?;
        crate::settings::validate(engine, &settings)?;
        Ok(settings)
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Check),
    Completions(completions::Completions),
    Exempt(exempt::Exempt),
    Fix(fix::Fix),
    Pull(pull::Pull),
    Reach(reach::Reach),
    Inspect(inspect::Inspect),
    Man(man::Man),
    Namespace(namespace::Namespace),
    Test(test::Test),
    Rules(rules::Rules),
    Explain(rules::Explain),
    Scan(scan::Scan),
    Seccomp(seccomp::Seccomp),
    Settings(settings::Settings),
    Verify(verify::Verify),
}

/// The form of the output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Output {
    /// For people
    #[default]
    Human,
    /// For programs
    Json,
}

/// Runs the command with the arguments of this process.
pub fn main() -> ExitCode {
    let arguments = called(&own_name()).get_matches();
    let cli = Cli::from_arg_matches(&arguments).unwrap_or_else(|error| error.exit());
    let result = match &cli.command {
        Command::Check(check) => check.run(&cli.global),
        Command::Completions(completions) => completions.run(),
        Command::Exempt(exempt) => exempt.run(&cli.global),
        Command::Fix(fix) => fix.run(&cli.global),
        Command::Pull(pull) => pull.run(&cli.global),
        Command::Reach(reach) => reach.run(),
        Command::Inspect(inspect) => inspect.run(&cli.global),
        Command::Man(man) => man.run(),
        Command::Namespace(namespace) => namespace.run(&cli.global),
        Command::Test(test) => test.run(&cli.global),
        Command::Rules(rules) => rules.run(),
        Command::Explain(explain) => explain.run(),
        Command::Scan(scan) => scan.run(&cli.global),
        Command::Seccomp(seccomp) => seccomp.run(),
        Command::Settings(settings) => settings.run(),
        Command::Verify(verify) => verify.run(&cli.global),
    };
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            complain(&error);
            ExitCode::from(2)
        }
    }
}

/// The command, under the name it is called by in its own help.
fn called(name: &str) -> clap::Command {
    Cli::command().bin_name(name)
}

/// How people call this process: `kubectl` finds its plugins by their names, and hands over the
/// arguments behind them.
///
/// Source: Kubernetes documentation, "Extend kubectl with plugins".
fn own_name() -> String {
    let name = std::env::args_os().next().map(PathBuf::from);
    let stem = name.as_deref().and_then(Path::file_stem).and_then(|stem| stem.to_str());
    match stem {
        Some("kubectl-ringfence") => "kubectl ringfence".to_owned(),
        _ => "ringfence".to_owned(),
    }
}

fn complain(error: &anyhow::Error) {
    let red = anstyle::AnsiColor::Red.on_default().bold();
    // Each line is cleaned on its own: a list of mistakes keeps its shape.
    let text = format!("{error:#}");
    let lines: Vec<String> = text.lines().map(crate::output::text::clean).collect();
    // There is nowhere left to say that the error stream is closed.
    let _ = writeln!(anstream::stderr(), "{red}error:{red:#} {}", lines.join("\n"));
}

/// Prints to standard output, with colours where they are wanted.
fn print(text: &str) -> Result<()> {
    let mut stdout = AutoStream::auto(std::io::stdout().lock());
    printed(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()))
}

/// Whether the reader of what is printed has gone away, as `head` does.
static READER_IS_GONE: AtomicBool = AtomicBool::new(false);

/// Who has gone away has read enough; the verdict, and so the exit code, is the same.
fn printed(outcome: std::io::Result<()>) -> Result<()> {
    match outcome {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {
            READER_IS_GONE.store(true, Ordering::Relaxed);
            Ok(())
        }
        outcome => outcome.context("the output cannot be written"),
    }
}

/// Prints to standard error what is told beside the output.
fn tell(text: &str) -> Result<()> {
    printed(anstream::stderr().write_all(text.as_bytes()))
}

/// Prints byte by byte: a patch or a document is for programs.
fn print_raw(text: &str) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    printed(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()))
}

/// Tells on standard error what does not change the outcome.
fn remark(remark: Option<String>) -> Result<()> {
    let Some(remark) = remark else { return Ok(()) };
    let yellow = anstyle::AnsiColor::Yellow.on_default();
    tell(&format!("{yellow}note:{yellow:#} {}\n", crate::output::text::clean(&remark)))
}

fn print_json(value: &serde_json::Value) -> Result<()> {
    print(&format!("{value:#}\n"))
}

/// A bar on the terminal once the work has taken a second; nothing where there is no terminal.
struct Progress {
    bar: ProgressBar,
    start: Instant,
    shown: AtomicBool,
}

impl Progress {
    fn new(length: usize) -> Self {
        let bar = ProgressBar::with_draw_target(Some(length as u64), ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("{wide_bar} {pos}/{len} {elapsed}") {
            bar.set_style(style);
        }
        Self { bar, start: Instant::now(), shown: AtomicBool::new(false) }
    }

    /// So many more are to come.
    fn expect(&self, more: usize) {
        self.bar.inc_length(more as u64);
    }

    fn advance(&self) {
        self.bar.inc(1);
        if self.start.elapsed() > Duration::from_secs(1)
            && !self.shown.swap(true, Ordering::Relaxed)
        {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
