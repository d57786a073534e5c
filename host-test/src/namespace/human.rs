//! Reports for people, and the manifests that would mend what they find.

use super::report::{Finding, Report, Row, Status};
use crate::output::text::{clean, count};
use crate::yaml::write;
use anstyle::{AnsiColor, Style};
use serde_json::Value;
use std::fmt::{self, Write};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default();
const GREEN: Style = AnsiColor::Green.on_default();

/// Where the status stands.
const COLUMN: usize = 14;

/// Places that one finding names; the others are counted.
const NAMED: usize = 4;

/// The report on one namespace.
pub fn render(report: &Report) -> String {
    let mut out = String::new();
    line(&mut out, format_args!("{BOLD}namespace {}{BOLD:#}", clean(&report.namespace)));
    for row in &report.rows {
        let (style, word) = status(row.status);
        let title = row.concern.title;
        line(&mut out, format_args!("  {title:<COLUMN$}{style}{word}{style:#}"));
        for (findings, style) in [(&row.findings, style), (&row.remarks, DIM)] {
            for group in grouped(findings) {
                finding(&mut out, &group, style);
            }
        }
        if row.waived > 0 {
            let waived = count(row.waived, "violation");
            line(&mut out, format_args!("    {DIM}{waived} let pass by exemptions{DIM:#}"));
        }
        for fact in &row.facts {
            line(&mut out, format_args!("    {DIM}{}{DIM:#}", clean(fact)));
        }
        if !row.findings.is_empty() {
            line(&mut out, format_args!("    mend: {}", mend(row)));
        }
    }
    out
}

/// Findings that say the same, of several objects.
fn grouped(findings: &[Finding]) -> Vec<Vec<&Finding>> {
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    let says = |finding: &Finding| {
        let violation = &finding.violation;
        (violation.rule.clone(), violation.found.clone(), violation.allowed.clone())
    };
    for finding in findings {
        let same =
            groups.iter_mut().find(|group| group.first().map(|it| says(it)) == Some(says(finding)));
        match same {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    groups
}

fn finding(out: &mut String, group: &[&Finding], style: Style) {
    let Some(first) = group.first() else { return };
    let violation = &first.violation;
    let (rule, found) = (clean(&violation.rule), clean(&violation.found));
    let allowed = clean(&violation.allowed);
    line(out, format_args!("    {style}{rule}{style:#}: {found}; allowed: {allowed}"));
    if first.by_hand && !violation.hint.is_empty() {
        line(out, format_args!("      hint: {}", clean(&violation.hint)));
    }
    // What is wrong in several ways at one place is said once.
    let mut places: Vec<String> = Vec::new();
    for finding in group {
        let at = finding.at.as_ref();
        let at = at.map(|at| format!(" {DIM}({}:{}){DIM:#}", clean(&at.file), at.line));
        let (object, path) = (clean(&finding.object), clean(&finding.violation.path));
        let place = format!("{object} at {path}{}", at.unwrap_or_default());
        if !places.contains(&place) {
            places.push(place);
        }
    }
    for place in places.iter().take(NAMED) {
        line(out, format_args!("      {place}"));
    }
    if places.len() > NAMED {
        line(out, format_args!("      and {} more", places.len() - NAMED));
    }
}

fn mend(row: &Row) -> String {
    let named = row.manifests.iter().map(|manifest| {
        let name = manifest.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
        let kind = manifest.get("kind").and_then(Value::as_str).unwrap_or_default();
        clean(&format!("{kind} {name}"))
    });
    let named = named.collect::<Vec<_>>().join(", ");
    let is_rest = row.findings.iter().any(|finding| finding.by_hand);
    match (named.is_empty(), is_rest) {
        (true, _) => "change what is named above".into(),
        (false, false) => format!("{named} (--generate)"),
        (false, true) => format!("{named} (--generate), and change what is named above"),
    }
}

/// The manifests that would mend what was found, as YAML, with what is left to do in comments.
pub fn manifests(report: &Report) -> String {
    let mut out = String::new();
    let mut printed: Vec<&Value> = Vec::new();
    line(&mut out, format_args!("# namespace {}", clean(&report.namespace)));
    for row in &report.rows {
        if row.findings.is_empty() {
            continue;
        }
        let (_, word) = status(row.status);
        line(&mut out, format_args!("# {}: {word}", row.concern.title));
        for Finding { object, violation, .. } in row.findings.iter().filter(|it| it.by_hand) {
            let text = format!("{object}: {} at {}", violation.found, violation.path);
            line(&mut out, format_args!("# to be changed by hand: {}", clean(&text)));
        }
        for manifest in &row.manifests {
            if !printed.contains(&manifest) {
                printed.push(manifest);
                let _ = write!(out, "---\n{}", write::render(manifest));
            }
        }
    }
    out
}

fn status(status: Status) -> (Style, &'static str) {
    match status {
        Status::Ok => (GREEN, "ok"),
        Status::Weak => (YELLOW, "weak"),
        Status::Missing => (RED, "missing"),
        Status::Ignored => (DIM, "ignored by the settings"),
    }
}

fn line(out: &mut String, text: fmt::Arguments<'_>) {
    // Writing to a String does not fail.
    let _ = out.write_fmt(text);
    out.push('\n');
}
