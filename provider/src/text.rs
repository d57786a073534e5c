//! Texts of other people's, which may be of any length.

/// Bytes of a text that goes to a caller or is kept.
const SENT: usize = 4096;

/// The beginning of a text, at most so many bytes of it.
pub(crate) fn beginning(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// The text, as much of it as one sends.
pub(crate) fn bounded(mut text: String) -> String {
    let end = beginning(&text, SENT).len();
    if end < text.len() {
        text.truncate(end);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(beginning("größe", 4), "gr\u{f6}");
        assert_eq!(beginning("größe", 3), "gr");
        assert_eq!(beginning("abc", 9), "abc");
        assert_eq!(bounded("abc".to_owned()), "abc");
        let long = bounded("ä".repeat(SENT));
        assert!(long.ends_with("ä…") && long.len() <= SENT + '…'.len_utf8(), "{}", long.len());
    }
}
