//! What a namespace may use, and that it stays bounded.

use super::{Parameters, list};
use crate::cluster::{LIMIT_RANGE, NAMESPACE, RESOURCE_QUOTA, Resource, Unknown};
use crate::json::Decode;
use crate::namespace::Namespace;
use crate::plain::Body;
use crate::pod::{Admission, Pod};
use crate::quantity::{Quantity, QuantityText};
use crate::quota::{LimitRange, ResourceQuota, other_name};
use crate::report::{Place, Report};

/// A kind of objects that bound a namespace.
trait Bounding<'a>: Decode<'a> + Default {
    const RESOURCE: Resource;

    fn name(&self) -> &str;

    /// Whether the object bounds a resource.
    fn bounds(&self, resource: &str) -> bool;

    /// The resources that are to be bounded.
    fn asked(given: Option<&Parameters>) -> Vec<&str>;
}

impl<'a> Bounding<'a> for ResourceQuota<'a> {
    const RESOURCE: Resource = RESOURCE_QUOTA;

    fn name(&self) -> &str {
        &self.metadata.name
    }

    fn bounds(&self, resource: &str) -> bool {
        self.bounds(resource).and_then(QuantityText::quantity).is_some()
    }

    fn asked(given: Option<&Parameters>) -> Vec<&str> {
        let otherwise = &["pods", "requests.cpu", "requests.memory", "limits.memory"];
        list(given, |given| &given.require_quota, otherwise)
    }
}

impl<'a> Bounding<'a> for LimitRange<'a> {
    const RESOURCE: Resource = LIMIT_RANGE;

    fn name(&self) -> &str {
        &self.metadata.name
    }

    fn bounds(&self, resource: &str) -> bool {
        let mut items = self.of_containers();
        items.any(|item| item.max.get(resource).and_then(QuantityText::quantity).is_some())
    }

    fn asked(given: Option<&Parameters>) -> Vec<&str> {
        list(given, |given| &given.require_limit_range, &["memory"])
    }
}

/// Asks that the namespace of a workload is bounded.
pub(super) fn check<'p>(pod: Pod<'p, '_>, given: Option<&'p Parameters>, report: &mut Report<'p>) {
    bounded::<ResourceQuota<'_>>(pod, given, report);
    bounded::<LimitRange<'_>>(pod, given, report);
}

fn bounded<'p, T: Bounding<'p>>(
    pod: Pod<'p, '_>,
    given: Option<&'p Parameters>,
    report: &mut Report<'p>,
) {
    let asked = T::asked(given);
    if asked.is_empty() {
        return;
    }
    let place = || Place::at("metadata.namespace");
    let kind = T::RESOURCE.kind;
    let (cluster, namespace) = (report.cluster(), pod.admission().namespace);
    match cluster.list::<T>(T::RESOURCE, namespace) {
        Ok(objects) => {
            for resource in asked {
                if !objects.iter().any(|object| object.bounds(resource)) {
                    let found = ["no ", kind, " bounds ", resource].concat();
                    let allowed = ["a ", kind, " with ", resource].concat();
                    report.violation(place(), found, allowed, "bound the namespace first");
                }
            }
        }
        Err(unknown) => report.unknown(place(), &unknown, "a namespace that is bounded"),
    }
}

pub(super) fn quota_written<'p>(
    new: &'p ResourceQuota<'_>,
    admission: &'p Admission<'p>,
    report: &mut Report<'p>,
) {
    let given = report.parameters().resource_boundaries.as_deref();
    for bound in given.map_or(&[][..], |given| &given.quota_bounds) {
        let Some(most) = Quantity::parse(&bound.max) else { continue };
        let other = other_name(&bound.resource);
        let is_it = |name: &str| name == bound.resource || other.as_deref() == Some(name);
        for (name, written) in new.spec.hard.0.iter().filter(|(name, _)| is_it(name)) {
            if written.quantity().is_none_or(|amount| amount > most) {
                let path = ["spec.hard[", name, "]"].concat();
                let found = written.0.to_string();
                let allowed = ["at most ", &bound.max].concat();
                report.violation(Place::at(path), found, allowed, "give less");
            }
        }
    }
    if let Some(Body::ResourceQuota(old)) = admission.before.map(|before| &before.body) {
        loosened(old, Some(new), "spec.hard", admission, report);
    }
}

pub(super) fn quota_deleted<'p>(
    old: &'p ResourceQuota<'_>,
    admission: &'p Admission<'p>,
    report: &mut Report<'p>,
) {
    loosened(old, None, "metadata.name", admission, report);
}

pub(super) fn limit_range_written<'p>(
    new: &'p LimitRange<'_>,
    admission: &'p Admission<'p>,
    report: &mut Report<'p>,
) {
    if let Some(Body::LimitRange(old)) = admission.before.map(|before| &before.body) {
        loosened(old, Some(new), "spec.limits", admission, report);
    }
}

pub(super) fn limit_range_deleted<'p>(
    old: &'p LimitRange<'_>,
    admission: &'p Admission<'p>,
    report: &mut Report<'p>,
) {
    loosened(old, None, "metadata.name", admission, report);
}

/// Reports what was bounded by the old object, and is no longer: not by the new one, and by no other.
fn loosened<'p, 'o, T>(
    old: &T,
    new: Option<&T>,
    path: &str,
    admission: &'p Admission<'p>,
    report: &mut Report<'p>,
) where
    T: Bounding<'o> + SameKind,
{
    let given = report.parameters().resource_boundaries.as_deref();
    let is_lost =
        |resource: &&str| old.bounds(resource) && !new.is_some_and(|new| new.bounds(resource));
    let mut lost = T::asked(given);
    lost.retain(is_lost);
    if lost.is_empty() {
        return;
    }
    let place = || Place::at(path);
    match still_lost::<T>(&mut lost, old.name(), admission, report) {
        Ok(()) => {
            for resource in lost {
                let found = ["nothing else bounds ", resource].concat();
                let allowed = [resource, " stays bounded"].concat();
                report.violation(place(), found, allowed, "bound it by another object first");
            }
        }
        Err(unknown) => report.unknown(place(), &unknown, "a namespace that stays bounded"),
    }
}

/// The same kind, read from the cluster: it lives as long as the answer.
trait SameKind {
    type Of<'c>: Bounding<'c>;
}

impl SameKind for ResourceQuota<'_> {
    type Of<'c> = ResourceQuota<'c>;
}

impl SameKind for LimitRange<'_> {
    type Of<'c> = LimitRange<'c>;
}

/// Leaves what no other object of the namespace bounds; nothing, where the namespace is going.
fn still_lost<'p, T: SameKind>(
    lost: &mut Vec<&str>,
    name: &str,
    admission: &Admission<'_>,
    report: &Report<'p>,
) -> Result<(), Unknown<'p>> {
    let (cluster, namespace) = (report.cluster(), admission.namespace);
    let others = cluster.list::<T::Of<'p>>(<T::Of<'p> as Bounding<'p>>::RESOURCE, namespace)?;
    let others = others.iter().filter(|other| other.name() != name).collect::<Vec<_>>();
    lost.retain(|resource| !others.iter().any(|other| other.bounds(resource)));
    if !lost.is_empty()
        && let Some(namespace) = cluster.get::<Namespace<'_>>(NAMESPACE, None, namespace)?
        && namespace.is_terminating()
    {
        lost.clear();
    }
    Ok(())
}
