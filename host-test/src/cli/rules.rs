//! `ringfence rules` and `ringfence explain`: what the rules say of themselves.

use super::{Output, print, print_json};
use crate::docs;
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
        print(&docs::rules::page(rule))?;
        Ok(0)
    }
}

fn table() -> String {
    let head = ["RULE", "PROFILE", "SINCE", "TITLE"].map(str::to_owned);
    let rows: Vec<[String; 4]> =
        std::iter::once(head).chain(RULES.iter().map(|rule| row(rule))).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let (id, profile, since) = (width(0), width(1), width(2));
    rows.iter().fold(String::new(), |mut out, [a, b, c, d]| {
        // Writing to a String does not fail.
        let _ = writeln!(out, "{a:id$}  {b:profile$}  {c:since$}  {d}");
        out
    })
}

/// A rule, with the profile from which on it is asked, and again where it asks more.
fn row(rule: &Rule) -> [String; 4] {
    let of_profiles = || rule.checks.iter().filter(|check| check.level.is_some());
    let by_name = of_profiles().next().is_none();
    let mut profiles: Vec<&str> =
        of_profiles().filter_map(|check| check.level).map(Level::name).collect();
    profiles.dedup();
    let mut since: Vec<String> = rule
        .checks
        .iter()
        .filter(|check| by_name || check.level.is_some())
        .filter_map(since)
        .collect();
    since.dedup();
    let profiles = if by_name { "by name".to_owned() } else { profiles.join(", ") };
    [rule.id.to_owned(), profiles, since.join(", "), rule.title.to_owned()]
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
    let parameters: Vec<&str> = rule.parameters().iter().map(|field| field.key).collect();
    json!({
        "id": rule.id,
        "title": rule.title,
        "family": rule.family.to_string(),
        "profiles": docs::rules::profiles(rule),
        "hardened": rule.hardened,
        "parameters": parameters,
        "fields": rule.fields,
        "fills": rule.fills,
        "checks": checks,
    })
}
