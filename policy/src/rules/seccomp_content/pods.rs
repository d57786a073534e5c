//! The profiles that pods name, with the capabilities of those who name them.

use ringfence_seccomp::{CapSet, Loader, parse};

use super::content::{Found, Holder, contexts, judge, weaker};
use super::objects::not_known;
use super::profile::{Missing, named, whole};
use super::reference::{Reference, loader_of_files};
use super::settings::{Catalogued, Parameters, components};
use crate::cluster::Cluster;
use crate::judge::describe;
use crate::pod::{Container, Pod, SECCOMP_CRIO};
use crate::report::{Place, Report};

const FIELD: &str = "securityContext.seccompProfile.localhostProfile";

pub(super) fn check<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    let given = report.parameters().seccomp_content.as_deref();
    if !given.is_some_and(|given| given.allow_unknown) {
        from_registries(pod, report);
    }
    // Containers of a pod are often alike.
    let mut known = Vec::<(&str, Holder, Vec<Found>)>::new();
    for container in pod.containers() {
        // No profile has an effect on it.
        if container.security_context().privileged == Some(true) {
            continue;
        }
        let Some(profile) = container.seccomp_profile() else { continue };
        match &*profile.type_ {
            "RuntimeDefault" => opens(container, given, report),
            "Localhost" => {
                let holder = holder(container, given);
                let path = profile.localhost_profile.as_deref().unwrap_or_default();
                let is_it = |one: &&(&str, Holder, _)| one.0 == path && one.1 == holder;
                if let Some((_, _, found)) = known.iter().find(is_it) {
                    add(container, found, report);
                    continue;
                }
                match content(path, holder, report.cluster(), given) {
                    Ok(found) => {
                        add(container, &found, report);
                        known.push((path, holder, found));
                    }
                    Err(Missing::NotThere(_)) if given.is_some_and(|given| given.allow_unknown) => {
                    }
                    Err(missing) => not_known(place(container), missing, report),
                }
            }
            // Other types have no content that is known, and are `seccompProfile`'s.
            _ => {}
        }
    }
}

/// Reports the profiles that CRI-O is to load from a registry, for the containers of a pod that set
/// none: nobody has seen what is in them.
fn from_registries<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    for annotation in pod.annotations() {
        if SECCOMP_CRIO.iter().any(|start| annotation.key.starts_with(start)) {
            let place = pod.at_annotation(&annotation.key);
            let hint = "have the profile on the nodes, and name it by `localhostProfile`";
            let allowed = "a profile whose content is known";
            report.violation(place, annotation.value.to_string(), allowed, hint);
        }
    }
}

/// The container, as far as it decides what a profile means.
fn holder(container: Container<'_, '_>, given: Option<&Parameters>) -> Holder {
    let context = container.security_context();
    let usual = match loader_of_files(given) {
        Loader::Crio => CapSet::CRIO,
        _ => CapSet::CONTAINERD,
    };
    let (add, drop) = (context.capabilities.add.iter(), context.capabilities.drop.iter());
    let caps = usual.adjusted(add.map(|name| &**name), drop.map(|name| &**name));
    let may_escalate = context.allow_privilege_escalation != Some(false);
    Holder { caps: Some(caps), may_escalate }
}

/// Where the profile is named: in the container, or in its pod.
fn place<'p>(container: Container<'p, '_>) -> Place<'p> {
    match container.security_context().seccomp_profile {
        Some(_) => container.at(FIELD),
        None => container.pod().at(FIELD),
    }
}

fn add<'p>(container: Container<'p, '_>, found: &[Found], report: &mut Report<'p>) {
    for found in found.iter().filter(|found| found.is_denied) {
        let separator = if found.path.is_empty() { "" } else { ": " };
        let what = [&*found.path, separator, &found.what].concat();
        let mut place = place(container);
        place.container = Some((container.name(), container.image()));
        report.violation(place, what, found.allowed.clone(), found.mend);
    }
}

/// What is found in the profile at a path below the kubelet's seccomp root.
fn content<'c>(
    path: &str,
    holder: Holder,
    cluster: &'c Cluster<'_>,
    given: Option<&Parameters>,
) -> Result<Vec<Found>, Missing<'c>> {
    let plain = components(path).collect::<Vec<_>>();
    if let ["operator", folder @ .., file] = &*plain {
        return match folder {
            [] => of_operator(file, None, holder, cluster, given),
            [namespace] => of_operator(file, Some(namespace), holder, cluster, given),
            _ => Err(Missing::NotThere(path.to_owned())),
        };
    }
    let is_it = |one: &&Catalogued| components(&one.path).eq(plain.iter().copied());
    let Some(catalogued) = given.and_then(|given| given.catalogue.iter().find(is_it)) else {
        return Err(Missing::NotThere(path.to_owned()));
    };
    let profile = parse::profile(&catalogued.profile)
        .map_err(|error| Missing::Unreadable(describe(&error)))?;
    Ok(judge(&profile, None, loader_of_files(given), holder, given))
}

/// Of a file that the operator has written: `NAME.json`, of a resource that is called `NAME` or
/// `NAME.json`.
fn of_operator<'c>(
    file: &str,
    namespace: Option<&str>,
    holder: Holder,
    cluster: &'c Cluster<'_>,
    given: Option<&Parameters>,
) -> Result<Vec<Found>, Missing<'c>> {
    let Some(name) = file.strip_suffix(".json") else {
        return Err(Missing::NotThere(file.to_owned()));
    };
    let resource = match named(name, namespace, cluster, given) {
        Err(Missing::NotThere(_)) => named(file, namespace, cluster, given),
        other => other,
    };
    let resource = match resource {
        Err(Missing::NotThere(_)) => return Err(Missing::NotThere(name.to_owned())),
        other => other?,
    };
    whole(&resource, cluster, given, |profile| {
        judge(profile, Some(&resource), Loader::Spo, holder, given)
    })
}

/// Reports the calls that the container's capabilities open in the runtime's own profile.
fn opens<'p>(container: Container<'p, '_>, given: Option<&Parameters>, report: &mut Report<'p>) {
    let Some(allowed) = given.and_then(|given| given.allow_opened.as_deref()) else { return };
    let Some(reference) = Reference::of(given) else { return };
    let is_allowed = |call| allowed.iter().any(|name| Some(name.0) == call);
    let contexts = contexts(given, loader_of_files(given), holder(container, given));
    let calls = contexts.flat_map(|context| reference.opened(&context));
    let calls = calls.map(|opened| opened.call).filter(|opened| !is_allowed(opened.call));
    if let Some(what) = weaker(&calls.collect::<Vec<_>>()) {
        let place = container.at("securityContext.capabilities.add");
        let allowed = ["what ", reference.name(), " lets containers do"].concat();
        report.violation(
            place,
            what,
            allowed,
            "add the capability only where the calls are needed",
        );
    }
}
