//! Findings in profiles, with their places, for people and programs.

use super::context;
use super::documents::{Broken, Text};
use super::source::Source;
use crate::output::text::{clean, count};
use crate::yaml::Position;
use anstyle::{AnsiColor, Style};
use anyhow::Result;
use ringfence_seccomp::{
    Context, Dialect, Finding, Place, Profile, Severities, Severity, lint, lint_resource, message,
    resolve,
};
use serde_json::{Value, json};
use std::fmt::Write;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default();

/// A finding and its place in the file; what is built in has none.
#[derive(Clone, Debug)]
pub struct Placed {
    /// The finding.
    pub finding: Finding,
    /// Where.
    pub at: Option<Position>,
}

/// What was found in one profile.
#[derive(Clone, Debug)]
pub struct Linted {
    /// Where the profile stands.
    pub source: Source,
    /// The format it makes use of.
    pub dialect: Dialect,
    /// What it was read for.
    pub contexts: Vec<Context>,
    /// The base profile that is not known here.
    pub missing_base: Option<String>,
    /// What was found, in the order of the file.
    pub findings: Vec<Placed>,
}

/// All that was found.
#[derive(Debug, Default)]
pub struct Report {
    /// By profile.
    pub linted: Vec<Linted>,
    /// What could not be read.
    pub unread: Vec<Broken>,
    /// Files of a folder that hold no profile.
    pub skipped: usize,
}

/// Lints one profile in contexts that differ in their architecture. What a resource adds to its base
/// is linted as written.
///
/// # Errors
/// Where the profile cannot be read.
pub fn run(source: Source, contexts: Vec<Context>, severities: &Severities) -> Result<Linted> {
    let (findings, dialect, missing_base) = {
        // A base is not given: its rules stand elsewhere, and have findings of their own.
        let parsed = source.parse(None)?;
        let written = match (&source, &parsed.resource) {
            (Source::Text(text), _) => text.parse()?.0,
            (Source::Baseline(_), _) => parsed.profile.clone(),
        };
        let mut found: Vec<Finding> = Vec::new();
        for context in &contexts {
            let resolved = match &source {
                Source::Baseline(baseline) => baseline.resolve(context),
                Source::Text(_) => resolve(&written, context),
            };
            for finding in lint(&written, &resolved, context, severities) {
                if !found.contains(&finding) {
                    found.push(finding);
                }
            }
        }
        if let Some(resource) = &parsed.resource {
            found.extend(lint_resource(resource, severities));
        }
        let place = |mut finding: Finding| {
            at_name(&mut finding, &written);
            Placed { at: source.position(finding.place.at), finding }
        };
        let mut findings: Vec<Placed> = found.into_iter().map(place).collect();
        findings.sort_by_key(|placed| placed.at.map(|at| (at.line, at.column)));
        (findings, written.dialect(), parsed.missing_base)
    };
    Ok(Linted { source, dialect, contexts, missing_base, findings })
}

/// A finding about a call stands at the call's name, where the rule that decides is known.
fn at_name(finding: &mut Finding, profile: &Profile<'_>) {
    let Place { rule: Some(rule), name: None, arg: None, .. } = finding.place else { return };
    let (Some(call), Some(rule)) = (finding.call, profile.rules.get(rule)) else { return };
    let name = rule.names.iter().enumerate().find(|(_, name)| name.text == call.name());
    if let Some((index, name)) = name {
        finding.place.name = Some(index);
        finding.place.at = name.at;
    }
}

impl Report {
    /// How many findings there are of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        let findings = self.linted.iter().flat_map(|linted| &linted.findings);
        findings.filter(|placed| placed.finding.severity == severity).count()
    }

    /// 2 where something could not be read, else 1 where there is a finding from `deny` on.
    pub fn exit_code(&self, deny: Severity) -> u8 {
        let is_denied = |placed: &Placed| placed.finding.severity >= deny;
        if !self.unread.is_empty() {
            2
        } else {
            u8::from(self.linted.iter().any(|linted| linted.findings.iter().any(is_denied)))
        }
    }

    /// For people. `quiet` leaves out what is only worth knowing.
    pub fn render(&self, quiet: bool) -> String {
        let mut out = String::new();
        for linted in &self.linted {
            one(linted, quiet, &mut out);
        }
        if !self.unread.is_empty() {
            line(&mut out, format_args!("{RED}not read{RED:#}"));
            for broken in &self.unread {
                line(&mut out, format_args!("  {}", clean(&broken.to_string())));
            }
            out.push('\n');
        }
        line(&mut out, format_args!("{BOLD}{}{BOLD:#}", self.summary()));
        out
    }

    fn summary(&self) -> String {
        let mut text = format!(
            "{}: {}, {}, {} worth knowing",
            count(self.linted.len(), "profile"),
            count(self.count(Severity::Error), "error"),
            count(self.count(Severity::Warning), "warning"),
            self.count(Severity::Info),
        );
        // Writing to a String does not fail.
        if !self.unread.is_empty() {
            let _ = write!(text, "; {} not read", count(self.unread.len(), "document"));
        }
        if self.skipped > 0 {
            let _ = write!(text, "; {} without a profile", count(self.skipped, "file"));
        }
        text
    }

    /// For programs.
    pub fn to_json(&self) -> Value {
        let profiles: Vec<Value> = self.linted.iter().map(describe).collect();
        let unread: Vec<Value> = self.unread.iter().map(describe_broken).collect();
        json!({
            "summary": {
                "profiles": self.linted.len(),
                "errors": self.count(Severity::Error),
                "warnings": self.count(Severity::Warning),
                "infos": self.count(Severity::Info),
                "unread": self.unread.len(),
                "skipped": self.skipped,
            },
            "profiles": profiles,
            "unread": unread,
        })
    }
}

fn one(linted: &Linted, quiet: bool, out: &mut String) {
    line(out, format_args!("{BOLD}{}{BOLD:#}", clean(&linted.source.title())));
    line(out, format_args!("  {DIM}{}{DIM:#}", linted.source.describe(&linted.contexts)));
    if let Some(base) = &linted.missing_base {
        line(
            out,
            format_args!(
                "  {DIM}without its base profile {}, which is linted apart{DIM:#}",
                clean(base)
            ),
        );
    }
    let is_told = |placed: &&Placed| !quiet || placed.finding.severity > Severity::Info;
    let mut told = linted.findings.iter().filter(is_told).peekable();
    if told.peek().is_none() {
        line(out, format_args!("  nothing found"));
    }
    let mut explained: Vec<&str> = Vec::new();
    for placed in told {
        finding(placed, out);
        let lint = placed.finding.lint;
        // Once a profile: the same reason ten times is read by nobody.
        if !explained.contains(&lint.id) {
            explained.push(lint.id);
            let documentation = lint.documentation();
            line(out, format_args!("    {DIM}why:{DIM:#}  {}", documentation.why));
            line(out, format_args!("    {DIM}mend:{DIM:#} {}", documentation.mend));
        }
    }
    out.push('\n');
}

fn finding(placed: &Placed, out: &mut String) {
    let Placed { finding, at } = placed;
    let style = match finding.severity {
        Severity::Error => RED,
        Severity::Warning => YELLOW,
        Severity::Info => DIM,
    };
    let place = at.map(|at| format!("{}:{} ", at.line, at.column)).unwrap_or_default();
    let (word, id) = (severity(finding.severity), finding.lint.id);
    line(out, format_args!("  {place}{style}{word}{style:#} {BOLD}{id}{BOLD:#}"));
    let path = finding.place.path();
    let path = if path.is_empty() { path } else { format!("{path}: ") };
    line(out, format_args!("    {path}{}", clean(&message::finding(finding))));
}

fn describe(linted: &Linted) -> Value {
    let (file, name) = match &linted.source {
        Source::Baseline(baseline) => (None, Some(baseline.name().to_owned())),
        Source::Text(text) => (Some(text.file.to_string()), text.name.clone()),
    };
    json!({
        "file": file,
        "name": name,
        "dialect": dialect(linted.dialect),
        "context": context::to_json(&linted.contexts),
        "missingBase": linted.missing_base,
        "findings": linted.findings.iter().map(describe_finding).collect::<Vec<_>>(),
    })
}

fn describe_finding(placed: &Placed) -> Value {
    let Placed { finding, at } = placed;
    let documentation = finding.lint.documentation();
    json!({
        "id": finding.lint.id,
        "severity": severity(finding.severity),
        "path": finding.place.path(),
        "line": at.map(|at| at.line),
        "column": at.map(|at| at.column),
        "call": finding.call.map(ringfence_seccomp::Syscall::name),
        "arch": finding.arch.map(ringfence_seccomp::Arch::name),
        "message": message::finding(finding),
        "why": documentation.why,
        "mend": documentation.mend,
    })
}

fn describe_broken(broken: &Broken) -> Value {
    json!({
        "file": &*broken.file,
        "line": broken.at.map(|at| at.line),
        "column": broken.at.map(|at| at.column),
        "message": broken.what,
    })
}

/// What a severity is called.
pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    }
}

/// What a dialect is called.
pub fn dialect(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Oci => "oci",
        Dialect::Docker => "docker",
        Dialect::Containers => "containers",
        Dialect::Spo => "spo",
    }
}

/// The text that a finding stands in.
pub fn text_of(linted: &Linted) -> Option<&Text> {
    match &linted.source {
        Source::Text(text) => Some(text),
        Source::Baseline(_) => None,
    }
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String does not fail.
    let _ = out.write_fmt(text);
    out.push('\n');
}
