//! Rules in YAML, where each begins on a line of its own behind a dash.

use super::{Fate, plan, value};
use crate::seccomp::documents::Text;
use crate::yaml::Position;
use crate::yaml::write::render;
use ringfence_seccomp::{Profile, Rule};
use serde_json::Value;
use std::ops::Range;

type Edits = Vec<(Range<usize>, String)>;

/// What is to be replaced in the file.
pub(super) fn edits(text: &Text, profile: &Profile<'_>, changed: &Profile<'_>) -> Option<Edits> {
    let lines = Lines::new(&text.whole);
    let starts: Vec<Item> = profile
        .rules
        .iter()
        .map(|rule| lines.item(text.places.find(rule.at)))
        .collect::<Option<_>>()?;
    let last = starts.last()?;
    let end = lines.end_of_list(last);
    let plan = plan(profile, changed);
    let mut edits = Edits::new();
    for (index, (fate, item)) in plan.fates.iter().zip(&starts).enumerate() {
        let behind = starts.get(index + 1).map_or(end, |next| next.first);
        match fate {
            Fate::Kept => {}
            Fate::Without(names, loses_errno) => {
                let rule = profile.rules.get(index)?;
                let name = |index: &usize| {
                    let name = rule.names.get(*index)?;
                    lines.alone(text.places.find(name.at), &name.text)
                };
                let mut cuts: Vec<Option<usize>> = names.iter().map(name).collect();
                if *loses_errno {
                    cuts.push(lines.errno(item.dash..behind));
                }
                match cuts.into_iter().collect::<Option<Vec<usize>>>() {
                    Some(cuts) => edits.extend(
                        cuts.into_iter().map(|line| (lines.bytes(line..line + 1), String::new())),
                    ),
                    // Several on one line: the rule is written anew.
                    None => {
                        let rules: Vec<&Rule<'_>> =
                            changed.rules.iter().filter(|new| new.at == rule.at).collect();
                        edits.push((lines.bytes(item.dash..behind), written(&rules, item.indent)));
                    }
                }
            }
            Fate::Becomes(rules) => {
                // What is said above a rule goes with it, and stays where something of it does.
                let from = if rules.is_empty() { item.first } else { item.dash };
                edits.push((lines.bytes(from..behind), written(rules, item.indent)));
            }
        }
    }
    if !plan.new.is_empty() {
        let at = lines.bytes(end..end).start;
        let gap = if text.whole.get(..at)?.ends_with('\n') { "" } else { "\n" };
        edits.push((at..at, format!("{gap}{}", written(&plan.new, last.indent))));
    }
    Some(edits)
}

/// Rules as items of a list.
fn written(rules: &[&Rule<'_>], indent: usize) -> String {
    let margin = " ".repeat(indent);
    let list: Vec<Value> = rules.iter().map(|rule| value(rule)).collect();
    if list.is_empty() {
        return String::new();
    }
    render(&Value::Array(list)).lines().map(|line| format!("{margin}{line}\n")).collect()
}

/// An item of a list in block style.
struct Item {
    /// Its first line, from 0, comments right above it included.
    first: usize,
    /// The line of its dash.
    dash: usize,
    /// How far its dash is indented.
    indent: usize,
}

struct Lines<'t> {
    text: &'t str,
    /// Where each line begins, and the end of the text.
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    fn new(text: &'t str) -> Self {
        let mut starts = vec![0];
        starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
        if !text.ends_with('\n') {
            starts.push(text.len());
        }
        Self { text, starts }
    }

    fn bytes(&self, lines: Range<usize>) -> Range<usize> {
        let at = |line: usize| self.starts.get(line).copied().unwrap_or(self.text.len());
        at(lines.start)..at(lines.end)
    }

    fn line(&self, line: usize) -> &'t str {
        self.text.get(self.bytes(line..line + 1)).unwrap_or_default().trim_end_matches(['\n', '\r'])
    }

    fn count(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// The item whose value begins at a place.
    fn item(&self, at: Position) -> Option<Item> {
        let dash = at.line.checked_sub(1)?;
        let before: String = self.line(dash).chars().take(at.column.checked_sub(1)?).collect();
        let indent = before.len() - before.trim_start().len();
        if before.trim() != "-" {
            return None;
        }
        let margin = " ".repeat(indent);
        let is_comment =
            |line: &str| line.strip_prefix(&margin).is_some_and(|rest| rest.starts_with('#'));
        let above = (0..dash).rev().take_while(|line| is_comment(self.line(*line))).count();
        Some(Item { first: dash - above, dash, indent })
    }

    /// The line behind a list's last item.
    fn end_of_list(&self, last: &Item) -> usize {
        let is_outside = |line: &usize| {
            let text = self.line(*line);
            let indent = text.len() - text.trim_start().len();
            !text.trim().is_empty() && indent <= last.indent
        };
        (last.dash + 1..self.count()).find(is_outside).unwrap_or(self.count())
    }

    /// The line of a name, where nothing else stands on it.
    fn alone(&self, at: Position, name: &str) -> Option<usize> {
        let line = at.line.checked_sub(1)?;
        let text = self.line(line).trim_start().strip_prefix("- ")?.trim();
        let bare = text.split(" #").next().unwrap_or(text).trim().trim_matches(['"', '\'']);
        (bare == name).then_some(line)
    }

    /// The line of a rule's errno, where nothing else stands on it.
    fn errno(&self, mut lines: Range<usize>) -> Option<usize> {
        lines.find(|line| self.line(*line).trim_start().starts_with("errnoRet:"))
    }
}
