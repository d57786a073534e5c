//! What failed tests said, for the end of the report: whoever sees no more than the last lines of
//! a long output still learns what to mend.

use std::fmt::Write;

/// A test says so much at most, of lines that are no longer than this. All of it is further up.
const LINES: usize = 40;
const CHARACTERS: usize = 300;

/// Takes the output of `cargo test` and `node --test` line by line.
#[derive(Debug, Default)]
pub(super) struct Failures {
    kept: Vec<Failure>,
    /// Whether the next line belongs to the newest of them.
    is_open: bool,
}

#[derive(Debug)]
struct Failure {
    /// As the test's harness heads it.
    heading: String,
    said: Vec<String>,
    left_out: usize,
}

impl Failures {
    /// The next line, with or without its end.
    pub(super) fn add(&mut self, line: &str) {
        let line = line.trim_end();
        if begins(line) {
            let failure = Failure { heading: line.to_owned(), said: Vec::new(), left_out: 0 };
            self.kept.push(failure);
            self.is_open = true;
        } else if line == "failures:" || line.starts_with("test result: ") {
            self.is_open = false;
        } else if self.is_open
            && let Some(newest) = self.kept.last_mut()
        {
            newest.add(line);
        }
    }

    /// The output of one program is over.
    pub(super) fn close(&mut self) {
        self.is_open = false;
    }

    /// All of them, or nothing.
    pub(super) fn render(&self) -> String {
        let mut text = String::new();
        for Failure { heading, said, left_out } in &self.kept {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "\n{heading}\n{}", said.join("\n"));
            if *left_out > 0 {
                let _ = writeln!(text, "… and {left_out} lines more");
            }
        }
        text
    }
}

impl Failure {
    fn add(&mut self, line: &str) {
        if self.said.len() < LINES {
            let end = line.char_indices().nth(CHARACTERS).map(|(end, _)| end);
            let cut = end.map(|end| format!("{}…", &line[..end]));
            self.said.push(cut.unwrap_or_else(|| line.to_owned()));
        } else {
            self.left_out += 1;
        }
    }
}

/// `---- name stdout ----` of Rust's harness, and the list at the end of node's.
fn begins(line: &str) -> bool {
    (line.starts_with("---- ") && line.ends_with(" ----")) || line == "✖ failing tests:"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(lines: &[&str]) -> String {
        let mut failures = Failures::default();
        lines.iter().for_each(|line| failures.add(&format!("{line}\n")));
        failures.close();
        failures.add("of another program");
        failures.render()
    }

    #[test]
    fn what_failed_tests_said_is_kept_and_nothing_else() {
        let text = told(&[
            "running 3 tests",
            "test a ... ok",
            "test b ... FAILED",
            "",
            "failures:",
            "",
            "---- b stdout ----",
            "thread 'b' panicked at b.rs:1:",
            "not so",
            "---- c stdout ----",
            "nor so",
            "",
            "failures:",
            "    b",
            "    c",
            "",
            "test result: FAILED. 1 passed; 2 failed",
        ]);
        let expected = "\n---- b stdout ----\nthread 'b' panicked at b.rs:1:\nnot so\n\
                        \n---- c stdout ----\nnor so\n\n";
        assert_eq!(text, expected);
        assert_eq!(told(&["test a ... ok", "test result: ok. 1 passed"]), "");
    }

    #[test]
    fn what_node_says_of_failures_is_kept() {
        let text =
            told(&["✖ types (1ms)", "ℹ fail 1", "✖ failing tests:", "✖ types (1ms)", "  no"]);
        assert_eq!(text, "\n✖ failing tests:\n✖ types (1ms)\n  no\n");
    }

    #[test]
    fn much_and_long_text_is_cut() {
        let long = "é".repeat(CHARACTERS + 1);
        let mut lines = vec!["---- a stdout ----", &long];
        lines.resize(LINES + 3, "more");
        let text = told(&lines);
        assert!(text.contains(&format!("\n{}…\n", "é".repeat(CHARACTERS))), "{text}");
        assert!(text.ends_with("more\n… and 2 lines more\n"), "{text}");
    }
}
