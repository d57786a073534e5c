//! From a request and settings to an outcome.

use crate::case::Case;
use crate::cluster::{Ask, Cluster};
use crate::date::Date;
use crate::exemptions::Waived;
use crate::json::Error;
use crate::message;
use crate::plain::PlainKind;
use crate::plan;
use crate::pod_templates;
use crate::report::Violation;
use crate::request::{Object, Request};
use crate::rule::CheckFn;
use crate::settings::{Settings, Workloads};
use crate::subject::{Subject, Target};
use crate::text::is_one_of;
use crate::workload::Template;

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
    /// Profile and version that were asked: `restricted:latest`.
    pub policy: String,
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

/// What the library asks of whoever runs it.
#[derive(Clone, Copy)]
pub struct Host<'h> {
    /// Tells the date.
    pub today: Today<'h>,
    /// Answers questions about the cluster.
    pub ask: Ask<'h>,
}

/// What is outside of a request: the date, and the cluster.
pub(crate) struct World<'h> {
    pub today: Today<'h>,
    pub cluster: Cluster<'h>,
}

/// Subresources of pods that change nothing a rule reads; every other one is judged. The list is
/// Pod Security Admission's.
const IGNORED_POD_SUBRESOURCES: &[&str] =
    &["attach", "binding", "eviction", "exec", "log", "portforward", "proxy", "status"];
/// The same for the kinds that hold a template.
const IGNORED_WORKLOAD_SUBRESOURCES: &[&str] = &["scale", "status"];

/// Why what carries no pod is skipped.
const NOT_JUDGED: &str = "no rule judges this kind";

/// Why a deletion is skipped.
const NOT_PROTECTED: &str = "nothing that a rule protects is deleted";

/// Judges one request and answers with what came of it: `answer` is called once.
pub(crate) fn judge<T>(
    request: &Request<'_>,
    settings: &Settings,
    host: Host<'_>,
    answer: impl Fn(&Outcome<'_>) -> T,
) -> T {
    let world = World { today: host.today, cluster: Cluster::new(host.ask) };
    match route(request, settings) {
        Ok(Route::Judge(target)) => object(request, target, settings, &world, &answer)
            .unwrap_or_else(|malformed| {
                let who = message::who(target.kind(), &request.namespace, &request.name);
                let malformed = ["malformed ", &who, ": ", &malformed].concat();
                answer(&Outcome::Malformed(malformed))
            }),
        Ok(Route::Skip(reason)) => answer(&Outcome::Skipped(reason)),
        Err(malformed) => answer(&Outcome::Malformed(malformed)),
    }
}

enum Route<'r> {
    Judge(Target<'r>),
    Skip(&'static str),
}

/// Decides by operation, kind and subresource whether there is anything to judge.
fn route<'r>(request: &'r Request<'_>, settings: &'r Settings) -> Result<Route<'r>, String> {
    match &*request.operation {
        // Gatekeeper's audit knows no operation: what exists is judged as if it were created.
        "" | "CREATE" | "UPDATE" | "CONNECT" => {}
        // Only what carries no pod is protected; other kinds need not be known.
        "DELETE" => {
            let (group, kind) = (&*request.kind.group, &*request.kind.kind);
            if PlainKind::find(group, kind).is_none() || !request.sub_resource.is_empty() {
                return Ok(Route::Skip(NOT_PROTECTED));
            }
        }
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
    let target = match request.workload_kind() {
        Some(kind) => Target::Workload(kind),
        None if is_core_pods && !is_one_of(sub_resource, IGNORED_POD_SUBRESOURCES) => {
            let name = message::sanitized(&request.kind.kind, 64);
            return Err(if sub_resource.is_empty() {
                format!("malformed request: it is for pods, and its kind is `{name}`")
            } else {
                let sub_resource = message::sanitized(sub_resource, 64);
                format!("malformed request: subresource `{sub_resource}` of pods carries no pod")
            });
        }
        None => match other_kind(request, settings) {
            Some(target) => target,
            None if request.operation == "DELETE" => return Ok(Route::Skip(NOT_PROTECTED)),
            None => return Ok(Route::Skip(NOT_JUDGED)),
        },
    };
    let ignored = match target {
        // Labels of a namespace can be changed through its subresources.
        Target::Plain(PlainKind::Connection | PlainKind::Namespace, _) => &[],
        Target::Workload(kind) if kind.is_pod() => IGNORED_POD_SUBRESOURCES,
        _ if is_core_pods => IGNORED_POD_SUBRESOURCES,
        _ => IGNORED_WORKLOAD_SUBRESOURCES,
    };
    if is_one_of(sub_resource, ignored) {
        return Ok(Route::Skip("the subresource changes nothing that a rule judges"));
    }
    if target.has_templates() && settings.workloads == Workloads::Ignore {
        return Ok(Route::Skip("the settings leave pod templates to their pods"));
    }
    if let Target::Custom { named: Some(named), .. } = target
        && named.paths().next().is_none()
    {
        return Ok(Route::Skip("the settings say that the kind carries no pods"));
    }
    Ok(Route::Judge(target))
}

/// What a kind that is no built-in workload is judged as; none where no rule judges it.
fn other_kind<'r>(request: &'r Request<'_>, settings: &'r Settings) -> Option<Target<'r>> {
    let (group, kind) = (&*request.kind.group, &*request.kind.kind);
    if let Some((known, kind)) = PlainKind::find(group, kind) {
        let is_asked = is_asked(settings, |check| match check {
            CheckFn::Plain(check) => request.operation != "DELETE" && check.kind() == known,
            CheckFn::Deletion(check) => request.operation == "DELETE" && check.kind() == known,
            _ => false,
        });
        return is_asked.then_some(Target::Plain(known, kind));
    }
    let named = settings.pod_templates.find(group, kind);
    let is_looked_into = || {
        !pod_templates::is_built_in(group)
            && matches!(request.object, Object::Other(_))
            && is_asked(settings, CheckFn::is_of_pods)
    };
    let is_judged = named.is_some() || is_looked_into();
    is_judged.then_some(Target::Custom { group, kind, named })
}

/// Whether the settings ask a check like that.
fn is_asked(settings: &Settings, is_it: impl Fn(&CheckFn) -> bool) -> bool {
    plan::steps(settings).iter().any(|step| step.revision.check.each().iter().any(&is_it))
}

/// Judges the object; with `mutate`, as it is once what is absent is filled.
fn object<T>(
    request: &Request<'_>,
    target: Target<'_>,
    settings: &Settings,
    world: &World<'_>,
    answer: &impl Fn(&Outcome<'_>) -> T,
) -> Result<T, String> {
    let read;
    let deleted = request.old_object.filter(|_| request.operation == "DELETE").map(Object::Other);
    let (subject, text) = match deleted.as_ref().unwrap_or(&request.object) {
        Object::Template(template, text) => (Subject::Template(template), *text),
        Object::Other(text) => {
            let object = target.read(text).map_err(|error| describe(&error))?;
            read = object.ok_or("the request has no object")?;
            (read.subject(), *text)
        }
        Object::Absent if request.operation == "DELETE" => {
            return Err("the request has no oldObject, which is to be deleted".to_owned());
        }
        Object::Absent => return Err("the request has no object".to_owned()),
    };
    if let Some(says) = subject.contradicts(target) {
        return Err(["the object is another kind, ", &message::sanitized(&says, 64)].concat());
    }
    if let Subject::Template(Template { pod: None, .. }) = subject {
        return match target.kind() {
            "ReplicaSet" | "ReplicationController" => {
                Ok(answer(&Outcome::Skipped("the object has no pod template")))
            }
            _ => Err("it has no pod template".to_owned()),
        };
    }
    if matches!(subject, Subject::Custom(resource) if resource.carries_nothing()) {
        return Ok(answer(&Outcome::Skipped(NOT_JUDGED)));
    }
    let case = Case::new(request, target, settings, world);
    let admission = case.admission(subject)?;
    let verdict = case.judge(subject, &admission)?;
    let Some(filled) = case.filled(subject, text, &verdict.violations)? else {
        return Ok(answer(&Outcome::Judged(verdict)));
    };
    let again = target.read(&filled.text).map_err(|error| describe(&error))?;
    let again = again.ok_or("the request has no object")?;
    let mut verdict = case.judge(again.subject(), &admission)?;
    verdict.mutated = (verdict.accepted && filled.is_answered).then_some(&*filled.text);
    Ok(answer(&Outcome::Judged(verdict)))
}

/// A reading error as people read it: path first.
pub(crate) fn describe(error: &Error) -> String {
    let path = error.path();
    let path = message::sanitized(&path, 256);
    let separator = if path.is_empty() { "" } else { ": " };
    [&path, separator, error.message()].concat()
}
