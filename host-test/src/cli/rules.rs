//! `ringfence rules` and `ringfence explain`: what the rules say of themselves.

use super::{Output, print, print_json};
use anyhow::{Result, bail};
use clap::Args;
use ringfence_policy::{Check, Level, RULES, Rule};
use serde_json::{Value, json};
use std::fmt::Write;

/// List the rules
#[derive(Args, Debug)]
pub(super) struct Rules {
    /// The form of the list
    #[arg(short, long, value_enum, default_value_t)]
    output: Output,
}

impl Rules {
    pub(super) fn run(&self) -> Result<u8> {
        match self.output {
            Output::Human => print(&table())?,
            Output::Json => print_json(&RULES.iter().map(|rule| describe(rule)).collect())?,
        }
        Ok(0)
    }
}

/// Explain a rule: what it asks, why, and how to mend a violation
#[derive(Args, Debug)]
pub(super) struct Explain {
    /// The rule's id, as in findings and settings; the id of one of its checks will do
    rule: String,
}

impl Explain {
    pub(super) fn run(&self) -> Result<u8> {
        let named = |rule: &&&Rule| {
            rule.id == self.rule || rule.checks.iter().any(|check| check.id == self.rule)
        };
        let Some(rule) = RULES.iter().find(named) else {
            let known: Vec<&'static str> = RULES.iter().map(|rule| rule.id).collect();
            let hint = ringfence_policy::did_you_mean(&self.rule, &known)
                .unwrap_or_else(|| "; `ringfence rules` lists them".into());
            bail!("unknown rule `{}`{hint}", self.rule);
        };
        print(&explanation(rule))?;
        Ok(0)
    }
}

fn table() -> String {
    let head = ["RULE", "LEVEL", "SINCE", "TITLE"].map(str::to_owned);
    let rows: Vec<[String; 4]> =
        std::iter::once(head).chain(RULES.iter().map(|rule| row(rule))).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let (id, level, since) = (width(0), width(1), width(2));
    rows.iter().fold(String::new(), |mut out, [a, b, c, d]| {
        // Writing to a String does not fail.
        let _ = writeln!(out, "{a:id$}  {b:level$}  {c:since$}  {d}");
        out
    })
}

fn row(rule: &Rule) -> [String; 4] {
    let levels: Vec<String> =
        rule.checks.iter().filter_map(|check| check.level).map(|level| level.to_string()).collect();
    let since: Vec<String> = rule.checks.iter().filter_map(since).collect();
    [rule.id.to_owned(), levels.join(", "), since.join(", "), rule.title.to_owned()]
}

fn since(check: &Check) -> Option<String> {
    check.revisions.first().map(|revision| revision.since.to_string())
}

fn describe(rule: &Rule) -> Value {
    let checks: Vec<Value> = rule
        .checks
        .iter()
        .map(|check| {
            let revisions: Vec<Value> = check
                .revisions
                .iter()
                .map(|revision| json!({"since": revision.since.to_string(), "summary": revision.summary}))
                .collect();
            json!({"id": check.id, "level": check.level.map(Level::name), "overrides": check.overrides, "revisions": revisions})
        })
        .collect();
    json!({
        "id": rule.id,
        "title": rule.title,
        "family": rule.family.to_string(),
        "fields": rule.fields,
        "checks": checks,
    })
}

/// The rule's own documentation, and its revisions, which stand in its data.
fn explanation(rule: &Rule) -> String {
    let mut out = rule.documentation().trim_end().to_owned();
    // Writing to a String does not fail.
    let _ = writeln!(out, "\n\n## Checks\n");
    for check in rule.checks {
        for revision in check.revisions {
            let _ = writeln!(
                out,
                "* `{}` ({}, from {}): {}",
                check.id,
                check.level.map_or("where settings name it", Level::name),
                revision.since,
                revision.summary
            );
        }
    }
    let _ = writeln!(out, "\n## Fields\n");
    for field in rule.fields {
        let _ = writeln!(out, "* `{field}`");
    }
    out
}
