//! New profiles: from the calls that a workload makes.

use crate::action::ActionName;
use crate::arch::{Arch, ArchName};
use crate::context::Context;
use crate::denials::Denial;
use crate::errno::{ENOSYS, EPERM};
use crate::facts::{ALWAYS, BEFORE_DROPPING, CLONE_NAMESPACES, calls};
use crate::op::Op;
use crate::profile::{Arg, Profile, Rule, Spelled};
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

/// A profile with one more rule: what was denied is allowed. Calls with no name are left out.
///
/// Look at what is proposed ([`crate::lint`]) before it is used: a denied call may be an attack.
#[must_use]
pub fn allow_denied<'a>(profile: &Profile<'a>, denials: &[Denial]) -> Profile<'a> {
    let mut names = denials.iter().filter_map(|denial| denial.call).collect::<Vec<_>>();
    names.sort();
    names.dedup();
    let mut changed = profile.clone();
    // A name without conditions stands nowhere else: rules that deny it would come before.
    for other in &mut changed.rules {
        let action = other.action.as_ref().and_then(|action| action.value);
        if action != Some(ActionName::Allow) {
            other.names.retain(|name| names.iter().all(|call| call.name() != name.text));
        }
    }
    changed.drop_nameless_rules();
    if !names.is_empty() {
        let names = names.into_iter().map(Syscall::name);
        changed.rules.push(Rule::of(names, ActionName::Allow, None));
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::{allow_denied, create};
    use crate::arch::Arch;
    use crate::context::{Context, Loader};
    use crate::denials::denials;
    use crate::lint::{Severities, lint};
    use crate::resolve::resolve;

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
