//! Conditions that let more through, or other things, than they seem to.

use super::{Fact, Linter};
use crate::action::Effect;
use crate::arch::Arch;
use crate::context::Runtime;
use crate::facts::int_args;
use crate::op::Op;
use crate::resolve::{ArchFilter, Case, Decision};
use crate::simulate::Call;
use crate::solve::{Budget, smallest};
use crate::table::{Syscall, multiplexed};

/// How many conditions and cases of one call are looked at: a profile should not cost the square of
/// its length.
const MANY: usize = 64;

/// How many arguments are tried with each condition.
const FEW: usize = 8;

pub(super) fn check(linter: &mut Linter<'_, '_>) {
    for filter in &linter.resolved.filters {
        for (number, decision) in &filter.entries {
            let Decision::If(cases) = decision else {
                continue;
            };
            let Some(call) = Syscall::from_number(filter.arch, *number) else {
                continue;
            };
            cut(linter, filter, call, cases);
            ambiguous(linter, filter, call, cases);
            shape(linter, filter, call, cases);
            multiplexer(linter, filter.arch, call);
        }
        phantom(linter, filter);
    }
}

/// Values of 32-bit arguments that are denied, and executed once bits are set that the kernel cuts
/// off after the filter has seen them.
fn cut(linter: &mut Linter<'_, '_>, filter: &ArchFilter, call: Syscall, cases: &[Case]) {
    const HIGH: [u64; 3] = [1 << 32, 1 << 63, 0xffff_ffff << 32];
    let Some(number) = call.number(filter.arch).filter(|_| filter.arch.width() == 64) else {
        return;
    };
    let ints = int_args(call.name());
    let conds = cases.iter().flat_map(|case| &case.conds);
    let conds = conds.filter(|cond| ints >> cond.arg & 1 == 1 && cond.mask >> 32 != 0);
    let is_executed =
        |args: &[u64; 6]| filter.decide(number, args).action.effect() == Effect::Executed;
    for cond in conds.take(MANY) {
        for base in bases(cases, filter.arch) {
            for low in [cond.datum, cond.datum.wrapping_add(1), cond.datum.wrapping_sub(1)] {
                let with = |value: u64| {
                    let mut args = base;
                    if let Some(arg) = args.get_mut(usize::from(cond.arg)) {
                        *arg = value;
                    }
                    args
                };
                let low = low & 0xffff_ffff;
                let shown = HIGH.map(|high| with(low | high)).into_iter().find(is_executed);
                if let Some(args) = shown.filter(|_| !is_executed(&with(low))) {
                    let action = filter.decide(number, &args).action;
                    let shown = Call { arch: filter.arch, number, args };
                    linter.call("SC-TRUNC", call, filter.arch, Fact::Shown(shown, action));
                    return;
                }
            }
        }
    }
}

/// Arguments that fit each of the cases, and none.
fn bases(cases: &[Case], arch: Arch) -> Vec<[u64; 6]> {
    let width = arch.width();
    let fitting = cases.iter().filter_map(|case| {
        let tests = case.conds.iter().map(|cond| (cond.arg, cond.test(width))).collect::<Vec<_>>();
        smallest(&tests, width, &mut Budget::new()).ok().flatten()
    });
    fitting.take(FEW).chain([[0; 6]]).collect()
}

/// Rules that can hold together and say different things.
fn ambiguous(linter: &mut Linter<'_, '_>, filter: &ArchFilter, call: Syscall, cases: &[Case]) {
    let width = filter.arch.width();
    for (at, case) in cases.iter().take(MANY).enumerate() {
        for other in
            cases.iter().take(MANY).skip(at + 1).filter(|other| other.action != case.action)
        {
            let both = case.conds.iter().chain(&other.conds);
            let tests = both.map(|cond| (cond.arg, cond.test(width))).collect::<Vec<_>>();
            let found = smallest(&tests, width, &mut Budget::new()).unwrap_or(Some([0; 6]));
            if let (Some(args), Some(number)) = (found, call.number(filter.arch)) {
                let action = filter.decide(number, &args).action;
                let shown = Call { arch: filter.arch, number, args };
                linter.call("SC-AMBIG", call, filter.arch, Fact::Shown(shown, action));
                return;
            }
        }
    }
}

fn shape(linter: &mut Linter<'_, '_>, filter: &ArchFilter, call: Syscall, cases: &[Case]) {
    let by_number = matches!(call.name(), "socketcall" | "ipc") && filter.arch.width() == 32;
    if !by_number && !is_safe(cases) {
        linter.call("SC-SHAPE", call, filter.arch, Fact::None);
    }
}

/// Whether every libseccomp compiles the cases exactly: one alone, or many on one argument that are
/// all equalities (also masked), all inequalities, or all below 2^32.
pub(crate) fn is_safe(cases: &[Case]) -> bool {
    if cases.len() < 2 {
        return true;
    }
    let conds = cases.iter().flat_map(|case| &case.conds).collect::<Vec<_>>();
    let Some(first) = conds.first() else {
        return true;
    };
    let is_one = cases.iter().all(|case| case.conds.len() == 1)
        && conds.iter().all(|cond| cond.arg == first.arg);
    let all = |is_it: &dyn Fn(Op) -> bool| conds.iter().all(|cond| is_it(cond.op));
    is_one
        && (all(&|op| matches!(op, Op::Eq | Op::MaskedEq))
            || all(&|op| op == Op::Ne)
            || conds.iter().all(|cond| cond.datum >> 32 == 0))
}

/// Conditions on a call that also comes through a multiplexer, where they test something else.
fn multiplexer(linter: &mut Linter<'_, '_>, arch: Arch, call: Syscall) {
    let Some(by) = multiplexed(call.name()) else {
        return;
    };
    let others = linter.resolved.filters.iter().filter(|other| other.arch.is_multiplexed());
    for other in others {
        let number = Syscall::from_name(by.by).and_then(|through| through.number(other.arch));
        let args = [u64::from(by.number), 0, 0, 0, 0, 0];
        let verdict = number.map(|number| (number, other.decide(number, &args).action));
        let open = verdict.filter(|(_, action)| action.effect() == Effect::Executed);
        if let Some((number, action)) = open {
            let shown = Call { arch: other.arch, number, args };
            linter.call("SC-MUX", call, arch, Fact::Shown(shown, action));
            return;
        }
    }
}

/// Architectures where libseccomp forgets to load the number of the call: it leaves it to the entry
/// of highest priority, and passes over that if the architecture has not got the call. Entries
/// without conditions have priority. With more than 32 names runc asks for a tree, which loads it.
fn phantom(linter: &mut Linter<'_, '_>, filter: &ArchFilter) {
    let is_pair = |arch| matches!(arch, Arch::X86_64 | Arch::X32);
    let both = |linter: &Linter<'_, '_>| {
        linter.resolved.filter(Arch::X86_64).is_some()
            && linter.resolved.filter(Arch::X32).is_some()
    };
    let has_tree = linter.context.runtime == Runtime::Runc && linter.resolved.names > 32;
    if has_tree || is_pair(filter.arch) && !both(linter) {
        return;
    }
    let joined =
        linter.resolved.filters.iter().filter(|other| {
            other.arch == filter.arch || is_pair(other.arch) && is_pair(filter.arch)
        });
    let joined = joined.collect::<Vec<_>>();
    let mut entries = joined.iter().flat_map(|filter| &filter.entries);
    let has_always = entries.any(|(_, decision)| matches!(decision, Decision::Always { .. }));
    if !has_always && joined.iter().any(|filter| filter.has_phantoms) && !filter.entries.is_empty()
    {
        linter.top("SC-PHANTOM", 0, Fact::Text(filter.arch.token().to_owned()));
    }
}
