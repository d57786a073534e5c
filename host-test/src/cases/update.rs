//! Case files with what the policy answers in the place of what they expect.

use super::run::Outcome;
use super::{Case, record, run};
use crate::engine::Engine;
use crate::yaml::{self, Node, Position, Value as Yaml, write};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A case whose expectation could not be written.
#[derive(Clone, Debug)]
pub struct Refused {
    /// The file.
    pub file: PathBuf,
    /// The name of the case.
    pub name: String,
    /// Why, and what to do.
    pub why: String,
}

/// What has come of an update.
#[derive(Debug, Default)]
pub struct Updated {
    /// The files with their new texts.
    pub files: Vec<(PathBuf, String)>,
    /// The cases that have another expectation now: file and name.
    pub cases: Vec<(PathBuf, String)>,
    /// Those that have not.
    pub refused: Vec<Refused>,
}

/// Makes the texts in which every case of `outcomes` that is not as expected expects what it gets.
/// Nothing else in them changes, which is read back.
///
/// # Errors
/// When a file cannot be read again.
pub fn update(engine: &dyn Engine, outcomes: &[Outcome<'_>]) -> Result<Updated> {
    let mut updated = Updated::default();
    for of_file in outcomes.chunk_by(|one, other| one.case.file == other.case.file) {
        let Some(file) = of_file.first().map(|outcome| &outcome.case.file) else { continue };
        let before = std::fs::read_to_string(file)
            .with_context(|| format!("{} cannot be read again", file.display()))?;
        let mut text = before.clone();
        for of_case in of_file.chunk_by(|one, other| one.case.name == other.case.name) {
            let Some(first) = of_case.iter().find(|outcome| outcome.mismatch.is_some()) else {
                continue;
            };
            match one(engine, file, &text, first.case) {
                Ok(after) => {
                    text = after;
                    updated.cases.push((file.clone(), first.case.name.clone()));
                }
                Err(error) => updated.refused.push(Refused {
                    file: file.clone(),
                    name: first.case.name.clone(),
                    why: format!("{error:#}"),
                }),
            }
        }
        if text != before {
            updated.files.push((file.clone(), text));
        }
    }
    Ok(updated)
}

/// The text with one case's expectation replaced.
fn one(engine: &dyn Engine, file: &Path, text: &str, case: &Case) -> Result<String> {
    let expect = record::expectation(engine, case)?;
    let document = read(text)?;
    let items = document.get("cases").map(|cases| &cases.value);
    let Some(Yaml::Sequence(items)) = items else { bail!("the file has changed; run it again") };
    let named = |item: &&Node| item.get("name").and_then(Node::as_str) == Some(&case.name);
    let item = items.iter().find(named).context("the file has changed; run it again")?;
    let after = replaced(text, item, &expect)?;
    is_only_change(engine, file, (text, &after), case)?;
    Ok(after)
}

fn read(text: &str) -> Result<Node> {
    let mut documents = yaml::read(text.as_bytes(), false).into_iter();
    Ok(documents.next().context("the file is empty")??)
}

/// The new text is read as the old one was, but for the case, which is as expected now.
fn is_only_change(
    engine: &dyn Engine,
    file: &Path,
    (before, after): (&str, &str),
    case: &Case,
) -> Result<()> {
    const CANNOT: &str =
        "its expectation cannot be replaced where it stands; write it on lines of its own";
    let cases = super::cases(file, &read(before)?, true)?;
    let again = super::cases(file, &read(after).context(CANNOT)?, true).context(CANNOT)?;
    if cases.len() != again.len() {
        bail!(CANNOT);
    }
    for (one, other) in cases.iter().zip(&again) {
        let is_it = one.name == case.name;
        let payloads = |case: &Case| -> Vec<(String, Vec<u8>)> {
            let all = case.payloads().into_iter();
            // What a chart renders may be new each time.
            all.map(|(name, payload, _)| {
                (name, if case.has_manifests { Vec::new() } else { payload })
            })
            .collect()
        };
        let is_same = one.name == other.name && payloads(one) == payloads(other);
        if !is_same || (!is_it && one.expect != other.expect) {
            bail!(CANNOT);
        }
        if is_it {
            let mut other = other.clone();
            other.date = case.date;
            let outcomes = run::run(engine, std::slice::from_ref(&other), || ());
            if let Some(mismatch) = outcomes.into_iter().find_map(|outcome| outcome.mismatch) {
                bail!("no expectation says what it gets: {mismatch}");
            }
        }
    }
    Ok(())
}

/// The text with the item's `expect` replaced, or added.
fn replaced(text: &str, item: &Node, expect: &Value) -> Result<String> {
    let Yaml::Mapping(entries) = &item.value else { bail!("the case is no mapping") };
    let lines = Lines::of(text);
    let is_flow = item.end != item.at;
    let entry = entries.iter().find(|(key, _)| key.name == "expect");
    let Some((key, value)) = entry else {
        if is_flow {
            let close = lines.offset(item.end)?.saturating_sub(1);
            return Ok(splice(text, close..close, &format!(", expect: {expect}")));
        }
        let column = item.at.column;
        let end = lines.end_of_block(item.at.line, column.saturating_sub(1))?;
        let inner = block(expect, column + 1);
        let margin = " ".repeat(column - 1);
        let gap = if text[..end].ends_with('\n') { "" } else { "\n" };
        return Ok(splice(text, end..end, &format!("{gap}{margin}expect:{inner}\n")));
    };
    let colon = lines.offset(key.end)?;
    let after = text.get(colon..).unwrap_or_default();
    let start = colon + after.find(':').context("`expect` has no colon")? + 1;
    if is_flow {
        let end = lines.offset(value.end)?;
        return Ok(splice(text, start..end, &format!(" {expect}")));
    }
    let is_collection = matches!(value.value, Yaml::Mapping(_) | Yaml::Sequence(_));
    let is_block = is_collection && value.end == value.at;
    let (end, new_line) = if value.value == Yaml::Null && value.at == value.end {
        (start, "")
    } else if is_block {
        (lines.end_of_block(key.at.line, key.at.column)?, "\n")
    } else {
        (lines.offset(value.end)?.max(start), "")
    };
    let inner = block(expect, key.at.column + 1);
    Ok(splice(text, start..end, &format!("{inner}{new_line}")))
}

/// The value as it stands behind a key, its lines indented to `indent` columns.
fn block(value: &Value, indent: usize) -> String {
    if let Value::String(word) = value {
        return format!(" {word}");
    }
    let text = write::render(value);
    text.trim_end().lines().map(|line| format!("\n{:indent$}{line}", "")).collect()
}

fn splice(text: &str, range: Range<usize>, with: &str) -> String {
    let before = text.get(..range.start).unwrap_or_default();
    let after = text.get(range.end..).unwrap_or_default();
    format!("{before}{with}{after}")
}

/// The lines of a text.
struct Lines<'t>(Vec<(usize, &'t str)>);

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Self {
        let mut start = 0;
        let lines = text.split_inclusive('\n').map(|line| {
            start += line.len();
            (start - line.len(), line)
        });
        Self(lines.collect())
    }

    /// The byte of a place.
    fn offset(&self, at: Position) -> Result<usize> {
        let line = at.line.checked_sub(1).and_then(|index| self.0.get(index));
        let Some((start, line)) = line else {
            // Behind the last line.
            return self.0.last().map(|(start, line)| start + line.len()).context("an empty text");
        };
        let columns = at.column.saturating_sub(1);
        let within = line.char_indices().nth(columns).map_or(line.len(), |(index, _)| index);
        Ok(start + within)
    }

    /// Where the block ends that begins on `line`: before the first line that is indented less than
    /// `indent`, less the blank lines and comments before that.
    fn end_of_block(&self, line: usize, indent: usize) -> Result<usize> {
        let first = self.0.get(line.saturating_sub(1)).context("the file has changed")?;
        let mut end = first.0 + first.1.len();
        for (start, line) in self.0.iter().skip(line) {
            let content = line.trim_start_matches(' ');
            let is_inside = line.len() - content.len() >= indent;
            match content.trim_end() {
                "" => {}
                comment if comment.starts_with('#') => {}
                _ if is_inside => end = start + line.len(),
                _ => break,
            }
        }
        Ok(end)
    }
}
