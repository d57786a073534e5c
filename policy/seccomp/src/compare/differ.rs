//! Every call that two profiles treat differently.

use super::sets::{View, above};
use super::{arches, numbers};
use crate::action::Action;
use crate::arch::Arch;
use crate::resolve::{Decision, Resolved, Verdict};
use crate::table::Syscall;

/// A call that is treated differently, and with which arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its architecture.
    pub arch: Arch,
    /// Its number.
    pub number: u32,
    /// Its name; `None`: the first of the numbers that no call has.
    pub call: Option<Syscall>,
    /// Arguments that show it.
    pub args: [u64; 6],
    /// What happens in the one.
    pub left: Verdict,
    /// What happens in the other.
    pub right: Verdict,
    /// Whether some arguments let more through in the one than in the other.
    pub left_is_weaker: bool,
    /// Whether some let more through in the other.
    pub right_is_weaker: bool,
}

/// What two profiles treat differently: one entry for every call, errnos included.
pub fn diff(left: &Resolved, right: &Resolved) -> Vec<Change> {
    let mut changes = Vec::new();
    for arch in arches(left, right) {
        let mut is_gap_told = false;
        for (number, call) in numbers(arch) {
            if call.is_none() && is_gap_told {
                continue;
            }
            if let Some(args) = differing(left, right, arch, number) {
                is_gap_told |= call.is_none();
                let rank = |action: Action| action.rank();
                let of = |resolved| View::new(resolved, arch, number, &rank);
                let is_above = |one: &View<'_>, other: &View<'_>| {
                    above(one, other, arch.width()).map_or(true, |found| found.is_some())
                };
                let (one, other) = (of(left), of(right));
                changes.push(Change {
                    arch,
                    number,
                    call,
                    args,
                    left: left.decide(arch, number, &args),
                    right: right.decide(arch, number, &args),
                    left_is_weaker: is_above(&one, &other),
                    right_is_weaker: is_above(&other, &one),
                });
            }
        }
    }
    changes
}

/// Whether two profiles come to the same: every call, all arguments, errnos included.
pub fn equivalent(left: &Resolved, right: &Resolved) -> bool {
    left.is_void == right.is_void
        && left.others == right.others
        && arches(left, right).into_iter().all(|arch| {
            numbers(arch)
                .into_iter()
                .all(|(number, _)| differing(left, right, arch, number).is_none())
        })
}

/// Arguments with which the actions differ.
fn differing(left: &Resolved, right: &Resolved, arch: Arch, number: u32) -> Option<[u64; 6]> {
    let actions = |resolved: &Resolved| match resolved.filter(arch).and_then(|f| f.entry(number)) {
        Some(Decision::If(cases)) => cases.iter().map(|case| case.action).collect(),
        _ => Vec::new(),
    };
    let none = [0; 6];
    let (mut one, other) = (actions(left), actions(right));
    if one.is_empty() && other.is_empty() {
        let differs =
            left.decide(arch, number, &none).action != right.decide(arch, number, &none).action;
        return differs.then_some(none);
    }
    if is_same(left, right, arch, number) {
        return None;
    }
    one.extend([left.default, left.decide(arch, number, &none).action]);
    // Each action is a level of its own: where it is the one's, it must be the other's.
    one.into_iter().find_map(|action| {
        let is_it = |other: Action| u8::from(other == action);
        let of = |resolved| View::new(resolved, arch, number, &is_it);
        let (left, right) = (of(left), of(right));
        above(&left, &right, arch.width()).unwrap_or(Some(none))
    })
}

/// Whether the same conditions are written down, which also tells ambiguous rules to be the same.
fn is_same(left: &Resolved, right: &Resolved, arch: Arch, number: u32) -> bool {
    let cases = |resolved: &Resolved| match resolved.filter(arch) {
        Some(filter) if !filter.is_no_such_call(number) => match filter.entry(number) {
            Some(Decision::If(cases)) => {
                let plain = cases.iter().map(|case| (case.conds.clone(), case.action));
                Some((filter.default, plain.collect::<Vec<_>>()))
            }
            _ => None,
        },
        _ => None,
    };
    cases(left).is_some_and(|one| cases(right) == Some(one))
}
