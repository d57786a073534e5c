//! Adds to a JSON text what is absent in it, and changes nothing else.
//!
//! What is there survives byte by byte: unknown fields, the order of keys, white space, numbers
//! that no float holds, escapes. A round trip through records would lose every field that is newer
//! than the records.

use crate::error::Error;
use crate::scanner::Scanner;

/// Puts values where `text` has none.
///
/// A fill is a path as findings write it (`spec.containers[0].securityContext`) and a JSON text.
/// Objects on the way that are missing or `null` are made; fills below one missing object make one
/// object. A value that is there is left alone; `null` counts as absent, and an empty list does
/// where the fill is a list. Of two fills for one place the first holds. New keys stand at the end
/// of their object, in the order of the fills.
///
/// # Errors
/// Where `text` is not JSON, where something other than an object or a list stands on the way, a
/// list does not have the item, or a key on the way occurs twice.
pub fn fill<'f>(
    text: &str,
    fills: impl IntoIterator<Item = (&'f str, &'f str)>,
) -> Result<String, Error> {
    let mut root = Place::default();
    for (path, value) in fills {
        root.insert(path, value);
    }
    let mut scanner = Scanner::new(text);
    let mut editor = Editor { text, copied: 0, out: String::with_capacity(text.len() + 256) };
    editor.value(&mut scanner, &root)?;
    scanner.end()?;
    editor.copy(text.len());
    Ok(editor.out)
}

/// A place that fills lead to, and the places below it.
#[derive(Debug, Default)]
struct Place<'f> {
    segment: Segment<'f>,
    value: Option<&'f str>,
    below: Vec<Self>,
}

/// The last step to a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Segment<'f> {
    Key(&'f str),
    Index(usize),
}

impl Default for Segment<'_> {
    fn default() -> Self {
        Self::Key("")
    }
}

impl<'f> Segment<'f> {
    /// The first step of a path, and the path behind it.
    fn split(path: &'f str) -> (Self, &'f str) {
        let (segment, rest) = match path.strip_prefix('[') {
            Some(index) => {
                let (index, rest) = index.split_once(']').unwrap_or((index, ""));
                // A key with dots stands in brackets, too.
                (index.parse().map_or(Self::Key(index), Self::Index), rest)
            }
            None => {
                let end = path.find(['.', '[']).unwrap_or(path.len());
                let (key, rest) = path.split_at_checked(end).unwrap_or((path, ""));
                (Self::Key(key), rest)
            }
        };
        (segment, rest.strip_prefix('.').unwrap_or(rest))
    }
}

impl<'f> Place<'f> {
    fn insert(&mut self, path: &'f str, value: &'f str) {
        if path.is_empty() {
            self.value.get_or_insert(value);
            return;
        }
        let (segment, rest) = Segment::split(path);
        // Fills come in document order: the place is most likely the last one.
        if let Some(place) = self.below.iter_mut().rev().find(|place| place.segment == segment) {
            return place.insert(rest, value);
        }
        let mut place = Self { segment, ..Self::default() };
        place.insert(rest, value);
        self.below.push(place);
    }

    /// Whether the places below are items of a list.
    fn is_list(&self) -> bool {
        matches!(self.below.first(), Some(Place { segment: Segment::Index(_), .. }))
    }
}

/// Copies a text and puts values into the copy.
struct Editor<'t> {
    text: &'t str,
    /// How much of the text is in the copy, or left out of it.
    copied: usize,
    out: String,
}

impl Editor<'_> {
    /// Copies the text up to `end`.
    fn copy(&mut self, end: usize) {
        self.out.push_str(self.text.get(self.copied..end).unwrap_or_default());
        self.copied = end;
    }

    /// Edits the value at the cursor.
    fn value(&mut self, scanner: &mut Scanner<'_>, place: &Place<'_>) -> Result<(), Error> {
        scanner.peek();
        let start = scanner.offset();
        let absent = if scanner.null()? {
            true
        } else if place.below.is_empty() {
            let found = scanner.raw()?;
            place.value.is_some_and(|value| value.starts_with('[') && is_empty_list(found))
        } else if place.is_list() {
            return self.list(scanner, place);
        } else {
            return self.object(scanner, place);
        };
        if absent {
            self.copy(start);
            self.write(scanner, place)?;
            self.copied = scanner.offset();
        }
        Ok(())
    }

    fn object(&mut self, scanner: &mut Scanner<'_>, place: &Place<'_>) -> Result<(), Error> {
        // Where the next key would stand: behind the brace, then behind the last value.
        let mut end = scanner.offset() + 1;
        let mut seen = vec![false; place.below.len()];
        let mut is_first = true;
        scanner.object(&mut |scanner, key| {
            is_first = false;
            let mut places = place.below.iter().zip(&mut seen);
            match places.find(|(below, _)| is_key(below.segment, key)) {
                None => scanner.skip()?,
                Some((_, true)) => return Err(scanner.error("the key occurs twice")),
                Some((below, seen)) => {
                    *seen = true;
                    self.value(scanner, below)?;
                }
            }
            end = scanner.offset();
            Ok(())
        })?;
        for (below, _) in place.below.iter().zip(&seen).filter(|(_, seen)| !**seen) {
            self.copy(end);
            if !std::mem::take(&mut is_first) {
                self.out.push(',');
            }
            self.member(scanner, below)?;
        }
        Ok(())
    }

    fn list(&mut self, scanner: &mut Scanner<'_>, place: &Place<'_>) -> Result<(), Error> {
        let mut met = 0;
        scanner.array(&mut |scanner, index| {
            let segment = Segment::Index(index);
            match place.below.iter().find(|below| below.segment == segment) {
                None => scanner.skip(),
                Some(below) => {
                    met += 1;
                    self.value(scanner, below)
                }
            }
        })?;
        if met == place.below.len() { Ok(()) } else { Err(no_item(scanner)) }
    }

    /// Writes a key and what goes there.
    fn member(&mut self, scanner: &Scanner<'_>, place: &Place<'_>) -> Result<(), Error> {
        let Segment::Key(key) = place.segment else {
            return Err(no_item(scanner));
        };
        self.out.push('"');
        self.out.push_str(key);
        self.out.push_str("\":");
        self.write(scanner, place)
    }

    /// Writes what goes to a place where there is nothing.
    fn write(&mut self, scanner: &Scanner<'_>, place: &Place<'_>) -> Result<(), Error> {
        if let Some(value) = place.value {
            self.out.push_str(value);
            return Ok(());
        }
        self.out.push('{');
        for (index, below) in place.below.iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            self.member(scanner, below)?;
        }
        self.out.push('}');
        Ok(())
    }
}

fn is_key(segment: Segment<'_>, key: &[u8]) -> bool {
    matches!(segment, Segment::Key(name) if super::same(key, name))
}

fn is_empty_list(text: &str) -> bool {
    let inside = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    inside.is_some_and(|text| text.trim_ascii().is_empty())
}

#[cold]
fn no_item(scanner: &Scanner<'_>) -> Error {
    scanner.error("the list has no such item to fill")
}

#[cfg(test)]
mod tests;
