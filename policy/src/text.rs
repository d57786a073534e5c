//! Looking into short texts at a few instructions: what the standard library does it with is made
//! for long ones, and on WebAssembly has neither `memchr` nor `memcmp` to stand on.

use crate::json::same;

/// Where the letter stands first; it is one of ASCII's.
#[inline(never)]
pub(crate) fn position(text: &str, letter: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    let (chunks, rest) = bytes.as_chunks::<16>();
    for (index, chunk) in chunks.iter().enumerate() {
        if let Some(at) = position_in(chunk, letter) {
            return Some(index * 16 + at);
        }
    }
    if rest.is_empty() {
        return None;
    }
    // At once with what stands before them, or with zeros behind them: no letter is one.
    let Some(last) = bytes.last_chunk() else {
        return position_in(&padded(rest, 0), letter);
    };
    position_in(last, letter).map(|at| bytes.len() - 16 + at)
}

/// Whether the letter, one of ASCII's, is in the text.
pub(crate) fn has(text: &str, letter: u8) -> bool {
    position(text, letter).is_some()
}

/// What stands before and behind the first such letter of ASCII's.
pub(crate) fn cut(text: &str, letter: u8) -> Option<(&str, &str)> {
    let at = position(text, letter)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// What stands between such letters of ASCII's, one part at least.
pub(crate) fn parts(text: &str, letter: u8) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let (part, more) =
            cut(text, letter).map_or((text, None), |(part, more)| (part, Some(more)));
        rest = more;
        Some(part)
    })
}

/// Whether the text is one of these.
pub(crate) fn is_one_of(text: &str, known: &[&str]) -> bool {
    known.iter().any(|known| same(text.as_bytes(), known))
}

/// Whether the text holds nothing but ASCII letters that a terminal shows.
pub(crate) fn is_printable_ascii(text: &str) -> bool {
    let bytes = text.as_bytes();
    let Some(last) = bytes.last_chunk() else {
        return are_printable(&padded(bytes, b' '));
    };
    are_printable(last) && bytes.as_chunks().0.iter().all(are_printable)
}

/// Less than sixteen bytes, and others behind them.
fn padded(bytes: &[u8], other: u8) -> [u8; 16] {
    let mut padded = [other; 16];
    if let Some(place) = padded.get_mut(..bytes.len()) {
        place.copy_from_slice(bytes);
    }
    padded
}

/// The same in sixteen bytes, at once where the target can.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline]
fn position_in(chunk: &[u8; 16], letter: u8) -> Option<usize> {
    use core::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_splat};
    let hits = u8x16_bitmask(u8x16_eq(crate::json::vector(chunk), u8x16_splat(letter)));
    (hits != 0).then_some(hits.trailing_zeros() as usize)
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline]
fn position_in(chunk: &[u8; 16], letter: u8) -> Option<usize> {
    chunk.iter().position(|byte| *byte == letter)
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline]
fn are_printable(chunk: &[u8; 16]) -> bool {
    use core::arch::wasm32::{i8x16_all_true, i8x16_gt, i8x16_splat, u8x16_ne, v128_and};
    let bytes = crate::json::vector(chunk);
    // Signed: what is no ASCII is less than zero.
    let shown = i8x16_gt(bytes, i8x16_splat(0x1f));
    i8x16_all_true(v128_and(shown, u8x16_ne(bytes, i8x16_splat(0x7f))))
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline]
fn are_printable(chunk: &[u8; 16]) -> bool {
    chunk.iter().fold(true, |all, byte| all & (0x20..0x7f).contains(byte))
}
