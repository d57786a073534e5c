//! What exemptions would change, judged with them.

use super::{Case, Proposal, extend, ids, propose};
use crate::engine::Engine;
use crate::judge::{self, Judged, Prepared};
use crate::settings;
use anyhow::{Context, Result};
use ringfence_policy::Date;
use serde_json::Value;

/// Exemptions, and how things stand with them.
#[derive(Debug)]
pub struct Outcome {
    /// The exemptions, and what there are none for.
    pub proposal: Proposal,
    /// The settings with them.
    pub settings: Value,
    /// What becomes of the resources under those.
    pub after: Vec<Judged>,
}

/// Proposes exemptions for what is denied, and judges anew with them: what is announced is what
/// `check` will say. They are dated `today` and end with `last`.
///
/// # Errors
/// When the policy does not take them.
pub fn work_out(
    engine: &dyn Engine,
    (prepared, judged): (Vec<Prepared>, &[Judged]),
    before: &Value,
    today: Date,
    last: Option<Date>,
) -> Result<Outcome> {
    let cases: Vec<Case<'_>> = prepared
        .iter()
        .zip(judged)
        .map(|(prepared, judged)| Case {
            judged,
            object: prepared.request.get("object").unwrap_or(&Value::Null),
        })
        .collect();
    let proposal = propose(&cases, &ids(before), today, last);
    let settings = extend(before, &proposal.exemptions);
    settings::validate(engine, &settings).context("the exemptions are wrong")?;
    let after = judge::judge(engine, prepared, &settings, || {});
    Ok(Outcome { proposal, settings, after })
}
