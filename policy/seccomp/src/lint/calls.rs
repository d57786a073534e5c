//! Calls that should not be executed, and those that must be.

use super::{Fact, Linter, Severity};
use crate::action::{Action, Effect};
use crate::errno::ENOSYS;
use crate::facts::{ALWAYS, BEFORE_DROPPING, CLONE_NEWUSER, DANGERS, Danger, calls};
use crate::simulate::Call;
use crate::table::Syscall;

pub(super) fn check(linter: &mut Linter<'_, '_>) {
    for danger in DANGERS {
        for call in calls(danger.names) {
            dangerous(linter, danger, call);
        }
    }
    namespaces(linter);
    io_uring(linter);
    needs(linter);
}

fn dangerous(linter: &mut Linter<'_, '_>, danger: &Danger, call: Syscall) {
    let shown = if danger.args.is_empty() {
        linter.executed(call)
    } else {
        let with =
            |&[first, second]: &[u64; 2]| linter.executed_with(call, [first, second, 0, 0, 0, 0]);
        danger.args.iter().find_map(with)
    };
    let Some(shown) = shown else {
        return;
    };
    let caps = linter.context.caps;
    let is_held = danger.gate.is_empty() || danger.gate.iter().any(|cap| caps.has_name(cap));
    // The kernel asks for a capability that the container has not got: a second wall stands.
    let severity = if is_held { Severity::Warning } else { Severity::Info };
    let place = linter.place_of(call, shown.arch);
    let fact = Fact::Danger(danger.group, shown, danger.gate, is_held);
    linter.add("SC-DANGER", Some(severity), place, Some(call), Some(shown.arch), fact);
}

fn namespaces(linter: &mut Linter<'_, '_>) {
    let known = |name| Syscall::from_name(name);
    let flags = |arch: crate::arch::Arch| {
        let mut args = [0; 6];
        if let Some(arg) = args.get_mut(usize::from(arch.clone_flags())) {
            *arg = CLONE_NEWUSER;
        }
        args
    };
    let arches = linter.resolved.filters.iter().map(|filter| filter.arch).collect::<Vec<_>>();
    for arch in arches {
        let action = |call: Option<Syscall>, args| {
            let call = call?;
            let number = call.number(arch)?;
            Some((
                call,
                Call { arch, number, args },
                linter.resolved.decide(arch, number, &args).action,
            ))
        };
        let is_executed = |action: Action| action.effect() == Effect::Executed;
        let clone = action(known("clone"), flags(arch));
        let clone3 = action(known("clone3"), [0; 6]);
        let unshare = action(known("unshare"), [CLONE_NEWUSER, 0, 0, 0, 0, 0]);
        if let Some((call, shown, found)) = clone.filter(|(.., found)| is_executed(*found)) {
            linter.call("SC-CLONE-NS", call, arch, Fact::Shown(shown, found));
        }
        if let Some((call, shown, found)) = unshare.filter(|(.., found)| is_executed(*found)) {
            linter.call("SC-UNSHARE", call, arch, Fact::Shown(shown, found));
        }
        let is_filtered = clone.is_some_and(|(.., found)| !is_executed(found));
        if let Some((call, shown, found)) = clone3 {
            let is_bypass = is_executed(found) && is_filtered;
            let has_threads = action(known("clone"), [0; 6]).is_some_and(|(.., f)| is_executed(f));
            let is_denied = found.effect() == Effect::Denied && found != Action::Errno(ENOSYS);
            let breaks = has_threads && is_denied;
            if is_bypass || breaks {
                linter.call("SC-CLONE3", call, arch, Fact::Shown(shown, found));
            }
        }
    }
}

/// Operations that io_uring does without the filter seeing them.
fn io_uring(linter: &mut Linter<'_, '_>) {
    const DONE: &str = "socket connect accept4 open openat openat2 sendmsg recvmsg unlinkat renameat2 \
        mkdirat symlinkat linkat statx setxattr splice";
    let executed = |name: &str| Syscall::from_name(name).and_then(|call| linter.executed(call));
    let (Some(setup), Some(_)) = (executed("io_uring_setup"), executed("io_uring_enter")) else {
        return;
    };
    let is_denied =
        |call: &Syscall| call.number(setup.arch).is_some() && linter.executed(*call).is_none();
    let denied = calls(DONE).filter(is_denied).collect::<Vec<_>>();
    if let Some(call) =
        Syscall::from_number(setup.arch, setup.number).filter(|_| !denied.is_empty())
    {
        linter.call("SC-IOURING", call, setup.arch, Fact::Calls(denied));
    }
}

/// Calls without which the runtime does not come to start the program.
fn needs(linter: &mut Linter<'_, '_>) {
    let arch = linter.context.arch;
    let more = if linter.context.may_escalate { BEFORE_DROPPING } else { "" };
    let is_denied = |call: &Syscall| {
        let number = call.number(arch);
        number.is_some_and(|number| {
            crate::compare::may_execute(linter.resolved, arch, number).is_none()
        })
    };
    let denied = calls(ALWAYS).chain(calls(more)).filter(is_denied).collect::<Vec<_>>();
    if !denied.is_empty() {
        linter.top("SC-RUNTIME-MIN", 0, Fact::Calls(denied));
    }
}
