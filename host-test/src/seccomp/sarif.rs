//! Findings as SARIF 2.1.0, which code hosts show beside the lines.
//!
//! Source: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0, sections 3.14
//! (run), 3.27 (result), 3.29 (physicalLocation), 3.49 (reportingDescriptor), 3.58 (notification).

use super::documents::Broken;
use super::lint::{Linted, Placed, Report, severity, text_of};
use crate::output::sarif::{SCHEMA, uri};
use crate::yaml::Position;
use ringfence_seccomp::{LINTS, Lint, Severity, message};
use serde_json::{Value, json};

/// The report as a log of one run.
pub fn log(report: &Report) -> Value {
    let results: Vec<Value> = report
        .linted
        .iter()
        .flat_map(|linted| linted.findings.iter().map(|placed| result(linted, placed)))
        .collect();
    let notifications: Vec<Value> = report.unread.iter().map(notification).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "ringfence",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": LINTS.iter().map(rule).collect::<Vec<_>>(),
            }},
            "invocations": [{
                "executionSuccessful": report.unread.is_empty(),
                "toolExecutionNotifications": notifications,
            }],
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

/// What is known of a lint.
fn rule(lint: &Lint) -> Value {
    let documentation = lint.documentation();
    let help = format!("{} To mend it: {}.", documentation.why, documentation.mend);
    json!({
        "id": lint.id,
        "shortDescription": {"text": documentation.title},
        "fullDescription": {"text": documentation.why},
        "help": {"text": help},
        "defaultConfiguration": {"level": level(lint.severity)},
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn result(linted: &Linted, placed: &Placed) -> Value {
    let Placed { finding, at } = placed;
    let path = finding.place.path();
    let title = linted.source.title();
    let mut location = json!({
        "logicalLocations": [{
            "fullyQualifiedName": if path.is_empty() { title } else { format!("{title}/{path}") },
        }],
    });
    if let Some(text) = text_of(linted) {
        location["physicalLocation"] = physical(&text.file, *at);
    }
    let index = LINTS.iter().position(|lint| lint.id == finding.lint.id);
    json!({
        "ruleId": finding.lint.id,
        "ruleIndex": index,
        "level": level(finding.severity),
        "message": {"text": message::finding(finding)},
        "locations": [location],
        "properties": {"severity": severity(finding.severity)},
    })
}

fn notification(broken: &Broken) -> Value {
    json!({
        "level": "error",
        "message": {"text": broken.what},
        "locations": [{"physicalLocation": physical(&broken.file, broken.at)}],
    })
}

fn physical(file: &str, at: Option<Position>) -> Value {
    let mut physical = json!({"artifactLocation": {"uri": uri(file)}});
    if let Some(Position { line, column }) = at {
        physical["region"] = json!({"startLine": line, "startColumn": column});
    }
    physical
}
