//! What bytes look like, for errors that say what came instead.

/// The first bytes of a WebAssembly module.
const WASM: &[u8] = b"\0asm";

/// Characters that are kept of what a server said.
const EXCERPT: usize = 200;

/// Whether these are the bytes of a WebAssembly module or component.
pub(crate) fn is_wasm(bytes: &[u8]) -> bool {
    bytes.starts_with(WASM)
}

/// What these bytes look like.
pub(crate) fn nature(bytes: &[u8]) -> &'static str {
    let trimmed = bytes.trim_ascii_start();
    let begins = |with: &str| {
        trimmed.get(..with.len()).is_some_and(|head| head.eq_ignore_ascii_case(with.as_bytes()))
    };
    match trimmed {
        [] => "nothing",
        _ if is_wasm(bytes) => "WebAssembly",
        _ if begins("<!doctype html") || begins("<html") => "an HTML page",
        [b'<', ..] => "XML or HTML",
        [b'{' | b'[', ..] => "JSON",
        [0x1f, 0x8b, ..] => "a gzip archive",
        _ if std::str::from_utf8(&bytes[..bytes.len().min(512)]).is_ok() => "text",
        _ => "binary data",
    }
}

/// The beginning of what a server said, on one line.
pub(crate) fn excerpt(text: &str) -> String {
    let found = nature(text.as_bytes());
    if matches!(found, "nothing" | "an HTML page" | "XML or HTML") {
        return found.to_owned();
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_seen_from_the_first_bytes() {
        for (bytes, expected) in [
            (&b" \n"[..], "nothing"),
            (b"\0asm\x01\0\0\0", "WebAssembly"),
            (b"\n<!DOCTYPE html><title>", "an HTML page"),
            (b"<HTML>", "an HTML page"),
            (b"<?xml", "XML or HTML"),
            (b" {}", "JSON"),
            (b"\x1f\x8b\x08", "a gzip archive"),
            ("grüß Gott".as_bytes(), "text"),
            (b"\xff\xfe", "binary data"),
        ] {
            assert_eq!(nature(bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn excerpts_are_short_and_on_one_line() {
        assert_eq!(excerpt("a\n  b"), "a b");
        assert_eq!(excerpt("<html><body>Sign in"), "an HTML page");
        assert_eq!(excerpt(&"ä".repeat(300)), format!("{}…", "ä".repeat(200)));
    }
}
