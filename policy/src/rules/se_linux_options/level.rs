//! Levels of SELinux labels, compared by what they mean: sensitivity and the set of categories, low
//! and high.

/// Whether two levels are the same. What is no level in numbers (`SystemHigh`) is only the same as
/// itself.
pub(super) fn same(one: &str, other: &str) -> bool {
    one == other || matches!((range(one), range(other)), (Some(one), Some(other)) if one == other)
}

/// A sensitivity, and a bit for each category.
type Level<'l> = (&'l str, [u64; 16]);

/// `low-high`; a level alone is both.
fn range(text: &str) -> Option<(Level<'_>, Level<'_>)> {
    let (low, high) = text.split_once('-').unwrap_or((text, text));
    Some((level(low)?, level(high)?))
}

fn level(text: &str) -> Option<Level<'_>> {
    let (sensitivity, list) = match text.split_once(':') {
        Some((sensitivity, list)) => (sensitivity, Some(list)),
        None => (text, None),
    };
    let mut categories = [0; 16];
    for item in list.into_iter().flat_map(|list| list.split(',')) {
        let (first, last) = item.split_once('.').unwrap_or((item, item));
        let (first, last) = (number(first, "c")?, number(last, "c")?);
        if first > last {
            return None;
        }
        for category in first..=last {
            // There is a word for every category that is a number.
            if let Some(word) = categories.get_mut(category / 64) {
                *word |= 1_u64 << (category % 64);
            }
        }
    }
    number(sensitivity, "s")?;
    Some((sensitivity, categories))
}

/// The number behind a letter: 0 to 1023, as policies have categories, without leading zeros.
fn number(text: &str, letter: &str) -> Option<usize> {
    let digits = text.strip_prefix(letter)?;
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    let plain = plain && (digits == "0" || !digits.starts_with('0'));
    digits.parse().ok().filter(|number| plain && *number < 1024)
}

#[cfg(test)]
mod tests {
    use super::same;

    #[test]
    fn categories_are_a_set() {
        for (one, other) in [
            ("s0:c1,c5", "s0:c5,c1"),
            ("s0:c1,c5", "s0:c5,c1,c5"),
            ("s0:c1.c5", "s0:c5,c4,c3,c2,c1"),
            ("s0:c0.c1023", "s0:c512.c1023,c0.c511"),
            ("s0", "s0-s0"),
            ("s0-s0:c1,c2", "s0-s0:c2,c1"),
            ("s0:c1", "s0:c1.c1"),
            ("SystemHigh", "SystemHigh"),
            ("", ""),
        ] {
            assert!(same(one, other) && same(other, one), "{one} is {other}");
        }
    }

    #[test]
    fn what_differs_or_is_no_level_is_not_the_same() {
        for (one, other) in [
            ("s0:c1,c5", "s0:c1"),
            ("s0:c1,c5", "s0:c1,c6"),
            ("s0:c1,c5", "s0:c1.c5"),
            ("s0:c1", "s1:c1"),
            ("s0", "s0:c0"),
            ("s0-s0:c1", "s0:c1"),
            ("s0:c1", "s0:c65"),
            ("s0:c1024", "s0:c1025"),
            ("s0:c5.c1", "s0"),
            ("s0:c01", "s0:c1"),
            ("s0:c+1", "s0:c1"),
            ("s00", "s0"),
            ("s0:", "s0"),
            ("s0:c1,", "s0:c1"),
            (" s0", "s0"),
            ("S0", "s0"),
            ("systemhigh", "SystemHigh"),
            ("", "s0"),
        ] {
            assert!(!same(one, other) && !same(other, one), "{one} is not {other}");
        }
    }
}
