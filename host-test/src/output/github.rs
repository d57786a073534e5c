//! Findings as workflow commands, which GitHub Actions shows beside the lines.
//!
//! Source: GitHub Docs, "Workflow commands for GitHub Actions": `::error file=,line=,endLine=,col=,
//! endColumn=,title=::message`; the escapes are those of the toolkit's `command.ts`.

use super::human;
use super::report::{Entry, Report, What, documentation, sentence, title};
use super::text::clean;
use crate::manifest::STDIN;
use crate::yaml::Place;
use std::fmt::Write;

/// A command for each finding, and the summary as a line of the log.
pub fn render(report: &Report<'_>) -> String {
    let mut out: String = report.entries().filter_map(|entry| command(&entry)).collect();
    for unread in report.unread {
        let at = unread.line.map(|line| format!(",line={line}")).unwrap_or_default();
        out.push_str(&told("error", &unread.file, &at, "not read", &unread.what));
    }
    // Writing to a String does not fail.
    let _ = writeln!(out, "{}", human::summary_line(&report.summary()));
    out
}

fn command(entry: &Entry<'_>) -> Option<String> {
    let judged = entry.judged;
    let resource = title(judged);
    let first = format!(",line={}", judged.resource.line);
    let (level, at, rule, text) = match entry.what {
        What::Found(found, place) => {
            let link = documentation(&found.rule).map(|url| format!("\n{url}"));
            let text = sentence(found) + &link.unwrap_or_default();
            (level(&found.action), region(&place), found.rule.as_str(), text)
        }
        // What is exempt asks nobody to look.
        What::Waived(..) => return None,
        What::Denied(message) => ("error", first, "denied", message.to_owned()),
        What::Unlisted(more) => ("error", first, "more", format!("and {more} more violations")),
        What::NotJudged(message) => ("error", first, "not judged", message.to_owned()),
    };
    let heading = format!("{rule}: {resource}");
    Some(told(level, &judged.resource.file, &at, &heading, &text))
}

fn level(action: &str) -> &'static str {
    match action {
        "warn" => "warning",
        "audit" => "notice",
        _ => "error",
    }
}

fn region(place: &Place) -> String {
    let Place { from, to, .. } = place;
    let mut text = format!(",line={},endLine={}", from.line, to.line.max(from.line));
    // Columns are for annotations of one line.
    if from.line == to.line && to.column > from.column {
        let _ = write!(text, ",col={},endColumn={}", from.column, to.column);
    }
    text
}

fn told(level: &str, file: &str, at: &str, heading: &str, text: &str) -> String {
    let lines: Vec<String> = text.lines().map(clean).collect();
    let heading = property(&clean(heading));
    let text = data(&lines.join("\n"));
    if is_file(file) {
        let file = property(file.strip_prefix("./").unwrap_or(file));
        format!("::{level} file={file}{at},title={heading}::{text}\n")
    } else {
        let place = at.strip_prefix(",line=").and_then(|at| at.split(',').next());
        let place = place.map(|line| format!(" line {line}")).unwrap_or_default();
        format!("::{level} title={heading}::{}{place}: {text}\n", data(&clean(file)))
    }
}

/// Whether it is a file of the repository, and not something that was piped or rendered.
fn is_file(file: &str) -> bool {
    file != STDIN && !file.starts_with('<')
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn nothing_breaks_out_of_a_command() {
        assert_eq!(
            told("error", "a,b:c.yaml", ",line=1", "x: 5%", "one\n::error::two"),
            "::error file=a%2Cb%3Ac.yaml,line=1,title=x%3A 5%25::one%0A::error::two\n"
        );
        assert_eq!(
            told("notice", "<stdin>", ",line=3,endLine=3", "t", "m"),
            "::notice title=t::<stdin> line 3: m\n"
        );
    }
}
