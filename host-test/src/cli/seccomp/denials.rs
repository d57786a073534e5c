//! `ringfence seccomp denials`.

use super::{Output, print, print_json, print_raw, remark};
use crate::fix::write::{self, Change};
use crate::output::diff;
use crate::output::text::{clean, count};
use crate::seccomp::columns::Columns;
use crate::seccomp::context::ContextOptions;
use crate::seccomp::edit;
use crate::seccomp::proposal::{self, Proposal};
use crate::seccomp::source::{self, Source};
use crate::seccomp::target::flat;
use anstyle::{AnsiColor, Style};
use anyhow::{Context as _, Result, bail};
use clap::Args;
use ringfence_seccomp::{Action, Arch, Denial, Loader, Syscall, allow, denials, message};
use serde_json::{Value, json};
use std::fmt::Write;
use std::io::IsTerminal;
use std::path::Path;

const BOLD: Style = Style::new().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default();

/// Read what the kernel logged of filters, and propose the rule that lets it through
///
/// Reads records of auditd, of the journal and of the kernel's log, in any mixture with other lines.
/// The kernel logs calls that kill, and those that a profile logs (SCMP_ACT_LOG, or the flag
/// SECCOMP_FILTER_FLAG_LOG). Dangerous calls are left out of the proposal until somebody has looked:
/// a denied call may be an attack.
#[derive(Args, Debug)]
#[command(after_help = "Exit codes: 0 told, 2 could not tell.")]
pub(super) struct Denials {
    /// Logs, or `-` for standard input
    #[arg(default_value = "-", value_name = "LOG")]
    logs: Vec<String>,
    /// Only records of this program, by its name (comm) or path
    #[arg(long, value_name = "NAME")]
    process: Option<String>,
    /// The profile to which the rule goes: its change is printed as a diff
    #[arg(long, value_name = "FILE")]
    profile: Option<String>,
    /// Change the file
    #[arg(short, long, requires = "profile")]
    write: bool,
    /// Propose dangerous calls, too
    #[arg(long)]
    include_dangerous: bool,
    #[command(flatten)]
    context: ContextOptions,
    /// The form of the answer
    #[arg(short, long, value_enum, default_value_t)]
    output: Output,
}

/// The records in these logs.
pub(super) fn read(logs: &[String], process: Option<&str>) -> Result<Vec<Denial>> {
    let mut text = String::new();
    for log in logs {
        let bytes = match log.as_str() {
            "-" => source::bytes("-")?,
            _ if Path::new(log).is_dir() => bail!("{log} is a folder; name a file in it"),
            _ => std::fs::read(log).with_context(|| format!("{log} cannot be read"))?,
        };
        // Logs hold what programs are called: anything.
        text.push_str(&String::from_utf8_lossy(&bytes));
        text.push('\n');
    }
    let mut found = denials(&text);
    if let Some(process) = process {
        found.retain(|denial| denial.comm == process || denial.exe == process);
    }
    Ok(found)
}

impl Denials {
    pub(super) fn run(&self) -> Result<u8> {
        let found = read(&self.logs, self.process.as_deref())?;
        let context = self.context.one(Loader::Containerd)?;
        let mut proposal = proposal::of(&found, &context);
        if self.include_dangerous {
            proposal.calls.extend(proposal.dangerous.iter().map(|dangerous| dangerous.call));
            proposal.calls.sort();
        }
        match (&self.profile, self.output) {
            (Some(profile), Output::Human) => {
                self.change(profile, &proposal)?;
                self.left_out(&proposal)?;
            }
            (_, Output::Human) => print(&self.render(&found, &proposal))?,
            (profile, Output::Json) => {
                if let Some(profile) = profile {
                    self.change(profile, &proposal)?;
                }
                print_json(&describe(&found, &proposal))?;
            }
        }
        if found.is_empty() {
            remark(Some(
                "no record of a filter; the kernel logs what kills, and what a profile logs \
                 (SCMP_ACT_LOG, or the flag SECCOMP_FILTER_FLAG_LOG)"
                    .to_owned(),
            ))?;
        }
        Ok(0)
    }

    /// Puts the rule into a profile, or shows how it would be.
    fn change(&self, name: &str, proposal: &Proposal) -> Result<()> {
        let text = match Source::read(name)? {
            Source::Text(text) => text,
            Source::Baseline(_) => bail!(
                "{name} is built into a runtime; `ringfence seccomp new --base {name}` makes a profile \
                 of it"
            ),
        };
        if proposal.calls.is_empty() {
            return remark(Some("there is nothing to let through".to_owned()));
        }
        let (profile, _) = text.parse()?;
        let after = edit::rules(&text, &allow(&profile, proposal.calls.iter().copied()))?;
        let calls = count(proposal.calls.len(), "call");
        if &*text.file == crate::manifest::STDIN {
            return print_raw(&after);
        }
        if self.write {
            let change =
                Change { path: Path::new(&*text.file), before: &text.whole, after: &after };
            write::replace(&[change])?;
            return remark(Some(format!("{calls} let through, {} written", text.file)));
        }
        if self.output == Output::Human {
            let diff = diff::unified(&text.file, &text.whole, &after);
            show(&diff.text)?;
            remark(diff.remark(&text.file))?;
        }
        remark(Some(format!("{calls} to let through; --write does it")))
    }

    fn left_out(&self, proposal: &Proposal) -> Result<()> {
        if self.include_dangerous {
            return Ok(());
        }
        for dangerous in &proposal.dangerous {
            let why = &dangerous.why;
            remark(Some(format!(
                "left out: `{}`: {why}; --include-dangerous",
                dangerous.call.name()
            )))?;
        }
        Ok(())
    }

    fn render(&self, found: &[Denial], proposal: &Proposal) -> String {
        let mut out = String::new();
        if found.is_empty() {
            return out;
        }
        let mut columns = Columns::new(&["COUNT", "CALL", "ON", "IT", "PROCESS", "PROGRAM"]);
        for denial in found {
            columns.plain([
                denial.count.to_string(),
                denial
                    .call
                    .map_or_else(|| denial.number.to_string(), |call| call.name().to_owned()),
                arch(denial),
                happened(denial.action),
                clean(&denial.comm),
                clean(&denial.exe),
            ]);
        }
        out.push_str(&columns.render());
        // Writing to a String does not fail.
        if !proposal.calls.is_empty() {
            let _ = writeln!(
                out,
                "\n{BOLD}the rule that lets it through{BOLD:#}\n  {}",
                flat(&rule(proposal))
            );
        }
        if !proposal.dangerous.is_empty() && !self.include_dangerous {
            let _ = writeln!(out, "\n{YELLOW}left out until somebody has looked{YELLOW:#}");
            let mut columns = Columns::default();
            for dangerous in &proposal.dangerous {
                columns.plain([dangerous.call.name().to_owned(), dangerous.why.clone()]);
            }
            out.push_str(&columns.render());
        }
        if proposal.unknown > 0 {
            let records = count(proposal.unknown, "record");
            let _ = writeln!(out, "\n{records} of calls that the table does not know");
        }
        out
    }
}

/// Prints a diff: for eyes with colours, for programs byte by byte.
pub(super) fn show(diff: &str) -> Result<()> {
    if std::io::stdout().is_terminal() { print(&diff::coloured(diff)) } else { print_raw(diff) }
}

fn arch(denial: &Denial) -> String {
    denial.arch.map_or_else(|| format!("{:#x}", denial.audit_arch), |arch| arch.name().to_owned())
}

/// The kernel logs actions without their numbers.
fn happened(action: Action) -> String {
    match action {
        Action::Errno(_) => "fails".to_owned(),
        other => message::action(other),
    }
}

fn rule(proposal: &Proposal) -> Value {
    let names: Vec<&str> = proposal.calls.iter().map(|call| call.name()).collect();
    json!({"names": names, "action": "SCMP_ACT_ALLOW"})
}

fn describe(found: &[Denial], proposal: &Proposal) -> Value {
    let denial = |denial: &Denial| {
        json!({
            "count": denial.count,
            "call": denial.call.map(Syscall::name),
            "number": denial.number,
            "arch": denial.arch.map(Arch::name),
            "action": denial.action.name().token(),
            "process": denial.comm,
            "program": denial.exe,
            "pid": denial.pid,
        })
    };
    let dangerous = proposal.dangerous.iter();
    let dangerous = dangerous.map(|found| json!({"call": found.call.name(), "why": found.why}));
    json!({
        "denials": found.iter().map(denial).collect::<Vec<_>>(),
        "rule": (!proposal.calls.is_empty()).then(|| rule(proposal)),
        "dangerous": dangerous.collect::<Vec<_>>(),
        "unknownRecords": proposal.unknown,
    })
}
