//! Calendar days, in UTC: the unit in which exemptions expire.

use std::fmt;
use std::ops::Add;

/// A day of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// Days since 1970-01-01.
    days: i32,
}

/// Days in 400 years, after which the calendar repeats.
const CYCLE: i32 = 146_097;
/// Days from 0000-03-01 to 1970-01-01.
const EPOCH: i32 = 719_468;

impl Date {
    /// Reads `YYYY-MM-DD`, in no other spelling; none where the calendar has no such day.
    pub fn parse(text: &str) -> Option<Self> {
        let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else {
            return None;
        };
        let number = |digits: &[u8]| {
            let digit = |byte: u8| byte.is_ascii_digit().then(|| i32::from(byte - b'0'));
            digits.iter().try_fold(0, |sum, byte| Some(sum * 10 + digit(*byte)?))
        };
        let (year, month) = (number(&[y1, y2, y3, y4])?, number(&[m1, m2])?);
        let day = number(&[d1, d2])?;
        let date = Self::from_calendar(year, month, day);
        // A day that is not there would be another one.
        (date.calendar() == (year, month, day)).then_some(date)
    }

    /// The day in UTC at a number of seconds since 1970-01-01T00:00:00Z.
    pub const fn from_unix_seconds(seconds: u64) -> Self {
        let days = seconds / 86_400;
        Self { days: if days > i32::MAX as u64 { i32::MAX } else { days as i32 } }
    }

    /// Seconds from 1970-01-01T00:00:00Z to the beginning of the day; none where it was before.
    pub fn unix_seconds(self) -> Option<u64> {
        u64::try_from(self.days).ok().map(|days| days * 86_400)
    }

    /// Days from `earlier` to this one; negative where it is the earlier one.
    pub fn days_since(self, earlier: Self) -> i32 {
        self.days.saturating_sub(earlier.days)
    }

    /// Years begin in March, so that a leap day is the last day of its year and months before it
    /// have lengths that follow a formula.
    fn from_calendar(year: i32, month: i32, day: i32) -> Self {
        let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        let day_of_year = (153 * month + 2) / 5 + day - 1;
        let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
        Self { days: year * 365 + leap_days + day_of_year - EPOCH }
    }

    /// Year, month and day.
    fn calendar(self) -> (i32, i32, i32) {
        let days = self.days.saturating_add(EPOCH);
        let (cycle, day) = (days.div_euclid(CYCLE), days.rem_euclid(CYCLE));
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
        let day_of_year = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        let (next, month) = if month < 10 { (0, month + 3) } else { (1, month - 9) };
        (cycle * 400 + year + next, month, day)
    }
}

impl Add<i32> for Date {
    type Output = Self;

    fn add(self, days: i32) -> Self {
        Self { days: self.days.saturating_add(days) }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.calendar();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

#[cfg(test)]
mod tests {
    use k8s_openapi::jiff::{self, civil};
    use proptest::prelude::*;

    use super::Date;

    #[test]
    fn days_are_read_and_written() {
        for (text, days) in [
            ("1970-01-01", 0),
            ("1969-12-31", -1),
            ("2000-02-29", 11_016),
            ("2026-11-23", 20_780),
            ("0000-01-01", -719_528),
            ("9999-12-31", 2_932_896),
        ] {
            let date = Date::parse(text).expect(text);
            assert_eq!(date.days, days, "{text}");
            assert_eq!(date.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in [
            "",
            "2026",
            "2026-1-1",
            "2026-13-01",
            "2026-00-01",
            "2026-01-00",
            "2026-04-31",
            "2026-02-29",
            "1900-02-29",
            "2026-01-99",
            "20260101",
            "+026-01-01",
            "-026-01-01",
            "2026/01/01",
            "2026-01-01T00:00:00Z",
            " 2026-01-01",
            "２026-01-01",
        ] {
            assert_eq!(Date::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_day_lasts_until_midnight() {
        for (seconds, text) in [
            (0, "1970-01-01"),
            (86_399, "1970-01-01"),
            (86_400, "1970-01-02"),
            (1_795_392_000, "2026-11-23"),
        ] {
            let date = Date::from_unix_seconds(seconds);
            assert_eq!(date.to_string(), text);
            assert_eq!(date.unix_seconds(), Some(seconds / 86_400 * 86_400));
        }
        assert_eq!(Date::parse("1969-12-31").and_then(Date::unix_seconds), None);
    }

    proptest! {
        #[test]
        fn it_is_the_calendar_of_jiff(days in -719_528..=2_932_896_i32) {
            let expected = civil::date(1970, 1, 1) + jiff::Span::new().days(days);
            prop_assert_eq!(Date { days }.to_string(), expected.to_string());
        }

        #[test]
        fn it_reads_what_jiff_reads(year in 0..9999_i32, month in 0..15_i32, day in 0..34_i32) {
            let text = format!("{year:04}-{month:02}-{day:02}");
            let expected = text.parse::<civil::Date>().ok();
            let got = Date::parse(&text).map(|date| date.days_since(Date { days: 0 }));
            let days = |date: civil::Date| date.since(civil::date(1970, 1, 1)).unwrap().get_days();
            prop_assert_eq!(got, expected.map(days));
        }

        #[test]
        fn no_number_of_seconds_is_too_great(seconds in any::<u64>()) {
            let date = Date::from_unix_seconds(seconds);
            prop_assert!((date + 1).days_since(date) <= 1);
            prop_assert!(!date.to_string().is_empty());
        }
    }
}
