//! What runc and crun make of a configuration: one rule of libseccomp a name.
//!
//! Source: runc, `specconv.SetupSeccomp`, `libcontainer/seccomp` and `patchbpf`; crun, `seccomp.c`.

use super::conditions::{self, Conditions};
use super::database::{self, Added, Draft, Written};
use super::filter::ArchFilter;
use super::loader::{Config, Loaded, Named};
use super::{DropReason, FatalReason, Resolved};
use crate::action::{Action, ActionName};
use crate::arch::{Arch, ArchName};
use crate::context::{Context, Runtime, Version};
use crate::errno::EPERM;
use crate::profile::{Flag, Place, Profile};
use crate::table::{Multiplexed, Syscall, multiplexed};

/// The first errno that libseccomp refuses.
const MAX_ERRNO: u16 = 4095;

/// The libseccomp that learned the last of the architectures.
const LOONGARCH64: Version = Version(2, 6, 0);

pub(super) fn run(
    config: &Config<'_, '_>,
    profile: &Profile<'_>,
    context: &Context,
    resolved: &mut Resolved,
) {
    flags(profile, resolved);
    let action = profile.default_action.as_ref();
    let place = Place { at: action.map_or(0, |action| action.at), ..Place::default() };
    let name = action.and_then(|action| action.value);
    let Some(default) = numbered(name, config.default_errno, place, context, resolved) else {
        return;
    };
    resolved.default = default;
    if is_out_of_range(default) {
        resolved.fail(place, FatalReason::ErrnoRange);
    }
    if default == Action::Notify && context.runtime != Runtime::Plain {
        resolved.fail(place, FatalReason::NotifyDefault);
    }
    architectures(config, context, resolved);
    for loaded in &config.rules {
        resolved.names += loaded.names.len();
        rule(loaded, default, profile, context, resolved);
    }
    if context.runtime == Runtime::Runc {
        stub(config, context, resolved);
    }
}

fn flags(profile: &Profile<'_>, resolved: &mut Resolved) {
    let Some(flags) = &profile.flags else {
        resolved.flags.push(Flag::SpecAllow);
        return;
    };
    for flag in flags {
        match flag.value {
            Some(flag) => resolved.flags.push(flag),
            None => resolved.fail(Place { at: flag.at, ..Place::default() }, FatalReason::Flag),
        }
    }
}

/// The node's own architecture is always in the filter; a profile can only add.
fn architectures(config: &Config<'_, '_>, context: &Context, resolved: &mut Resolved) {
    let (arches, loaded) = (&config.arches, &config.rules);
    let mut filters = vec![context.arch];
    for arch in arches {
        let is_too_new = *arch == ArchName::Known(Arch::Loongarch64)
            && context.libseccomp < LOONGARCH64
            && context.arch != Arch::Loongarch64;
        let is_of_runc = context.runtime != Runtime::Runc || arch.is_of_runc();
        if *arch == ArchName::Native || is_too_new || !is_of_runc {
            resolved.fail(Place::default(), FatalReason::Arch);
        }
        match arch {
            ArchName::Known(arch) if !filters.contains(arch) => filters.push(*arch),
            ArchName::Other(name) if !resolved.others.contains(name) => resolved.others.push(name),
            _ => {}
        }
    }
    let names = loaded.iter().map(|loaded| loaded.names.len()).sum();
    let filter = |arch| ArchFilter {
        arch,
        default: resolved.default,
        enosys_above: None,
        has_phantoms: false,
        entries: Vec::with_capacity(names),
    };
    resolved.filters = filters.into_iter().map(filter).collect();
}

/// An action with its number, where both are good.
fn numbered(
    name: Option<ActionName>,
    errno: Option<u64>,
    place: Place,
    context: &Context,
    resolved: &mut Resolved,
) -> Option<Action> {
    let Some(name) = name else {
        resolved.fail(place, FatalReason::Action);
        return None;
    };
    if errno.is_some() && !name.has_errno() && context.runtime == Runtime::Crun {
        resolved.fail(place, FatalReason::ErrnoUnused);
    }
    // Both runtimes hand on sixteen bits of it.
    let errno = errno.map_or(EPERM, |errno| (errno & 0xffff) as u16);
    Some(name.with(errno))
}

/// Whether libseccomp refuses the action's number.
fn is_out_of_range(action: Action) -> bool {
    matches!(action, Action::Errno(errno) if errno >= MAX_ERRNO)
}

fn rule(
    loaded: &Loaded<'_, '_>,
    default: Action,
    profile: &Profile<'_>,
    context: &Context,
    resolved: &mut Resolved,
) {
    let place = profile.place(loaded.index);
    let action = loaded.rule.action.as_ref().and_then(|action| action.value);
    let action = numbered(action, loaded.errno, place, context, resolved);
    let groups = conditions::read(loaded, place, context, resolved);
    let Some(action) = action else {
        return;
    };
    if action == Action::Notify
        && profile.listener.path.is_none()
        && context.runtime != Runtime::Plain
    {
        resolved.fail(place, FatalReason::NoListener);
    }
    for &Named { place, name, call } in &loaded.names {
        if name.text.is_empty() && context.runtime == Runtime::Runc {
            resolved.fail(place, FatalReason::EmptyName);
            continue;
        }
        if action == Action::Notify && name.text == "write" && context.runtime == Runtime::Runc {
            resolved.fail(place, FatalReason::NotifyWrite);
        }
        if action == default {
            resolved.drop(place, call, None, DropReason::SameAsDefault);
            continue;
        }
        let Some(call) = call else {
            resolved.drop(place, None, None, DropReason::UnknownName);
            continue;
        };
        // What libseccomp is never asked, it does not refuse.
        if is_out_of_range(action) {
            resolved.fail(profile.place(loaded.index), FatalReason::ErrnoRange);
            return;
        }
        match &groups {
            Conditions::Groups(groups) => {
                let new = New { call, action, place, rule: loaded.index };
                add(&new, groups, context, resolved);
            }
            Conditions::Refused(fatal) => {
                resolved.fatal.extend(fatal);
                return;
            }
        }
    }
}

/// A rule about one call.
struct New {
    call: Syscall,
    action: Action,
    place: Place,
    rule: usize,
}

/// Adds a rule to every architecture that has the call.
fn add(new: &New, groups: &[Vec<Written>], context: &Context, resolved: &mut Resolved) {
    let mut filters = std::mem::take(&mut resolved.filters);
    let mut is_anywhere = false;
    for conds in groups {
        for filter in &mut filters {
            let arch = filter.arch;
            let mut is_here = false;
            for (number, by) in numbers(new.call, arch, context.libseccomp) {
                is_here = true;
                let draft = Draft::new(conds, by, arch, new.action, new.rule);
                note(database::add(filter, number, draft), new, arch, resolved);
            }
            is_anywhere |= is_here;
            filter.has_phantoms |= !is_here && !arch.is_multiplexed();
        }
    }
    if !is_anywhere {
        resolved.drop(new.place, Some(new.call), None, DropReason::NotOnArch);
    }
    resolved.filters = filters;
}

/// The ways a call may come on an architecture: through its multiplexer first, then by its own
/// number, as libseccomp adds them.
fn numbers(
    call: Syscall,
    arch: Arch,
    libseccomp: Version,
) -> impl Iterator<Item = (u32, Option<Multiplexed>)> {
    let by = Some(call).filter(|_| arch.is_multiplexed()).and_then(|call| multiplexed(call.name()));
    let through = by.and_then(|by| {
        let number = Syscall::from_name(by.by)?.number(arch)?;
        Some((number, Some(by)))
    });
    through.into_iter().chain(call.number_in(arch, libseccomp).map(|number| (number, None)))
}

fn note(added: Added, new: &New, arch: Arch, resolved: &mut Resolved) {
    let (place, call) = (new.place, new.call);
    let reason = match added {
        Added::Yes => return,
        Added::Exists(rule) => return resolved.fail(place, FatalReason::Exists(rule)),
        Added::InPlaceOf(rules) => {
            let by = place.rule.unwrap_or_default();
            for rule in rules {
                let place = Place { rule: Some(rule), ..Place::default() };
                resolved.drop(place, Some(call), Some(arch), DropReason::Overridden(by));
            }
            return;
        }
        Added::Shadowed(rule) => DropReason::Shadowed(rule),
        Added::Covered(rule) => DropReason::Covered(rule),
        Added::Repeated(rule) => DropReason::Repeated(rule),
    };
    resolved.drop(place, Some(call), Some(arch), reason);
}

/// runc's stub: numbers above the highest one that the profile names, in rules it passes over too.
fn stub(config: &Config<'_, '_>, context: &Context, resolved: &mut Resolved) {
    if matches!(resolved.default, Action::Allow | Action::Log | Action::Trace(_)) {
        return;
    }
    let names = config.rules.iter().flat_map(|loaded| &loaded.names);
    let calls = names.filter_map(|named| named.call).collect::<Vec<_>>();
    for filter in &mut resolved.filters {
        // Of calls that are multiplexed libseccomp tells a negative number.
        let by_number = calls
            .iter()
            .filter(|call| !filter.arch.is_multiplexed() || multiplexed(call.name()).is_none());
        let highest =
            by_number.filter_map(|call| call.number_in(filter.arch, context.libseccomp)).max();
        filter.enosys_above = highest.filter(|highest| *highest > 0);
    }
}
