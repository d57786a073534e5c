//! The scanner: a cursor over JSON text.

use std::borrow::Cow;
use std::str::FromStr;

use crate::error::Error;
use crate::lex::{self, blank, plain_end};

/// The deepest nesting that is read. The hosts' own JSON readers stop at the same depth.
pub const MAX_DEPTH: u8 = 127;

/// A cursor over one JSON text. Every method either moves past one whole value or fails; after a
/// failure the position is of no use.
#[derive(Debug, Clone)]
pub struct Scanner<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    pub(super) depth: u8,
}

/// Consumes the value of a key. A trait object: one loop over objects serves every record.
pub type Field<'f, 'a> = dyn FnMut(&mut Scanner<'a>, &[u8]) -> Result<(), Error> + 'f;

/// Consumes the item at an index.
pub type Item<'f, 'a> = dyn FnMut(&mut Scanner<'a>, usize) -> Result<(), Error> + 'f;

/// What a value is, told by its first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "JSON's own six types")]
pub enum Type {
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

impl Type {
    fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "a boolean",
            Self::Number => "a number",
            Self::String => "a string",
            Self::Array => "a list",
            Self::Object => "an object",
        }
    }
}

impl<'a> Scanner<'a> {
    /// A cursor at the start of `text`.
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    /// The byte the cursor stands at.
    pub fn offset(&self) -> usize {
        self.at
    }

    /// Makes sure that nothing but white space follows.
    ///
    /// # Errors
    /// Where something does.
    pub fn end(&mut self) -> Result<(), Error> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.error("unexpected text after the end of the document")),
        }
    }

    /// The type of the next value.
    ///
    /// # Errors
    /// At the end of the text, and at a byte that starts no value.
    #[inline]
    pub fn next_type(&mut self) -> Result<Type, Error> {
        match self.peek() {
            Some(b'{') => Ok(Type::Object),
            Some(b'"') => Ok(Type::String),
            Some(b'[') => Ok(Type::Array),
            Some(b't' | b'f') => Ok(Type::Boolean),
            Some(b'n') => Ok(Type::Null),
            Some(b'-' | b'0'..=b'9') => Ok(Type::Number),
            _ => Err(self.unexpected("a value")),
        }
    }

    /// Whether the next value is an object.
    #[inline]
    pub fn at_object(&mut self) -> bool {
        self.peek() == Some(b'{')
    }

    /// Whether the next value is a list.
    #[inline]
    pub fn at_list(&mut self) -> bool {
        self.peek() == Some(b'[')
    }

    /// Whether the next value is a string.
    #[inline]
    pub fn at_string(&mut self) -> bool {
        self.peek() == Some(b'"')
    }

    /// Steps over `null`; `false` and no move where the next value is something else.
    ///
    /// # Errors
    /// At a word that only starts like `null`.
    #[inline(always)]
    pub fn null(&mut self) -> Result<bool, Error> {
        if self.peek() == Some(b'n') { self.null_word() } else { Ok(false) }
    }

    #[cold]
    #[inline(never)]
    fn null_word(&mut self) -> Result<bool, Error> {
        self.word("null").map(|()| true)
    }

    /// Reads `true` or `false`.
    ///
    /// # Errors
    /// Where the next value is not a boolean: the string `"true"` is none.
    #[inline]
    pub fn boolean(&mut self) -> Result<bool, Error> {
        match self.peek() {
            Some(b't') => self.word("true").map(|()| true),
            Some(b'f') => self.word("false").map(|()| false),
            _ => Err(self.mismatch("true or false")),
        }
    }

    /// Reads a whole number that fits 64 bits, as Go reads an `int64`: neither `0.0` nor `1e3`.
    ///
    /// # Errors
    /// Where the next value is no number, has a fraction or an exponent, or is out of range.
    pub fn integer(&mut self) -> Result<i64, Error> {
        self.whole("of 64 bits")
    }

    /// Reads a number that the type reads, which is `range`.
    #[inline]
    fn whole<T: FromStr>(&mut self, range: &str) -> Result<T, Error> {
        if !matches!(self.peek(), Some(b'-' | b'0'..=b'9')) {
            return Err(self.mismatch("a whole number"));
        }
        let start = self.at;
        let lexed = lex::number(self.text.as_bytes(), start);
        self.advance(lexed)?;
        let digits = self.text.get(start..self.at).unwrap_or_default();
        digits.parse().map_err(|_| {
            Error::new(["expected a whole number ", range, ", found ", digits].concat(), start)
        })
    }

    /// Reads a whole number from 0 on that fits 64 bits, as Go reads a `uint64`: neither `-0`, `1.0`
    /// nor `1e3`.
    ///
    /// # Errors
    /// Where the next value is no number, has a sign, a fraction or an exponent, or is out of range.
    pub fn unsigned(&mut self) -> Result<u64, Error> {
        self.whole("from 0 to 18446744073709551615")
    }

    /// Reads a string; borrowed unless it holds an escape.
    ///
    /// # Errors
    /// Where the next value is no string or a broken one.
    #[inline]
    pub fn string(&mut self) -> Result<Cow<'a, str>, Error> {
        if self.peek() != Some(b'"') {
            return Err(self.mismatch("a string"));
        }
        self.quoted()
    }

    /// Reads an object, calling `field` with each key, in UTF-8; `field` must consume the value.
    ///
    /// # Errors
    /// Where the next value is no object, and what `field` returns, with the key put in its path.
    pub fn object(&mut self, field: &mut Field<'_, 'a>) -> Result<(), Error> {
        if self.peek() != Some(b'{') {
            return Err(self.mismatch("an object"));
        }
        self.enter()?;
        let bytes = self.text.as_bytes();
        match self.peek() {
            Some(b'}') => return self.leave(),
            Some(b'"') => {}
            _ => return Err(self.unexpected("a key in double quotes")),
        }
        let mut quote = self.at;
        loop {
            let start = quote + 1;
            let end = plain_end(bytes, start);
            if bytes.get(end) == Some(&b'"') {
                // Hosts write nothing between key, colon and value.
                if bytes.get(end + 1) == Some(&b':') {
                    self.at = end + 2;
                } else {
                    self.at = end + 1;
                    self.colon()?;
                }
                let key = bytes.get(start..end).unwrap_or_default();
                field(self, key).map_err(|error| error.under_key(key))?;
            } else {
                self.at = quote;
                let key = self.quoted_with_escapes()?.into_bytes();
                self.colon()?;
                field(self, &key).map_err(|error| error.under_key(&key))?;
            }
            match self.peek() {
                Some(b',') => {
                    quote = self.at + 1;
                    if bytes.get(quote) != Some(&b'"') {
                        quote = self.key_at(quote)?;
                    }
                }
                Some(b'}') => return self.leave(),
                _ => return Err(self.unexpected("`,` or `}`")),
            }
        }
    }

    /// The place of a key's opening quote, behind white space from `at` on.
    #[inline]
    fn key_at(&mut self, at: usize) -> Result<usize, Error> {
        self.at = blank(self.text.as_bytes(), at);
        if self.text.as_bytes().get(self.at) == Some(&b'"') {
            Ok(self.at)
        } else {
            Err(self.unexpected("a key in double quotes"))
        }
    }

    /// Reads an array, calling `item` with each index; `item` must consume the value.
    ///
    /// # Errors
    /// Where the next value is no array, and what `item` returns, with the index put in its path.
    pub fn array(&mut self, item: &mut Item<'_, 'a>) -> Result<(), Error> {
        if self.peek() != Some(b'[') {
            return Err(self.mismatch("a list"));
        }
        self.enter()?;
        if self.peek() == Some(b']') {
            return self.leave();
        }
        for index in 0.. {
            item(self, index).map_err(|error| error.under_index(index))?;
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => return self.leave(),
                _ => return Err(self.unexpected("`,` or `]`")),
            }
        }
        Ok(())
    }

    /// Validates the next value and steps over it.
    ///
    /// # Errors
    /// Where it is not valid JSON.
    pub fn skip(&mut self) -> Result<(), Error> {
        let lexed = lex::value(self.text.as_bytes(), self.at, self.depth);
        self.advance(lexed)
    }

    /// Validates the next value, steps over it, and returns its text.
    ///
    /// # Errors
    /// Where it is not valid JSON.
    pub fn raw(&mut self) -> Result<&'a str, Error> {
        self.peek();
        let start = self.at;
        self.skip()?;
        Ok(self.text.get(start..self.at).unwrap_or_default())
    }

    /// The text from `start` to the cursor, white space before it left out.
    pub fn text_from(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default().trim_ascii_start()
    }

    /// An error at the cursor.
    #[cold]
    pub fn error(&self, message: impl Into<String>) -> Error {
        Error::new(message, self.at)
    }

    /// The error for a value of another type than `expected`.
    #[cold]
    pub fn mismatch(&mut self, expected: &str) -> Error {
        match self.next_type() {
            Ok(found) => self.error(["expected ", expected, ", found ", found.name()].concat()),
            Err(error) => error,
        }
    }

    #[cold]
    pub(super) fn unexpected(&self, expected: &str) -> Error {
        let found = match self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            Some(found) => format!("{found:?}"),
            None => "the end of the text".to_owned(),
        };
        self.error(["expected ", expected, ", found ", &found].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::Scanner;

    #[test]
    fn unsigned_numbers_are_read_as_go_reads_them() {
        let read = |text| Scanner::new(text).unsigned().ok();
        assert_eq!(read(" 0"), Some(0));
        assert_eq!(read("18446744073709551615"), Some(u64::MAX));
        for text in ["18446744073709551616", "-1", "-0", "1.0", "1e3", "\"1\"", "null", ""] {
            assert_eq!(read(text), None, "{text}");
        }
        let error = Scanner::new("  -1").unsigned().unwrap_err();
        assert_eq!((error.offset(), error.message().contains("-1")), (2, true));
    }
}
