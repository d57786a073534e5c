//! A request with its object, on the way to a verdict.

use std::cell::OnceCell;

use crate::exemptions::Waived;
use crate::judge::{Verdict, World, describe};
use crate::message;
use crate::mutate::{self, Filled};
use crate::plain::Plain;
use crate::pod::{Admission, MIRROR, PodSpec};
use crate::report::Violation;
use crate::request::Request;
use crate::settings::{Action, Settings, Updates, Workloads};
use crate::subject::{Findings, Read, Subject, Target};
use crate::updates;
use crate::workload::Template;

/// A request on its way to a verdict.
pub(crate) struct Case<'c, 'a> {
    request: &'c Request<'a>,
    target: Target<'c>,
    /// The old object, once it has been read: on most updates it is not needed.
    old: OnceCell<Option<Read<'c>>>,
    settings: &'c Settings,
    world: &'c World<'c>,
}

impl<'c, 'a> Case<'c, 'a> {
    pub(crate) fn new(
        request: &'c Request<'a>,
        target: Target<'c>,
        settings: &'c Settings,
        world: &'c World<'c>,
    ) -> Self {
        Self { request, target, old: OnceCell::new(), settings, world }
    }

    /// The object before the update.
    fn old(&self) -> Result<Option<Subject<'_, 'c>>, String> {
        if self.old.get().is_none() {
            let old = self.request.old_object.map(|text| self.target.read(text)).transpose();
            let old = old.map_err(|error| ["oldObject: ", &describe(&error)].concat())?.flatten();
            // The cell is empty, so there is nothing to lose.
            let _ = self.old.set(old);
        }
        Ok(self.old.get().and_then(Option::as_ref).map(Read::subject))
    }

    /// The pod before the update, where the object is one.
    fn old_pod(&self) -> Result<Option<&PodSpec<'c>>, String> {
        match self.old()? {
            Some(Subject::Template(old)) if old.kind.is_pod() => {
                Ok(old.pod.as_ref().map(|pod| &pod.spec))
            }
            _ => Ok(None),
        }
    }

    /// The object before the update, where it is one that carries no pod.
    fn old_plain(&'c self, subject: Subject<'_, '_>) -> Result<Option<&'c Plain<'c>>, String> {
        if self.request.operation != "UPDATE" || !matches!(subject, Subject::Plain(_)) {
            return Ok(None);
        }
        Ok(match self.old()? {
            Some(Subject::Plain(old)) => Some(old),
            _ => None,
        })
    }

    pub(crate) fn admission(&'c self, subject: Subject<'c, '_>) -> Result<Admission<'c>, String> {
        let request = self.request;
        let namespaces = [&request.namespace, &subject.metadata().namespace];
        let namespace = namespaces.into_iter().find(|text| !text.is_empty());
        let pod = match subject {
            Subject::Template(template) if template.kind.is_pod() => template.pod.as_ref(),
            _ => None,
        };
        let is_debugged = request.operation == "UPDATE"
            && pod.is_some_and(|pod| !pod.spec.ephemeral_containers.is_empty());
        Ok(Admission {
            namespace: namespace.map_or("", |text| text),
            name: &request.name,
            username: &request.user_info.username,
            groups: &request.user_info.groups,
            creates_pod: pod.is_some() && request.operation == "CREATE",
            old: if is_debugged { self.old_pod()? } else { None },
            before: self.old_plain(subject)?,
            deletes: request.operation == "DELETE",
        })
    }

    pub(crate) fn judge<'p>(
        &'p self,
        subject: Subject<'p, '_>,
        admission: &'p Admission<'p>,
    ) -> Result<Verdict<'p>, String> {
        let (request, settings) = (self.request, self.settings);
        let Findings { policy, mut violations, waived } =
            subject.judge(admission, settings, self.world);
        soften(&mut violations, request, subject, settings);
        // A controller that writes a subresource does not mend what was there before.
        let is_filtered = request.operation == "UPDATE"
            && (settings.updates != Updates::All || self.is_of_subresource(subject));
        // Without an old object an update is judged as if the object were created.
        if is_filtered
            && !violations.is_empty()
            && let Some(old) = self.old()?
        {
            self.filter(&mut violations, subject, old, admission)?;
        }
        Ok(self.verdict(policy, violations, waived, subject, admission))
    }

    fn is_of_subresource(&self, subject: Subject<'_, '_>) -> bool {
        matches!(subject, Subject::Plain(_)) && !self.request.sub_resource.is_empty()
    }

    /// Leaves the violations that `settings.updates` asks for, and says which of them are old.
    fn filter(
        &self,
        violations: &mut Vec<Violation<'_>>,
        subject: Subject<'_, '_>,
        old: Subject<'_, '_>,
        admission: &Admission<'_>,
    ) -> Result<(), String> {
        let only_new = self.settings.updates == Updates::New;
        if !only_new {
            updates::significant(violations, subject, old);
        }
        // Whoever asks, nothing was added to the old object; what is exempt in it, it does not have.
        let admission = Admission {
            namespace: admission.namespace,
            name: admission.name,
            username: admission.username,
            groups: admission.groups,
            creates_pod: false,
            old: self.old_pod()?,
            before: None,
            deletes: false,
        };
        let old_ones = old.judge(&admission, self.settings, self.world).violations;
        let mut known = updates::known(violations, subject, old, old_ones).into_iter();
        violations.retain_mut(|found| {
            let is_known = known.next().unwrap_or_default();
            // Labels that no policy fits are no worse than those before them.
            if is_known && found.path == "metadata.labels" && found.action == Action::Deny {
                found.action = Action::Warn;
            }
            if is_known && !only_new {
                found.hint = [&*found.hint, "; it was there before the update"].concat().into();
            }
            !(is_known && only_new)
        });
        Ok(())
    }

    /// The object with what is absent filled in; none where nothing is.
    pub(crate) fn filled(
        &self,
        subject: Subject<'_, '_>,
        text: &str,
        violations: &[Violation<'_>],
    ) -> Result<Option<Filled>, String> {
        let mut fills = violations.iter().filter_map(|violation| violation.fill.as_ref());
        if !self.settings.mutate || fills.next().is_none() || self.is_left_alone(subject)? {
            return Ok(None);
        }
        mutate::fill(self.request, self.target, text, violations)
    }

    /// Whether the update changes no template. To fill one would roll out new pods because of a
    /// label; and to judge it as filled would judge it as changed.
    fn is_left_alone(&self, subject: Subject<'_, '_>) -> Result<bool, String> {
        if self.request.operation != "UPDATE" || self.settings.updates != Updates::Significant {
            return Ok(false);
        }
        Ok(self.old()?.is_some_and(|old| updates::is_unchanged(subject, old)))
    }

    fn verdict<'p>(
        &self,
        policy: String,
        violations: Vec<Violation<'p>>,
        waived: Vec<Waived<'p>>,
        subject: Subject<'_, '_>,
        admission: &Admission<'_>,
    ) -> Verdict<'p> {
        let accepted = violations.iter().all(|found| found.action != Action::Deny);
        let message = if accepted {
            String::new()
        } else {
            let name = message::name(&self.request.name, subject.metadata());
            let who = message::who(self.target.kind(), admission.namespace, &name);
            message::denial(&who, &policy, &violations)
        };
        let warnings = message::warnings(&violations, &waived);
        Verdict { accepted, policy, message, warnings, violations, waived, mutated: None }
    }
}

/// Turns denials into warnings where the settings or the nature of the object ask for it.
fn soften(
    violations: &mut [Violation<'_>],
    request: &Request<'_>,
    subject: Subject<'_, '_>,
    settings: &Settings,
) {
    let warn_only = match subject {
        Subject::Template(template) if template.kind.is_pod() => {
            is_mirror_of_node(request, template)
        }
        Subject::Template(_) | Subject::Custom(_) => settings.workloads == Workloads::Warn,
        Subject::Plain(_) => false,
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
