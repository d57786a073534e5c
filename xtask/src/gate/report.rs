//! The table at the end.

use std::fmt::Write;
use std::time::Duration;

use super::tally::Seen;

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
    /// With what went wrong.
    Failed(String),
    /// With the reason.
    NotRun(String),
}

impl Entry {
    pub(super) fn has_failed(&self) -> bool {
        matches!(self.outcome, Outcome::Failed(_))
    }
}

/// Whether nothing failed.
pub(super) fn is_good(entries: &[Entry]) -> bool {
    !entries.iter().any(Entry::has_failed)
}

/// What failed tests said, the table, the sum of the tests and the closing line.
pub(super) fn render(entries: &[Entry], Seen { tally, failures }: &Seen) -> String {
    let mut text = failures.render();
    if !text.is_empty() {
        text = format!("What failed said:\n{text}\n");
    }
    let width = entries.iter().map(|entry| entry.name.len()).max();
    let width = width.unwrap_or_default();
    for (number, entry) in entries.iter().enumerate() {
        let outcome = match &entry.outcome {
            Outcome::Passed => "ok".to_owned(),
            Outcome::Failed(error) => {
                format!("failed: {}", error.lines().next().unwrap_or_default())
            }
            Outcome::NotRun(reason) => format!("not run: {reason}"),
        };
        let (number, name, seconds) = (number + 1, entry.name, entry.took.as_secs_f32());
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{number:>2}  {name:<width$}  {seconds:>7.1} s  {outcome}");
    }
    let _ = writeln!(
        text,
        "\nThe steps that count their tests saw {} passed, {} failed and {} ignored.",
        tally.passed, tally.failed, tally.ignored
    );
    let count = |wanted: fn(&Outcome) -> bool| {
        let counted = entries.iter().filter(|entry| wanted(&entry.outcome));
        counted.count()
    };
    let _ = writeln!(
        text,
        "{} passed, {} failed, {} skipped",
        count(|outcome| *outcome == Outcome::Passed),
        count(|outcome| matches!(outcome, Outcome::Failed(_))),
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
            entry("clippy", Outcome::Failed("`cargo clippy`: exit status: 101\nmore".to_owned())),
            entry("oracle", Outcome::NotRun("go is not installed".to_owned())),
        ];
        let mut seen = Seen::default();
        seen.failures.add("---- a stdout ----");
        let text = render(&entries, &seen);
        assert!(text.starts_with("What failed said:\n\n---- a stdout ----\n"), "{text}");
        assert!(text.contains("2  clippy      1.2 s  failed: `cargo clippy`: exit status: 101\n"));
        assert!(text.contains("3  oracle      1.2 s  not run: go is not installed\n"), "{text}");
        assert_eq!(text.lines().last(), Some("1 passed, 1 failed, 1 skipped"));
        assert!(!is_good(&entries));
        assert!(is_good(&entries[..1]));
    }
}
