//! Findings for people, grouped by file and resource.

use super::report::{Report, documentation};
use super::snippet;
use super::text::{clean, count};
use crate::answer::{Verdict, Violation, Waived};
use crate::judge::{Judged, Summary};
use crate::manifest::Resource;
use crate::yaml::Place;
use anstyle::{AnsiColor, Style};
use std::fmt::Write;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default();
const GREEN: Style = AnsiColor::Green.on_default();

/// Where the verdict stands when the name before it is short enough.
const VERDICT_COLUMN: usize = 56;

/// The whole report. `quiet` leaves out what was accepted or skipped and has nothing to say.
pub fn render(report: &Report<'_>, quiet: bool) -> String {
    let mut out = String::new();
    let mut file = "";
    let worth = |judged: &&Judged| {
        !quiet
            || !matches!(judged.verdict, Verdict::Accepted | Verdict::Skipped)
            || !judged.warnings.is_empty()
    };
    for judged in report.judged.iter().filter(worth) {
        if file != &*judged.resource.file {
            file = &judged.resource.file;
            let gap = if out.is_empty() { "" } else { "\n" };
            line(&mut out, format_args!("{gap}{BOLD}{}{BOLD:#}", clean(file)));
        }
        resource(&mut out, report, judged);
    }
    if !report.unread.is_empty() {
        let gap = if out.is_empty() { "" } else { "\n" };
        line(&mut out, format_args!("{gap}{RED}not read{RED:#}"));
        for unread in report.unread {
            line(&mut out, format_args!("  {}", clean(&unread.to_string())));
        }
    }
    let summary = report.summary();
    let gap = if out.is_empty() { "" } else { "\n" };
    line(&mut out, format_args!("{gap}{BOLD}{}{BOLD:#}", summary_line(&summary)));
    out + &ignored(report.ignored)
}

/// What was not looked for, in one line; nothing where nothing was left out.
fn ignored(rules: &[&str]) -> String {
    match rules {
        [] => String::new(),
        rules => format!("{DIM}ignored by the settings: {}{DIM:#}\n", rules.join(", ")),
    }
}

fn resource(out: &mut String, report: &Report<'_>, judged: &Judged) {
    let Resource { kind, line: number, .. } = &judged.resource;
    let title = format!("{} {}", clean(kind), title(judged));
    let place = format!("line {number}");
    let width = title.chars().count() + if report.has_places { place.len() + 3 } else { 0 };
    let padding = " ".repeat(VERDICT_COLUMN.saturating_sub(width).max(2));
    let style = style(judged.verdict);
    let word = judged.verdict.word().to_uppercase();
    let place = if report.has_places { format!(" {DIM}({place}){DIM:#}") } else { String::new() };
    line(out, format_args!("  {title}{place}{padding}{style}{word}{style:#}"));
    for (found, at) in &judged.violations {
        violation(out, found, &Shown { report, judged, at });
    }
    if judged.unlisted > 0 {
        line(out, format_args!("    … and {} more", count(judged.unlisted, "violation")));
    }
    for (found, at) in &judged.waived {
        waived(out, found, &Shown { report, judged, at });
    }
    // Violations tell the whole message; without them it is all there is.
    if judged.violations.is_empty() && judged.verdict != Verdict::Accepted {
        for text in judged.message.iter().flat_map(|message| message.lines()) {
            line(out, format_args!("    {}", clean(text)));
        }
    }
    for warning in judged.warnings.iter().filter(|warning| !is_told(warning, judged)) {
        line(out, format_args!("    {YELLOW}warning:{YELLOW:#} {}", clean(warning)));
    }
    for note in &judged.notes {
        line(out, format_args!("    {DIM}note: {}{DIM:#}", clean(note)));
    }
}

/// Whether a warning only repeats a violation that warns, which is shown in full.
fn is_told(warning: &str, judged: &Judged) -> bool {
    let rule = warning.split(": ").next().unwrap_or(warning);
    judged.violations.iter().any(|(found, _)| found.action == "warn" && found.rule == rule)
}

fn title(judged: &Judged) -> String {
    let name = judged.resource.name.as_deref().map_or_else(|| "(no name)".into(), clean);
    match &judged.namespace {
        Some(namespace) if judged.resource.kind != "Namespace" => {
            format!("{}/{name}", clean(namespace))
        }
        _ => name,
    }
}

/// Where a finding is, and what can be shown of it.
struct Shown<'s> {
    report: &'s Report<'s>,
    judged: &'s Judged,
    at: &'s Place,
}

fn violation(out: &mut String, found: &Violation, shown: &Shown<'_>) {
    let style = match found.action.as_str() {
        "warn" => YELLOW,
        "audit" => DIM,
        _ => RED,
    };
    finding(out, &clean(&found.action), style, found, shown);
    line(out, format_args!("      allowed: {}", clean(&found.allowed)));
    if !found.hint.is_empty() {
        line(out, format_args!("      hint:    {}", clean(&found.hint)));
    }
    if let Some(url) = documentation(&found.rule) {
        line(out, format_args!("      {DIM}docs:    {url}{DIM:#}"));
    }
}

fn waived(out: &mut String, waived: &Waived, shown: &Shown<'_>) {
    finding(out, "waived", DIM, &waived.violation, shown);
    let until = waived.expires.as_ref().map(|day| format!(" until {}", clean(day)));
    line(
        out,
        format_args!(
            "      exempt:  {}{}: {}",
            clean(&waived.exemption),
            until.unwrap_or_default(),
            clean(&waived.reason)
        ),
    );
}

/// What was found, and where.
fn finding(out: &mut String, word: &str, style: Style, found: &Violation, shown: &Shown<'_>) {
    let (rule, check) = (clean(&found.rule), clean(&found.check));
    line(out, format_args!("    {style}{word}{style:#} {rule} {DIM}[{check}]{DIM:#}"));
    line(out, format_args!("      {}", clean(&found.path)));
    if let Some(container) = &found.container {
        line(
            out,
            format_args!(
                "      container {BOLD}{}{BOLD:#}, image {}",
                clean(&container.name),
                clean(&container.image)
            ),
        );
    }
    if shown.report.has_places {
        source(out, found, shown);
    }
    line(out, format_args!("      found:   {}", clean(&found.found)));
}

/// The place in the file, and its line with what was found underlined.
fn source(out: &mut String, found: &Violation, shown: &Shown<'_>) {
    let Place { at, from, used, .. } = shown.at;
    let file = &*shown.judged.resource.file;
    let used = used.map(|used| format!(", used in line {}", used.line)).unwrap_or_default();
    let (line_number, column) = (from.line, from.column);
    // A key and its value may stand on two lines; the key is what other forms name.
    let key =
        if at.line == line_number { String::new() } else { format!(", key in line {}", at.line) };
    line(
        out,
        format_args!(
            "      {DIM}-->{DIM:#} {}:{line_number}:{column}{DIM}{key}{used}{DIM:#}",
            clean(file)
        ),
    );
    let denies = found.action == "deny";
    if let Some(snippet) = snippet::render(shown.report.sources, file, shown.at, denies) {
        for text in snippet.lines() {
            line(out, format_args!("      {text}"));
        }
    }
}

fn style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Accepted => GREEN,
        Verdict::Skipped => DIM,
        Verdict::Warned | Verdict::Audited => YELLOW,
        Verdict::Denied | Verdict::Error => RED,
    }
}

/// How many resources met which end, in one line.
pub(super) fn summary_line(summary: &Summary) -> String {
    let parts = [
        (summary.accepted, "accepted"),
        (summary.audited, "audited"),
        (summary.warned, "warned"),
        (summary.denied, "denied"),
        (summary.skipped, "skipped"),
        (summary.not_judged, "not judged"),
    ];
    let mut text: Vec<String> = parts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{number} {word}"))
        .collect();
    if text.is_empty() {
        text.push("0 accepted".into());
    }
    let mut line = format!("{}: {}", count(summary.resources, "resource"), text.join(", "));
    if summary.violations > 0 {
        let _ = write!(line, "; {}", count(summary.violations, "violation"));
    }
    if summary.waived > 0 {
        let _ = write!(line, "; {} waived", summary.waived);
    }
    if summary.unread > 0 {
        let _ = write!(line, "; {} not read", count(summary.unread, "document"));
    }
    line
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String does not fail.
    let _ = out.write_fmt(text);
    out.push('\n');
}
