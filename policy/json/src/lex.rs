//! The grammar of JSON as functions from a position to the position behind.
//!
//! They work on locals and make no values, so that stepping over what no rule reads, which is most
//! of a request, costs a few instructions a byte.

use crate::scanner::MAX_DEPTH;

/// Where the text stops being JSON, and what should stand there instead.
#[derive(Debug)]
pub(super) struct Stop {
    pub at: usize,
    pub expected: &'static str,
}

pub(super) type Lexed = Result<usize, Stop>;

#[cold]
fn stop<T>(at: usize, expected: &'static str) -> Result<T, Stop> {
    Err(Stop { at, expected })
}

/// Steps over white space.
#[inline(always)]
pub(super) fn blank(bytes: &[u8], mut at: usize) -> usize {
    while let Some(byte) = bytes.get(at) {
        if *byte > b' ' || !matches!(byte, b' ' | b'\n' | b'\t' | b'\r') {
            break;
        }
        at += 1;
    }
    at
}

/// Steps over one value with everything in it; `depth` levels are already open around it.
pub(super) fn value(bytes: &[u8], mut at: usize, depth: u8) -> Lexed {
    // One bit an open level: 1 is an object, 0 an array. What is nested deeper than a word has
    // bits is left to another call.
    let mut levels = 0_u64;
    let mut open = 0_u8;
    loop {
        at = blank(bytes, at);
        match bytes.get(at) {
            Some(b'"') => at = string(bytes, at)?,
            Some(b'0'..=b'9' | b'-') => at = number(bytes, at)?,
            Some(start @ (b'{' | b'[')) => {
                if depth + open >= MAX_DEPTH {
                    return stop(at, TOO_DEEP);
                }
                let object = *start == b'{';
                let inner = blank(bytes, at + 1);
                if bytes.get(inner) == Some(if object { &b'}' } else { &b']' }) {
                    at = inner + 1;
                } else if open == 64 {
                    at = value(bytes, at, depth + open)?;
                } else {
                    open += 1;
                    levels = levels << 1 | u64::from(object);
                    at = if object { key(bytes, inner)? } else { inner };
                    continue;
                }
            }
            Some(b't') => at = word(bytes, at, "true")?,
            Some(b'f') => at = word(bytes, at, "false")?,
            Some(b'n') => at = word(bytes, at, "null")?,
            _ => return stop(at, "a value"),
        }
        loop {
            if open == 0 {
                return Ok(at);
            }
            at = blank(bytes, at);
            let object = levels & 1 == 1;
            match bytes.get(at) {
                Some(b',') => {
                    at += 1;
                    if object {
                        at = key(bytes, blank(bytes, at))?;
                    }
                    break;
                }
                Some(b'}') if object => {}
                Some(b']') if !object => {}
                _ => return stop(at, if object { "`,` or `}`" } else { "`,` or `]`" }),
            }
            at += 1;
            open -= 1;
            levels >>= 1;
        }
    }
}

/// Marks the one [`Stop`] that is about nesting.
pub(super) const TOO_DEEP: &str = "less nesting";

/// Steps over a key and its colon.
#[inline(always)]
fn key(bytes: &[u8], at: usize) -> Lexed {
    if bytes.get(at) != Some(&b'"') {
        return stop(at, "a key in double quotes");
    }
    let at = blank(bytes, string(bytes, at)?);
    if bytes.get(at) == Some(&b':') { Ok(at + 1) } else { stop(at, "`:` after a key") }
}

#[inline(always)]
pub(super) fn word(bytes: &[u8], at: usize, word: &'static str) -> Lexed {
    if bytes.get(at..).is_some_and(|rest| rest.starts_with(word.as_bytes())) {
        return Ok(at + word.len());
    }
    stop(at, word)
}

/// `-? (0 | [1-9][0-9]*) (\.[0-9]+)? ([eE][+-]?[0-9]+)?`
#[inline]
pub(super) fn number(bytes: &[u8], mut at: usize) -> Lexed {
    if bytes.get(at) == Some(&b'-') {
        at += 1;
    }
    at = match bytes.get(at) {
        Some(b'0') => at + 1,
        _ => digits(bytes, at)?,
    };
    if bytes.get(at) == Some(&b'.') {
        at = digits(bytes, at + 1)?;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        at += 1;
        if matches!(bytes.get(at), Some(b'+' | b'-')) {
            at += 1;
        }
        at = digits(bytes, at)?;
    }
    Ok(at)
}

#[inline(always)]
fn digits(bytes: &[u8], start: usize) -> Lexed {
    let mut at = start;
    while matches!(bytes.get(at), Some(b'0'..=b'9')) {
        at += 1;
    }
    if at == start { stop(at, "a digit") } else { Ok(at) }
}

/// Steps over a string; `at` is its opening quote.
#[inline(always)]
pub(super) fn string(bytes: &[u8], at: usize) -> Lexed {
    let mut at = plain_end(bytes, at + 1);
    loop {
        match bytes.get(at) {
            Some(b'"') => return Ok(at + 1),
            Some(b'\\') => at = plain_end(bytes, escape(bytes, at)?.1),
            Some(_) => return stop(at, "no control character in a string"),
            None => return stop(at, "`\"` at the end of a string"),
        }
    }
}

/// Reads an escape sequence; `at` is its backslash.
pub(super) fn escape(bytes: &[u8], at: usize) -> Result<(char, usize), Stop> {
    let plain = match bytes.get(at + 1) {
        Some(byte @ (b'"' | b'\\' | b'/')) => char::from(*byte),
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return unicode_escape(bytes, at + 2),
        _ => return stop(at, "an escape that JSON knows"),
    };
    Ok((plain, at + 2))
}

/// Reads the digits behind `\u`, and the second half of a surrogate pair.
fn unicode_escape(bytes: &[u8], at: usize) -> Result<(char, usize), Stop> {
    let first = hex(bytes, at)?;
    if let Some(letter) = char::from_u32(first) {
        return Ok((letter, at + 4));
    }
    if first < 0xDC00 && bytes.get(at + 4..at + 6) == Some(b"\\u") {
        let second = hex(bytes, at + 6)?;
        if (0xDC00..0xE000).contains(&second) {
            let code = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
            if let Some(letter) = char::from_u32(code) {
                return Ok((letter, at + 10));
            }
        }
    }
    stop(at, "both halves of a surrogate pair")
}

fn hex(bytes: &[u8], at: usize) -> Result<u32, Stop> {
    let digits = bytes.get(at..at + 4).unwrap_or_default();
    let mut code = 0;
    for byte in digits {
        let Some(digit) = char::from(*byte).to_digit(16) else {
            break;
        };
        code = code << 4 | digit;
    }
    let all = digits.len() == 4 && digits.iter().all(u8::is_ascii_hexdigit);
    if all { Ok(code) } else { stop(at, "four hexadecimal digits") }
}

/// The position, from `at` on, of the first byte that ends a plain run in a string: a quote, a
/// backslash or a control character; or the end of the text.
#[inline]
pub(super) fn plain_end(bytes: &[u8], at: usize) -> usize {
    // Most texts end in the first bytes that are looked at together.
    let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk()) else {
        return plain_end_of_long(bytes, at);
    };
    let hits = hits(chunk);
    if hits != 0 {
        return at + (hits.trailing_zeros() / BITS_A_BYTE) as usize;
    }
    plain_end_of_long(bytes, at + chunk.len())
}

#[inline(never)]
fn plain_end_of_long(bytes: &[u8], mut at: usize) -> usize {
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        let hits = hits(chunk);
        if hits != 0 {
            return at + (hits.trailing_zeros() / BITS_A_BYTE) as usize;
        }
        at += chunk.len();
    }
    if let Some(end) = plain_end_of_rest(bytes, at) {
        return end;
    }
    while let Some(byte) = bytes.get(at) {
        if matches!(byte, b'"' | b'\\' | 0..0x20) {
            break;
        }
        at += 1;
    }
    at
}

/// The same for the last few bytes, at once with what stands before them; none where there is too
/// little.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline]
fn plain_end_of_rest(bytes: &[u8], at: usize) -> Option<usize> {
    let last = bytes.last_chunk()?;
    let before = at.checked_sub(bytes.len() - last.len())?;
    let hits = u32::from(hits(last)).checked_shr(before as u32).unwrap_or(0);
    Some(if hits == 0 { bytes.len() } else { at + hits.trailing_zeros() as usize })
}

/// What is told of one byte here can reach the next ones, so those before cannot be left out.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline]
fn plain_end_of_rest(_: &[u8], _: usize) -> Option<usize> {
    None
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
const BITS_A_BYTE: u32 = 1;

/// Sixteen bytes as one value.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline(always)]
pub fn vector(chunk: &[u8; 16]) -> core::arch::wasm32::v128 {
    let half = |from: usize| {
        let bytes = chunk.get(from..).and_then(|rest| rest.first_chunk());
        i64::from_le_bytes(bytes.copied().unwrap_or_default())
    };
    core::arch::wasm32::i64x2(half(0), half(8))
}

/// Which of sixteen bytes end a plain run, a bit for each.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline]
fn hits(chunk: &[u8; 16]) -> u16 {
    use core::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_lt, u8x16_splat, v128_or, v128_xor};
    let bytes = vector(chunk);
    let slash = u8x16_eq(bytes, u8x16_splat(b'\\'));
    // What turns the quote, 0x22, into 0x20 leaves control characters below that, and puts 0x20,
    // the only other one that it moves across, out of reach.
    let quote_or_control = u8x16_lt(v128_xor(bytes, u8x16_splat(2)), u8x16_splat(0x21));
    u8x16_bitmask(v128_or(quote_or_control, slash))
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
const BITS_A_BYTE: u32 = 8;

/// Which of eight bytes end a plain run: the high bit of each byte that does is set, and above the
/// first of them perhaps others. The first is what counts.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline]
fn hits(chunk: &[u8; 8]) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let word = u64::from_le_bytes(*chunk);
    let quote = word ^ (ONES * b'"' as u64);
    let slash = word ^ (ONES * b'\\' as u64);
    // The high bit is set where a byte is zero in `quote` or `slash`, or below 0x20 in `word`; a
    // borrow can only reach bytes above the first hit.
    let hit = (quote.wrapping_sub(ONES) & !quote)
        | (slash.wrapping_sub(ONES) & !slash)
        | (word.wrapping_sub(ONES * 0x20) & !word);
    hit & HIGHS
}
