//! Labels, as far as they are known.

use ringfence_json::{Decode, Error, Pairs, Scanner};

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
pub struct Labels<'a>(Pairs<'a>);

impl Labels<'_> {
    /// Keys and values, in document order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.0.iter().map(|(key, value)| (&**key, &**value))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.0.len()
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
        Pairs::decode(scanner).map(Self)
    }
}
