//! Where a document could not be read, and why.

use crate::writer::push_decimal;

/// An error with the path of the value it concerns. Boxed: the way of a request that can be read
/// should not carry its size around.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(Box<Inner>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Inner {
    message: String,
    /// Innermost segment first: the path grows while the error travels outwards.
    path: Vec<Segment>,
    offset: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Key(String),
    Index(usize),
}

impl Error {
    /// An error at byte `offset` of the text.
    #[cold]
    pub fn new(message: impl Into<String>, offset: usize) -> Self {
        Self(Box::new(Inner { message: message.into(), path: Vec::new(), offset }))
    }

    /// The same error, one object key further out.
    #[cold]
    #[must_use]
    pub fn under_key(mut self, key: impl AsRef<[u8]>) -> Self {
        let key = String::from_utf8_lossy(key.as_ref()).into_owned();
        self.0.path.push(Segment::Key(key));
        self
    }

    /// The same error, one array index further out.
    #[cold]
    #[must_use]
    pub fn under_index(mut self, index: usize) -> Self {
        self.0.path.push(Segment::Index(index));
        self
    }

    /// What is wrong, without the place.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The byte of the scanned text at which reading stopped.
    pub fn offset(&self) -> usize {
        self.0.offset
    }

    /// The path of the value, such as `spec.containers[0].image`; empty at the root.
    pub fn path(&self) -> String {
        let mut path = String::new();
        for segment in self.0.path.iter().rev() {
            match segment {
                Segment::Key(key) => {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(key);
                }
                Segment::Index(index) => {
                    path.push('[');
                    push_decimal(&mut path, *index);
                    path.push(']');
                }
            }
        }
        path
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let path = self.path();
        if !path.is_empty() {
            write!(f, "{path}: ")?;
        }
        write!(f, "{} (at byte {})", self.0.message, self.0.offset)
    }
}

impl std::error::Error for Error {}
