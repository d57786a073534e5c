//! The scanner: a cursor over JSON text.

use std::borrow::Cow;

use super::error::Error;

/// The deepest nesting that is read. The hosts' own JSON readers stop at the same depth.
pub const MAX_DEPTH: u8 = 127;

/// A cursor over one JSON text. Every method either moves past one whole value or fails; after a
/// failure the position is of no use.
#[derive(Debug, Clone)]
pub struct Scanner<'a> {
    text: &'a str,
    at: usize,
    depth: u8,
}

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

    /// Steps over `null`; `false` and no move where the next value is something else.
    ///
    /// # Errors
    /// At a word that only starts like `null`.
    #[inline]
    pub fn null(&mut self) -> Result<bool, Error> {
        if self.peek() != Some(b'n') {
            return Ok(false);
        }
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
        if !matches!(self.peek(), Some(b'-' | b'0'..=b'9')) {
            return Err(self.mismatch("a whole number"));
        }
        let start = self.at;
        self.number()?;
        let digits = self.text.get(start..self.at).unwrap_or_default();
        digits.parse().map_err(|_| {
            Error::new(format!("expected a whole number of 64 bits, found {digits}"), start)
        })
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

    /// Reads an object, calling `field` with each key; `field` must consume the value.
    ///
    /// # Errors
    /// Where the next value is no object, and what `field` returns, with the key put in its path.
    #[inline]
    pub fn object(
        &mut self,
        mut field: impl FnMut(&mut Self, &str) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if self.peek() != Some(b'{') {
            return Err(self.mismatch("an object"));
        }
        self.enter()?;
        if self.peek() == Some(b'}') {
            return self.leave();
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("a key in double quotes"));
            }
            let key = self.quoted()?;
            if self.peek() != Some(b':') {
                return Err(self.unexpected("`:` after a key"));
            }
            self.at += 1;
            field(self, &key).map_err(|error| error.under_key(&key))?;
            match self.peek() {
                Some(b',') => {
                    self.at += 1;
                    self.peek();
                }
                Some(b'}') => return self.leave(),
                _ => return Err(self.unexpected("`,` or `}`")),
            }
        }
    }

    /// Reads an array, calling `item` with each index; `item` must consume the value.
    ///
    /// # Errors
    /// Where the next value is no array, and what `item` returns, with the index put in its path.
    #[inline]
    pub fn array(
        &mut self,
        mut item: impl FnMut(&mut Self, usize) -> Result<(), Error>,
    ) -> Result<(), Error> {
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
        match self.peek() {
            Some(b'"') => self.skip_quoted(),
            Some(b'{') => self.skip_object(),
            Some(b'[') => self.array(|scanner, _| scanner.skip()),
            Some(b't') => self.word("true"),
            Some(b'f') => self.word("false"),
            Some(b'n') => self.word("null"),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => Err(self.unexpected("a value")),
        }
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
    pub(crate) fn text_from(&self, start: usize) -> &'a str {
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
    fn unexpected(&self, expected: &str) -> Error {
        let found = match self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            Some(found) => format!("{found:?}"),
            None => "the end of the text".to_owned(),
        };
        self.error(["expected ", expected, ", found ", &found].concat())
    }

    /// The next byte that is not white space; the cursor stands at it.
    #[inline]
    fn peek(&mut self) -> Option<u8> {
        loop {
            let byte = *self.text.as_bytes().get(self.at)?;
            if byte > b' ' || !matches!(byte, b' ' | b'\n' | b'\t' | b'\r') {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    #[inline]
    fn enter(&mut self) -> Result<(), Error> {
        if self.depth == MAX_DEPTH {
            return Err(self.error(format!("nested deeper than {MAX_DEPTH} levels")));
        }
        self.at += 1;
        self.depth += 1;
        Ok(())
    }

    #[inline]
    fn leave(&mut self) -> Result<(), Error> {
        self.at += 1;
        self.depth -= 1;
        Ok(())
    }

    #[inline]
    fn word(&mut self, word: &'static str) -> Result<(), Error> {
        if self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes()))
        {
            self.at += word.len();
            return Ok(());
        }
        Err(self.unexpected(word))
    }

    /// `-? (0 | [1-9][0-9]*) (\.[0-9]+)? ([eE][+-]?[0-9]+)?`
    fn number(&mut self) -> Result<(), Error> {
        if self.byte() == Some(b'-') {
            self.at += 1;
        }
        match self.byte() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits(),
            _ => return Err(self.unexpected("a digit")),
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.some_digits()?;
        }
        if matches!(self.byte(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.byte(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.some_digits()?;
        }
        Ok(())
    }

    fn some_digits(&mut self) -> Result<(), Error> {
        let start = self.at;
        self.digits();
        if self.at == start { Err(self.unexpected("a digit")) } else { Ok(()) }
    }

    fn digits(&mut self) {
        while matches!(self.byte(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
    }

    #[inline]
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}

/// Strings, and the objects that are stepped over.
impl<'a> Scanner<'a> {
    /// A string; the cursor stands at its opening quote.
    #[inline]
    fn quoted(&mut self) -> Result<Cow<'a, str>, Error> {
        self.at += 1;
        let start = self.at;
        self.at = plain_end(self.text.as_bytes(), start);
        if self.byte() == Some(b'"') {
            let text = self.text.get(start..self.at).unwrap_or_default();
            self.at += 1;
            return Ok(Cow::Borrowed(text));
        }
        self.quoted_with_escapes(start).map(Cow::Owned)
    }

    #[cold]
    fn quoted_with_escapes(&mut self, start: usize) -> Result<String, Error> {
        let mut text = self.text.get(start..self.at).unwrap_or_default().to_owned();
        loop {
            match self.byte() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => text.push(self.escape()?),
                _ => return Err(self.broken_string()),
            }
            let run = self.at;
            self.at = plain_end(self.text.as_bytes(), run);
            text.push_str(self.text.get(run..self.at).unwrap_or_default());
        }
    }

    /// As [`Scanner::quoted`], without building the text: annotations that hold whole manifests
    /// are long and full of escapes.
    #[inline]
    fn skip_quoted(&mut self) -> Result<(), Error> {
        self.at += 1;
        loop {
            self.at = plain_end(self.text.as_bytes(), self.at);
            match self.byte() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => {
                    self.escape()?;
                }
                _ => return Err(self.broken_string()),
            }
        }
    }

    #[cold]
    fn broken_string(&self) -> Error {
        match self.byte() {
            Some(_) => self.unexpected("no control character in a string"),
            None => self.error("a string without an end"),
        }
    }

    /// As [`Scanner::object`], without a key in hand.
    fn skip_object(&mut self) -> Result<(), Error> {
        self.enter()?;
        if self.peek() == Some(b'}') {
            return self.leave();
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("a key in double quotes"));
            }
            self.skip_quoted()?;
            if self.peek() != Some(b':') {
                return Err(self.unexpected("`:` after a key"));
            }
            self.at += 1;
            self.skip()?;
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => return self.leave(),
                _ => return Err(self.unexpected("`,` or `}`")),
            }
        }
    }

    /// One escape sequence; the cursor stands at its backslash.
    fn escape(&mut self) -> Result<char, Error> {
        self.at += 1;
        let kind = self.byte();
        self.at += 1;
        Ok(match kind {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            _ => return Err(Error::new("an unknown escape in a string", self.at - 1)),
        })
    }

    /// The digits after `\u`, and the second half of a surrogate pair.
    fn unicode_escape(&mut self) -> Result<char, Error> {
        let start = self.at;
        let lone = || Error::new("half a surrogate pair in a string", start);
        let first = self.hex()?;
        if !(0xD800..0xE000).contains(&first) {
            return char::from_u32(first).ok_or_else(lone);
        }
        if first >= 0xDC00 || self.byte() != Some(b'\\') {
            return Err(lone());
        }
        self.at += 1;
        if self.byte() != Some(b'u') {
            return Err(lone());
        }
        self.at += 1;
        let second = self.hex()?;
        if !(0xDC00..0xE000).contains(&second) {
            return Err(lone());
        }
        char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)).ok_or_else(lone)
    }

    fn hex(&mut self) -> Result<u32, Error> {
        let mut value = 0;
        for _ in 0..4 {
            let digit = self.byte().and_then(|byte| char::from(byte).to_digit(16));
            let Some(digit) = digit else {
                return Err(self.unexpected("four hexadecimal digits after `\\u`"));
            };
            value = value << 4 | digit;
            self.at += 1;
        }
        Ok(value)
    }
}

/// The index, from `at` on, of the first byte that ends a plain run in a string: a quote, a
/// backslash or a control character; or the end of the text. Eight bytes at a time.
#[inline]
fn plain_end(bytes: &[u8], mut at: usize) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        let quote = word ^ (ONES * b'"' as u64);
        let slash = word ^ (ONES * b'\\' as u64);
        // A byte's high bit is set where it is zero in `quote` or `slash`, or below 0x20 in `word`.
        // A borrow can only reach bytes above the first hit, and the first hit is what counts.
        let hit = (quote.wrapping_sub(ONES) & !quote)
            | (slash.wrapping_sub(ONES) & !slash)
            | (word.wrapping_sub(ONES * 0x20) & !word);
        if hit & HIGHS != 0 {
            return at + ((hit & HIGHS).trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while let Some(byte) = bytes.get(at) {
        if matches!(byte, b'"' | b'\\' | 0..0x20) {
            break;
        }
        at += 1;
    }
    at
}
