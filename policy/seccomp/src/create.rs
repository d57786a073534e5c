//! New profiles: from the calls that a workload makes.

use crate::action::ActionName;
use crate::arch::{Arch, ArchName};
use crate::context::Context;
use crate::denials::Denial;
use crate::errno::{ENOSYS, EPERM};
use crate::facts::{ALWAYS, BEFORE_DROPPING, CLONE_NAMESPACES, calls};
use crate::op::Op;
use crate::profile::{Arg, Name, Profile, Rule, Spelled};
use crate::table::Syscall;

/// What was made, and what was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// The profile: plain OCI.
    pub profile: Profile<'static>,
    /// Names that no call has.
    pub unknown: Vec<String>,
    /// Calls that were added because the runtime needs them.
    pub added: Vec<Syscall>,
}

/// A profile that allows these calls, those the runtime needs, and nothing else.
///
/// `clone` is allowed without its flags for namespaces, and `clone3` answers ENOSYS, on which the C
/// library falls back to `clone`; what a workload needs beyond that is written by hand.
pub fn create<'n>(names: impl IntoIterator<Item = &'n str>, context: &Context) -> Created {
    let mut unknown = Vec::new();
    let mut wanted = Vec::new();
    for name in names {
        match Syscall::from_name(name) {
            Some(call) => wanted.push(call),
            None => unknown.push(name.to_owned()),
        }
    }
    let needs = calls(ALWAYS).chain(calls(if context.may_escalate { BEFORE_DROPPING } else { "" }));
    let mut added = needs.filter(|call| !wanted.contains(call)).collect::<Vec<_>>();
    added.sort();
    let has = |name: &str| wanted.iter().any(|call| call.name() == name);
    let has_clone = has("clone") || has("clone3");
    let mut plain = wanted.iter().chain(&added).copied().collect::<Vec<_>>();
    plain.retain(|call| !matches!(call.name(), "clone" | "clone3"));
    plain.sort();
    plain.dedup();
    let mut rules = vec![Rule::of(plain.into_iter().map(Syscall::name), ActionName::Allow, None)];
    if has_clone {
        rules.extend(threads(context.arch));
    }
    let spelled = |arch: Arch| Spelled::known(arch.token(), ArchName::Known(arch));
    let profile = Profile {
        default_action: Some(Spelled::known(ActionName::Errno.token(), ActionName::Errno)),
        default_errno_ret: Some(EPERM.into()),
        architectures: Some(vec![spelled(context.arch)]),
        rules,
        ..Profile::default()
    };
    Created { profile, unknown, added }
}

/// Processes and threads without namespaces.
fn threads(arch: Arch) -> [Rule<'static>; 2] {
    let flags = Arg::new(arch.clone_flags().into(), Op::MaskedEq, CLONE_NAMESPACES, 0);
    let clone = Rule { args: vec![flags], ..Rule::of(["clone"], ActionName::Allow, None) };
    [clone, Rule::of(["clone3"], ActionName::Errno, Some(ENOSYS))]
}

/// A profile that lets denied calls through ([`allow`]). Calls with no name are left out.
///
/// Look at what is proposed ([`crate::lint`]) before it is used: a denied call may be an attack.
#[must_use]
pub fn allow_denied<'a>(profile: &Profile<'a>, denials: &[Denial]) -> Profile<'a> {
    allow(profile, denials.iter().filter_map(|denial| denial.call))
}

/// A profile with one more rule, which lets these calls through whatever their arguments. They are
/// taken out of the rules that say something else of them, the old `name` included: what is left of
/// a profile does not contradict the rule.
#[must_use]
pub fn allow<'a>(profile: &Profile<'a>, calls: impl IntoIterator<Item = Syscall>) -> Profile<'a> {
    let mut calls = calls.into_iter().collect::<Vec<_>>();
    calls.sort();
    calls.dedup();
    let is_other = |name: &Name<'_>| calls.iter().all(|call| call.name() != name.text);
    let mut changed = profile.clone();
    // A name without conditions stands nowhere else: rules that deny it would come before.
    for rule in &mut changed.rules {
        let action = rule.action.as_ref().and_then(|action| action.value);
        if action != Some(ActionName::Allow) {
            rule.names.retain(is_other);
            rule.name = rule.name.take().filter(is_other);
        }
    }
    let has_name = |rule: &Rule<'_>| rule.all_names().next().is_some();
    // What named nothing before is left as it was: an empty rule is the author's.
    let was_empty = profile.rules.iter().map(|rule| !has_name(rule)).collect::<Vec<_>>();
    let mut was_empty = was_empty.into_iter();
    changed.rules.retain(|rule| was_empty.next().unwrap_or_default() || has_name(rule));
    if !calls.is_empty() {
        let names = calls.into_iter().map(Syscall::name);
        changed.rules.push(Rule::of(names, ActionName::Allow, None));
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::{allow, allow_denied, create};
    use crate::arch::Arch;
    use crate::context::{Context, Loader};
    use crate::denials::denials;
    use crate::lint::{Severities, lint};
    use crate::parse;
    use crate::resolve::resolve;
    use crate::table::Syscall;

    #[test]
    fn a_call_is_taken_out_of_every_rule_that_denies_it() {
        let text = r#"{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[
            {"name":"mount","action":"SCMP_ACT_KILL"},
            {"names":[],"action":"SCMP_ACT_ALLOW"},
            {"name":"read","action":"SCMP_ACT_TRAP"},
            {"names":["mount","umount2"],"action":"SCMP_ACT_TRAP"}]}"#;
        let profile = parse::profile(text).unwrap();
        let changed = allow(&profile, Syscall::from_name("mount"));
        let names = |rule: &crate::Rule<'_>| {
            rule.all_names().map(|name| name.text.clone().into_owned()).collect::<Vec<_>>()
        };
        let names = changed.rules.iter().map(names).collect::<Vec<_>>();
        assert_eq!(names, [vec![], vec!["read"], vec!["umount2"], vec!["mount"]]);
        // Docker's loader reads the old name: the rule that killed would have come first.
        let resolved = resolve(&changed, &Context::new(Loader::Docker, Arch::X86_64));
        assert_eq!(resolved.decide(Arch::X86_64, 165, &[0; 6]).action, crate::Action::Allow);
        assert_eq!(allow(&profile, []), profile);
    }

    #[test]
    fn a_new_profile_is_clean_and_allows_what_it_was_made_for() {
        let context = Context::new(Loader::Containerd, Arch::X86_64);
        let created = create(["openat", "clone", "mmap", "frobnicate"], &context);
        assert_eq!(created.unknown, ["frobnicate"]);
        let resolved = resolve(&created.profile, &context);
        let findings = lint(&created.profile, &resolved, &context, &Severities::new());
        let ids = findings.iter().map(|f| f.lint.id).collect::<Vec<_>>();
        assert!(ids.iter().all(|id| *id == "SC-ARCH-NONATIVE"), "{ids:?}");
        let line = "type=SECCOMP msg=audit(1.2:3): pid=9 comm=\"x\" exe=\"/x\" sig=0 arch=c000003e \
            syscall=165 compat=0 ip=0x1 code=0x7ffc0000";
        let more = allow_denied(&created.profile, &denials(line));
        let resolved = resolve(&more, &context);
        let verdict = resolved.decide(Arch::X86_64, 165, &[0; 6]);
        assert_eq!(verdict.action, crate::Action::Allow);
    }
}
