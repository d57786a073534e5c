//! Answers for people.

use super::parts::{EVERY_PORT, Ports};
use super::told::{End, Outcome, Part, Reason, Verdict};
use crate::output::text::clean;
use anstyle::{AnsiColor, Style};
use std::fmt::{self, Write};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default();
const GREEN: Style = AnsiColor::Green.on_default();

/// The answer to one question; `asked` is the question in words.
pub fn render(asked: &str, parts: &[Part]) -> String {
    let mut out = String::new();
    let verdict = Verdict::of(parts);
    let style = style(verdict.word());
    line(
        &mut out,
        format_args!("{BOLD}{}{BOLD:#}: {style}{}{style:#}", clean(asked), verdict.word()),
    );
    let groups = grouped(parts);
    let is_one = groups.len() == 1;
    for (places, outcome) in &groups {
        if !is_one {
            let (places, style) = (listed(places), self::style(outcome.answer));
            line(&mut out, format_args!("  {places}: {style}{}{style:#}", outcome.answer));
        }
        ends(&mut out, outcome, if is_one { 2 } else { 4 });
    }
    out
}

/// The outcomes that differ, each with the addresses and ports that have it.
fn grouped(parts: &[Part]) -> Vec<(Vec<String>, &Outcome)> {
    let mut groups: Vec<(Vec<String>, &Outcome)> = Vec::new();
    for part in parts {
        for (ports, outcome) in &part.ports {
            let place = place(part, *ports);
            match groups.iter_mut().find(|(_, other)| *other == outcome) {
                Some((places, _)) => places.push(place),
                None => groups.push((vec![place], outcome)),
            }
        }
    }
    groups
}

/// Places that one line names; the others are counted.
const NAMED: usize = 8;

fn listed(places: &[String]) -> String {
    match places.split_at_checked(NAMED) {
        Some((first, rest)) if !rest.is_empty() => {
            format!("{}; and {} more", first.join("; "), rest.len())
        }
        _ => places.join("; "),
    }
}

fn ends(out: &mut String, outcome: &Outcome, indent: usize) {
    for (name, end, through) in
        [("egress", &outcome.egress, "out"), ("ingress", &outcome.ingress, "in")]
    {
        line(out, format_args!("{:indent$}{:<9}{}", "", format!("{name}:"), told(end, through)));
        if !end.isolated_by.is_empty() {
            let policies = end.isolated_by.iter().map(|policy| clean(policy)).collect::<Vec<_>>();
            let policies = policies.join(", ");
            line(out, format_args!("{:indent$}         {DIM}selected by {policies}{DIM:#}", ""));
        }
    }
    if let Some(cause) = &outcome.cause {
        line(out, format_args!("{:indent$}{:<9}{}", "", "because:", clean(cause)));
    }
}

/// What one end says, in words.
fn told(end: &End, through: &str) -> String {
    let rule = end.rule.as_ref().map(|rule| format!("{} of {}", rule.path, clean(&rule.policy)));
    match (end.why, rule) {
        (Reason::Outside, _) => "no pod, so no policy is about it".into(),
        (Reason::SamePod, _) => "the same pod, which no policy keeps from itself".into(),
        (Reason::LocalNode, _) => "let in: it comes from the pod's own node".into(),
        (Reason::NotIsolated, _) => format!("let {through}: no policy isolates it"),
        (Reason::Rule, Some(rule)) => format!("let {through} by {rule}"),
        (Reason::Rule, None) => format!("let {through} by a rule"),
        (Reason::NoRule, _) => format!("not let {through}: no rule of the policies is about it"),
        (Reason::Undecided, Some(rule)) => format!("may be let {through} by {rule}"),
        (Reason::Undecided, None) => format!("may be let {through} or not"),
    }
}

fn place(part: &Part, ports: Ports) -> String {
    let mut text = String::new();
    for (word, span) in [("from", part.from), ("to", part.to)] {
        if let Some(span) = span.filter(|span| span.first != span.last) {
            let _ = write!(text, "{word} {span}, ");
        }
    }
    text + &self::ports(ports)
}

/// Ports in words.
pub fn ports(ports: Ports) -> String {
    match ports {
        EVERY_PORT => "every port".into(),
        (first, last) if first == last => format!("port {first}"),
        (first, last) => format!("ports {first}-{last}"),
    }
}

pub(super) fn style(answer: &str) -> Style {
    match answer {
        "yes" => GREEN,
        "no" => RED,
        _ => YELLOW,
    }
}

pub(super) fn line(out: &mut String, text: fmt::Arguments<'_>) {
    // Writing to a String does not fail.
    let _ = out.write_fmt(text);
    out.push('\n');
}
