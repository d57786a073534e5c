//! Labels, as far as they are known.

use std::borrow::Cow;

use ringfence_json::{Decode, Error, Scanner, nullable};

/// The value of a label's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label<'l> {
    /// The label is there.
    Value(&'l str),
    /// It is not there.
    Absent,
    /// It may be there.
    Unknown,
}

/// What a selector is held against.
pub trait Labelled {
    /// The value of a key.
    fn label(&self, key: &str) -> Label<'_>;
}

/// The labels of an object, all of them.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Labels<'a>(Vec<(String, Cow<'a, str>)>);

impl Labels<'_> {
    /// Keys and values, in document order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (&**key, &**value))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl Labelled for Labels<'_> {
    fn label(&self, key: &str) -> Label<'_> {
        match self.iter().find(|(known, _)| *known == key) {
            Some((_, value)) => Label::Value(value),
            None => Label::Absent,
        }
    }
}

impl<'a> Decode<'a> for Labels<'a> {
    fn decode(scanner: &mut Scanner<'a>) -> Result<Self, Error> {
        let mut labels = Self::default();
        scanner.object(&mut |scanner, key| {
            let key = String::from_utf8_lossy(key).into_owned();
            if labels.iter().any(|(known, _)| known == key) {
                return Err(scanner.error("the key occurs twice"));
            }
            let mut value = Cow::default();
            nullable(scanner, &mut value)?;
            labels.0.push((key, value));
            Ok(())
        })?;
        Ok(labels)
    }
}
