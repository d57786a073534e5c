//! Findings for programs: one document.

use crate::answer::{Violation, Waived};
use crate::judge::{Judged, Summary};
use crate::manifest::Unread;
use serde::Serialize;
use serde_json::{Value, json};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Resource<'a> {
    file: &'a str,
    line: usize,
    api_version: &'a str,
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    verdict: crate::answer::Verdict,
    violations: Vec<Finding<'a>>,
    #[serde(skip_serializing_if = "is_zero")]
    unlisted_violations: usize,
    waived: Vec<Exempted<'a>>,
    warnings: &'a [String],
    notes: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
}

#[derive(Serialize)]
struct Finding<'a> {
    #[serde(flatten)]
    violation: &'a Violation,
    line: usize,
}

#[derive(Serialize)]
struct Exempted<'a> {
    #[serde(flatten)]
    waived: &'a Waived,
    line: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// The report as a JSON value.
pub fn render(judged: &[Judged], unread: &[Unread]) -> Value {
    let resources: Vec<Resource<'_>> = judged.iter().map(resource).collect();
    let unread_list: Vec<Value> = unread
        .iter()
        .map(|unread| json!({"file": &*unread.file, "line": unread.line, "message": unread.what}))
        .collect();
    json!({
        "summary": Summary::of(judged, unread.len()),
        "resources": resources,
        "unread": unread_list,
    })
}

fn resource(judged: &Judged) -> Resource<'_> {
    Resource {
        file: &judged.resource.file,
        line: judged.resource.line,
        api_version: &judged.resource.api_version,
        kind: &judged.resource.kind,
        namespace: judged.namespace.as_deref(),
        name: judged.resource.name.as_deref(),
        verdict: judged.verdict,
        violations: judged
            .violations
            .iter()
            .map(|(violation, line)| Finding { violation, line: *line })
            .collect(),
        unlisted_violations: judged.unlisted,
        waived: judged
            .waived
            .iter()
            .map(|(waived, line)| Exempted { waived, line: *line })
            .collect(),
        warnings: &judged.warnings,
        notes: &judged.notes,
        message: judged.message.as_deref(),
    }
}
