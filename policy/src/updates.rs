//! Which violations of an updated object count.

use crate::pod::{Annotation, ContainerSpec, NodeSelectorTerm, PodSpec, Toleration};
use crate::report::Violation;
use crate::settings::Action;
use crate::subject::Subject;
use crate::workload::Template;

/// Leaves what a significant update is judged by. An update of a pod that is none counts for
/// nothing but the fields that it changes; a template that stays as it was is let through, and says
/// what its pods will meet.
pub(crate) fn significant(
    violations: &mut Vec<Violation<'_>>,
    new: Subject<'_, '_>,
    old: Subject<'_, '_>,
) {
    match (new, old) {
        (Subject::Template(new), Subject::Template(old)) if new.kind.is_pod() => {
            return pod(violations, new, old);
        }
        (Subject::Plain(new), Subject::Plain(old)) => {
            return violations.retain(|found| !new.keeps(old, &found.path));
        }
        _ => {}
    }
    if is_unchanged(new, old) {
        for violation in violations.iter_mut().filter(|found| found.action == Action::Deny) {
            violation.action = Action::Warn;
        }
    }
}

/// Whether an update leaves every pod template as it was, text for text.
pub(crate) fn is_unchanged(new: Subject<'_, '_>, old: Subject<'_, '_>) -> bool {
    match (new, old) {
        (Subject::Template(new), Subject::Template(old)) => match (&new.pod, &old.pod) {
            (Some(new), Some(old)) => new.text == old.text,
            _ => false,
        },
        (Subject::Custom(new), Subject::Custom(old)) => new.is_unchanged(old),
        _ => false,
    }
}

/// Tells of each violation whether the old object had it. One of the old object's is counterpart to
/// one only: the second volume of a kind is new, though the first was there before.
pub(crate) fn known(
    violations: &[Violation<'_>],
    new: Subject<'_, '_>,
    old: Subject<'_, '_>,
    old_ones: Vec<Violation<'_>>,
) -> Vec<bool> {
    let mut old_ones = old_ones.into_iter().map(Some).collect::<Vec<_>>();
    let mut is_known = |found: &Violation<'_>| {
        let is_counterpart = |one: &&mut Option<Violation<'_>>| {
            let is_same = |one: &Violation<'_>| is_same(found, new, one, old);
            one.as_ref().is_some_and(is_same)
        };
        // Taken out, so that it is found once.
        old_ones.iter_mut().find(is_counterpart).and_then(Option::take).is_some()
    };
    violations.iter().map(&mut is_known).collect()
}

/// Whether two violations are the same grievance: rule, container, field and value. Indices in a pod
/// do not count, names do: a container put in front of another makes no new violation of the other.
fn is_same(
    found: &Violation<'_>,
    new: Subject<'_, '_>,
    one: &Violation<'_>,
    old: Subject<'_, '_>,
) -> bool {
    let is_about_same = || match (new, old) {
        (Subject::Custom(new), Subject::Custom(old)) => {
            new.is_about_same(&found.path, old, &one.path)
        }
        // What is said of a whole object, or cut short, may be said of another one, too.
        (Subject::Plain(new), Subject::Plain(old)) => new.keeps(old, &found.path),
        _ => true,
    };
    found.check.id == one.check.id
        && found.found == one.found
        && found.container.map(|(name, _)| name) == one.container.map(|(name, _)| name)
        && without_indices(&found.path).eq(without_indices(&one.path))
        && is_about_same()
}

fn without_indices(path: &str) -> impl Iterator<Item = &str> {
    path.split('[').enumerate().map(|(part, text)| match text.split_once(']') {
        Some((index, rest)) if part > 0 && index.bytes().all(|byte| byte.is_ascii_digit()) => rest,
        _ => text,
    })
}

/// For pods an update is significant as Pod Security Admission has it (another number of containers
/// or init containers, another image, another ephemeral container), and by the legacy profile
/// annotations besides. Of the fields that rules judge, the API server lets any other update change
/// labels, tolerations, which may be added, and node selector and affinity before the pod is scheduled
/// (`ValidatePodUpdate` in `pkg/apis/core/validation`), and by `resize` their resources. `nodeName` is the scheduler's: it comes by
/// the subresource `binding`.
fn pod(violations: &mut Vec<Violation<'_>>, new: &Template<'_>, old: &Template<'_>) {
    let (Some(new_pod), Some(old_pod)) = (&new.pod, &old.pod) else {
        return;
    };
    let (new_spec, old_spec) = (&new_pod.spec, &old_pod.spec);
    let annotations = (&*new.metadata.annotations.0, &*old.metadata.annotations.0);
    if containers_differ(new_spec, old_spec)
        || annotations_differ(annotations.0, annotations.1)
        || annotations_differ(annotations.1, annotations.0)
    {
        return;
    }
    // Labels decide which NetworkPolicies hold, and may change at any time.
    let labels_differ = new.metadata.labels != old.metadata.labels;
    violations.retain(|found| {
        (labels_differ && found.path == "metadata.labels")
            || (is_of_resources(&found.path) && resources_differ(new_spec, old_spec))
            || is_of_placement(&found.path, new_spec, old_spec)
    });
}

fn containers_differ(new: &PodSpec<'_>, old: &PodSpec<'_>) -> bool {
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

fn is_of_resources(path: &str) -> bool {
    path.starts_with("spec.resources") || path.contains("].resources")
}

/// Whether a resize changes what containers, or the pod, may use (KEP-1287).
fn resources_differ(new: &PodSpec<'_>, old: &PodSpec<'_>) -> bool {
    let differ = |new: &[ContainerSpec<'_>], old: &[ContainerSpec<'_>]| {
        new.iter().zip(old).any(|(new, old)| new.resources != old.resources)
    };
    new.resources != old.resources
        || differ(&new.containers, &old.containers)
        || differ(&new.init_containers, &old.init_containers)
}

fn annotations_differ(new: &[Annotation<'_>], old: &[Annotation<'_>]) -> bool {
    new.iter().any(|new| !old.iter().any(|old| old.key == new.key && old.value == new.value))
}

/// Whether a violation is one of where the pod may run, and the update touches what it is about.
fn is_of_placement(path: &str, new: &PodSpec<'_>, old: &PodSpec<'_>) -> bool {
    if let Some(item) = path.strip_prefix("spec.tolerations") {
        let index = item.strip_prefix('[').and_then(|item| item.split_once(']'));
        let index = index.and_then(|(index, _)| index.parse::<usize>().ok());
        // What cannot be told from the old ones is added where there are more of it than before.
        let is_added = |(index, one): (usize, &Toleration<'_>)| {
            let before = old.tolerations.iter().filter(|it| tolerates_as(it, one)).count();
            let up_to_it = new.tolerations.iter().take(index + 1);
            up_to_it.filter(|it| tolerates_as(it, one)).count() > before
        };
        let mut all = new.tolerations.iter().enumerate();
        return all.any(|it| index.is_none_or(|index| index == it.0) && is_added(it));
    }
    let is_of_nodes = path.starts_with("spec.nodeSelector") || path.starts_with("spec.affinity");
    is_of_nodes && !(new.node_selector.0 == old.node_selector.0 && selects_as(new, old))
}

fn tolerates_as(one: &Toleration<'_>, other: &Toleration<'_>) -> bool {
    one.key == other.key && one.operator == other.operator && one.effect == other.effect
}

/// Whether the node affinity is the same, requirement by requirement.
fn selects_as(new: &PodSpec<'_>, old: &PodSpec<'_>) -> bool {
    let (new, old) = (&new.affinity.node_affinity, &old.affinity.node_affinity);
    let required = match (&new.required, &old.required) {
        (Some(new), Some(old)) => {
            let (new, old) = (&new.node_selector_terms, &old.node_selector_terms);
            new.iter().map(requirements).eq(old.iter().map(requirements))
        }
        (new, old) => new.is_none() && old.is_none(),
    };
    let (new, old) = (new.preferred.iter(), old.preferred.iter());
    required
        && new
            .map(|one| requirements(&one.preference))
            .eq(old.map(|one| requirements(&one.preference)))
}

fn requirements<'s>(term: &'s NodeSelectorTerm<'_>) -> Vec<(&'s str, &'s str, Vec<&'s str>)> {
    let all = term.match_expressions.iter().chain(&term.match_fields);
    all.map(|one| (&*one.key, &*one.operator, one.values.iter().map(|it| &**it).collect()))
        .collect()
}
