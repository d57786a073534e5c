//! Patterns in settings: `*` stands for any run of letters, everything else for itself.

use crate::json::{Error, Scanner, same};
use crate::settings::{Decoder, Path, Schema, Setting};
use crate::text::{cut, has};

/// A pattern. Matching takes time in proportion to the text and allocates nothing: the texts are
/// the tenant's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// Every text is a pattern.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the whole text is what the pattern describes.
    pub fn matches(&self, text: &str) -> bool {
        matches(&self.0, text)
    }

    /// Whether it describes what is called so in a namespace: with a slash in it `namespace/name`,
    /// else the name.
    pub fn matches_in(&self, namespace: &str, name: &str) -> bool {
        if has(&self.0, b'/') {
            return self.matches(&[namespace, "/", name].concat());
        }
        self.matches(name)
    }

    /// The same as [`Self::matches`], where `*` stops at a slash: `a/*` is `a/b` and not `a/b/c`.
    pub fn matches_path(&self, text: &str) -> bool {
        let mut parts = self.0.split('/');
        let mut components = text.split('/');
        loop {
            match (parts.next(), components.next()) {
                (Some(part), Some(component)) if matches(part, component) => {}
                (None, None) => return true,
                _ => return false,
            }
        }
    }

    /// Whether it is made of nothing but `*`, and so says nothing.
    pub fn matches_everything(&self) -> bool {
        !self.0.is_empty() && self.0.bytes().all(|byte| byte == b'*')
    }
}

/// Patterns, for people.
pub(crate) fn list(patterns: &[Pattern]) -> String {
    if patterns.is_empty() {
        return "none".to_owned();
    }
    patterns.iter().map(Pattern::as_str).collect::<Vec<_>>().join(", ")
}

impl Setting for Pattern {
    const SCHEMA: &'static Schema = &Schema::Text("a pattern: `*` is any run of characters");
    const REQUIRED: bool = true;

    fn read(
        decoder: &mut Decoder,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
    ) -> Result<Option<Self>, Error> {
        Ok(String::read(decoder, scanner, path)?.map(Self))
    }
}

/// Whether the whole text is what the pattern describes.
///
/// The first place that fits is the best one for every part between two stars, so that no other
/// has to be tried.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let Some((first, mut pattern)) = cut(pattern, b'*') else {
        return same(text.as_bytes(), pattern);
    };
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    while let Some((part, more)) = cut(pattern, b'*') {
        let Some((_, after)) = rest.split_once(part) else {
            return false;
        };
        (rest, pattern) = (after, more);
    }
    rest.ends_with(pattern)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Pattern;

    fn pattern(text: &str) -> Pattern {
        Pattern::new(text.to_owned())
    }

    /// What a pattern means, tried in every way there is.
    fn oracle(pattern: &[char], text: &[char], separator: Option<char>) -> bool {
        match pattern {
            [] => text.is_empty(),
            ['*', rest @ ..] => (0..=text.len())
                .take_while(|end| !text[..*end].iter().any(|letter| Some(*letter) == separator))
                .any(|end| oracle(rest, &text[end..], separator)),
            [letter, rest @ ..] => {
                text.first() == Some(letter) && oracle(rest, &text[1..], separator)
            }
        }
    }

    #[test]
    fn a_star_is_any_run_and_the_rest_is_literal() {
        for (text, good, bad) in [
            ("shop", &["shop"][..], &["", "sho", "shops", "xshop"][..]),
            ("shop-*", &["shop-", "shop-a", "shop-*"], &["shop", "a-shop-"]),
            ("*-shop-*", &["a-shop-", "-shop-b"], &["shop-b", "a-shop"]),
            ("a*a", &["aa", "aba", "aaa"], &["a", "ab"]),
            ("a.?[b]", &["a.?[b]"], &["axxb", "a.xb"]),
            ("", &[""], &["a"]),
            ("*", &["", "a/b"], &[]),
        ] {
            for good in good {
                assert!(pattern(text).matches(good), "{text} is {good}");
            }
            for bad in bad {
                assert!(!pattern(text).matches(bad), "{text} is not {bad}");
            }
        }
    }

    #[test]
    fn in_a_path_a_star_stops_at_a_slash() {
        let operator = pattern("operator/*/x*.json");
        assert!(operator.matches_path("operator/shop/x.json"));
        for path in ["operator/x.json", "operator/a/b/x.json", "operator/a/x/y.json", "operator/a"]
        {
            assert!(!operator.matches_path(path), "{path}");
        }
    }

    #[test]
    fn a_long_text_is_searched_once() {
        let pattern = pattern(&"*aaaaaaaaaaaaaaab".repeat(50));
        assert!(!pattern.matches(&"a".repeat(1_000_000)));
    }

    #[test]
    fn only_stars_match_everything() {
        for (text, everything) in [("*", true), ("**", true), ("", false), ("*a", false)] {
            assert_eq!(pattern(text).matches_everything(), everything, "{text}");
        }
    }

    proptest! {
        #[test]
        fn it_means_what_the_oracle_says(text in "[ab*/]{0,7}", subject in "[ab/é]{0,9}") {
            let letters = |text: &str| text.chars().collect::<Vec<_>>();
            let (wanted, got) = (letters(&text), letters(&subject));
            prop_assert_eq!(pattern(&text).matches(&subject), oracle(&wanted, &got, None));
            prop_assert_eq!(
                pattern(&text).matches_path(&subject),
                oracle(&wanted, &got, Some('/'))
            );
        }
    }
}
