//! Keys of objects whose keys nobody knows beforehand.

use std::collections::BTreeSet;

use crate::{Error, Scanner};

/// The keys that an object has had so far, to find one that comes twice.
///
/// Objects have few keys, and comparing them is quickest; whoever sends a megabyte of them is kept
/// from making the guest compare each with each.
#[derive(Debug, Default)]
pub struct Names {
    few: Vec<Box<[u8]>>,
    many: BTreeSet<Box<[u8]>>,
}

/// Keys up to which they are compared one by one.
const FEW: usize = 16;

impl Names {
    /// Notes that a key is there.
    ///
    /// # Errors
    /// Where it has been there before.
    pub fn once(&mut self, scanner: &Scanner<'_>, key: &[u8]) -> Result<(), Error> {
        if self.add(key) { Ok(()) } else { Err(scanner.error("the key occurs twice")) }
    }

    /// Adds a key: whether it is new.
    pub fn add(&mut self, key: &[u8]) -> bool {
        if self.many.is_empty() {
            if self.few.iter().any(|known| **known == *key) {
                return false;
            }
            if self.few.len() < FEW {
                self.few.push(key.into());
                return true;
            }
            self.many.extend(self.few.drain(..));
        }
        self.many.insert(key.into())
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn a_key_is_new_once() {
        let mut names = Names::default();
        let key = |at: u32| format!("key {}", at.wrapping_mul(2_654_435_761)).into_bytes();
        for at in 0..1000 {
            assert!(names.add(&key(at)), "{at}");
            assert!(!names.add(&key(at / 2)) && !names.add(&key(at)), "{at}");
        }
        assert!(names.add(b"") && !names.add(b""));
    }
}
