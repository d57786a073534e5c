//! Counts the tests in what `cargo test` and `node --test` print.

use std::io::{BufRead, BufReader, Read, Result, Write};

use super::failures::Failures;

/// What the tests of all steps came to.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) tally: Tally,
    pub(super) failures: Failures,
}

/// Sums over all test binaries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) passed: u64,
    pub(super) failed: u64,
    pub(super) ignored: u64,
}

impl Tally {
    /// Adds a line such as `ℹ pass 3`.
    fn add_of_node(&mut self, line: &str) {
        let Some((word, count)) =
            line.trim().strip_prefix("ℹ ").and_then(|rest| rest.split_once(' '))
        else {
            return;
        };
        let Ok(count) = count.parse::<u64>() else { return };
        match word {
            "pass" => self.passed += count,
            "fail" | "cancelled" => self.failed += count,
            "skipped" | "todo" => self.ignored += count,
            _ => {}
        }
    }

    /// Adds a line such as `test result: ok. 3 passed; 0 failed; 1 ignored; …`.
    fn add(&mut self, line: &str) {
        self.add_of_node(line);
        let Some((_, counts)) =
            line.trim().strip_prefix("test result: ").and_then(|rest| rest.split_once(". "))
        else {
            return;
        };
        for part in counts.split(';') {
            let mut words = part.split_whitespace();
            let Some(count) = words.next().and_then(|word| word.parse::<u64>().ok()) else {
                continue;
            };
            match words.next() {
                Some("passed") => self.passed += count,
                Some("failed") => self.failed += count,
                Some("ignored") => self.ignored += count,
                _ => {}
            }
        }
    }
}

/// Copies line by line, so that the output is seen while the tests run.
pub(super) fn pass_through(from: impl Read, to: &mut impl Write, seen: &mut Seen) -> Result<()> {
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    while from.read_until(b'\n', &mut line)? > 0 {
        to.write_all(&line)?;
        to.flush()?;
        let text = String::from_utf8_lossy(&line);
        seen.tally.add(&text);
        seen.failures.add(&text);
        line.clear();
    }
    seen.failures.close();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_what_node_says() {
        let mut tally = Tally { passed: 1, ..Tally::default() };
        for line in ["ℹ tests 6", "ℹ pass 4", "ℹ fail 1", "ℹ skipped 2", "ℹ pass some", "pass 9"]
        {
            tally.add(line);
        }
        assert_eq!(tally, Tally { passed: 5, failed: 1, ignored: 2 });
    }

    #[test]
    fn sums_the_result_lines_and_passes_everything_through() {
        let output = b"running 4 tests\n\
            test a ... ok\n\
            test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 7 filtered out; finished in 0.00s\n\
            \xff not text\n\
            test result: FAILED. 10 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out\n\
            test result: nonsense";
        let (mut copy, mut seen) = (Vec::new(), Seen::default());
        pass_through(&output[..], &mut copy, &mut seen).unwrap();
        assert_eq!(copy, output);
        let expected = Tally { passed: 13, failed: 2, ignored: 1 };
        assert_eq!(seen.tally, expected);
    }
}
