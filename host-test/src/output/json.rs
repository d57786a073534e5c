//! Findings for programs: one document.

use super::report::Report;
use crate::answer::{Verdict, Violation, Waived};
use crate::judge::Judged;
use crate::manifest::{self, Unread};
use crate::yaml::{Node, Place};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Resource<'a> {
    file: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    api_version: &'a str,
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    verdict: Verdict,
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
    #[serde(flatten)]
    at: Option<At>,
}

#[derive(Serialize)]
struct Exempted<'a> {
    #[serde(flatten)]
    waived: &'a Waived,
    #[serde(flatten)]
    at: Option<At>,
}

/// Where a finding is: the line and column of its key, and what of the file it is about.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct At {
    line: usize,
    column: usize,
    region: [[usize; 2]; 2],
}

impl From<&Place> for At {
    fn from(place: &Place) -> Self {
        let Place { at, from, to, .. } = place;
        let region = [[from.line, from.column], [to.line, to.column]];
        Self { line: at.line, column: at.column, region }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// The report as a JSON value.
pub fn render(report: &Report<'_>) -> Value {
    let resources: Vec<Value> =
        report.judged.iter().map(|judged| resource(report, judged)).collect();
    let unread: Vec<Value> = report.unread.iter().map(unread).collect();
    json!({
        "summary": report.summary(),
        "resources": resources,
        "unread": unread,
        "ignoredRules": report.ignored,
    })
}

/// A document that could not be read.
pub(super) fn unread(unread: &Unread) -> Value {
    json!({"file": &*unread.file, "line": unread.line, "message": unread.what})
}

/// A resource with all that was found in it.
pub(super) fn resource(report: &Report<'_>, judged: &Judged) -> Value {
    json!(describe(judged, report.has_places))
}

fn describe(judged: &Judged, has_places: bool) -> Resource<'_> {
    Resource {
        file: &judged.resource.file,
        line: has_places.then_some(judged.resource.line),
        api_version: &judged.resource.api_version,
        kind: &judged.resource.kind,
        namespace: judged.namespace.as_deref(),
        name: judged.resource.name.as_deref(),
        verdict: judged.verdict,
        violations: judged
            .violations
            .iter()
            .map(|(violation, place)| Finding { violation, at: has_places.then(|| place.into()) })
            .collect(),
        unlisted_violations: judged.unlisted,
        waived: judged
            .waived
            .iter()
            .map(|(waived, place)| Exempted { waived, at: has_places.then(|| place.into()) })
            .collect(),
        warnings: &judged.warnings,
        notes: &judged.notes,
        message: judged.message.as_deref(),
    }
}

/// A resource with all that was found in it, but where.
pub fn without_places(judged: &Judged) -> Value {
    json!(describe(judged, false))
}

/// What [`without_places`] has written.
///
/// # Errors
/// When it is nothing of the kind.
pub fn read(value: Value) -> serde_json::Result<Judged> {
    let told: Told = serde_json::from_value(value)?;
    let node = Node::nowhere();
    let place = node.place("");
    let resource = manifest::Resource {
        file: told.file.into(),
        line: 0,
        document: 0,
        api_version: told.api_version,
        kind: told.kind,
        namespace: told.namespace.clone(),
        name: told.name,
        node,
        request: None,
    };
    Ok(Judged {
        resource,
        namespace: told.namespace,
        verdict: told.verdict,
        message: told.message,
        violations: told.violations.into_iter().map(|found| (found, place)).collect(),
        unlisted: told.unlisted_violations,
        waived: told.waived.into_iter().map(|waived| (waived, place)).collect(),
        warnings: told.warnings,
        notes: told.notes,
    })
}

/// A resource as it is read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    file: String,
    api_version: String,
    kind: String,
    namespace: Option<String>,
    name: Option<String>,
    verdict: Verdict,
    violations: Vec<Violation>,
    #[serde(default)]
    unlisted_violations: usize,
    waived: Vec<Waived>,
    warnings: Vec<String>,
    notes: Vec<String>,
    message: Option<String>,
}
