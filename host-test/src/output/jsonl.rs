//! Findings for programs that read line by line: `type` says what a line is.

use super::json;
use super::report::Report;
use serde_json::{Value, json};

/// A line for each resource, for each document that could not be read, and one for the summary.
pub fn render(report: &Report<'_>) -> String {
    let resources =
        report.judged.iter().map(|judged| line("resource", json::resource(report, judged)));
    let unread = report.unread.iter().map(|unread| line("unread", json::unread(unread)));
    let mut summary = json!(report.summary());
    summary["ignoredRules"] = report.ignored.into();
    resources.chain(unread).chain([line("summary", summary)]).collect()
}

fn line(kind: &str, mut value: Value) -> String {
    if let Some(fields) = value.as_object_mut() {
        fields.shift_insert(0, "type".into(), kind.into());
    }
    format!("{value}\n")
}
