//! Objects whose keys nobody knows beforehand: labels, selectors of nodes.

use std::borrow::Cow;

use crate::{Decode, Error, Names, Scanner, nullable};

/// An object of texts, in document order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pairs<'a>(pub Vec<(String, Cow<'a, str>)>);

impl<'a> Decode<'a> for Pairs<'a> {
    fn decode(scanner: &mut Scanner<'a>) -> Result<Self, Error> {
        let mut pairs = Vec::<(String, Cow<'a, str>)>::new();
        let mut names = Names::default();
        scanner.object(&mut |scanner, key| {
            names.once(scanner, key)?;
            let key = String::from_utf8_lossy(key).into_owned();
            let mut value = Cow::default();
            nullable(scanner, &mut value)?;
            pairs.push((key, value));
            Ok(())
        })?;
        Ok(Self(pairs))
    }
}
