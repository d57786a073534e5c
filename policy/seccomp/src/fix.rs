//! Rewrites that make a profile better and never weaker: each is kept only if comparing shows it.

mod masks;

use crate::action::{ActionName, Effect};
use crate::compare::{Order, compare};
use crate::context::Context;
use crate::errno::ENOSYS;
use crate::facts::int_args;
use crate::lint::{Fact, Severities, lint};
use crate::profile::{Arg, Name, Profile, Rule};
use crate::resolve::{DropReason, Resolved, resolve};
use crate::table::Syscall;

/// A profile with its rewrites.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixed<'a> {
    /// The profile.
    pub profile: Profile<'a>,
    /// What was done, in order.
    pub done: Vec<Fix>,
}

/// A rewrite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// The lint it answers.
    pub lint: &'static str,
    /// The rule of the profile as it was given, told by where it starts in its text; `None` where one
    /// was added, and of a profile that was not read from a text.
    pub rule: Option<usize>,
    /// The call, where it is about one.
    pub call: Option<Syscall>,
}

/// Rewrites what can safely be rewritten: conditions that upper bits get around, rules and errnos
/// without effect, an errno of `clone3` that breaks threads. The result lets nothing through that
/// the profile did not ([`Order::Effect`]), and a profile that was refused is left alone.
pub fn fix<'a>(profile: &Profile<'a>, context: &Context) -> Fixed<'a> {
    let mut fixed = Fixed { profile: profile.clone(), done: Vec::new() };
    let before = resolve(profile, context);
    if !before.fatal.is_empty() || before.is_void {
        return fixed;
    }
    masks(&mut fixed, context);
    errnos(&mut fixed);
    clone3(&mut fixed, context);
    // Last: places of rules move.
    without_effect(&mut fixed, context);
    // Rules were told by where they start; numbers are those of the given profile.
    for fix in &mut fixed.done {
        let is_it = |rule: &Rule<'_>| rule.at != 0 && Some(rule.at) == fix.rule;
        fix.rule = profile.rules.iter().position(is_it);
    }
    fixed
}

/// Keeps `changed` where it is no weaker; whether it was.
fn keep<'a>(fixed: &mut Fixed<'a>, changed: Profile<'a>, context: &Context) -> bool {
    let (before, after) = (resolve(&fixed.profile, context), resolve(&changed, context));
    let is_good = after.fatal.is_empty()
        && compare(&after, &before, Order::Effect).is_no_weaker()
        && after.is_void == before.is_void;
    if is_good {
        fixed.profile = changed;
    }
    is_good
}

/// The calls that a lint finds.
fn found(profile: &Profile<'_>, resolved: &Resolved, context: &Context, id: &str) -> Vec<Syscall> {
    let findings = lint(profile, resolved, context, &Severities::new());
    let findings = findings.iter().filter(|finding| finding.lint.id == id);
    findings.filter_map(|finding| finding.call).collect()
}

/// Conditions on arguments of 32 bits become masked equalities.
fn masks(fixed: &mut Fixed<'_>, context: &Context) {
    let resolved = resolve(&fixed.profile, context);
    for call in found(&fixed.profile, &resolved, context, "SC-TRUNC") {
        let mut changed = fixed.profile.clone();
        let mut rules = Vec::with_capacity(changed.rules.len());
        let mut touched = None;
        for mut rule in std::mem::take(&mut changed.rules) {
            let is_it = |name: &Name<'_>| name.text == call.name();
            let conds = masked(&rule, call).filter(|_| rule.all_names().any(is_it));
            let Some(conds) = conds else {
                rules.push(rule);
                continue;
            };
            touched = Some(rule.at);
            let alone = Rule { names: vec![Name::new(call.name())], name: None, ..rule.clone() };
            rules.extend(conds.into_iter().map(|arg| Rule { args: vec![arg], ..alone.clone() }));
            rule.names.retain(|name| !is_it(name));
            if !rule.names.is_empty() {
                rules.push(rule);
            }
        }
        changed.rules = rules;
        if touched.is_some() && keep(fixed, changed, context) {
            fixed.done.push(Fix { lint: "SC-TRUNC", rule: touched, call: Some(call) });
        }
    }
}

/// The masked equalities that a rule's one condition comes to, where it is on an argument of 32 bits.
fn masked(rule: &Rule<'_>, call: Syscall) -> Option<Vec<Arg<'static>>> {
    let [arg] = rule.args.as_slice() else {
        return None;
    };
    let index = u8::try_from(arg.index).ok().filter(|index| *index < 6)?;
    let op = arg.op.as_ref()?.value.filter(|_| int_args(call.name()) >> index & 1 == 1)?;
    masks::masks(op, arg.value, arg.value_two).map(|masks| {
        masks
            .into_iter()
            .map(|(mask, bits)| Arg::new(arg.index, crate::op::Op::MaskedEq, mask, bits))
            .collect()
    })
}

/// `clone3` fails with ENOSYS, on which the C library falls back to `clone`.
fn clone3(fixed: &mut Fixed<'_>, context: &Context) {
    let resolved = resolve(&fixed.profile, context);
    let findings = lint(&fixed.profile, &resolved, context, &Severities::new());
    let is_denied =
        |fact: &Fact| matches!(fact, Fact::Shown(_, action) if action.effect() == Effect::Denied);
    let finding = findings.iter().find(|f| f.lint.id == "SC-CLONE3" && is_denied(&f.fact));
    let Some(call) = finding.and_then(|finding| finding.call) else {
        return;
    };
    let mut changed = fixed.profile.clone();
    for rule in &mut changed.rules {
        rule.names.retain(|name| name.text != call.name());
    }
    changed.drop_nameless_rules();
    changed.rules.push(Rule::of([call.name()], ActionName::Errno, Some(ENOSYS)));
    if keep(fixed, changed, context) {
        fixed.done.push(Fix { lint: "SC-CLONE3", rule: None, call: Some(call) });
    }
}

/// Errnos beside actions that have none.
fn errnos(fixed: &mut Fixed<'_>) {
    for rule in &mut fixed.profile.rules {
        let action = rule.action.as_ref().and_then(|action| action.value);
        if action.is_some_and(|action| !action.has_errno()) && rule.errno_ret.take().is_some() {
            fixed.done.push(Fix { lint: "SC-ERRNO-UNUSED", rule: Some(rule.at), call: None });
        }
    }
}

/// Names that have no effect on any architecture.
fn without_effect(fixed: &mut Fixed<'_>, context: &Context) {
    let resolved = resolve(&fixed.profile, context);
    let mut changed = fixed.profile.clone();
    let mut done = Vec::new();
    for dropped in &resolved.dropped {
        let lint = match dropped.reason {
            DropReason::SameAsDefault => "SC-NOOP-DEFAULT",
            DropReason::Shadowed(_) | DropReason::Repeated(_) => "SC-SHADOW",
            _ => continue,
        };
        // A name may have an effect on one architecture and none on another.
        let drops = resolved.dropped.iter().filter(|other| {
            other.place.rule == dropped.place.rule && other.place.name == dropped.place.name
        });
        let is_whole = dropped.reason == DropReason::SameAsDefault
            || drops.count()
                >= resolved
                    .filters
                    .iter()
                    .filter(|filter| {
                        dropped.call.is_some_and(|call| call.number(filter.arch).is_some())
                    })
                    .count();
        let (Some(rule), Some(name)) = (dropped.place.rule, dropped.place.name) else {
            continue;
        };
        if let Some(rule) = changed.rules.get_mut(rule)
            && let Some(name) = rule.names.get_mut(name)
            && is_whole
            && !name.text.is_empty()
        {
            name.text = "".into();
            done.push(Fix { lint, rule: Some(rule.at), call: dropped.call });
        }
    }
    for rule in &mut changed.rules {
        rule.names.retain(|name| !name.text.is_empty());
    }
    changed.drop_nameless_rules();
    let after = resolve(&changed, context);
    if !done.is_empty() && crate::compare::equivalent(&resolved, &after) {
        fixed.profile = changed;
        fixed.done.extend(done);
    }
}

#[cfg(test)]
mod tests {
    use super::fix;
    use crate::arch::Arch;
    use crate::compare::{Order, compare, equivalent};
    use crate::context::{Context, Loader, Runtime};
    use crate::lint::{Severities, lint};
    use crate::parse;
    use crate::resolve::resolve;

    fn context() -> Context {
        Context { runtime: Runtime::Crun, ..Context::new(Loader::Containerd, Arch::X86_64) }
    }

    fn check(rules: &str, id: &str) {
        let text = format!(r#"{{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{rules}]}}"#);
        let profile = parse::profile(&text).unwrap();
        let ids = |profile: &crate::Profile<'_>| {
            let resolved = resolve(profile, &context());
            let found = lint(profile, &resolved, &context(), &Severities::new());
            found.iter().map(|f| f.lint.id).collect::<Vec<_>>()
        };
        assert!(ids(&profile).contains(&id), "{id} {text}");
        let fixed = fix(&profile, &context());
        assert!(fixed.done.iter().any(|fix| fix.lint == id), "{:?} {text}", fixed.done);
        assert!(!ids(&fixed.profile).contains(&id), "{:?}", fixed.profile.rules);
        let (before, after) = (resolve(&profile, &context()), resolve(&fixed.profile, &context()));
        assert!(compare(&after, &before, Order::Effect).is_no_weaker());
        assert_eq!(fix(&fixed.profile, &context()).done, []);
        if fixed.done.iter().all(|fix| matches!(fix.lint, "SC-SHADOW" | "SC-NOOP-DEFAULT")) {
            assert!(equivalent(&before, &after));
        }
    }

    #[test]
    fn what_can_be_mended_is_and_not_weakened() {
        let cond = |op: &str, value: u64| {
            format!(
                r#"{{"names":["socket","read"],"action":"SCMP_ACT_ALLOW","args":[{{"index":0,"value":{value},"op":"{op}"}}]}}"#
            )
        };
        check(&cond("SCMP_CMP_NE", 40), "SC-TRUNC");
        check(&cond("SCMP_CMP_GT", 40), "SC-TRUNC");
        check(&cond("SCMP_CMP_GE", 38), "SC-TRUNC");
        let allow = r#"{"names":["read","clone"],"action":"SCMP_ACT_ALLOW"}"#;
        check(allow, "SC-CLONE3");
        check(&format!(r#"{allow},{{"names":["read"],"action":"SCMP_ACT_TRAP"}}"#), "SC-SHADOW");
        check(r#"{"names":["write","read"],"action":"SCMP_ACT_ERRNO"}"#, "SC-NOOP-DEFAULT");
    }
}
