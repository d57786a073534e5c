//! Rules of a profile changed in the text that holds them: what is not concerned keeps its bytes.
//!
//! Every edit is read back and kept only if it is the profile that was asked for.

mod json;
mod yaml;

use super::documents::{self, Part, Text};
use super::places::Places;
use anyhow::{Result, bail};
use ringfence_seccomp::{Name, Profile, Rule, to_json};
use serde_json::Value;
use std::ops::Range;

/// The text of the whole file once the profile's rules are those of `changed`, a profile made of the
/// one in `text`: rules are told by where they start, new ones start nowhere.
///
/// # Errors
/// Where the text is written in a way that cannot be edited so: what to do instead.
pub fn rules(text: &Text, changed: &Profile<'_>) -> Result<String> {
    let title = text.title();
    let (profile, _) = text.parse()?;
    let edits = match &text.places {
        Places::Part { from, .. } => json::edits(&text.json, *from, &profile, changed),
        Places::Made(_) => yaml::edits(text, &profile, changed),
        Places::Block { .. } | Places::At(_) => bail!(
            "{title} stands in a ConfigMap; take it out with `ringfence seccomp convert`, and put it \
             back with `--to configmap`"
        ),
    };
    let after = edits.map(|edits| apply(&text.whole, edits));
    match after.filter(|after| is_as_asked(text, after, changed)) {
        Some(after) => Ok(after),
        None => bail!(
            "{title} is written in a way that cannot be edited in place; `ringfence seccomp convert` \
             prints it anew, and that can"
        ),
    }
}

/// Replaces ranges of a text, which do not overlap.
fn apply(text: &str, mut edits: Vec<(Range<usize>, String)>) -> String {
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (range, new) in edits {
        out.push_str(text.get(done..range.start).unwrap_or_default());
        out.push_str(&new);
        done = range.end;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

/// Whether the file, read again, holds the changed profile where the other was.
fn is_as_asked(text: &Text, after: &str, changed: &Profile<'_>) -> bool {
    let profiles = |bytes: &[u8]| -> Vec<Text> {
        let parts = documents::read(&text.file, bytes).into_iter();
        let texts = parts.filter_map(|part| match part {
            Part::Profile(text) => Some(*text),
            _ => None,
        });
        texts.collect()
    };
    let (before, after) = (profiles(text.whole.as_bytes()), profiles(after.as_bytes()));
    let mut seen = false;
    before.len() == after.len()
        && before.iter().zip(&after).all(|(old, new)| {
            let is_it = !seen && old.json == text.json && old.name == text.name;
            seen |= is_it;
            if !is_it {
                return old.json == new.json;
            }
            new.parse().is_ok_and(|(read, _)| to_json(&read) == to_json(changed))
        })
        && seen
}

/// What becomes of each rule of a profile, and the rules that are new.
struct Plan<'p, 'a> {
    fates: Vec<Fate<'p, 'a>>,
    new: Vec<&'p Rule<'a>>,
}

enum Fate<'p, 'a> {
    /// It stays.
    Kept,
    /// These names of it go, and its errno where that is told.
    Without(Vec<usize>, bool),
    /// It becomes these; none: it goes.
    Becomes(Vec<&'p Rule<'a>>),
}

fn plan<'p, 'a>(profile: &Profile<'_>, changed: &'p Profile<'a>) -> Plan<'p, 'a> {
    let fate = |rule: &Rule<'_>| {
        let now: Vec<&Rule<'a>> =
            changed.rules.iter().filter(|new| new.at == rule.at && new.at != 0).collect();
        match now.as_slice() {
            [new] => without(rule, new).unwrap_or(Fate::Becomes(now)),
            _ => Fate::Becomes(now),
        }
    };
    Plan {
        fates: profile.rules.iter().map(fate).collect(),
        new: changed.rules.iter().filter(|rule| rule.at == 0).collect(),
    }
}

/// Whether the new rule is the old one, or the old one without some names or its errno.
fn without<'p, 'a>(old: &Rule<'_>, new: &Rule<'_>) -> Option<Fate<'p, 'a>> {
    let is_kept = |name: &Name<'_>| new.names.iter().any(|kept| kept.at == name.at);
    let gone = old.names.iter().enumerate().filter(|(_, name)| !is_kept(name));
    let gone: Vec<usize> = gone.map(|(index, _)| index).collect();
    let loses_errno = old.errno_ret.is_some() && new.errno_ret.is_none();
    let errno_ret = if loses_errno { None } else { old.errno_ret };
    let rest = Rule { names: new.names.clone(), errno_ret, ..old.clone() };
    if rest != *new || gone.len() + new.names.len() != old.names.len() {
        return None;
    }
    let is_kept = gone.is_empty() && !loses_errno;
    Some(if is_kept { Fate::Kept } else { Fate::Without(gone, loses_errno) })
}

/// A rule as a value.
fn value(rule: &Rule<'_>) -> Value {
    let profile = Profile { rules: vec![rule.clone()], ..Profile::default() };
    let written = serde_json::from_str::<Value>(&to_json(&profile)).unwrap_or_default();
    written.pointer("/syscalls/0").cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests;
