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
use crate::subject::Target;
use crate::workload::WorkloadKind;

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
    target: Target<'_>,
    text: &str,
    violations: &[Violation<'_>],
) -> Result<Option<Filled>, String> {
    let made_of = match target {
        Target::Workload(kind) if kind.is_pod() => pod(request),
        Target::Workload(kind) => template(request, kind),
        // Its controller makes the pods, and they are filled.
        Target::Custom { .. } => Use::Judged,
        Target::Plain(..) if request.sub_resource.is_empty() => Use::Answered,
        Target::Plain(..) => Use::Nothing,
    };
    if made_of == Use::Nothing {
        return Ok(None);
    }
    let fills = violations.iter().filter_map(|violation| violation.fill.as_ref());
    let filled = json::fill(text, fills.map(|fill| (&*fill.path, &*fill.json)))
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

fn template(request: &Request<'_>, kind: &'static WorkloadKind) -> Use {
    let is_update = request.operation == "UPDATE";
    let is_filled = match kind.kind {
        "ReplicaSet" | "ReplicationController" => false,
        "Job" => request.operation == "CREATE",
        _ => is_update || request.operation == "CREATE",
    };
    let is_filled = is_filled && request.sub_resource.is_empty();
    if is_filled { Use::Answered } else { Use::Judged }
}
