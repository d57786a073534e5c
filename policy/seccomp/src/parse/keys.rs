//! Keys as Go's `encoding/json` matches them.

use std::borrow::Cow;

use ringfence_json::{Error, Scanner};

use crate::profile::{KeyKind, KeyProblem};

/// Where the keys being read stand, and what was noted about keys.
pub(super) struct Keys {
    /// Only exact spellings count.
    pub exact: bool,
    /// The rule being read.
    pub rule: Option<usize>,
    pub problems: Vec<KeyProblem>,
}

impl Keys {
    /// Reads an object: `field` is called with the place in `known` of each key that is there.
    pub(super) fn object<'a>(
        &mut self,
        scanner: &mut Scanner<'a>,
        known: &[&str],
        field: &mut dyn FnMut(&mut Self, &mut Scanner<'a>, usize) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if scanner.null()? {
            return Ok(());
        }
        let mut seen = 0_u32;
        scanner.object(&mut |scanner, key| {
            let Some((at, is_exact)) = self.find(key, known) else {
                self.note(scanner, key, KeyKind::Unknown)?;
                return scanner.skip();
            };
            if !is_exact {
                self.note(scanner, key, KeyKind::CaseVariant)?;
            }
            if seen & (1 << at) != 0 {
                self.note(scanner, key, KeyKind::Duplicate)?;
            }
            seen |= 1 << at;
            if scanner.null()? { Ok(()) } else { field(self, scanner, at) }
        })
    }

    fn find(&self, key: &[u8], known: &[&str]) -> Option<(usize, bool)> {
        if let Some(at) = known.iter().position(|known| known.as_bytes() == key) {
            return Some((at, true));
        }
        if self.exact {
            return None;
        }
        known.iter().position(|known| folds(key, known)).map(|at| (at, false))
    }

    fn note(&mut self, scanner: &mut Scanner<'_>, key: &[u8], kind: KeyKind) -> Result<(), Error> {
        // The value, not the blanks before it.
        scanner.next_type()?;
        let key = String::from_utf8_lossy(key).into_owned();
        self.problems.push(KeyProblem { at: scanner.offset(), rule: self.rule, key, kind });
        Ok(())
    }
}

/// Whether Go takes `key` for `known`: ASCII letters in any case, and the two letters outside ASCII
/// that fold into it (U+017F, the long s, and U+212A, the Kelvin sign).
fn folds(key: &[u8], known: &str) -> bool {
    let Ok(key) = std::str::from_utf8(key) else {
        return false;
    };
    let folded = key.chars().map(|letter| match letter {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        other => other.to_ascii_lowercase(),
    });
    folded.eq(known.chars().map(|letter| letter.to_ascii_lowercase()))
}

/// Reads a list into `items`; a later list under the same key takes the place of the first.
pub(super) fn list<'a, T>(
    scanner: &mut Scanner<'a>,
    items: &mut Vec<T>,
    read: &mut dyn FnMut(&mut Scanner<'a>, usize) -> Result<T, Error>,
) -> Result<(), Error> {
    items.clear();
    scanner.array(&mut |scanner, index| {
        items.push(read(scanner, index)?);
        Ok(())
    })
}

/// Reads a string; `null` is the empty one, as in Go.
pub(super) fn string<'a>(scanner: &mut Scanner<'a>) -> Result<Cow<'a, str>, Error> {
    if scanner.null()? { Ok(Cow::Borrowed("")) } else { scanner.string() }
}

#[cfg(test)]
mod tests {
    use super::folds;

    #[test]
    fn keys_fold_as_in_go() {
        assert!(folds(b"DefaultAction", "defaultAction"));
        assert!(folds("ſyscalls".as_bytes(), "syscalls"));
        assert!(!folds(b"default_action", "defaultAction"));
        assert!(!folds(b"syscall", "syscalls"));
    }
}
