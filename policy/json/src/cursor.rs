//! The scanner's own steps: each leaves the cursor behind what it read, or fails.

use std::borrow::Cow;

use crate::error::Error;
use crate::lex::{self, Lexed, Stop, TOO_DEEP, blank, plain_end};
use crate::scanner::{MAX_DEPTH, Scanner};

impl<'a> Scanner<'a> {
    /// The next byte that is not white space; the cursor stands at it.
    #[inline]
    pub(super) fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        self.at = blank(bytes, self.at);
        bytes.get(self.at).copied()
    }

    #[inline]
    pub(super) fn enter(&mut self) -> Result<(), Error> {
        if self.depth == MAX_DEPTH {
            return Err(self.too_deep());
        }
        self.at += 1;
        self.depth += 1;
        Ok(())
    }

    #[inline]
    pub(super) fn leave(&mut self) -> Result<(), Error> {
        self.at += 1;
        self.depth -= 1;
        Ok(())
    }

    #[inline]
    pub(super) fn word(&mut self, word: &'static str) -> Result<(), Error> {
        let lexed = lex::word(self.text.as_bytes(), self.at, word);
        self.advance(lexed)
    }

    /// Moves behind what was lexed.
    #[inline]
    pub(super) fn advance(&mut self, lexed: Lexed) -> Result<(), Error> {
        match lexed {
            Ok(at) => {
                self.at = at;
                Ok(())
            }
            Err(stop) => Err(self.stopped(&stop)),
        }
    }

    #[cold]
    pub(super) fn stopped(&mut self, stop: &Stop) -> Error {
        self.at = stop.at;
        if stop.expected == TOO_DEEP {
            return self.too_deep();
        }
        self.unexpected(stop.expected)
    }

    #[cold]
    pub(super) fn too_deep(&self) -> Error {
        self.error(format!("nested deeper than {MAX_DEPTH} levels"))
    }

    /// A string; the cursor stands at its opening quote.
    #[inline]
    pub fn quoted(&mut self) -> Result<Cow<'a, str>, Error> {
        let bytes = self.text.as_bytes();
        let start = self.at + 1;
        let end = plain_end(bytes, start);
        if bytes.get(end) == Some(&b'"') {
            self.at = end + 1;
            return Ok(Cow::Borrowed(self.text.get(start..end).unwrap_or_default()));
        }
        self.quoted_with_escapes().map(Cow::Owned)
    }

    #[cold]
    pub(super) fn quoted_with_escapes(&mut self) -> Result<String, Error> {
        let bytes = self.text.as_bytes();
        let start = self.at + 1;
        let lexed = lex::string(bytes, self.at);
        self.advance(lexed)?;
        let end = self.at - 1;
        let mut text = String::with_capacity(end - start);
        let mut run = start;
        while run < end {
            let stop = plain_end(bytes, run).min(end);
            text.push_str(self.text.get(run..stop).unwrap_or_default());
            run = stop;
            if let Some((letter, next)) = lex::escape(bytes, stop).ok().filter(|_| stop < end) {
                text.push(letter);
                run = next;
            }
        }
        Ok(text)
    }

    #[inline]
    pub(super) fn colon(&mut self) -> Result<(), Error> {
        if self.peek() != Some(b':') {
            return Err(self.unexpected("`:` after a key"));
        }
        self.at += 1;
        Ok(())
    }
}
