//! From what rules find absent to the object with it filled in.
//!
//! Every pod is filled when it is created, whoever creates it. So a template is judged as its pods
//! will be, and is filled itself where that is of use and does no harm: never the template of a
//! ReplicaSet, which a Deployment compares with its own and would replace for ever, nor that of a
//! Job that exists, which cannot change.

use crate::json;
use crate::judge::describe;
use crate::pod::MIRROR;
use crate::report::Violation;
use crate::request::{Object, Request};
use crate::settings::{Settings, Updates};
use crate::workload::{self, Template, WorkloadKind};

/// An object with what was absent filled in.
pub(crate) struct Filled {
    /// The whole object.
    pub text: String,
    /// Whether it goes into the answer; else it is only judged.
    pub is_answered: bool,
}

/// What becomes of an object that lacks something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    /// It is judged as it is.
    Nothing,
    /// It is judged as its pods will be, and stays as it is.
    Judged,
    /// It is admitted with what was absent.
    Answered,
}

/// Fills what the violations say would satisfy their rules; none where there is nothing to fill.
///
/// # Errors
/// Where the object cannot be edited: path and reason.
pub(crate) fn fill(
    request: &Request<'_>,
    kind: &'static WorkloadKind,
    text: &str,
    violations: &[Violation<'_>],
    settings: &Settings,
) -> Result<Option<Filled>, String> {
    let fills = || violations.iter().filter_map(|violation| violation.fill.as_ref());
    if !settings.mutate || fills().next().is_none() {
        return Ok(None);
    }
    let made_of = if kind.is_pod() { pod(request) } else { template(request, kind, settings)? };
    if made_of == Use::Nothing {
        return Ok(None);
    }
    let filled = json::fill(text, fills().map(|fill| (&*fill.path, &*fill.json)))
        .map_err(|error| describe(&error))?;
    let is_answered = made_of == Use::Answered;
    Ok((filled != text).then_some(Filled { text: filled, is_answered }))
}

/// A pod that exists is immutable but for a few fields, and a mirror pod runs whatever its image in
/// the API says; whoever sends it.
fn pod(request: &Request<'_>) -> Use {
    let is_created = request.operation == "CREATE" && request.sub_resource.is_empty();
    let is_mirror = matches!(&request.object, Object::Template(template, _)
        if template.metadata.annotations.0.iter().any(|annotation| annotation.key == MIRROR));
    if is_created && !is_mirror { Use::Answered } else { Use::Nothing }
}

fn template(
    request: &Request<'_>,
    kind: &'static WorkloadKind,
    settings: &Settings,
) -> Result<Use, String> {
    let is_update = request.operation == "UPDATE";
    // Filling a template that an update leaves alone would roll out new pods because of a label.
    if is_update && settings.updates == Updates::Significant && is_unchanged(request, kind)? {
        return Ok(Use::Nothing);
    }
    let is_filled = match kind.kind {
        "ReplicaSet" | "ReplicationController" => false,
        "Job" => request.operation == "CREATE",
        _ => is_update || request.operation == "CREATE",
    };
    let is_filled = is_filled && request.sub_resource.is_empty();
    Ok(if is_filled { Use::Answered } else { Use::Judged })
}

/// Whether the template is the old one, text for text.
fn is_unchanged(request: &Request<'_>, kind: &'static WorkloadKind) -> Result<bool, String> {
    let Some(old) = request.old_object else {
        return Ok(false);
    };
    let old =
        workload::decode(old, kind).map_err(|error| ["oldObject: ", &describe(&error)].concat())?;
    Ok(match (&request.object, &old) {
        (Object::Template(new, _), Some(old)) => template_text(new) == template_text(old),
        _ => false,
    })
}

fn template_text<'t>(template: &Template<'t>) -> Option<&'t str> {
    template.pod.as_ref().map(|pod| pod.text)
}
