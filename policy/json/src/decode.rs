//! From JSON to borrowed records.

use std::borrow::Cow;

use crate::{Error, Scanner};

/// A value that can be read at the cursor.
pub trait Decode<'a>: Sized {
    /// Reads one value; never called at `null`.
    fn decode(scanner: &mut Scanner<'a>) -> Result<Self, Error>;

    /// Reads one value into its place, which holds the default: what is large is not moved then.
    #[inline]
    fn decode_into(&mut self, scanner: &mut Scanner<'a>) -> Result<(), Error> {
        *self = Self::decode(scanner)?;
        Ok(())
    }
}

impl<'a> Decode<'a> for bool {
    #[inline]
    fn decode(scanner: &mut Scanner<'a>) -> Result<Self, Error> {
        scanner.boolean()
    }
}

impl<'a> Decode<'a> for i64 {
    #[inline]
    fn decode(scanner: &mut Scanner<'a>) -> Result<Self, Error> {
        scanner.integer()
    }
}

impl<'a> Decode<'a> for Cow<'a, str> {
    #[inline]
    fn decode(scanner: &mut Scanner<'a>) -> Result<Self, Error> {
        scanner.string()
    }
}

impl<'a, T: Decode<'a> + Default> Decode<'a> for Option<T> {
    #[inline]
    fn decode(scanner: &mut Scanner<'a>) -> Result<Self, Error> {
        T::decode(scanner).map(Some)
    }

    #[inline]
    fn decode_into(&mut self, scanner: &mut Scanner<'a>) -> Result<(), Error> {
        self.insert(T::default()).decode_into(scanner)
    }
}

impl<'a, T: Decode<'a> + Default> Decode<'a> for Vec<T> {
    fn decode(scanner: &mut Scanner<'a>) -> Result<Self, Error> {
        let mut items = Self::new();
        items.decode_into(scanner)?;
        Ok(items)
    }

    fn decode_into(&mut self, scanner: &mut Scanner<'a>) -> Result<(), Error> {
        *self = Self::with_capacity(FEW);
        scanner.array(&mut |scanner, _| {
            self.push(T::default());
            self.last_mut().map_or(Ok(()), |item| nullable(scanner, item))
        })
    }
}

/// Items that a list is given room for at once: to grow costs thrice as much.
pub const FEW: usize = 4;

/// Reads one value into its place, `null` being the default: an absent field, an empty list, a
/// zero, as in Go.
#[inline]
pub fn nullable<'a>(scanner: &mut Scanner<'a>, place: &mut impl Decode<'a>) -> Result<(), Error> {
    if scanner.null()? { Ok(()) } else { place.decode_into(scanner) }
}

/// Reads a field of a record into its place.
///
/// # Errors
/// A field that occurs twice is refused: readers differ in which of the two they take.
#[inline]
pub fn field<'a>(
    scanner: &mut Scanner<'a>,
    seen: &mut u32,
    bit: u32,
    place: &mut impl Decode<'a>,
) -> Result<(), Error> {
    once(scanner, seen, bit)?;
    nullable(scanner, place)
}

/// Notes that a field is there.
///
/// # Errors
/// Where it has been there before.
#[inline]
pub fn once(scanner: &Scanner<'_>, seen: &mut u32, bit: u32) -> Result<(), Error> {
    if *seen & bit != 0 {
        return Err(scanner.error("the key occurs twice"));
    }
    *seen |= bit;
    Ok(())
}

/// `left == right`, at a few instructions for short texts: where the target's `memcmp` is a loop
/// over bytes, comparing keys by it costs more than reading them. The last word may overlap the one
/// before it, so that no byte is compared alone but in texts of less than four.
#[inline(always)]
pub fn same(left: &[u8], right: &str) -> bool {
    let right = right.as_bytes();
    if left.len() != right.len() {
        return false;
    }
    if let (Some(l), Some(r)) = (left.first_chunk(), right.first_chunk()) {
        return u64::from_le_bytes(*l) == u64::from_le_bytes(*r)
            && (left.len() == 8 || same_from_second_word(left, right));
    }
    if let (Some(l), Some(r)) = (left.first_chunk(), right.first_chunk()) {
        return u32::from_le_bytes(*l) == u32::from_le_bytes(*r)
            && left.last_chunk().map(|l| u32::from_le_bytes(*l))
                == right.last_chunk().map(|r| u32::from_le_bytes(*r));
    }
    left.iter().zip(right).all(|(l, r)| l == r)
}

/// The same of what follows the first eight bytes; there is something.
#[inline(always)]
fn same_from_second_word(left: &[u8], right: &[u8]) -> bool {
    left.last_chunk().map(|l| u64::from_le_bytes(*l))
        == right.last_chunk().map(|r| u64::from_le_bytes(*r))
        && (left.len() <= 16 || same_words(left, right))
}

/// The same of the whole words of long texts.
#[inline(never)]
fn same_words(left: &[u8], right: &[u8]) -> bool {
    let mut words = left.as_chunks::<8>().0.iter().zip(right.as_chunks::<8>().0);
    words.all(|(l, r)| u64::from_le_bytes(*l) == u64::from_le_bytes(*r))
}

/// A function that tells the place of a key among these: comparing it with texts that the compiler
/// knows costs a fraction of comparing it with those of a list.
#[macro_export]
macro_rules! find_in {
    ($($key:expr),* $(,)?) => {
        |key: &[u8]| {
            let mut at = 0;
            $(
                if $crate::same(key, $key) {
                    return Some(at);
                }
                at += 1;
            )*
            let _ = at;
            None
        }
    };
}

/// Declares records: structs that decode themselves from the JSON object of the same fields and
/// step over every other key.
#[macro_export]
macro_rules! record {
    ($(
        $(#[$meta:meta])*
        $vis:vis struct $name:ident<$life:lifetime> {
            $( $(#[$field_meta:meta])* $field:ident: $type:ty = $key:literal, )*
        }
    )*) => {$(
        $(#[$meta])*
        #[derive(Debug, Default)]
        $vis struct $name<$life> {
            $( $(#[$field_meta])* pub $field: $type, )*
            life: std::marker::PhantomData<&$life ()>,
        }

        impl<$life> $crate::Decode<$life> for $name<$life> {
            fn decode(
                scanner: &mut $crate::Scanner<$life>,
            ) -> Result<Self, $crate::Error> {
                let mut record = Self::default();
                record.decode_into(scanner)?;
                Ok(record)
            }

            fn decode_into(
                &mut self,
                scanner: &mut $crate::Scanner<$life>,
            ) -> Result<(), $crate::Error> {
                #[expect(non_camel_case_types, reason = "one variant a field, numbered in order")]
                enum Bit { $($field),* }
                let mut seen = 0;
                scanner.object(&mut |scanner, key| {
                    $( if $crate::same(key, $key) {
                        let bit = 1 << (Bit::$field as u32);
                        return $crate::field(scanner, &mut seen, bit, &mut self.$field);
                    } )*
                    scanner.skip()
                })
            }
        }
    )*};
}
