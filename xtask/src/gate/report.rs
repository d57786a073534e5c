//! The table at the end.

use std::fmt::Write;
use std::time::Duration;

use super::tally::Tally;

/// One step, done.
pub(super) struct Entry {
    pub(super) name: &'static str,
    pub(super) outcome: Outcome,
    pub(super) took: Duration,
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    Passed,
    Failed,
    /// With the reason.
    NotRun(String),
}

/// Whether nothing failed.
pub(super) fn is_good(entries: &[Entry]) -> bool {
    entries.iter().all(|entry| entry.outcome != Outcome::Failed)
}

/// The table, the sum of the tests and the closing line.
pub(super) fn render(entries: &[Entry], tests: Tally) -> String {
    let mut text = String::new();
    let width = entries.iter().map(|entry| entry.name.len()).max();
    let width = width.unwrap_or_default();
    for (number, entry) in entries.iter().enumerate() {
        let outcome = match &entry.outcome {
            Outcome::Passed => "ok".to_owned(),
            Outcome::Failed => "failed".to_owned(),
            Outcome::NotRun(reason) => format!("not run: {reason}"),
        };
        let (number, name, seconds) = (number + 1, entry.name, entry.took.as_secs_f32());
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{number:>2}  {name:<width$}  {seconds:>7.1} s  {outcome}");
    }
    let _ = writeln!(
        text,
        "\nThe steps that count their tests saw {} passed, {} failed and {} ignored.",
        tests.passed, tests.failed, tests.ignored
    );
    let count = |wanted: fn(&Outcome) -> bool| {
        let counted = entries.iter().filter(|entry| wanted(&entry.outcome));
        counted.count()
    };
    let _ = writeln!(
        text,
        "{} passed, {} failed, {} skipped",
        count(|outcome| *outcome == Outcome::Passed),
        count(|outcome| *outcome == Outcome::Failed),
        count(|outcome| matches!(outcome, Outcome::NotRun(_))),
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closes_with_the_counts() {
        let entry = |name, outcome| Entry { name, outcome, took: Duration::from_millis(1250) };
        let entries = [
            entry("fmt", Outcome::Passed),
            entry("clippy", Outcome::Failed),
            entry("oracle", Outcome::NotRun("go is not installed".to_owned())),
        ];
        let text = render(&entries, Tally::default());
        assert!(text.contains("3  oracle      1.2 s  not run: go is not installed\n"), "{text}");
        assert_eq!(text.lines().last(), Some("1 passed, 1 failed, 1 skipped"));
        assert!(!is_good(&entries));
        assert!(is_good(&entries[..1]));
    }
}
