//! From resources to verdicts.

use crate::answer::{Judgement, Verdict, Violation, Waived};
use crate::defaults;
use crate::engine::Engine;
use crate::manifest::Resource;
use crate::request::{self, Options};
use crate::yaml::Place;
use anyhow::{Context, Result};
use rayon::prelude::*;
use serde_json::Value;

/// A resource with the request that asks about it.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The resource.
    pub resource: Resource,
    /// The admission request.
    pub request: Value,
    /// What the command changed or assumed.
    pub notes: Vec<String>,
}

/// A resource with its verdict.
#[derive(Debug)]
pub struct Judged {
    /// The resource.
    pub resource: Resource,
    /// Namespace of the request, which may come from the command line.
    pub namespace: Option<String>,
    /// What became of it.
    pub verdict: Verdict,
    /// Why it is denied, skipped or not judged, in the policy's or the host's words.
    pub message: Option<String>,
    /// In document order, with the place each stands at.
    pub violations: Vec<(Violation, Place)>,
    /// How many violations more there are.
    pub unlisted: usize,
    /// What exemptions let pass, with the place each stands at.
    pub waived: Vec<(Waived, Place)>,
    /// Warnings of the policy, and of the command about what the API server would refuse.
    pub warnings: Vec<String>,
    /// What the command changed or assumed.
    pub notes: Vec<String>,
}

/// Builds the request for every resource; `old` holds the states before an update.
pub fn prepare(resources: Vec<Resource>, old: &[Resource], options: &Options) -> Vec<Prepared> {
    let prepare_one = |(ordinal, resource): (usize, Resource)| {
        if let Some(request) = resource.request.clone() {
            let mut notes = Vec::new();
            if *options != Options::default() {
                notes.push("an AdmissionReview is judged as it is, the options that make a request do not apply".into());
            }
            return Prepared { resource, request, notes };
        }
        let (api_version, kind) = (resource.api_version.as_str(), resource.kind.as_str());
        let mut object = resource.node.to_json();
        let mut notes = defaults::apply(api_version, kind, &mut object);
        let found = request::find_old(&resource, old, options);
        if found.is_none() && !old.is_empty() {
            notes.push(format!(
                "--old holds no {kind} of this namespace and name, so there is no old object"
            ));
        }
        let old = found.map(|old| {
            let mut object = old.node.to_json();
            defaults::apply(api_version, kind, &mut object);
            object
        });
        let (request, more) = request::build((api_version, kind), object, old, options, ordinal);
        notes.extend(more);
        Prepared { resource, request, notes }
    };
    resources.into_par_iter().enumerate().map(prepare_one).collect()
}

/// Builds the request for an object that was not read from a file, as if it were created.
pub fn prepare_object(
    resource: Resource,
    mut object: Value,
    options: &Options,
    ordinal: usize,
) -> Prepared {
    let (api_version, kind) = (resource.api_version.as_str(), resource.kind.as_str());
    let mut notes = defaults::apply(api_version, kind, &mut object);
    let (request, more) = request::build((api_version, kind), object, None, options, ordinal);
    notes.extend(more);
    Prepared { resource, request, notes }
}

/// Judges on all processors; the verdicts come in the order of the resources. `done` is called
/// after each one.
pub fn judge(
    engine: &dyn Engine,
    prepared: Vec<Prepared>,
    settings: &Value,
    done: impl Fn() + Sync,
) -> Vec<Judged> {
    prepared
        .into_par_iter()
        .map(|prepared| {
            let judged = judge_one(engine, prepared, settings);
            done();
            judged
        })
        .collect()
}

fn judge_one(engine: &dyn Engine, prepared: Prepared, settings: &Value) -> Judged {
    let Prepared { resource, request, notes } = prepared;
    let namespace = request.get("namespace").and_then(Value::as_str).map(str::to_owned);
    let mut warnings = request.get("object").map_or_else(Vec::new, |object| {
        defaults::windows_warnings(&resource.api_version, &resource.kind, object)
    });
    let judgement = match ask(engine, &request, settings) {
        Ok(judgement) => judgement,
        Err(error) => {
            let message = Some(format!("{error:#}"));
            let (verdict, violations, unlisted) = (Verdict::Error, Vec::new(), 0);
            return Judged {
                resource,
                namespace,
                verdict,
                message,
                violations,
                unlisted,
                waived: Vec::new(),
                warnings,
                notes,
            };
        }
    };
    warnings.extend(judgement.warnings);
    let place = |violation: &Violation| resource.node.place(&violation.path);
    let violations = judgement.violations.into_iter().map(|found| {
        let place = place(&found);
        (found, place)
    });
    let violations = violations.collect();
    let waived = judgement.waived.into_iter().map(|waived| {
        let place = place(&waived.violation);
        (waived, place)
    });
    let waived = waived.collect();
    Judged {
        namespace,
        verdict: judgement.verdict,
        message: judgement.message.or(judgement.reason),
        violations,
        unlisted: judgement.unlisted,
        waived,
        warnings,
        notes,
        resource,
    }
}

/// What the policy is sent.
#[derive(serde::Serialize)]
struct Payload<'p> {
    request: &'p Value,
    settings: &'p Value,
}

fn ask(engine: &dyn Engine, request: &Value, settings: &Value) -> Result<Judgement> {
    let payload = serde_json::to_vec(&Payload { request, settings })
        .context("the request cannot be written as JSON")?;
    Judgement::parse(&engine.validate(&payload)?)
}

/// How many resources met which end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// All resources that were read.
    pub resources: usize,
    /// Nothing to object to.
    pub accepted: usize,
    /// Let in with a warning.
    pub warned: usize,
    /// Let in, for the record.
    pub audited: usize,
    /// Not let in.
    pub denied: usize,
    /// Nothing in them that a rule judges.
    pub skipped: usize,
    /// No answer.
    pub not_judged: usize,
    /// Documents that could not be read.
    pub unread: usize,
    /// Violations in all.
    pub violations: usize,
    /// Violations that exemptions let pass.
    pub waived: usize,
}

impl Summary {
    /// Counts.
    pub fn of(judged: &[Judged], unread: usize) -> Self {
        let mut summary = Self { resources: judged.len(), unread, ..Self::default() };
        for judged in judged {
            summary.violations += judged.violations.len() + judged.unlisted;
            summary.waived += judged.waived.len();
            *match judged.verdict {
                Verdict::Accepted => &mut summary.accepted,
                Verdict::Warned => &mut summary.warned,
                Verdict::Audited => &mut summary.audited,
                Verdict::Denied => &mut summary.denied,
                Verdict::Skipped => &mut summary.skipped,
                Verdict::Error => &mut summary.not_judged,
            } += 1;
        }
        summary
    }

    /// The exit code: 0 all let in, 1 something denied, 2 something could not be judged.
    pub fn exit_code(&self) -> u8 {
        match (self.unread + self.not_judged, self.denied) {
            (0, 0) => 0,
            (0, _) => 1,
            _ => 2,
        }
    }
}
