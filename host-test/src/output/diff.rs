//! Changed files as unified diffs.

use super::text::clean;
use anstyle::{AnsiColor, Style};
use similar::TextDiff;

const BOLD: Style = Style::new().bold();
const RED: Style = AnsiColor::Red.on_default();
const GREEN: Style = AnsiColor::Green.on_default();
const CYAN: Style = AnsiColor::Cyan.on_default();

/// The diff of one file, as `patch -p0` and `git apply -p0` take it.
pub fn unified(file: &str, before: &str, after: &str) -> String {
    TextDiff::from_lines(before, after).unified_diff().header(file, file).to_string()
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
