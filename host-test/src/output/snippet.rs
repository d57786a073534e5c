//! The line of a file that a finding is about, with what it is about underlined.

use super::text::is_harmful;
use crate::manifest::Sources;
use crate::yaml::Place;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use std::ops::Range;

/// How much of a long line is shown before and after what is underlined, in characters.
const BEFORE: usize = 60;
const AFTER: usize = 60;

/// The line with its number and the mark below it, each line of it ending in a line break; nothing
/// where there is no such line, or a Secret stands on it.
pub(super) fn render(sources: &Sources, file: &str, place: &Place, denies: bool) -> Option<String> {
    let line = sources.line(file, place.from.line)?;
    let (shown, marked) = cut(line, place.columns(line.chars().count()));
    let level = if denies { Level::ERROR } else { Level::WARNING };
    let snippet = Snippet::source(shown)
        .line_start(place.from.line)
        .annotation(AnnotationKind::Primary.span(marked));
    let groups = [Group::with_level(level).element(snippet)];
    let text = Renderer::styled().render(&groups);
    Some(text.lines().map(|line| format!("{}\n", line.trim_end())).collect())
}

/// A part of the line that holds the columns (from 1, in characters), harmless to a terminal, and
/// the bytes of it that are marked.
fn cut(line: &str, columns: Range<usize>) -> (String, Range<usize>) {
    let from = columns.start.saturating_sub(1 + BEFORE);
    let to = columns.end.min(columns.start + AFTER) + AFTER;
    let (mut shown, mut start, mut end) = (String::new(), 0, 0);
    if from > 0 {
        shown.push('…');
    }
    let mut letters = line.chars().enumerate().skip(from);
    for (index, letter) in letters.by_ref().take(to - from) {
        if index + 1 == columns.start {
            start = shown.len();
        }
        shown.push(if letter == '\t' {
            ' '
        } else if is_harmful(letter) {
            '\u{fffd}'
        } else {
            letter
        });
        if index + 1 < columns.end {
            end = shown.len();
        }
    }
    if letters.next().is_some() {
        shown.push('…');
    }
    // An empty line has nothing to mark but its end.
    if end <= start {
        (start, end) = (shown.len(), shown.len() + 1);
        shown.push(' ');
    }
    (shown, start..end)
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn long_lines_are_cut_around_the_mark() {
        assert_eq!(cut("a: bü", 4..6), ("a: bü".into(), 3..6));
        assert_eq!(cut("", 1..2), (" ".into(), 0..1));
        let line = format!("{}X{}", "ä".repeat(1000), "y".repeat(1000));
        let (shown, marked) = cut(&line, 1001..1002);
        assert_eq!(&shown[marked], "X");
        assert!(shown.starts_with("…ä") && shown.ends_with("y…"), "{shown}");
        assert!(shown.chars().count() < 200);
        let (shown, marked) = cut(&line, 1..2002);
        assert!(shown.len() < 400 && shown[marked].starts_with('ä'));
        assert_eq!(cut("a\u{1b}[2J\u{202e}", 2..3).0, "a\u{fffd}[2J\u{fffd}");
    }
}
