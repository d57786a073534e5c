//! From a request and settings to an outcome.

use std::cell::OnceCell;

use crate::date::Date;
use crate::exemptions::{self, Waived};
use crate::json::Error;
use crate::message;
use crate::mutate;
use crate::plan;
use crate::pod::{Admission, MIRROR, Pod};
use crate::report::{Report, Violation};
use crate::request::{Object, Request};
use crate::rule::CheckFn;
use crate::rules::RULES;
use crate::settings::{Action, Settings, Workloads};
use crate::updates;
use crate::workload::{self, Template, WorkloadKind};

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
    /// For machines: every violation that an exemption lets pass.
    pub waived: Vec<Waived<'p>>,
    /// The whole object as it is to be admitted, where that is not as it was sent.
    pub mutated: Option<&'p str>,
}

/// Tells the date, where an exemption depends on it; none where the host has no clock.
pub type Today<'t> = &'t dyn Fn() -> Option<Date>;

/// Subresources of pods that change nothing a rule reads; every other one is judged. The list is
/// Pod Security Admission's.
const IGNORED_POD_SUBRESOURCES: &[&str] =
    &["attach", "binding", "eviction", "exec", "log", "portforward", "proxy", "status"];
/// The same for the kinds that hold a template.
const IGNORED_WORKLOAD_SUBRESOURCES: &[&str] = &["scale", "status"];

/// Judges one request and answers with what came of it: `answer` is called once.
pub(crate) fn judge<T>(
    request: &Request<'_>,
    settings: &Settings,
    today: Today<'_>,
    answer: impl Fn(&Outcome<'_>) -> T,
) -> T {
    match route(request, settings) {
        Ok(Route::Judge(kind)) => {
            object(request, kind, settings, today, &answer).unwrap_or_else(|malformed| {
                let who = message::who(kind.kind, &request.namespace, &request.name);
                let malformed = ["malformed ", &who, ": ", &malformed].concat();
                answer(&Outcome::Malformed(malformed))
            })
        }
        Ok(Route::Skip(reason)) => answer(&Outcome::Skipped(reason)),
        Err(malformed) => answer(&Outcome::Malformed(malformed)),
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

/// Judges the pod in the object; with `mutate`, the pod as it is once what is absent is filled.
fn object<T>(
    request: &Request<'_>,
    kind: &'static WorkloadKind,
    settings: &Settings,
    today: Today<'_>,
    answer: &impl Fn(&Outcome<'_>) -> T,
) -> Result<T, String> {
    let Object::Template(template, text) = &request.object else {
        return Err("the request has no object".to_owned());
    };
    same_kind(template)?;
    if template.pod.is_none() {
        return match kind.kind {
            "ReplicaSet" | "ReplicationController" => {
                Ok(answer(&Outcome::Skipped("the object has no pod template")))
            }
            _ => Err("it has no pod template".to_owned()),
        };
    }
    let case = Case { request, kind, old: OnceCell::new(), settings, today };
    let admission = case.admission(template)?;
    let verdict = case.judge(template, &admission)?;
    let Some(filled) = mutate::fill(request, kind, text, &verdict.violations, settings)? else {
        return Ok(answer(&Outcome::Judged(verdict)));
    };
    let template = workload::decode(&filled.text, kind).map_err(|error| describe(&error))?;
    let template = template.ok_or("it is null")?;
    let mut verdict = case.judge(&template, &admission)?;
    verdict.mutated = (verdict.accepted && filled.is_answered).then_some(&*filled.text);
    Ok(answer(&Outcome::Judged(verdict)))
}

/// A request on its way to a verdict.
struct Case<'c, 'a> {
    request: &'c Request<'a>,
    kind: &'static WorkloadKind,
    /// The old object, once it has been read: on most updates it is not needed.
    old: OnceCell<Option<Template<'a>>>,
    settings: &'c Settings,
    today: Today<'c>,
}

impl<'c, 'a> Case<'c, 'a> {
    /// The object before the update.
    fn old(&self) -> Result<Option<&Template<'a>>, String> {
        if self.old.get().is_none() {
            let text = self.request.old_object;
            let old = text.map(|text| workload::decode(text, self.kind)).transpose();
            let old = old.map_err(|error| format!("oldObject: {}", describe(&error)))?.flatten();
            // The cell is empty, so there is nothing to lose.
            let _ = self.old.set(old);
        }
        Ok(self.old.get().and_then(Option::as_ref))
    }

    fn admission(&'c self, template: &'c Template<'_>) -> Result<Admission<'c>, String> {
        let request = self.request;
        let namespaces = [&request.namespace, &template.metadata.namespace];
        let namespace = namespaces.into_iter().find(|text| !text.is_empty());
        let is_pod = template.kind.is_pod();
        let debugged =
            template.pod.as_ref().is_some_and(|pod| !pod.spec.ephemeral_containers.is_empty());
        let old = if is_pod && debugged { self.old()? } else { None };
        Ok(Admission {
            namespace: namespace.map_or("", |text| text),
            username: &request.user_info.username,
            groups: &request.user_info.groups,
            creates_pod: is_pod && request.operation == "CREATE",
            old: old.and_then(|old| Some(&old.pod.as_ref()?.spec)),
        })
    }

    fn judge<'p>(
        &self,
        template: &'p Template<'_>,
        admission: &'p Admission<'p>,
    ) -> Result<Verdict<'p>, String>
    where
        'c: 'p,
    {
        let (request, settings) = (self.request, self.settings);
        let pod = template.subject(admission);
        let mut violations = pod.map(|pod| evaluate(pod, settings)).unwrap_or_default();
        let mut waived = Vec::new();
        if !violations.is_empty() {
            waived = exemptions::waive(&mut violations, pod, settings, self.today);
            soften(&mut violations, request, template, settings);
            updates::filter(&mut violations, request, template, self.old()?, settings);
        }
        Ok(self.verdict(violations, waived, template, admission))
    }

    fn verdict<'p>(
        &self,
        violations: Vec<Violation<'p>>,
        waived: Vec<Waived<'p>>,
        template: &Template<'_>,
        admission: &Admission<'_>,
    ) -> Verdict<'p> {
        let accepted = violations.iter().all(|found| found.action != Action::Deny);
        let message = if accepted {
            String::new()
        } else {
            let name = message::name(&self.request.name, &template.metadata);
            let who = message::who(template.kind.kind, admission.namespace, &name);
            message::denial(&who, &self.settings.policy(), &violations)
        };
        let warnings = message::warnings(&violations, &waived);
        Verdict { accepted, message, warnings, violations, waived, mutated: None }
    }
}

/// Asks every check of the settings.
pub(crate) fn evaluate<'p>(pod: Pod<'p, '_>, settings: &'p Settings) -> Vec<Violation<'p>> {
    let Some(first) = RULES.first() else {
        return Vec::new();
    };
    let Some(check) = first.checks.first() else {
        return Vec::new();
    };
    let mut report = Report::new(settings, first, check);
    for step in plan::steps(settings) {
        if let CheckFn::Pod(ask) = step.revision.check {
            report.attribute(step.rule, step.check, step.action);
            ask(pod, &mut report);
        }
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

/// A reading error as people read it: path first.
pub(crate) fn describe(error: &Error) -> String {
    let path = error.path();
    let path = message::sanitized(&path, 256);
    let separator = if path.is_empty() { "" } else { ": " };
    [&path, separator, error.message()].concat()
}
