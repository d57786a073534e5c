//! Values that are kept as their text, and read by those few who need what is in them.

use crate::{Decode, Error, Scanner, nullable};

/// A value as its text; an empty one where there is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Raw<'a>(pub &'a str);

impl<'a> Raw<'a> {
    /// Reads what is in it: the default, where nothing is.
    ///
    /// # Errors
    /// Where it is no such value.
    pub fn read<T: Decode<'a> + Default>(self) -> Result<T, Error> {
        let mut read = T::default();
        if !self.0.is_empty() {
            nullable(&mut Scanner::new(self.0), &mut read)?;
        }
        Ok(read)
    }

    /// Whether a key with these two letters in it may occur: whether they do, or an escape, which
    /// may stand for them. To ask costs a fraction of reading.
    pub fn may_have(self, first: u8, second: u8) -> bool {
        let bytes = self.0.as_bytes();
        let (here, _) = bytes.as_chunks::<CHUNK>();
        // The same, a byte further: each byte of the one stands before its place in the other.
        let (next, _) = bytes.get(1..).unwrap_or_default().as_chunks::<CHUNK>();
        if here.iter().zip(next).any(|(here, next)| has(here, next, first, second)) {
            return true;
        }
        let rest = bytes.get(next.len() * CHUNK..).unwrap_or_default();
        rest.contains(&b'\\') || rest.windows(2).any(|pair| *pair == [first, second])
    }
}

const CHUNK: usize = 16;

/// Whether a byte of `here` is `first` and the one at its place in `next` `second`, or a backslash.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline(always)]
fn has(here: &[u8; CHUNK], next: &[u8; CHUNK], first: u8, second: u8) -> bool {
    use core::arch::wasm32::{u8x16_eq, u8x16_splat, v128_and, v128_any_true, v128_or};
    let (here, next) = (crate::lex::vector(here), crate::lex::vector(next));
    let is_first = u8x16_eq(here, u8x16_splat(first));
    let is_second = u8x16_eq(next, u8x16_splat(second));
    let is_escape = u8x16_eq(here, u8x16_splat(b'\\'));
    v128_any_true(v128_or(v128_and(is_first, is_second), is_escape))
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline(always)]
fn has(here: &[u8; CHUNK], next: &[u8; CHUNK], first: u8, second: u8) -> bool {
    // Without branches, so that the compiler makes vectors of it.
    let pairs = here.iter().zip(next);
    pairs.fold(false, |seen, (here, next)| {
        seen | ((*here == first) & (*next == second)) | (*here == b'\\')
    })
}

impl<'a> Decode<'a> for Raw<'a> {
    fn decode(scanner: &mut Scanner<'a>) -> Result<Self, Error> {
        scanner.raw().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_wherever_it_stands() {
        for before in 0..40 {
            for after in 0..40 {
                let (before, after) = ("x".repeat(before), "y".repeat(after));
                assert!(Raw(&[&before, "secretKeyRef", &after].concat()).may_have(b't', b'K'));
                assert!(
                    Raw(&[&before, r"secre\u0074KeyRef", &after].concat()).may_have(b't', b'K')
                );
                assert!(!Raw(&[&before, "configMapKeyRef", &after].concat()).may_have(b't', b'K'));
            }
        }
        assert!(!Raw("").may_have(b't', b'K'));
    }

    #[test]
    fn nothing_reads_as_the_default() {
        assert_eq!(Raw("").read::<Vec<bool>>().ok(), Some(Vec::new()));
        assert_eq!(Raw("null").read::<Vec<bool>>().ok(), Some(Vec::new()));
        assert_eq!(Raw("[true]").read::<Vec<bool>>().ok(), Some(vec![true]));
        assert!(Raw("{}").read::<Vec<bool>>().is_err());
    }
}
