//! The text that resources were read from, for showing the lines that findings are about.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// The texts of the files of a command, less the lines that Secrets stand on.
#[derive(Debug, Default)]
pub struct Sources(HashMap<Arc<str>, Source>);

#[derive(Debug, Default)]
struct Source {
    text: String,
    /// Where each line begins.
    lines: Vec<usize>,
    hidden: Vec<RangeInclusive<usize>>,
}

impl Sources {
    /// Adds the text of a file; one that is not UTF-8 has no lines.
    pub(super) fn add(&mut self, file: &Arc<str>, bytes: &[u8]) {
        let Ok(text) = std::str::from_utf8(bytes) else { return };
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).to_owned();
        let starts = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0).chain(starts.map(|(at, _)| at + 1)).collect();
        self.0.insert(file.clone(), Source { text, lines, hidden: Vec::new() });
    }

    /// Adds the texts of other files.
    pub(super) fn extend(&mut self, other: Self) {
        for (file, source) in other.0 {
            // Of a file that comes twice, what was hidden once stays so.
            let before = self.0.entry(file).or_default();
            let hidden = std::mem::take(&mut before.hidden);
            *before = source;
            before.hidden.extend(hidden);
        }
    }

    /// Never gives these lines away.
    pub(super) fn hide(&mut self, file: &Arc<str>, lines: RangeInclusive<usize>) {
        self.0.entry(file.clone()).or_default().hidden.push(lines);
    }

    /// Whether there are lines of a file that are never given away.
    pub fn hides(&self, file: &str) -> bool {
        self.0.get(file).is_some_and(|source| !source.hidden.is_empty())
    }

    /// A line of a file, counted from 1; none where a Secret stands on it.
    pub fn line(&self, file: &str, number: usize) -> Option<&str> {
        let source = self.0.get(file)?;
        if source.hidden.iter().any(|lines| lines.contains(&number)) {
            return None;
        }
        let start = *source.lines.get(number.checked_sub(1)?)?;
        source.text.get(start..)?.lines().next()
    }
}
