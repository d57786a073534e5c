//! Quantities, as `resource.Quantity` of `k8s.io/apimachinery/pkg/api/resource` reads them.

use std::borrow::Cow;

use crate::json::{Decode, Error, Names, Scanner};

/// An amount: of bytes, CPUs or objects.
///
/// Amounts are compared exactly, down to a billionth; what is finer is rounded up, as Kubernetes
/// does. Whatever is above `i64::MAX` counts as that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quantity(i128);

/// A billionth is the unit.
const ONE: i128 = 1_000_000_000;
/// The greatest amount there is.
const MAX: i128 = i64::MAX as i128 * ONE;
/// Digits after the point that count.
const DIGITS: usize = 10;

impl Quantity {
    /// Reads `100m`, `1e3`, `1Gi`, `0.5`; none where the text is none.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(amount) = plain(text) {
            return Some(Self(amount));
        }
        let (is_negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let is_number = |byte: u8| byte.is_ascii_digit() || byte == b'.';
        let end = text.bytes().position(|byte| !is_number(byte)).unwrap_or(text.len());
        let (number, suffix) = text.split_at_checked(end)?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.len() + fraction.len() == 0 || fraction.contains('.') {
            return None;
        }
        let magnitude = scaled(whole, fraction, unit(suffix)?).min(MAX);
        Some(Self(if is_negative { -magnitude } else { magnitude }))
    }

    /// Whether it is more than nothing.
    pub fn is_positive(self) -> bool {
        self.0 > 0
    }
}

/// The amount of a whole number of few digits, as most are.
fn plain(text: &str) -> Option<i128> {
    let mut number = 0_u64;
    let mut digits = 0;
    for byte in text.bytes() {
        if !byte.is_ascii_digit() || digits == 9 {
            break;
        }
        number = number * 10 + u64::from(byte - b'0');
        digits += 1;
    }
    if digits == 0 {
        return None;
    }
    let unit: u64 = match text.as_bytes().get(digits..)? {
        b"" => 1_000_000_000,
        b"m" => 1_000_000,
        b"Mi" => 1_000_000_000 << 20,
        b"Gi" => 1_000_000_000 << 30,
        _ => return None,
    };
    Some(i128::from(number) * i128::from(unit))
}

/// What a suffix multiplies by: a power of two, or of ten.
#[derive(Clone, Copy)]
enum Unit {
    Two(u32),
    Ten(i32),
}

fn unit(suffix: &str) -> Option<Unit> {
    Some(match suffix {
        "Ki" => Unit::Two(10),
        "Mi" => Unit::Two(20),
        "Gi" => Unit::Two(30),
        "Ti" => Unit::Two(40),
        "Pi" => Unit::Two(50),
        "Ei" => Unit::Two(60),
        "n" => Unit::Ten(-9),
        "u" => Unit::Ten(-6),
        "m" => Unit::Ten(-3),
        "" => Unit::Ten(0),
        "k" => Unit::Ten(3),
        "M" => Unit::Ten(6),
        "G" => Unit::Ten(9),
        "T" => Unit::Ten(12),
        "P" => Unit::Ten(15),
        "E" => Unit::Ten(18),
        _ => {
            let exponent = suffix.strip_prefix(['e', 'E'])?;
            Unit::Ten(exponent.parse::<i32>().ok()?)
        }
    })
}

/// The amount in billionths, rounded up.
fn scaled(whole: &str, fraction: &str, unit: Unit) -> i128 {
    let (by, exponent) = match unit {
        Unit::Two(power) => (ONE << power, 0),
        Unit::Ten(power) => (1, power.saturating_add(9)),
    };
    // The point moves instead of the number: what stands before it is whole, the rest rounds up.
    let digits = [whole, fraction].concat();
    let digits = digits.trim_start_matches('0');
    let after = i64::try_from(fraction.len()).unwrap_or(i64::MAX) - i64::from(exponent);
    let length = i64::try_from(digits.len()).unwrap_or(i64::MAX);
    let point = usize::try_from((length - after).max(0)).unwrap_or(usize::MAX);
    if digits.is_empty() {
        return 0;
    }
    if point > 40 {
        return MAX;
    }
    let digit =
        |index: usize| digits.as_bytes().get(index).map_or(0, |byte| i128::from(byte - b'0'));
    let read = |range: std::ops::Range<usize>| {
        let mut digits = range.map(digit);
        digits.try_fold(0_i128, |sum, digit| sum.checked_mul(10)?.checked_add(digit))
    };
    let whole = read(0..point).and_then(|whole| whole.checked_mul(by));
    // Zeros that stand between the point and the first digit.
    let zeros = usize::try_from((after - length).max(0)).unwrap_or(usize::MAX);
    let rest = if zeros >= DIGITS {
        1
    } else {
        let kept = DIGITS - zeros;
        let part = read(point..point + kept).unwrap_or(MAX);
        let is_more = digits.bytes().skip(point + kept).any(|byte| byte != b'0');
        let scale = 10_i128.pow(u32::try_from(DIGITS).unwrap_or(0));
        (part * by + scale - 1) / scale + i128::from(is_more && part * by % scale == 0)
    };
    whole.map_or(MAX, |whole| whole.saturating_add(rest))
}

/// A quantity as it is written: a text, or a number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QuantityText<'a>(pub Cow<'a, str>);

impl QuantityText<'_> {
    /// The amount; none where the text is none.
    pub fn quantity(&self) -> Option<Quantity> {
        Quantity::parse(&self.0)
    }
}

impl<'a> Decode<'a> for QuantityText<'a> {
    fn decode(scanner: &mut Scanner<'a>) -> Result<Self, Error> {
        if scanner.at_string() {
            return scanner.string().map(Self);
        }
        let text = scanner.raw()?;
        if text.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
            return Ok(Self(Cow::Borrowed(text)));
        }
        Err(scanner.mismatch("a quantity"))
    }
}

/// Quantities by the name of the resource, in document order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Quantities<'a>(pub Vec<(String, QuantityText<'a>)>);

impl Quantities<'_> {
    /// The quantity of a resource, as it is written.
    pub fn get(&self, resource: &str) -> Option<&QuantityText<'_>> {
        self.0.iter().find(|(name, _)| name == resource).map(|(_, quantity)| quantity)
    }
}

impl<'a> Decode<'a> for Quantities<'a> {
    fn decode(scanner: &mut Scanner<'a>) -> Result<Self, Error> {
        let mut read = Vec::<(String, QuantityText<'a>)>::new();
        let mut names = Names::default();
        scanner.object(&mut |scanner, key| {
            names.once(scanner, key)?;
            let key = String::from_utf8_lossy(key).into_owned();
            read.push((key, QuantityText::decode(scanner)?));
            Ok(())
        })?;
        Ok(Self(read))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Quantity {
        Quantity::parse(text).unwrap_or_else(|| panic!("{text} is a quantity"))
    }

    #[test]
    fn the_same_amount_in_other_words() {
        for (one, other) in [
            ("1", "1000m"),
            ("0.5", "500m"),
            (".5", "500m"),
            ("5.", "5"),
            ("+1", "1"),
            ("1e3", "1k"),
            ("1E3", "1000"),
            ("1e-3", "1m"),
            ("1e+3", "1k"),
            ("1E", "1000P"),
            ("1Ki", "1024"),
            ("1.5Gi", "1536Mi"),
            ("1Ei", "1024Pi"),
            ("0.1Ki", "102.4"),
            ("1000u", "1m"),
            ("1000n", "1u"),
            ("0", "0Gi"),
            ("-0", "0"),
            ("00012", "12"),
            ("1.000000000000000000000000", "1"),
            ("100000000000000000000000000000000000000000000e-44", "1"),
        ] {
            assert_eq!(parse(one), parse(other), "{one} {other}");
        }
    }

    #[test]
    fn amounts_are_in_order() {
        let ascending = [
            "-1Gi", "-1", "0", "1n", "1u", "1m", "0.1", "100.5m", "0.5", "1", "1k", "1Ki", "1M",
            "1Mi", "1G", "1Gi", "1T", "1Ti", "1P", "1Pi", "1E", "1Ei", "7.9Ei",
        ];
        for pair in ascending.windows(2) {
            assert!(parse(pair[0]) < parse(pair[1]), "{pair:?}");
        }
    }

    #[test]
    fn what_is_finer_is_rounded_up_and_what_is_greater_is_the_most() {
        for (text, as_) in [
            ("0.1n", "1n"),
            ("1.1n", "2n"),
            ("0.0000000001", "1n"),
            ("0.00000000000000000000001", "1n"),
            ("1e-30", "1n"),
            ("9Ei", "9223372036854775807"),
            ("1e40", "9223372036854775807"),
            ("1e2147483647", "9223372036854775807"),
            ("99999999999999999999999999999999999999999999999", "9223372036854775807"),
        ] {
            assert_eq!(parse(text), parse(as_), "{text}");
        }
    }

    #[test]
    fn what_is_none() {
        for text in [
            "", "m", "-", ".", "1 ", " 1", "1mi", "1KI", "1K", "1ki", "1e", "1e3m", "1..2",
            "1.2.3", "0x1", "1,5", "--1", "1e1.5", "Gi", "1GiB", "e3", "1b",
        ] {
            assert_eq!(Quantity::parse(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_are_read_as_texts_are() {
        let mut scanner = Scanner::new(r#"{"cpu":0.5,"memory":"1Gi","pods":1e1,"none":-1}"#);
        let read = Quantities::decode(&mut scanner).expect("quantities");
        let quantity = |name: &str| read.get(name).and_then(QuantityText::quantity);
        assert_eq!(quantity("cpu"), Some(parse("500m")));
        assert_eq!(quantity("pods"), Some(parse("10")));
        assert_eq!(quantity("none"), Some(parse("-1")));
        assert_eq!(quantity("storage"), None);
        assert!(Quantities::decode(&mut Scanner::new(r#"{"cpu":true}"#)).is_err());
        assert!(Quantities::decode(&mut Scanner::new(r#"{"cpu":null}"#)).is_err());
    }

    proptest! {
        #[test]
        fn moving_the_point_moves_the_exponent(
            digits in "[0-9]{1,12}", fraction in "[0-9]{0,9}", shift in 0_usize..9,
        ) {
            let plain = parse(&format!("{digits}.{fraction}"));
            let zeros = "0".repeat(shift);
            prop_assert_eq!(parse(&format!("{digits}{zeros}.{zeros}e-{shift}")), parse(&digits));
            prop_assert_eq!(parse(&format!("{digits}.{fraction}{zeros}")), plain);
            prop_assert!(parse(&digits) <= plain);
        }

        #[test]
        fn whole_numbers_compare_as_numbers(one in 0_i64..=i64::MAX, other in 0_i64..=i64::MAX) {
            prop_assert_eq!(
                parse(&one.to_string()).cmp(&parse(&other.to_string())), one.cmp(&other)
            );
        }

        #[test]
        fn milli_and_binary_units(number in 0_i64..1 << 40) {
            prop_assert_eq!(parse(&format!("{number}Ki")), parse(&(number * 1024).to_string()));
            prop_assert_eq!(parse(&format!("{number}m")), parse(&format!("{}u", number * 1000)));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,40}") {
            let _ = Quantity::parse(&text);
        }
    }
}
