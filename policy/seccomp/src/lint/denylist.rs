//! What a list of denied calls forgets.

use super::{Fact, Linter};
use crate::arch::Arch;
use crate::compare::may_execute;
use crate::facts::{GROUPS, calls};
use crate::table::Syscall;

pub(super) fn check(linter: &mut Linter<'_, '_>) {
    if !linter.is_deny_list() {
        return;
    }
    let arches = linter.resolved.filters.iter().map(|filter| filter.arch).collect::<Vec<_>>();
    for arch in &arches {
        for group in GROUPS {
            forgotten(linter, *arch, group);
        }
    }
    if arches.contains(&Arch::X32) {
        linter.top("SC-DENYLIST-X32", 0, Fact::None);
    }
}

/// Reports a call of the group that no argument lets through, where others of it are.
fn forgotten(linter: &mut Linter<'_, '_>, arch: Arch, group: &'static str) {
    let there = calls(group).filter_map(|call| Some((call, call.number(arch)?)));
    let (open, denied): (Vec<_>, Vec<_>) =
        there.partition(|(_, number)| may_execute(linter.resolved, arch, *number).is_some());
    let open = open.into_iter().map(|(call, _)| call).collect::<Vec<_>>();
    let is_said = |call: Syscall| {
        let filter = linter.resolved.filter(arch);
        filter.and_then(|filter| filter.entry_of(call)).is_some()
    };
    let first = denied.into_iter().map(|(call, _)| call).find(|call| is_said(*call));
    if let Some(denied) = first.filter(|_| !open.is_empty()) {
        linter.call("SC-DENYLIST-ALIAS", denied, arch, Fact::Instead(denied, open));
    }
}
