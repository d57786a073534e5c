//! The objects that profiles come in.

use ringfence_seccomp::{Loader, parse};

use super::content::{Found, Holder, judge};
use super::profile::{Missing, named, read, whole};
use super::reference::loader_of_files;
use crate::json::{Pairs, Raw};
use crate::judge::describe;
use crate::plain::Body;
use crate::pod::Admission;
use crate::report::{Place, Report, UNSET};
use crate::seccomp::{ConfigMap, ProfileBinding, SeccompProfile};

/// The label of ConfigMaps whose texts are profiles.
const LABEL: &str = "ringfence.dev/seccomp-profiles";
/// The operator's own accounts.
const OPERATOR: &str = "system:serviceaccount:security-profiles-operator:";

pub(super) fn profile<'p>(
    profile: &'p SeccompProfile<'_>,
    admission: &'p Admission<'p>,
    report: &mut Report<'p>,
) {
    let given = report.parameters().seccomp_content.as_deref();
    forged(profile, admission, report);
    let mut resource = match read(profile.text) {
        Ok(resource) => resource,
        Err(missing) => return not_known(Place::at("spec"), missing, report),
    };
    if is_of_another_base(&resource, admission) {
        resource.resolved = None;
    }
    let found = whole(&resource, report.cluster(), given, |profile| {
        judge(profile, Some(&resource), Loader::Spo, Holder::ANYBODY, given)
    });
    match found {
        Ok(found) => add("spec", found, report),
        Err(missing) => not_known(Place::at("spec.baseProfileName"), missing, report),
    }
}

/// The operator overwrites its annotation when it looks again; until then others would take what
/// stands there for what the profile permits.
fn forged<'p>(
    profile: &'p SeccompProfile<'_>,
    admission: &'p Admission<'p>,
    report: &mut Report<'p>,
) {
    let old = match admission.before.map(|before| &before.body) {
        Some(Body::SeccompProfile(old)) => old.syscalls.as_deref(),
        _ => None,
    };
    let is_new = profile.syscalls.is_some() && profile.syscalls.as_deref() != old;
    if is_new && !admission.username.starts_with(OPERATOR) {
        let hint = "leave it to the operator, which writes it";
        let place = Place::at("metadata.annotations[syscalls]");
        report.violation(place, "written by another than the operator", UNSET, hint);
    }
}

/// Whether what the operator has written down is of the base before the update: it has not looked at
/// the new one yet.
fn is_of_another_base(resource: &parse::Resource<'_>, admission: &Admission<'_>) -> bool {
    let Some(Body::SeccompProfile(old)) = admission.before.map(|before| &before.body) else {
        return false;
    };
    let base = |resource: &parse::Resource<'_>| {
        resource.profile.base.as_ref().map(|base| base.text.to_string())
    };
    let is_operator = admission.username.starts_with(OPERATOR);
    !is_operator && read(old.text).map_or(true, |old| base(&old) != base(resource))
}

pub(super) fn binding<'p>(
    binding: &'p ProfileBinding<'_>,
    _: &'p Admission<'p>,
    report: &mut Report<'p>,
) {
    let bound = &binding.spec.profile_ref;
    // Other modules have profiles of their own kinds.
    if bound.kind != "SeccompProfile" {
        return;
    }
    let given = report.parameters().seccomp_content.as_deref();
    let cluster = report.cluster();
    let found = named(&bound.name, None, cluster, given).and_then(|resource| {
        whole(&resource, cluster, given, |profile| {
            judge(profile, Some(&resource), Loader::Spo, Holder::ANYBODY, given)
        })
    });
    match found {
        Ok(found) => denied("spec.profileRef.name", found, report),
        Err(missing) => not_known(Place::at("spec.profileRef.name"), missing, report),
    }
}

pub(super) fn config_map<'p>(
    map: &'p ConfigMap<'_>,
    _: &'p Admission<'p>,
    report: &mut Report<'p>,
) {
    if !map.metadata.labels.0.iter().any(|(key, _)| key == LABEL) {
        return;
    }
    let given = report.parameters().seccomp_content.as_deref();
    let loader = loader_of_files(given);
    let files = match map.data.read::<Pairs<'_>>() {
        Ok(files) => files,
        Err(error) => return unreadable(Place::at("data"), describe(&error), report),
    };
    if map.binary_data != Raw::default() {
        unreadable(Place::at("binaryData"), "what is no text".to_owned(), report);
    }
    for (name, text) in &files.0 {
        let path = ["data[", name, "]"].concat();
        match parse::profile(text) {
            Ok(profile) => {
                add(&path, judge(&profile, None, loader, Holder::ANYBODY, given), report);
            }
            Err(error) => unreadable(Place::at(&path), describe(&error), report),
        }
    }
}

/// Reports what was found in the profile at a path.
fn add(path: &str, found: Vec<Found>, report: &mut Report<'_>) {
    for found in found {
        let separator = if found.path.is_empty() { "" } else { "." };
        let place = Place::at([path, separator, &found.path].concat());
        if found.is_denied {
            report.violation(place, found.what, found.allowed, found.mend);
        } else {
            report.warning(place, found.what, found.allowed, found.mend);
        }
    }
}

/// Reports what is denied in a profile that a path names: the rest is said of the profile itself.
fn denied(path: &str, found: Vec<Found>, report: &mut Report<'_>) {
    for found in found.into_iter().filter(|found| found.is_denied) {
        report.violation(Place::at(path), found.what, found.allowed, found.mend);
    }
}

fn unreadable<'p>(place: Place<'p>, what: String, report: &mut Report<'p>) {
    report.violation(place, what, "a seccomp profile", "write what a runtime can read");
}

/// Reports that it is not known what a profile permits.
pub(super) fn not_known<'p>(place: Place<'p>, missing: Missing<'_>, report: &mut Report<'p>) {
    const ALLOWED: &str = "a profile whose content is known";
    match missing {
        Missing::NotThere(name) => {
            let found = [&*name, ", which is not there"].concat();
            report.violation(place, found, ALLOWED, "create the profile first");
        }
        Missing::Unknown(unknown) => report.unknown(place, &unknown, ALLOWED),
        Missing::Unreadable(what) => unreadable(place, what, report),
    }
}
