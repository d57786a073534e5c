//! Which rules and architectures of a profile count: the work of Docker, CRI-O and containerd.
//!
//! Source: moby/profiles and containers/common, `setupSeccomp`; containerd, `WithProfile`, which
//! reads plain OCI and nothing else.

use super::{DropReason, FatalReason, Resolved};
use crate::arch::{Arch, ArchName};
use crate::caps::{Cap, CapSet};
use crate::context::{Context, Loader};
use crate::errno;
use crate::profile::{Filter, Name, Place, Profile, Rule};
use crate::table::Syscall;

/// What a runtime is given.
pub(super) struct Config<'p, 'a> {
    pub default_errno: Option<u64>,
    pub arches: Vec<ArchName>,
    pub rules: Vec<Loaded<'p, 'a>>,
}

/// A rule that counts.
pub(super) struct Loaded<'p, 'a> {
    pub index: usize,
    pub rule: &'p Rule<'a>,
    pub names: Vec<Named<'p, 'a>>,
    pub errno: Option<u64>,
}

/// A name of a rule, and the call it is to the node's libseccomp.
pub(super) struct Named<'p, 'a> {
    pub place: Place,
    pub name: &'p Name<'a>,
    pub call: Option<Syscall>,
}

/// Whether a loader reads what is beyond plain OCI.
pub(crate) fn is_extended(loader: Loader) -> bool {
    matches!(loader, Loader::Docker | Loader::Crio)
}

pub(super) fn load<'p, 'a>(
    profile: &'p Profile<'a>,
    context: &Context,
    resolved: &mut Resolved,
) -> Config<'p, 'a> {
    let arches = architectures(profile, context, resolved);
    let default_name = profile.default_errno.as_deref();
    let default_errno =
        number(default_name, profile.default_errno_ret, Place::default(), context, resolved);
    let mut rules = Vec::with_capacity(profile.rules.len());
    for (index, rule) in profile.rules.iter().enumerate() {
        let place = profile.place(index);
        if is_extended(context.loader) {
            if !rule.names.is_empty() && rule.name.is_some() {
                resolved.fail(place, FatalReason::BothNames);
            }
            if let Some(reason) = left_out(rule, place, context, resolved) {
                resolved.drop(place, None, None, reason);
                continue;
            }
        }
        let names = names(rule, place, context);
        if names.is_empty() {
            resolved.drop(place, None, None, DropReason::NoNames);
        }
        let errno = number(rule.errno.as_deref(), rule.errno_ret, place, context, resolved);
        rules.push(Loaded { index, rule, names, errno });
    }
    Config { default_errno, arches, rules }
}

fn names<'p, 'a>(rule: &'p Rule<'a>, place: Place, context: &Context) -> Vec<Named<'p, 'a>> {
    let old = rule.name.as_ref().filter(|_| is_extended(context.loader));
    let of = |index: Option<usize>, name: &'p Name<'a>| {
        let call = Syscall::from_name(&name.text);
        let call = call.filter(|call| call.since() <= context.libseccomp);
        Named { place: Place { name: index, at: name.at, ..place }, name, call }
    };
    let names = rule.names.iter().enumerate().map(|(index, name)| of(Some(index), name));
    names.chain(old.map(|name| of(None, name))).collect()
}

/// The errno of a rule: CRI-O's name precedes the number, and nobody else reads it.
fn number(
    name: Option<&str>,
    errno_ret: Option<u64>,
    place: Place,
    context: &Context,
    resolved: &mut Resolved,
) -> Option<u64> {
    if context.loader == Loader::Spo {
        // The operator writes numbers that are not 0, and the resource has none for the default.
        return errno_ret.filter(|errno| *errno != 0 && place.rule.is_some());
    }
    let name = name.filter(|name| context.loader == Loader::Crio && !name.is_empty());
    let Some(name) = name else {
        return errno_ret;
    };
    let number = errno::number(name);
    if number.is_none() {
        resolved.fail(place, FatalReason::ErrnoName);
    }
    number
}

fn architectures(
    profile: &Profile<'_>,
    context: &Context,
    resolved: &mut Resolved,
) -> Vec<ArchName> {
    let written = profile.architectures.as_deref().unwrap_or_default();
    let mut names = written.iter().collect::<Vec<_>>();
    if is_extended(context.loader) && !profile.arch_map.is_empty() {
        if !written.is_empty() {
            resolved.fail(Place::default(), FatalReason::BothArchitectures);
        }
        // Of loong64 the two tables of Docker and of containers/common write different names.
        let native = ArchName::Known(context.arch);
        let is_native =
            |name: Option<ArchName>| name == Some(native) && context.arch != Arch::Loongarch64;
        let entry = profile.arch_map.iter().find(|entry| {
            is_native(entry.architecture.as_ref().and_then(|architecture| architecture.value))
        });
        names.extend(entry.iter().flat_map(|entry| entry.architecture.iter().chain(&entry.sub)));
    }
    let mut arches = Vec::with_capacity(names.len());
    for name in names {
        match name.value {
            Some(arch) => arches.push(arch),
            None => resolved.fail(Place { at: name.at, ..Place::default() }, FatalReason::Arch),
        }
    }
    arches
}

/// Why `includes` or `excludes` leave a rule out; the first that does, in the loaders' order.
fn left_out(
    rule: &Rule<'_>,
    place: Place,
    context: &Context,
    resolved: &mut Resolved,
) -> Option<DropReason> {
    let (excludes, includes) = (&rule.excludes, &rule.includes);
    if names_arch(excludes, context) {
        return Some(DropReason::Arch);
    }
    if excludes.caps.iter().any(|cap| has_cap(context.caps, cap)) {
        return Some(DropReason::Caps);
    }
    if reaches_kernel(excludes, place, context, resolved) == Some(true) {
        return Some(DropReason::Kernel);
    }
    if !includes.arches.is_empty() && !names_arch(includes, context) {
        return Some(DropReason::Arch);
    }
    if !includes.caps.iter().all(|cap| has_cap(context.caps, cap)) {
        return Some(DropReason::Caps);
    }
    if reaches_kernel(includes, place, context, resolved) == Some(false) {
        return Some(DropReason::Kernel);
    }
    None
}

/// Only the node's own architecture is asked for: `x32` never fits on amd64.
fn names_arch(filter: &Filter<'_>, context: &Context) -> bool {
    filter.arches.iter().any(|arch| arch == context.arch.go_name())
}

/// Names are compared letter for letter with those of the runtime: `SYS_ADMIN` is never held.
fn has_cap(caps: CapSet, name: &str) -> bool {
    let cap = Cap::from_name(name);
    cap.is_some_and(|cap| name.strip_prefix("CAP_") == Some(cap.name()) && caps.has(cap))
}

/// Whether the node's kernel is at least that one; `None` where the loader does not ask.
fn reaches_kernel(
    filter: &Filter<'_>,
    place: Place,
    context: &Context,
    resolved: &mut Resolved,
) -> Option<bool> {
    let asked = filter.min_kernel.as_ref().filter(|_| context.loader == Loader::Docker)?;
    let Some(least) = asked.value else {
        resolved.fail(Place { at: asked.at, ..place }, FatalReason::Kernel);
        return None;
    };
    Some(context.kernel >= least)
}
