//! What stands at the top of a profile: default, architectures, flags, supervisor, keys.

use super::{Fact, Linter};
use crate::action::{Action, ActionName};
use crate::arch::ArchName;
use crate::compare::lets_trace;
use crate::context::{Loader, Runtime};
use crate::errno::ENOSYS;
use crate::profile::{Flag, KeyKind};

pub(super) fn check(linter: &mut Linter<'_, '_>) {
    keys(linter);
    if linter.resolved.is_void {
        linter.top("SC-EMPTY", 0, Fact::None);
        return;
    }
    default(linter);
    architectures(linter);
    flags(linter);
    listener(linter);
    extensions(linter);
    size(linter);
}

fn keys(linter: &mut Linter<'_, '_>) {
    for problem in &linter.profile.key_problems {
        let mut place = problem.rule.map(|rule| linter.profile.place(rule)).unwrap_or_default();
        place.at = problem.at;
        let id = match problem.kind {
            KeyKind::Duplicate | KeyKind::CaseVariant => "SC-PARSE-DUPKEY",
            KeyKind::Unknown => "SC-UNKNOWN-KEY",
        };
        linter.rule(id, place, None, Fact::Key(problem.key.clone(), problem.kind));
    }
}

fn default(linter: &mut Linter<'_, '_>) {
    let action = linter.profile.default_action.as_ref();
    let at = action.map_or(0, |action| action.at);
    let fact = Fact::Action(linter.resolved.default);
    match linter.resolved.default {
        Action::Allow if action.is_some_and(|action| action.value.is_some()) => {
            linter.top("SC-DEF-ALLOW", at, fact);
        }
        Action::Log => linter.top("SC-DEF-LOG", at, fact),
        Action::Notify => linter.top("SC-DEF-NOTIFY", at, fact),
        Action::Trace(_) => {
            let traced =
                linter.resolved.filters.iter().find(|f| lets_trace(linter.resolved, f.arch));
            let fact = if traced.is_some() { Fact::Text("ptrace".to_owned()) } else { fact };
            linter.top("SC-DEF-TRACE", at, fact);
        }
        Action::Errno(0) => linter.top("SC-ERRNO0", at, fact),
        Action::Errno(errno) if errno != ENOSYS && linter.context.runtime != Runtime::Runc => {
            linter.top("SC-NEW-SYSCALL", at, fact);
        }
        _ => {}
    }
    let name = action.and_then(|action| action.value);
    if matches!(name, Some(ActionName::Kill | ActionName::KillThread)) {
        linter.top("SC-KILLTHREAD", at, Fact::None);
    }
    if name.is_some_and(|name| !name.has_errno()) && linter.profile.default_errno_ret.is_some() {
        linter.top("SC-ERRNO-UNUSED", at, Fact::Action(linter.resolved.default));
    }
}

fn architectures(linter: &mut Linter<'_, '_>) {
    let native = linter.context.arch;
    let named = linter.profile.architectures.as_deref().unwrap_or_default();
    let has = |arch| named.iter().any(|name| name.value == Some(ArchName::Known(arch)));
    if let Some(first) = named.first().filter(|_| !has(native)) {
        linter.top("SC-ARCH-NONATIVE", first.at, Fact::Text(native.token().to_owned()));
    }
    for sibling in native.siblings() {
        if linter.resolved.filter(*sibling).is_none() {
            linter.top("SC-ARCH-NONATIVE", 0, Fact::Text(sibling.token().to_owned()));
        }
    }
}

fn flags(linter: &mut Linter<'_, '_>) {
    for flag in linter.profile.flags.iter().flatten() {
        if flag.value == Some(Flag::SpecAllow) {
            linter.top("SC-FLAG-SSB", flag.at, Fact::None);
        }
    }
}

fn listener(linter: &mut Linter<'_, '_>) {
    // Where security-profiles-operator's resource lets a listener be.
    const PREFIX: &str = "/var/run/security-profiles-operator/";
    let listener = &linter.profile.listener;
    match (&listener.path, &listener.metadata) {
        (None, Some(metadata)) => {
            linter.top("SC-LISTENER", metadata.at, Fact::Text("listenerMetadata".to_owned()));
        }
        (Some(path), _) => {
            let rest = path.text.strip_prefix(PREFIX);
            if rest.is_none_or(|rest| rest.is_empty() || rest.contains('/')) {
                linter.top("SC-LISTENER", path.at, Fact::Text(path.text.clone().into_owned()));
            }
        }
        (None, None) => {}
    }
}

/// What the loader does not read.
fn extensions(linter: &mut Linter<'_, '_>) {
    let loader = linter.context.loader;
    let is_extended = matches!(loader, Loader::Docker | Loader::Crio);
    let profile = linter.profile;
    if !is_extended && !profile.arch_map.is_empty() {
        linter.top("SC-DIALECT", 0, Fact::Text("archMap".to_owned()));
    }
    if loader != Loader::Crio && profile.default_errno.is_some() {
        linter.top("SC-DIALECT", 0, Fact::Text("defaultErrno".to_owned()));
    }
    for (index, rule) in profile.rules.iter().enumerate() {
        let kernel = rule.includes.min_kernel.is_some() || rule.excludes.min_kernel.is_some();
        let ignored = [
            (!is_extended && !rule.includes.is_empty(), "includes"),
            (!is_extended && !rule.excludes.is_empty(), "excludes"),
            (!is_extended && rule.name.is_some(), "name"),
            (loader == Loader::Crio && kernel, "minKernel"),
            (loader != Loader::Crio && rule.errno.is_some(), "errno"),
        ];
        for (_, key) in ignored.iter().filter(|(is_ignored, _)| *is_ignored) {
            linter.rule("SC-DIALECT", profile.place(index), None, Fact::Text((*key).to_owned()));
        }
    }
}

fn size(linter: &mut Linter<'_, '_>) {
    use crate::bpf::MAX_INSTRUCTIONS;
    use crate::resolve::Decision;
    // A test of the number for each call, and for each condition a load and a test of both halves.
    let of = |decision: &Decision| match decision {
        Decision::Always { .. } => 1,
        Decision::If(cases) => 1 + cases.iter().map(|case| 4 * case.conds.len() + 1).sum::<usize>(),
    };
    let filters = linter.resolved.filters.iter();
    let size = filters.flat_map(|filter| &filter.entries).map(|(_, decision)| of(decision)).sum();
    if size > MAX_INSTRUCTIONS {
        linter.top("SC-SIZE", 0, Fact::Size(size));
    }
}
