//! How the namespaces of a cluster fare, a line for each.

use super::text::clean;
use crate::judge::{Judged, Summary};
use anstyle::Style;
use std::collections::BTreeMap;
use std::fmt::Write;

const BOLD: Style = Style::new().bold();

/// How many rules of a namespace are named.
const RULES: usize = 4;

/// A table: what is in a namespace, what of it is denied, and by which rules most.
pub fn render(judged: &[Judged]) -> String {
    let mut out = String::new();
    let heads = judged.chunk_by(|one, other| one.resource.file == other.resource.file);
    let rows: Vec<(String, Summary, String)> = heads
        .filter_map(|group| {
            let head = group.first()?.resource.file.trim_matches(['<', '>']);
            let name = head.strip_prefix("namespace ").unwrap_or("(cluster)");
            Some((clean(name), Summary::of(group, 0), rules(group)))
        })
        .collect();
    let width = rows.iter().map(|(name, ..)| name.chars().count()).max().unwrap_or(0).max(9);
    // Writing to a String does not fail.
    let _ =
        writeln!(out, "\n{BOLD}{:width$}  resources  denied  warned  rules{BOLD:#}", "namespace");
    for (name, summary, rules) in rows {
        let Summary { resources, denied, warned, .. } = summary;
        let line = format!("{name:width$}  {resources:9}  {denied:6}  {warned:6}  {rules}");
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}

/// The rules that deny most resources, with how many.
fn rules(group: &[Judged]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for judged in group {
        let denying = judged.violations.iter().filter(|(found, _)| found.action == "deny");
        let mut rules: Vec<&str> = denying.map(|(found, _)| found.rule.as_str()).collect();
        rules.sort_unstable();
        rules.dedup();
        rules.into_iter().for_each(|rule| *counts.entry(rule).or_default() += 1);
    }
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(rule, count)| (std::cmp::Reverse(*count), *rule));
    let named = counts.iter().take(RULES).map(|(rule, count)| format!("{} {count}", clean(rule)));
    let mut named: Vec<String> = named.collect();
    if counts.len() > RULES {
        named.push(format!("… {} more", counts.len() - RULES));
    }
    named.join(", ")
}
