//! Findings as JUnit XML: a suite for each file, a test for each resource.

use super::report::{Report, What, documentation, entries, sentence, title};
use crate::answer::Verdict;
use crate::judge::Judged;
use crate::yaml::{Place, Position};
use quick_junit::{NonSuccessKind, SerializeError, TestCase, TestCaseStatus, TestSuite};
use std::collections::BTreeMap;

/// The document. What is denied has failed; what got no answer, or could not be read, is an error.
///
/// # Errors
/// None that a report could cause.
pub fn render(report: &Report<'_>) -> Result<String, SerializeError> {
    let mut document = quick_junit::Report::new("ringfence");
    let mut suites: Vec<(&str, TestSuite)> = Vec::new();
    let mut places = BTreeMap::new();
    let mut add = |file, case| {
        let place = *places.entry(file).or_insert_with(|| {
            suites.push((file, TestSuite::new(file)));
            suites.len() - 1
        });
        if let Some((_, suite)) = suites.get_mut(place) {
            suite.add_test_case(case);
        }
    };
    for judged in report.judged {
        add(&*judged.resource.file, resource(report, judged));
    }
    for unread in report.unread {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_type("unread").set_message(unread.to_string());
        let line = unread.line.map(|line| format!(", line {line}")).unwrap_or_default();
        add(&*unread.file, TestCase::new(format!("not read{line}"), status));
    }
    document.add_test_suites(suites.into_iter().map(|(_, suite)| suite));
    document.to_string()
}

fn resource(report: &Report<'_>, judged: &Judged) -> TestCase {
    let lines: Vec<String> =
        entries(judged).map(|entry| told(report, judged, &entry.what)).collect();
    let text = lines.join("\n");
    let told = judged.message.as_deref().unwrap_or_default();
    let status = match judged.verdict {
        Verdict::Denied => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            let rules: Vec<&str> =
                judged.violations.iter().map(|(found, _)| found.rule.as_str()).collect();
            let message = if rules.is_empty() { told.to_owned() } else { rules.join(", ") };
            status.set_type("denied").set_message(message).set_description(text.clone());
            status
        }
        Verdict::Error => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_type("not judged").set_message(told);
            status
        }
        Verdict::Skipped => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(told);
            status
        }
        Verdict::Accepted | Verdict::Audited | Verdict::Warned => TestCaseStatus::success(),
    };
    let tells = matches!(status, TestCaseStatus::Success { .. }) && !text.is_empty();
    let line = format!(" (line {})", judged.resource.line);
    let line = if report.has_places { line } else { String::new() };
    let mut case = TestCase::new(format!("{}{line}", title(judged)), status);
    case.set_classname(judged.resource.kind.clone());
    if tells {
        case.set_system_out(text);
    }
    case
}

fn told(report: &Report<'_>, judged: &Judged, what: &What<'_>) -> String {
    let place = |place: &Place| {
        let Position { line, column } = place.from;
        let place = format!("{}:{line}:{column}: ", judged.resource.file);
        if report.has_places { place } else { String::new() }
    };
    match what {
        What::Found(found, at) => {
            let link = documentation(&found.rule).map(|url| format!(" ({url})"));
            let (place, rule, link) = (place(at), &found.rule, link.unwrap_or_default());
            format!("{place}{} {rule}: {}{link}", found.action, sentence(found))
        }
        What::Waived(waived, at) => {
            let (place, rule) = (place(at), &waived.violation.rule);
            format!("{place}waived {rule}: exempt by {}: {}", waived.exemption, waived.reason)
        }
        What::Unlisted(more) => format!("and {more} violations more"),
        What::Denied(message) | What::NotJudged(message) => (*message).to_owned(),
    }
}
