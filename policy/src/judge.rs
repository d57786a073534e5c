//! From a request and settings to an outcome.

use crate::json::Error;
use crate::message;
use crate::plan;
use crate::pod::{MIRROR, Pod};
use crate::report::{Report, Violation};
use crate::request::{Object, Request};
use crate::rules::RULES;
use crate::settings::{Action, Settings, Workloads};
use crate::updates;
use crate::workload::{Template, WorkloadKind};

/// What came of a request.
pub(crate) enum Outcome<'p> {
    /// A rule was asked; perhaps none had to be.
    Judged(Verdict<'p>),
    /// It could not be read: denied.
    Malformed(String),
    /// It carries nothing that a rule judges: accepted.
    Skipped(&'static str),
}

/// What the rules found, written out.
pub(crate) struct Verdict<'p> {
    pub accepted: bool,
    /// For people: why it was denied. Empty where it was not.
    pub message: String,
    /// For clients: one line each.
    pub warnings: Vec<String>,
    /// For machines: every violation.
    pub violations: Vec<Violation<'p>>,
}

/// Subresources of pods that change nothing a rule reads; every other one is judged. The list is
/// Pod Security Admission's.
const IGNORED_POD_SUBRESOURCES: &[&str] =
    &["attach", "binding", "eviction", "exec", "log", "portforward", "proxy", "status"];
/// The same for the kinds that hold a template.
const IGNORED_WORKLOAD_SUBRESOURCES: &[&str] = &["scale", "status"];

/// Judges one request.
pub(crate) fn judge<'p>(request: &'p Request<'_>, settings: &Settings) -> Outcome<'p> {
    match route(request, settings) {
        Ok(Route::Judge(kind)) => object(request, kind, settings).unwrap_or_else(|malformed| {
            let who = message::who(kind.kind, &request.namespace, &request.name);
            Outcome::Malformed(["malformed ", &who, ": ", &malformed].concat())
        }),
        Ok(Route::Skip(reason)) => Outcome::Skipped(reason),
        Err(malformed) => Outcome::Malformed(malformed),
    }
}

enum Route {
    Judge(&'static WorkloadKind),
    Skip(&'static str),
}

/// Decides by operation, kind and subresource whether there is anything to judge.
fn route(request: &Request<'_>, settings: &Settings) -> Result<Route, String> {
    match &*request.operation {
        // Gatekeeper's audit knows no operation: what exists is judged as if it were created.
        "" | "CREATE" | "UPDATE" | "CONNECT" => {}
        "DELETE" => return Ok(Route::Skip("nothing that a rule protects is deleted")),
        other => {
            let other = message::sanitized(other, 32);
            return Err(format!("malformed request: unknown operation `{other}`"));
        }
    }
    if request.kind.kind.is_empty() {
        return Err("malformed request: it has no `kind.kind`".to_owned());
    }
    let sub_resource = &*request.sub_resource;
    let is_core_pods = request.resource.group.is_empty() && request.resource.resource == "pods";
    let Some(kind) = request.workload_kind() else {
        if is_core_pods && !IGNORED_POD_SUBRESOURCES.contains(&sub_resource) {
            let name = message::sanitized(&request.kind.kind, 64);
            return Err(if sub_resource.is_empty() {
                format!("malformed request: it is for pods, and its kind is `{name}`")
            } else {
                let sub_resource = message::sanitized(sub_resource, 64);
                format!("malformed request: subresource `{sub_resource}` of pods carries no pod")
            });
        }
        return Ok(Route::Skip("no rule judges this kind"));
    };
    let ignored = if kind.is_pod() || is_core_pods {
        IGNORED_POD_SUBRESOURCES
    } else {
        IGNORED_WORKLOAD_SUBRESOURCES
    };
    if ignored.contains(&sub_resource) {
        return Ok(Route::Skip("the subresource changes nothing that a rule judges"));
    }
    if !kind.is_pod() && settings.workloads == Workloads::Ignore {
        return Ok(Route::Skip("the settings leave pod templates to their pods"));
    }
    Ok(Route::Judge(kind))
}

/// Judges the pod in the object.
fn object<'p>(
    request: &'p Request<'_>,
    kind: &'static WorkloadKind,
    settings: &Settings,
) -> Result<Outcome<'p>, String> {
    let Object::Template(template) = &request.object else {
        return Err("the request has no object".to_owned());
    };
    same_kind(template)?;
    let Some(pod) = template.subject() else {
        return match kind.kind {
            "ReplicaSet" | "ReplicationController" => {
                Ok(Outcome::Skipped("the object has no pod template"))
            }
            _ => Err("it has no pod template".to_owned()),
        };
    };
    let mut violations = evaluate(pod, settings);
    if !violations.is_empty() {
        soften(&mut violations, request, template, settings);
        updates::filter(&mut violations, request, template, settings)
            .map_err(|error| format!("oldObject: {}", describe(&error)))?;
    }
    Ok(Outcome::Judged(verdict(violations, request, template, settings)))
}

/// Asks every check of the settings.
pub(crate) fn evaluate<'p>(pod: Pod<'p, '_>, settings: &Settings) -> Vec<Violation<'p>> {
    let Some(first) = RULES.first() else {
        return Vec::new();
    };
    let Some(check) = first.checks.first() else {
        return Vec::new();
    };
    let mut report = Report::new(first, check);
    for step in plan::steps(settings) {
        report.attribute(step.rule, step.check, step.action);
        (step.revision.check)(pod, &mut report);
    }
    report.into_violations()
}

/// A request whose object says it is something else than its kind is not one the API server made.
fn same_kind(template: &Template<'_>) -> Result<(), String> {
    let group = template.api_version.split_once('/').map_or("", |(group, _)| group);
    let kind_differs =
        !template.object_kind.is_empty() && template.object_kind != template.kind.kind;
    let group_differs = !template.api_version.is_empty() && !template.kind.groups.contains(&group);
    if kind_differs || group_differs {
        let found = [&*template.api_version, " ", &template.object_kind].concat();
        return Err(format!("the object is another kind, {}", message::sanitized(&found, 64)));
    }
    Ok(())
}

/// Turns denials into warnings where the settings or the nature of the object ask for it.
fn soften(
    violations: &mut [Violation<'_>],
    request: &Request<'_>,
    template: &Template<'_>,
    settings: &Settings,
) {
    let warn_only = if template.kind.is_pod() {
        is_mirror_of_node(request, template)
    } else {
        settings.workloads == Workloads::Warn
    };
    if warn_only {
        for violation in violations.iter_mut().filter(|found| found.action == Action::Deny) {
            violation.action = Action::Warn;
        }
    }
}

/// Whether the kubelet of a node shows a pod that it already runs from a file. Denying the image
/// would stop nothing and hide the pod. A pod that anybody else marks so is judged like any other.
fn is_mirror_of_node(request: &Request<'_>, template: &Template<'_>) -> bool {
    let user = &request.user_info;
    user.username.starts_with("system:node:")
        && user.groups.iter().any(|group| group == "system:nodes")
        && template.metadata.annotations.0.iter().any(|annotation| annotation.key == MIRROR)
}

fn verdict<'p>(
    violations: Vec<Violation<'p>>,
    request: &Request<'_>,
    template: &Template<'_>,
    settings: &Settings,
) -> Verdict<'p> {
    let accepted = violations.iter().all(|found| found.action != Action::Deny);
    let who = || {
        let namespace = [&request.namespace, &template.metadata.namespace];
        let namespace = namespace.into_iter().find(|text| !text.is_empty());
        let name = message::name(&request.name, &template.metadata);
        message::who(template.kind.kind, namespace.map_or("", |text| text), &name)
    };
    Verdict {
        accepted,
        message: if accepted {
            String::new()
        } else {
            message::denial(&who(), &settings.policy(), &violations)
        },
        warnings: message::warnings(&violations),
        violations,
    }
}

/// A reading error as people read it: path first.
pub(crate) fn describe(error: &Error) -> String {
    let path = error.path();
    let path = message::sanitized(&path, 256);
    let separator = if path.is_empty() { "" } else { ": " };
    [&path, separator, error.message()].concat()
}
