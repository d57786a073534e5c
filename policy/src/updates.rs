//! Which violations of an updated object count.

use crate::judge::evaluate;
use crate::pod::{Admission, Annotation, ContainerSpec, PodSpec};
use crate::report::Violation;
use crate::request::Request;
use crate::settings::{Action, Settings, Updates};
use crate::workload::Template;

/// Leaves the violations that `settings.updates` asks for. Without an old object an update is
/// judged as if the object were created.
pub(crate) fn filter(
    violations: &mut Vec<Violation<'_>>,
    request: &Request<'_>,
    template: &Template<'_>,
    old: Option<&Template<'_>>,
    settings: &Settings,
) {
    if request.operation != "UPDATE" || settings.updates == Updates::All {
        return;
    }
    let Some(old) = old else {
        return;
    };
    match settings.updates {
        Updates::All => {}
        Updates::Significant if is_significant(template, old) => {}
        Updates::Significant if template.kind.is_pod() => violations.clear(),
        // The template stays as it was: the update is let through, and says what its pods will meet.
        Updates::Significant => {
            for violation in violations.iter_mut().filter(|found| found.action == Action::Deny) {
                violation.action = Action::Warn;
            }
        }
        Updates::New => {
            let namespace = template.metadata.namespace.as_ref();
            let namespace =
                if request.namespace.is_empty() { namespace } else { &request.namespace };
            let admission = Admission { namespace, ..Admission::default() };
            let old = old.subject(&admission).map(|pod| evaluate(pod, settings));
            retain_new(violations, old.unwrap_or_default());
        }
    }
}

/// Whether the update changes what a rule may judge. For pods as Pod Security Admission has it
/// (another number of containers or init containers, another image, another ephemeral container),
/// and the legacy profile annotations besides. A template is unchanged only if its text is.
fn is_significant(new: &Template<'_>, old: &Template<'_>) -> bool {
    let (Some(new_pod), Some(old_pod)) = (&new.pod, &old.pod) else {
        return true;
    };
    if !new.kind.is_pod() {
        return new_pod.text != old_pod.text;
    }
    pods_differ(&new_pod.spec, &old_pod.spec)
        || annotations_differ(&new.metadata.annotations.0, &old.metadata.annotations.0)
}

fn pods_differ(new: &PodSpec<'_>, old: &PodSpec<'_>) -> bool {
    let images_differ = |new: &[ContainerSpec<'_>], old: &[ContainerSpec<'_>]| {
        new.len() != old.len() || new.iter().zip(old).any(|(new, old)| new.image != old.image)
    };
    images_differ(&new.containers, &old.containers)
        || images_differ(&new.init_containers, &old.init_containers)
        || new.ephemeral_containers.iter().any(|new| {
            let old = old.ephemeral_containers.iter().find(|old| old.name == new.name);
            old.is_none_or(|old| old.image != new.image)
        })
}

fn annotations_differ(new: &[Annotation<'_>], old: &[Annotation<'_>]) -> bool {
    new.iter().any(|new| !old.iter().any(|old| old.key == new.key && old.value == new.value))
}

/// Leaves the violations that have no counterpart among the old ones. An old one is counterpart to
/// one new one only: the second volume of a kind is new, though the first was there before.
fn retain_new(violations: &mut Vec<Violation<'_>>, old: Vec<Violation<'_>>) {
    let mut old = old.into_iter().map(Some).collect::<Vec<_>>();
    violations.retain(|found| {
        let same =
            |old: &&mut Option<Violation<'_>>| old.as_ref().is_some_and(|old| is_same(found, old));
        // Taken out, so that it is found once.
        old.iter_mut().find(same).and_then(Option::take).is_none()
    });
}

/// Whether two violations are the same grievance: rule, container, field and value. Indices do not
/// count, names do: a container put in front of another makes no new violation of the other.
fn is_same(new: &Violation<'_>, old: &Violation<'_>) -> bool {
    new.check.id == old.check.id
        && new.found == old.found
        && new.container.map(|(name, _)| name) == old.container.map(|(name, _)| name)
        && without_indices(&new.path).eq(without_indices(&old.path))
}

fn without_indices(path: &str) -> impl Iterator<Item = &str> {
    path.split('[').enumerate().map(|(part, text)| match text.split_once(']') {
        Some((index, rest)) if part > 0 && index.bytes().all(|byte| byte.is_ascii_digit()) => rest,
        _ => text,
    })
}
