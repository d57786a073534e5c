//! Text of others on our terminal.

use std::fmt::Write;

/// Where a long text is cut.
const LIMIT: usize = 300;

/// The text with everything escaped that could move a cursor, change colours or turn the reading
/// direction, and cut where it gets long: images and profiles are not validated by anybody.
pub fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len().min(LIMIT));
    for (count, letter) in text.chars().enumerate() {
        if count == LIMIT {
            clean.push('…');
            break;
        }
        if is_harmful(letter) {
            // Writing to a String does not fail.
            let _ = write!(clean, "{}", letter.escape_unicode());
        } else {
            clean.push(letter);
        }
    }
    clean
}

/// Whether a letter could command a terminal, hide, or reorder what stands around it.
pub(super) fn is_harmful(letter: char) -> bool {
    letter.is_control() || is_invisible(letter)
}

/// Marks that hide or reorder what stands around them.
fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// `1 violation`, `2 violations`.
pub fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_are_not_commanded() {
        assert_eq!(clean("a\u{1b}[31mb\nc\u{202e}d"), r"a\u{1b}[31mb\u{a}c\u{202e}d");
        assert_eq!(clean("größer"), "größer");
        assert_eq!(clean(&"x".repeat(1000)).chars().count(), LIMIT + 1);
    }
}
