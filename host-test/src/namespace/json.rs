//! Reports for programs.

use super::report::{Report, Row};
use serde_json::{Value, json};

/// The reports as a JSON value.
pub fn render(reports: &[Report]) -> Value {
    let namespaces = reports.iter().map(|report| {
        json!({
            "namespace": report.namespace,
            "ok": report.is_ok(),
            "rows": report.rows.iter().map(row).collect::<Vec<_>>(),
        })
    });
    json!({"namespaces": namespaces.collect::<Vec<_>>()})
}

fn row(row: &Row) -> Value {
    json!({
        "concern": row.concern.id,
        "status": row.status,
        "findings": row.findings,
        "remarks": row.remarks,
        "waived": row.waived,
        "facts": row.facts,
        "manifests": row.manifests,
    })
}
