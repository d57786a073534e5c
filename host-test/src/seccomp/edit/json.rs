//! Rules in JSON.

use super::{Fate, plan, value};
use crate::seccomp::target::{flat, pretty_within};
use ringfence_seccomp::{Profile, Rule};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::ops::Range;

type Edits = Vec<(Range<usize>, String)>;

/// What is to be replaced in the file; `from` is where the profile's text begins in it.
pub(super) fn edits(
    text: &str,
    from: usize,
    profile: &Profile<'_>,
    changed: &Profile<'_>,
) -> Option<Edits> {
    let plan = plan(profile, changed);
    let spans: Vec<Range<usize>> =
        profile.rules.iter().map(|rule| span(text, rule.at)).collect::<Option<_>>()?;
    let (first, last) = (spans.first()?, spans.last()?);
    // Names go one by one where their rules stay; else the list is written once more.
    let mut edits = Edits::new();
    let mut list = String::new();
    let mut is_rewritten = !plan.new.is_empty();
    for (index, (fate, span)) in plan.fates.iter().zip(&spans).enumerate() {
        let raw = text.get(span.clone())?;
        let texts = match fate {
            Fate::Kept => vec![raw.to_owned()],
            Fate::Without(names, loses_errno) => {
                let mut cuts = cuts(text, profile.rules.get(index)?, names)?;
                if *loses_errno {
                    cuts.push(errno(text, span)?);
                }
                edits.extend(
                    cuts.iter().map(|cut| (cut.start + from..cut.end + from, String::new())),
                );
                let inside = cuts
                    .into_iter()
                    .map(|cut| (cut.start - span.start..cut.end - span.start, String::new()));
                vec![super::apply(raw, inside.collect())]
            }
            Fate::Becomes(rules) => {
                is_rewritten = true;
                rules.iter().map(|rule| written(rule, text, span)).collect()
            }
        };
        let before = spans
            .get(index.wrapping_sub(1))
            .map_or("", |previous| text.get(previous.end..span.start).unwrap_or_default());
        for (number, item) in texts.into_iter().enumerate() {
            let own = if number == 0 && index > 0 { before } else { &separator(text, span) };
            push(&mut list, own, &item);
        }
    }
    if !is_rewritten {
        return Some(edits);
    }
    for rule in plan.new {
        push(&mut list, &separator(text, last), &written(rule, text, last));
    }
    Some(vec![(first.start + from..last.end + from, list)])
}

fn push(list: &mut String, separator: &str, item: &str) {
    if !list.is_empty() {
        list.push_str(separator);
    }
    list.push_str(item);
}

/// The value that begins at a byte.
fn span(text: &str, at: usize) -> Option<Range<usize>> {
    let rest = text.get(at..)?;
    let mut values = serde_json::Deserializer::from_str(rest).into_iter::<&RawValue>();
    let value = values.next()?.ok()?;
    Some(at..at + value.get().len())
}

/// How far the line on which something begins is indented, and whether nothing stands before it.
fn margin(text: &str, at: usize) -> (usize, bool) {
    let before = text.get(..at).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or(before);
    let indent = line.len() - line.trim_start().len();
    (indent, indent == line.len() && before.contains('\n'))
}

/// What stands between rules.
fn separator(text: &str, span: &Range<usize>) -> String {
    match margin(text, span.start) {
        (indent, true) => format!(",\n{}", " ".repeat(indent)),
        _ => ", ".to_owned(),
    }
}

/// A rule in the style of the one it stands for or behind.
fn written(rule: &Rule<'_>, text: &str, span: &Range<usize>) -> String {
    let like = text.get(span.clone()).unwrap_or_default();
    let value = value(rule);
    if like.contains('\n') {
        pretty_within(&value, margin(text, span.start).0)
    } else {
        flat(&value)
    }
}

/// The bytes of names that go, with their commas.
fn cuts(text: &str, rule: &Rule<'_>, gone: &[usize]) -> Option<Vec<Range<usize>>> {
    let spans: Vec<Range<usize>> =
        rule.names.iter().map(|name| span(text, name.at)).collect::<Option<_>>()?;
    let is_gone = |index: usize| gone.contains(&index);
    let first_kept = (0..spans.len()).find(|index| !is_gone(*index));
    let cut = |index: usize| {
        let own = spans.get(index)?;
        // Before the first that stays the comma behind goes along, else the one before.
        match first_kept {
            Some(kept) if index < kept => Some(own.start..spans.get(index + 1)?.start),
            _ => Some(spans.get(index.checked_sub(1)?)?.end..own.end),
        }
    };
    gone.iter().map(|index| cut(*index)).collect()
}

/// The bytes of a rule's errno, with one comma.
fn errno(text: &str, span: &Range<usize>) -> Option<Range<usize>> {
    let raw = text.get(span.clone())?;
    let object: BTreeMap<String, &RawValue> = serde_json::from_str(raw).ok()?;
    let value = object.get("errnoRet")?.get();
    let at = (value.as_ptr() as usize).checked_sub(raw.as_ptr() as usize)?;
    let end = at + value.len();
    let key = raw.get(..at)?.rfind("\"errnoRet\"")?;
    let before = raw.get(..key)?.trim_end();
    let behind = raw.get(end..)?;
    let cut = if before.ends_with(',') {
        before.len() - 1..end
    } else {
        let rest = behind.trim_start().strip_prefix(',').unwrap_or(behind).trim_start();
        key..raw.len() - rest.len()
    };
    Some(cut.start + span.start..cut.end + span.start)
}
