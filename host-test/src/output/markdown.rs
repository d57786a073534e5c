//! Findings as a page: GitHub's job summaries and comments show it.

use super::human;
use super::report::{Entry, Report, What, documentation, title};
use super::text::clean;
use std::fmt::Write;

/// How many findings are listed: a job summary may have 1 MiB.
const LIMIT: usize = 500;

/// The summary, and a table of what was found. Writing to a String does not fail.
pub fn render(report: &Report<'_>) -> String {
    let mut out = format!("### ringfence\n\n{}\n", text(&human::summary_line(&report.summary())));
    let entries: Vec<Entry<'_>> = report.entries().collect();
    if !entries.is_empty() {
        out.push_str(
            "\n| | resource | rule | where | found | allowed |\n|---|---|---|---|---|---|\n",
        );
        entries.iter().take(LIMIT).for_each(|entry| out.push_str(&row(report, entry)));
        if entries.len() > LIMIT {
            let _ = writeln!(out, "\n… and {} more", entries.len() - LIMIT);
        }
    }
    if !report.unread.is_empty() {
        out.push_str("\nNot read:\n\n");
        for unread in report.unread.iter().take(LIMIT) {
            let _ = writeln!(out, "* {}", text(&unread.to_string()));
        }
        if report.unread.len() > LIMIT {
            let _ = writeln!(out, "* … and {} more", report.unread.len() - LIMIT);
        }
    }
    if !report.ignored.is_empty() {
        let _ = writeln!(out, "\nIgnored by the settings: {}", report.ignored.join(", "));
    }
    out
}

fn row(report: &Report<'_>, entry: &Entry<'_>) -> String {
    let judged = entry.judged;
    let file = &judged.resource.file;
    let place = |line: usize| {
        if report.has_places { code(&format!("{file}:{line}")) } else { String::new() }
    };
    let found = |word: &str, found: &crate::answer::Violation, line: usize| {
        let rule = match documentation(&found.rule) {
            Some(url) => format!("[{}]({url})", text(&found.rule)),
            None => text(&found.rule),
        };
        let mut allowed = text(&found.allowed);
        if !found.hint.is_empty() {
            let _ = write!(allowed, "; {}", text(&found.hint));
        }
        let gap = if report.has_places { "<br>" } else { "" };
        let path = format!("{}{gap}{}", place(line), code(&found.path));
        [text(word), rule, path, code(&found.found), allowed]
    };
    let plain = |word: &str, message: &str| {
        [text(word), String::new(), place(judged.resource.line), text(message), String::new()]
    };
    let [word, rule, at, found, allowed] = match entry.what {
        What::Found(violation, at) => found(&violation.action, violation, at.at.line),
        What::Waived(waived, at) => {
            let mut cells = found("waived", &waived.violation, at.at.line);
            cells[4] = format!("exempt: {}: {}", text(&waived.exemption), text(&waived.reason));
            cells
        }
        What::Denied(message) => plain("deny", message),
        What::Unlisted(more) => plain("deny", &format!("and {more} more")),
        What::NotJudged(message) => plain("not judged", message),
    };
    format!("| {word} | {} | {rule} | {at} | {found} | {allowed} |\n", text(&title(judged)))
}

/// Text of others as text: no markup, no HTML, no mention, no end of a cell.
fn text(source: &str) -> String {
    let mut out = String::new();
    for letter in clean(source).chars() {
        match letter {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // A mention would call people.
            '@' => out.push_str("&#64;"),
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '#' | '!' => {
                out.push('\\');
                out.push(letter);
            }
            _ => out.push(letter),
        }
    }
    out
}

/// Text of others as it stands; nothing is markup in it.
fn code(source: &str) -> String {
    let mut out = String::from("<code>");
    for letter in clean(source).chars() {
        if letter.is_ascii_punctuation() && !"./-:".contains(letter) {
            let _ = write!(out, "&#{};", u32::from(letter));
        } else {
            out.push(letter);
        }
    }
    out + "</code>"
}

#[cfg(test)]
mod tests {
    use super::{code, text};

    #[test]
    fn text_of_others_is_no_markup() {
        assert_eq!(text("<b> a|b `c` @d"), "&lt;b&gt; a\\|b \\`c\\` &#64;d");
        assert_eq!(code("a[0].b|`<x>"), "<code>a&#91;0&#93;.b&#124;&#96;&#60;x&#62;</code>");
    }
}
