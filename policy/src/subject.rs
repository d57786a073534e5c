//! What a request brings to be judged, and judging it.

use crate::custom_resource::CustomResource;
use crate::exemptions::{self, Waived};
use crate::json::{Error, Scanner, same};
use crate::judge::World;
use crate::plain::{Plain, PlainKind};
use crate::plan::{self, Step};
use crate::pod::{Admission, Metadata, Pod};
use crate::pod_templates::PodTemplates;
use crate::report::{Report, Violation};
use crate::rule::CheckFn;
use crate::rules::pod_security_labels;
use crate::settings::{Action, Settings};
use crate::standards::Asked;
use crate::text::cut;
use crate::workload::{Template, WorkloadKind};

/// What an object is read as.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Target<'t> {
    /// A built-in kind that carries a pod.
    Workload(&'static WorkloadKind),
    /// A custom resource, and what the settings say of its kind.
    Custom { group: &'t str, kind: &'t str, named: Option<&'t PodTemplates> },
    /// A kind that carries no pod, and its name.
    Plain(PlainKind, &'static str),
}

impl<'t> Target<'t> {
    /// The kind.
    pub(crate) fn kind(self) -> &'t str {
        match self {
            Self::Workload(kind) => kind.kind,
            Self::Custom { kind, .. } => kind,
            Self::Plain(_, kind) => kind,
        }
    }

    /// Whether it holds pod templates.
    pub(crate) fn has_templates(self) -> bool {
        match self {
            Self::Workload(kind) => !kind.is_pod(),
            Self::Custom { .. } => true,
            Self::Plain(..) => false,
        }
    }

    /// Whether an object that says so is one.
    fn is(self, group: &str, kind: &str) -> bool {
        let group = (!group.is_empty()).then(|| cut(group, b'/').map_or("", |(it, _)| it));
        let is_group = |known: &str| group.is_none_or(|group| same(group.as_bytes(), known));
        let (groups, own) = match self {
            Self::Workload(known) => (known.groups, ""),
            Self::Custom { group, .. } => (&[][..], group),
            Self::Plain(kind, _) => (&[][..], kind.group()),
        };
        let in_group =
            groups.iter().any(|known| is_group(known)) || (groups.is_empty() && is_group(own));
        in_group && (kind.is_empty() || same(kind.as_bytes(), self.kind()))
    }

    /// Reads the object in `text`; none where it is `null`.
    pub(crate) fn read<'a>(self, text: &'a str) -> Result<Option<Read<'a>>, Error> {
        let mut scanner = Scanner::new(text);
        if scanner.null()? {
            return Ok(None);
        }
        let scanner = &mut scanner;
        Ok(Some(match self {
            Self::Workload(kind) => Read::Template(Template::decode(scanner, kind)?),
            Self::Custom { group, kind, named } => {
                Read::Custom(CustomResource::decode(scanner, group, kind, named)?)
            }
            Self::Plain(kind, _) => Read::Plain(Plain::decode(scanner, kind)?),
        }))
    }
}

/// An object that was read for itself.
#[derive(Debug)]
pub(crate) enum Read<'a> {
    Template(Box<Template<'a>>),
    Custom(CustomResource<'a>),
    Plain(Plain<'a>),
}

impl<'a> Read<'a> {
    pub(crate) fn subject(&self) -> Subject<'_, 'a> {
        match self {
            Self::Template(template) => Subject::Template(template),
            Self::Custom(resource) => Subject::Custom(resource),
            Self::Plain(object) => Subject::Plain(object),
        }
    }
}

/// An object that rules judge.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Subject<'s, 'a> {
    Template(&'s Template<'a>),
    Custom(&'s CustomResource<'a>),
    Plain(&'s Plain<'a>),
}

/// What came of judging.
#[derive(Default)]
pub(crate) struct Findings<'p> {
    /// What was enforced: `restricted:latest`.
    pub policy: String,
    pub violations: Vec<Violation<'p>>,
    pub waived: Vec<Waived<'p>>,
}

impl<'s, 'a> Subject<'s, 'a> {
    pub(crate) fn metadata(self) -> &'s Metadata<'a> {
        match self {
            Self::Template(template) => &template.metadata,
            Self::Custom(resource) => &resource.metadata,
            Self::Plain(object) => &object.head.metadata,
        }
    }

    /// A request whose object says it is something else than its kind is not one the API server
    /// made: what it says.
    pub(crate) fn contradicts(self, target: Target<'_>) -> Option<String> {
        let (api_version, kind) = match self {
            Self::Template(template) => (&template.api_version, &template.object_kind),
            Self::Custom(resource) => (&resource.api_version, &resource.object_kind),
            Self::Plain(object) => (&object.head.api_version, &object.head.kind),
        };
        (!target.is(api_version, kind)).then(|| [&**api_version, " ", kind].concat())
    }

    /// Asks every check of the settings, and takes out what exemptions cover.
    pub(crate) fn judge(
        self,
        admission: &'s Admission<'s>,
        settings: &'s Settings,
        world: &'s World<'_>,
    ) -> Findings<'s> {
        let asked = self.asked(admission, settings, world);
        let mut findings = Findings { policy: asked.policy, ..Findings::default() };
        if let Some(unasked) = &asked.unknown {
            let violations = vec![pod_security_labels::unknown(unasked, settings)];
            findings.add(violations, admission, None, settings, world);
        }
        let plans = &*asked.plans;
        let steps = plans.first().map(|(_, steps)| &**steps).unwrap_or_default();
        match self {
            Self::Template(template) => {
                if let Some(pod) = template.subject(admission) {
                    findings.pod(pod, plans, settings, world);
                }
            }
            Self::Custom(resource) => {
                let own = plan::step_of_custom_resources(steps, settings);
                let violations = ask_all(own.as_slice(), settings, world, |check, report| {
                    if let CheckFn::CustomResource(ask) = check {
                        ask(resource, report);
                    }
                });
                findings.add(violations, admission, None, settings, world);
                for pod in resource.pods(admission) {
                    findings.pod(pod, plans, settings, world);
                }
            }
            Self::Plain(object) => {
                let violations = ask_all(steps, settings, world, |check, report| match check {
                    CheckFn::Plain(ask) if !admission.deletes => ask.ask(object, admission, report),
                    CheckFn::Deletion(ask) if admission.deletes => {
                        ask.ask(object, admission, report);
                    }
                    _ => {}
                });
                findings.add(violations, admission, None, settings, world);
            }
        }
        findings
    }

    /// What is asked: of pods perhaps what their namespace says.
    fn asked(
        self,
        admission: &Admission<'_>,
        settings: &Settings,
        world: &'s World<'_>,
    ) -> Asked<'s> {
        let carries_pods = matches!(self, Self::Template(_) | Self::Custom(_));
        if carries_pods && settings.profile.from_namespace_labels {
            return Asked::of_namespace(settings, admission.namespace, world);
        }
        Asked::of_settings(settings)
    }
}

/// Asks every check in turn, which `ask` does where it is one of the subject's.
fn ask_all<'p>(
    steps: &[Step],
    settings: &'p Settings,
    world: &'p World<'_>,
    ask: impl Fn(CheckFn, &mut Report<'p>),
) -> Vec<Violation<'p>> {
    let Some(first) = steps.first() else {
        return Vec::new();
    };
    let mut report = Report::new(settings, world, first.rule, first.check);
    for step in steps {
        report.attribute(step.rule, step.check, step.action);
        for check in step.revision.check.each() {
            ask(*check, &mut report);
        }
    }
    report.into_violations()
}

impl<'p> Findings<'p> {
    /// Follows each plan. What one finds, a weaker one finds once more for less.
    fn pod(
        &mut self,
        pod: Pod<'p, '_>,
        plans: &[(Action, Vec<Step>)],
        settings: &'p Settings,
        world: &'p World<'_>,
    ) {
        let mut violations = Vec::new();
        for (most, steps) in plans {
            let mut found = ask_all(steps, settings, world, |check, report| {
                if let CheckFn::Pod(ask) = check {
                    ask(pod, report);
                }
            });
            if violations.is_empty() && *most == Action::Deny {
                violations = found;
                continue;
            }
            found.retain(|new| !violations.iter().any(|known| is_same(known, new)));
            for violation in &mut found {
                violation.action = violation.action.min(*most);
            }
            violations.append(&mut found);
        }
        self.add(violations, pod.admission(), Some(pod), settings, world);
    }

    /// Keeps what no exemption covers.
    fn add(
        &mut self,
        mut violations: Vec<Violation<'p>>,
        admission: &Admission<'_>,
        pod: Option<Pod<'p, '_>>,
        settings: &'p Settings,
        world: &World<'_>,
    ) {
        if violations.is_empty() {
            return;
        }
        self.waived.extend(exemptions::waive(
            &mut violations,
            admission,
            pod,
            settings,
            world.today,
        ));
        if self.violations.is_empty() {
            self.violations = violations;
        } else {
            self.violations.append(&mut violations);
        }
    }
}

/// Whether two plans found the same.
fn is_same(one: &Violation<'_>, other: &Violation<'_>) -> bool {
    one.rule.id == other.rule.id && one.path == other.path && one.found == other.found
}
