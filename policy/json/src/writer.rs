//! Compact JSON out.

use crate::lex::plain_end;

/// Writes one compact JSON document, front to back. The caller keeps the order of calls legal;
/// commas are put where they belong.
#[derive(Debug, Default)]
pub struct Writer {
    out: String,
    comma: bool,
    /// Whether a document is being written that is itself a string of the outer document.
    nested: bool,
}

/// A key that needs no escape, as it stands in a document and in one that is itself a string: with
/// its quotes and colon, and the comma before it. [`key!`] makes one.
pub struct Key {
    /// In a document.
    pub plain: &'static str,
    /// In a document that is itself a string.
    pub nested: &'static str,
}

impl Key {
    /// Without the comma before it, where none is due.
    #[inline(always)]
    fn text(&self, nested: bool, comma: bool) -> &'static str {
        let text = if nested { self.nested } else { self.plain };
        if comma { text } else { text.get(1..).unwrap_or_default() }
    }
}

/// The [`Key`] of that name.
#[macro_export]
macro_rules! key {
    ($name:literal) => {
        $crate::Key {
            plain: concat!(",\"", $name, "\":"),
            nested: concat!(",\\\"", $name, "\\\":"),
        }
    };
}

/// The [`Key`] of that name for a string: with the quote that opens it.
#[macro_export]
macro_rules! string_key {
    ($name:literal) => {
        $crate::Key {
            plain: concat!(",\"", $name, "\":\""),
            nested: concat!(",\\\"", $name, "\\\":\\\""),
        }
    };
}

impl Writer {
    /// Starts a document of about that many bytes.
    pub fn with_capacity(bytes: usize) -> Self {
        Self { out: String::with_capacity(bytes), ..Self::default() }
    }

    /// Starts a document inside a string: what is written until [`Writer::close_nested`] is escaped
    /// once more as it is written, which is cheaper than escaping it afterwards.
    pub fn open_nested(&mut self) -> &mut Self {
        self.separate();
        self.out.push('"');
        self.comma = false;
        self.nested = true;
        self
    }

    /// Ends the document inside a string, and the string.
    pub fn close_nested(&mut self) -> &mut Self {
        self.nested = false;
        self.out.push('"');
        self.comma = true;
        self
    }

    /// Opens an object.
    pub fn open_object(&mut self) -> &mut Self {
        self.separate();
        self.out.push('{');
        self.comma = false;
        self
    }

    /// Closes it.
    pub fn close_object(&mut self) -> &mut Self {
        self.out.push('}');
        self.comma = true;
        self
    }

    /// Opens a list.
    pub fn open_array(&mut self) -> &mut Self {
        self.separate();
        self.out.push('[');
        self.comma = false;
        self
    }

    /// Closes it.
    pub fn close_array(&mut self) -> &mut Self {
        self.out.push(']');
        self.comma = true;
        self
    }

    /// A key, written in one piece.
    #[inline(always)]
    pub fn key(&mut self, key: Key) -> &mut Self {
        self.out.push_str(key.text(self.nested, self.comma));
        self.comma = false;
        self
    }

    /// A key and its string.
    pub fn field(&mut self, key: &Key, value: &str) -> &mut Self {
        self.out.push_str(key.text(self.nested, self.comma));
        self.comma = true;
        self.escaped(value);
        self.quote();
        self
    }

    /// A key and its string, which needs no escape.
    pub fn plain_field(&mut self, key: &Key, value: &'static str) -> &mut Self {
        self.out.push_str(key.text(self.nested, self.comma));
        self.comma = true;
        self.out.push_str(value);
        self.quote();
        self
    }

    /// Writes `true` or `false`.
    pub fn boolean(&mut self, value: bool) -> &mut Self {
        self.separate();
        self.out.push_str(if value { "true" } else { "false" });
        self
    }

    /// Writes `null`.
    pub fn null(&mut self) -> &mut Self {
        self.separate();
        self.out.push_str("null");
        self
    }

    /// Writes a whole number.
    pub fn number(&mut self, value: usize) -> &mut Self {
        self.separate();
        push_decimal(&mut self.out, value);
        self
    }

    /// Writes a text, with what escapes it needs.
    pub fn string(&mut self, value: &str) -> &mut Self {
        self.separate();
        self.quote();
        self.escaped(value);
        self.quote();
        self
    }

    /// The text of a string, between its quotes.
    fn escaped(&mut self, value: &str) {
        let mut run = 0;
        loop {
            let end = plain_end(value.as_bytes(), run);
            self.out.push_str(value.get(run..end).unwrap_or_default());
            let Some(byte) = value.as_bytes().get(end) else {
                break;
            };
            self.escape(*byte);
            run = end + 1;
        }
    }

    /// A value that is JSON already. Not in a nested document.
    pub fn raw(&mut self, json: &str) -> &mut Self {
        self.separate();
        self.out.push_str(json);
        self
    }

    /// The document.
    pub fn finish(self) -> String {
        self.out
    }

    #[inline(always)]
    fn separate(&mut self) {
        if self.comma {
            self.out.push(',');
        }
        self.comma = true;
    }

    #[inline]
    fn quote(&mut self) {
        // Single bytes: a call to copy two of them costs more.
        if self.nested {
            self.out.push('\\');
        }
        self.out.push('"');
    }

    /// Writes a byte that cannot stand for itself.
    fn escape(&mut self, byte: u8) {
        self.out.push('\\');
        if self.nested {
            self.out.push('\\');
        }
        match byte {
            b'\n' => self.out.push('n'),
            b'\r' => self.out.push('r'),
            b'\t' => self.out.push('t'),
            b'"' | b'\\' => {
                if self.nested {
                    self.out.push('\\');
                }
                self.out.push(char::from(byte));
            }
            control => {
                self.out.push_str("u00");
                for nibble in [control >> 4, control & 15] {
                    self.out.push(char::from_digit(nibble.into(), 16).unwrap_or('0'));
                }
            }
        }
    }
}

/// Appends `value` in decimal: what `write!` does, at a tenth of its instructions.
pub fn push_decimal(out: &mut String, value: usize) {
    if value >= 10 {
        push_decimal(out, value / 10);
    }
    out.push(char::from_digit((value % 10) as u32, 10).unwrap_or('0'));
}

/// `value` in decimal.
pub fn decimal(value: usize) -> String {
    let mut text = String::new();
    push_decimal(&mut text, value);
    text
}
