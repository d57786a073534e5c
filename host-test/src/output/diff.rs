//! Changed files as unified diffs, less the lines that Secrets stand on.

use super::text::{clean, count};
use crate::manifest::Manifests;
use anstyle::{AnsiColor, Style};
use similar::{ChangeTag, TextDiff};
use std::fmt::Write;
use std::path::Path;

const BOLD: Style = Style::new().bold();
const RED: Style = AnsiColor::Red.on_default();
const GREEN: Style = AnsiColor::Green.on_default();
const CYAN: Style = AnsiColor::Cyan.on_default();

/// How many lines around a change are shown.
const CONTEXT: usize = 3;

/// Lines that say nothing, wherever they stand; without any after it `git apply` takes a change for
/// one at the end of the file.
const SAYS_NOTHING: [&str; 6] =
    ["", "---", "apiVersion: v1", "- apiVersion: v1", "kind: Secret", "- kind: Secret"];

/// The diff of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// As `git apply -p0` takes it (with `--unidiff-zero` where no line after a change may be shown);
    /// empty where nothing may be shown.
    pub text: String,
    /// How many changes are left out because a Secret stands on their lines.
    pub withheld: usize,
}

impl Diff {
    /// What to say where something is left out of the diff of this file.
    pub fn remark(&self, file: &str) -> Option<String> {
        let changes = count(self.withheld, "change");
        (self.withheld > 0)
            .then(|| format!("{file}: {changes} on lines that a Secret stands on, and not shown"))
    }
}

/// One line of both texts, of the old one, or of the new one.
struct Line<'t> {
    tag: ChangeTag,
    /// How many lines of each text are before it.
    before: [usize; 2],
    text: &'t str,
    is_visible: bool,
}

/// The diff of one file. Where the file holds a Secret, or something unread that may be one, only
/// lines of what is known to be none are context, so that there is less of it.
pub fn unified(file: &str, before: &str, after: &str) -> Diff {
    let visible = visible(file, before);
    let diff = TextDiff::from_lines(before, after);
    let mut at = [0, 0];
    let lines: Vec<Line<'_>> = diff
        .iter_all_changes()
        .map(|change| {
            let tag = change.tag();
            // What is put in is ours, unless it stands in the place of a line that was there.
            let is_old = tag != ChangeTag::Insert;
            let is_visible =
                !is_old || visible.as_ref().is_none_or(|all| all.get(at[0]) == Some(&true));
            let line = Line { tag, before: at, text: change.value(), is_visible };
            at[0] += usize::from(is_old);
            at[1] += usize::from(tag != ChangeTag::Delete);
            line
        })
        .collect();
    let mut shown = Diff::default();
    for hunk in hunks(&lines) {
        if hunk.iter().any(|line| !line.is_visible) {
            shown.withheld += 1;
            continue;
        }
        if shown.text.is_empty() {
            let _ = writeln!(shown.text, "--- {file}\n+++ {file}");
        }
        write_hunk(&mut shown.text, hunk);
    }
    shown
}

/// The changes with their context, which ends before a line that is not to be seen.
fn hunks<'l, 't>(lines: &'l [Line<'t>]) -> Vec<&'l [Line<'t>]> {
    let is_change = |line: &Line<'_>| line.tag != ChangeTag::Equal;
    let mut is_kept: Vec<bool> = lines.iter().map(is_change).collect();
    for at in lines.iter().enumerate().filter_map(|(at, line)| is_change(line).then_some(at)) {
        let (above, below) = lines.split_at(at);
        let is_context = |line: &&Line<'_>| !is_change(line) && line.is_visible;
        let above = above.iter().rev().take(CONTEXT).take_while(is_context).count();
        let below = below.iter().skip(1).take(CONTEXT).take_while(is_context).count();
        is_kept.iter_mut().skip(at - above).take(above + 1 + below).for_each(|it| *it = true);
    }
    let all = lines.iter().zip(is_kept).collect::<Vec<_>>();
    let mut from = 0;
    let chunks = all.chunk_by(|one, two| one.1 == two.1).map(|chunk| {
        let hunk = lines.get(from..from + chunk.len()).unwrap_or_default();
        from += chunk.len();
        (chunk.first().is_some_and(|it| it.1), hunk)
    });
    chunks.filter_map(|(is_kept, hunk)| is_kept.then_some(hunk)).collect()
}

fn write_hunk(out: &mut String, hunk: &[Line<'_>]) {
    let side = |index: usize, other: ChangeTag| {
        let length = hunk.iter().filter(|line| line.tag != other).count();
        let start = hunk.first().map_or(0, |line| line.before[index]);
        match length {
            0 => format!("{start},0"),
            1 => (start + 1).to_string(),
            _ => format!("{},{length}", start + 1),
        }
    };
    let (old, new) = (side(0, ChangeTag::Insert), side(1, ChangeTag::Delete));
    // Writing to a String does not fail.
    let _ = writeln!(out, "@@ -{old} +{new} @@");
    for line in hunk {
        let _ = write!(out, "{}{}", line.tag, line.text);
        if !line.text.ends_with('\n') {
            out.push_str("\n\\ No newline at end of file\n");
        }
    }
}

/// For each line of the file whether it may be shown; none where all may.
fn visible(file: &str, text: &str) -> Option<Vec<bool>> {
    let json = Path::new(file).extension().is_some_and(|it| it.eq_ignore_ascii_case("json"));
    let mut manifests = Manifests::default();
    manifests.add_file(file, text.as_bytes(), json);
    // What cannot be read is a Secret at most if it says so.
    let may_be_secret = !manifests.unread.is_empty() && text.contains("Secret");
    if !may_be_secret && !manifests.sources.hides(file) {
        return None;
    }
    let mut visible: Vec<bool> =
        text.lines().map(|line| SAYS_NOTHING.contains(&line.trim())).collect();
    for resource in &manifests.resources {
        for number in resource.line..=resource.node.last_line() {
            if let Some(visible) = visible.get_mut(number.saturating_sub(1)) {
                *visible |= manifests.sources.line(file, number).is_some();
            }
        }
    }
    Some(visible)
}

/// The same for eyes: coloured, and harmless to the terminal whatever the file holds.
pub fn coloured(diff: &str) -> String {
    let line = |line: &str| {
        let style = match line.as_bytes() {
            [b'-', b'-', b'-', ..] | [b'+', b'+', b'+', ..] => BOLD,
            [b'-', ..] => RED,
            [b'+', ..] => GREEN,
            [b'@', ..] => CYAN,
            _ => Style::new(),
        };
        format!("{style}{}{style:#}\n", clean(line))
    };
    diff.lines().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without a Secret, what the library of diffs makes.
    #[test]
    fn the_same_as_any_diff() {
        let base: Vec<String> = (0..40).map(|number| format!("key{number}: 1\n")).collect();
        let before = base.concat();
        for (from, step) in [(0, 7), (3, 9), (39, 40), (0, 40), (5, 2), (0, 8)] {
            let mut changed = base.clone();
            for at in (from..40).step_by(step) {
                match at % 3 {
                    0 => changed[at].push_str("new: 2\n"),
                    1 => changed[at].clear(),
                    _ => changed[at] = "other: 3\n".into(),
                }
            }
            let (after, cut) = (changed.concat(), changed.concat().trim_end().to_owned());
            for (one, two) in [(&before, &after), (&before, &cut), (&cut, &before)] {
                let expected =
                    TextDiff::from_lines(one, two).unified_diff().header("a", "a").to_string();
                assert_eq!(unified("a", one, two), Diff { text: expected, withheld: 0 });
            }
        }
    }
}
