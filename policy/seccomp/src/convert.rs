//! From one dialect to another, for a context; nothing is lost without being told.

use std::borrow::Cow;

use crate::action::ActionName;
use crate::arch::{Arch, ArchName};
use crate::compare::equivalent;
use crate::context::{Context, Loader};
use crate::errno::{self, EPERM};
use crate::profile::{Dialect, Filter, Place, Profile, Rule, Spelled};
use crate::resolve::{DropReason, Resolved, resolve};

/// A profile in another dialect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Converted<'a> {
    /// The profile.
    pub profile: Profile<'a>,
    /// What the dialect cannot say.
    pub lost: Vec<Lost>,
    /// Whether the two come to the same in the context, shown by comparing them.
    pub is_equivalent: bool,
}

/// Something that a dialect cannot say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lost {
    /// Where it stood.
    pub place: Place,
    /// What it is.
    pub what: LostWhat,
}

/// What a dialect cannot say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LostWhat {
    /// A condition by capability, architecture or kernel was answered for the context.
    Condition,
    /// The errno of the default: the resource has none but EPERM.
    DefaultErrno,
    /// An errno of 0, which the resource leaves out.
    ErrnoZero,
    /// A value from 2^63 on.
    Value,
    /// An architecture that the resource does not know.
    Arch,
}

/// Who reads a dialect.
pub fn loader_of(dialect: Dialect) -> Loader {
    match dialect {
        Dialect::Oci => Loader::Containerd,
        Dialect::Docker => Loader::Docker,
        Dialect::Containers => Loader::Crio,
        Dialect::Spo => Loader::Spo,
    }
}

/// Writes a profile, read by the context's loader, in another dialect, for the same node and
/// container. What stays true on every node stays a condition where the dialect has conditions.
pub fn convert<'a>(profile: &Profile<'a>, to: Dialect, context: &Context) -> Converted<'a> {
    let before = resolve(profile, context);
    let mut converted =
        Converted { profile: profile.clone(), lost: Vec::new(), is_equivalent: false };
    let has_conditions = matches!(to, Dialect::Docker | Dialect::Containers);
    let reads_conditions = matches!(context.loader, Loader::Docker | Loader::Crio);
    if has_conditions && reads_conditions {
        kernels(&mut converted, to, context);
    } else {
        flatten(&mut converted, &before, context);
    }
    errnos(&mut converted.profile, context.loader);
    converted.profile.is_resource = to == Dialect::Spo;
    converted.profile.key_problems.clear();
    if to == Dialect::Spo {
        narrow(&mut converted);
    } else {
        converted.profile.state = None;
        converted.profile.base = None;
    }
    let after = resolve(&converted.profile, &Context { loader: loader_of(to), ..*context });
    converted.is_equivalent =
        after.fatal.is_empty() == before.fatal.is_empty() && equivalent(&before, &after);
    converted
}

/// Answers every condition: what is left is plain OCI.
fn flatten(converted: &mut Converted<'_>, before: &Resolved, context: &Context) {
    let is_read = matches!(context.loader, Loader::Docker | Loader::Crio);
    let is_left_out = |index: usize| {
        before.dropped.iter().any(|dropped| {
            dropped.place.rule == Some(index)
                && matches!(
                    dropped.reason,
                    DropReason::Arch | DropReason::Caps | DropReason::Kernel
                )
        })
    };
    let rules = std::mem::take(&mut converted.profile.rules);
    for (index, mut rule) in rules.into_iter().enumerate() {
        let place = Place { rule: Some(index), at: rule.at, ..Place::default() };
        if is_read && !(rule.includes.is_empty() && rule.excludes.is_empty()) {
            converted.lost.push(Lost { place, what: LostWhat::Condition });
        }
        if is_left_out(index) {
            continue;
        }
        let name = rule.name.take().filter(|_| is_read);
        rule.names.extend(name);
        rule.includes = Filter::default();
        rule.excludes = Filter::default();
        converted.profile.rules.push(rule);
    }
    if is_read && !converted.profile.arch_map.is_empty() {
        let spelled = |arch: Arch| Spelled::known(arch.token(), ArchName::Known(arch));
        let arches = before.filters.iter().map(|filter| spelled(filter.arch));
        converted.profile.architectures = Some(arches.collect());
    }
    converted.profile.arch_map.clear();
}

/// containers/common does not read `minKernel`: it is answered.
fn kernels(converted: &mut Converted<'_>, to: Dialect, context: &Context) {
    if to != Dialect::Containers || context.loader != Loader::Docker {
        return;
    }
    let rules = std::mem::take(&mut converted.profile.rules);
    for (index, mut rule) in rules.into_iter().enumerate() {
        let place = Place { rule: Some(index), at: rule.at, ..Place::default() };
        let least = rule.includes.min_kernel.take().and_then(|kernel| kernel.value);
        let beyond = rule.excludes.min_kernel.take().and_then(|kernel| kernel.value);
        if least.is_some() || beyond.is_some() {
            converted.lost.push(Lost { place, what: LostWhat::Condition });
        }
        let is_kept = least.is_none_or(|least| context.kernel >= least)
            && beyond.is_none_or(|beyond| context.kernel < beyond);
        if is_kept {
            converted.profile.rules.push(rule);
        }
    }
}

/// Errnos by name become numbers, which every loader reads; those that nobody read are removed.
fn errnos(profile: &mut Profile<'_>, loader: Loader) {
    let number = |name: Option<Cow<'_, str>>, ret: Option<u64>| {
        let named = name.filter(|name| loader == Loader::Crio && !name.is_empty());
        named.and_then(|name| errno::number(&name)).or(ret)
    };
    profile.default_errno_ret = number(profile.default_errno.take(), profile.default_errno_ret);
    for rule in &mut profile.rules {
        rule.errno_ret = number(rule.errno.take(), rule.errno_ret);
    }
}

/// Leaves out what the resource cannot say.
fn narrow(converted: &mut Converted<'_>) {
    let profile = &mut converted.profile;
    let mut lose = |place, what| converted.lost.push(Lost { place, what });
    let is_errno =
        profile.default_action.as_ref().and_then(|action| action.value) == Some(ActionName::Errno);
    let default = profile.default_errno_ret.take();
    if is_errno && default.is_some_and(|errno| errno != u64::from(EPERM)) {
        lose(Place::default(), LostWhat::DefaultErrno);
    }
    if let Some(arches) = &mut profile.architectures {
        let is_known =
            |arch: &Spelled<'_, ArchName>| arch.value != Some(ArchName::Known(Arch::Loongarch64));
        if !arches.iter().all(is_known) {
            lose(Place::default(), LostWhat::Arch);
            arches.retain(is_known);
        }
    }
    for (index, rule) in profile.rules.iter_mut().enumerate() {
        let place = Place { rule: Some(index), at: rule.at, ..Place::default() };
        if rule.errno_ret == Some(0) {
            lose(place, LostWhat::ErrnoZero);
            rule.errno_ret = None;
        }
        if rule.args.iter().any(|arg| arg.value >> 63 == 1 || arg.value_two >> 63 == 1) {
            lose(place, LostWhat::Value);
        }
        rule.comment = None;
    }
}

/// What security-profiles-operator makes of a profile and its base: a rule per name, with the less
/// restrictive action, and without conditions where rules differ in them. Everything but the calls
/// of the base is ignored. Source: security-profiles-operator, `normalizeSyscallList` and `unionArgs`.
#[must_use]
pub fn with_base<'a>(profile: &Profile<'a>, base: &Profile<'a>) -> Profile<'a> {
    let mut merged = Profile { base: None, rules: Vec::new(), ..profile.clone() };
    for rule in base.rules.iter().chain(&profile.rules) {
        for name in &rule.names {
            let is_it = |known: &&mut Rule<'a>| {
                known.names.first().is_some_and(|known| known.text == name.text)
            };
            let Some(known) = merged.rules.iter_mut().find(is_it) else {
                merged.rules.push(Rule { names: vec![name.clone()], ..rule.clone() });
                continue;
            };
            if conditions(known) != conditions(rule) {
                known.args.clear();
            }
            if rank(rule) > rank(known) {
                known.action.clone_from(&rule.action);
                known.errno_ret = rule.errno_ret;
            }
        }
    }
    merged
}

fn conditions(rule: &Rule<'_>) -> Vec<(u64, u64, u64, Option<crate::op::Op>)> {
    let op = |arg: &crate::profile::Arg<'_>| arg.op.as_ref().and_then(|op| op.value);
    rule.args.iter().map(|arg| (arg.index, arg.value, arg.value_two, op(arg))).collect()
}

fn rank(rule: &Rule<'_>) -> u8 {
    let name = rule.action.as_ref().and_then(|action| action.value);
    name.map_or(0, |name| name.with(EPERM).rank())
}

#[cfg(test)]
mod tests {
    use super::{Dialect, LostWhat, convert, loader_of, with_base};
    use crate::arch::Arch;
    use crate::baseline::Baseline;
    use crate::caps::CapSet;
    use crate::context::Context;
    use crate::parse;
    use crate::resolve::resolve;
    use crate::write::to_json;

    #[test]
    fn baselines_keep_their_meaning() {
        for baseline in Baseline::all() {
            let profile = baseline.profile();
            for arch in [Arch::X86_64, Arch::Aarch64, Arch::S390x] {
                for caps in [CapSet::EMPTY, CapSet::CONTAINERD, CapSet::ALL] {
                    let context = Context { caps, ..Context::new(baseline.loader(), arch) };
                    for to in [Dialect::Oci, Dialect::Docker, Dialect::Containers] {
                        let converted = convert(&profile, to, &context);
                        assert!(converted.is_equivalent, "{baseline:?} {to:?} {arch:?}");
                        let text = to_json(&converted.profile);
                        let read = parse::profile(&text).unwrap();
                        let there = Context { loader: loader_of(to), ..context };
                        let (read, written) =
                            (resolve(&read, &there), resolve(&converted.profile, &there));
                        assert_eq!(read.filters, written.filters, "{text}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_the_resource_cannot_say_is_told() {
        let text = r#"{"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":38,"syscalls":[
            {"names":["read"],"action":"SCMP_ACT_ALLOW","args":[{"index":0,"value":9223372036854775808,"op":"SCMP_CMP_EQ"}]},
            {"names":["write"],"action":"SCMP_ACT_ERRNO","errnoRet":0}]}"#;
        let profile = parse::profile(text).unwrap();
        let context = Context::new(loader_of(Dialect::Oci), Arch::X86_64);
        let converted = convert(&profile, Dialect::Spo, &context);
        let lost = converted.lost.iter().map(|lost| lost.what).collect::<Vec<_>>();
        assert_eq!(lost, [LostWhat::DefaultErrno, LostWhat::Value, LostWhat::ErrnoZero]);
        assert!(!converted.is_equivalent);
    }

    #[test]
    fn a_base_drops_conditions_that_differ() {
        let rule = |value| {
            format!(
                r#"{{"names":["socket"],"action":"SCMP_ACT_ALLOW","args":[{{"index":0,"value":{value},"op":"SCMP_CMP_EQ"}}]}}"#
            )
        };
        let text =
            format!(r#"{{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{},{}]}}"#, rule(1), rule(2));
        let profile = parse::spec(&text).unwrap();
        let base =
            parse::spec(r#"{"syscalls":[{"names":["read"],"action":"SCMP_ACT_ALLOW"}]}"#).unwrap();
        let merged = with_base(&profile, &base);
        assert_eq!(merged.rules.len(), 2);
        assert!(merged.rules[1].args.is_empty());
    }
}
