//! Whether one profile lets more through than another, to the last argument.
//!
//! For a threshold, the calls that a profile lets through are a union of boxes (a case's conditions)
//! or what is left outside of boxes. A call inside the one and outside the other is found, or shown
//! not to exist, by taking the boxes of the other away one condition at a time. Where rules are
//! ambiguous the profile is taken at its weakest and the reference at its strictest.

mod differ;
mod sets;
#[cfg(test)]
mod tests;

pub use differ::{Change, diff, equivalent};

use sets::{View, above};

use crate::action::{Action, Effect};
use crate::arch::{Arch, X32_BIT};
use crate::resolve::{Resolved, Verdict};
use crate::table::{Syscall, syscalls};

/// What "weaker" means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Order {
    /// By what comes of it: executed, left to a tracer, left to a supervisor, denied. A tracer counts
    /// as execution where the profile lets `ptrace` execute.
    Effect,
    /// By the kernel's precedence: killing the process is the strictest.
    Precedence,
}

/// A call that one profile treats more weakly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weaker {
    /// Its architecture.
    pub arch: Arch,
    /// Its number.
    pub number: u32,
    /// Its name, where the table has one.
    pub call: Option<Syscall>,
    /// The smallest arguments that show it.
    pub args: [u64; 6],
    /// What the profile does.
    pub found: Verdict,
    /// What the reference does.
    pub reference: Verdict,
}

/// The outcome of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// A counter-example for every call that is weaker, and one for all numbers that no call has.
    pub weaker: Vec<Weaker>,
    /// Calls whose conditions were too many to decide: not shown to be no weaker. After sixteen of
    /// them the comparison ends.
    pub undecided: Vec<(Arch, u32)>,
    /// Architectures, without `SCMP_ARCH_`, that only the profile has and whose calls are not known.
    pub unknown_arches: Vec<&'static str>,
}

impl Comparison {
    /// Whether the profile is shown to be no weaker than the reference.
    pub fn is_no_weaker(&self) -> bool {
        self.weaker.is_empty() && self.undecided.is_empty() && self.unknown_arches.is_empty()
    }
}

/// Comparing ends where so many calls could not be decided: the answer will not get better.
const MOST_UNDECIDED: usize = 16;

/// Compares a profile with a reference. Both should be resolved for the same node.
///
/// Reasons not to start ([`Resolved::fatal`]) are not looked at: what could be resolved is compared.
pub fn compare(profile: &Resolved, reference: &Resolved, order: Order) -> Comparison {
    let mut comparison = Comparison::default();
    let unknown = profile.others.iter().filter(|name| !reference.others.contains(name));
    comparison.unknown_arches.extend(unknown);
    for arch in arches(profile, reference) {
        let level = leveller(profile, arch, order);
        let reference_level = leveller(reference, arch, order);
        let mut is_gap_told = false;
        for (number, call) in numbers(arch) {
            if call.is_none() && is_gap_told {
                continue;
            }
            let left = View::new(profile, arch, number, &level);
            let right = View::new(reference, arch, number, &reference_level);
            match above(&left, &right, arch.width()) {
                Ok(None) => {}
                Ok(Some(args)) => {
                    is_gap_told |= call.is_none();
                    comparison.weaker.push(Weaker {
                        arch,
                        number,
                        call,
                        args,
                        found: profile.decide(arch, number, &args),
                        reference: reference.decide(arch, number, &args),
                    });
                }
                Err(_) => comparison.undecided.push((arch, number)),
            }
            if comparison.undecided.len() == MOST_UNDECIDED {
                return comparison;
            }
        }
    }
    comparison
}

/// The architectures that either has; of a profile that filters nothing, all.
fn arches(left: &Resolved, right: &Resolved) -> Vec<Arch> {
    let is_void = left.is_void || right.is_void;
    let has =
        |arch: &Arch| is_void || left.filter(*arch).is_some() || right.filter(*arch).is_some();
    // A filter may name architectures whose programs the node cannot run.
    let native = right.filters.first().or(left.filters.first()).map(|filter| filter.arch);
    let runs = |arch: &Arch| native.is_none_or(|native| native.runs(*arch));
    Arch::ALL.into_iter().filter(|arch| has(arch) && runs(arch)).collect()
}

/// The numbers of an architecture, those that no call has included up to one above all: runc's stub
/// may part them anywhere.
fn numbers(arch: Arch) -> Vec<(u32, Option<Syscall>)> {
    let base = if arch == Arch::X32 { X32_BIT } else { 0 };
    let known = syscalls().filter_map(|call| Some((call.number(arch)?, Some(call))));
    let mut numbers = known.collect::<Vec<_>>();
    numbers.sort_unstable_by_key(|(number, _)| *number);
    let mut gaps = Vec::new();
    let mut next = base;
    // ARM's private numbers stand far above the others.
    for (number, _) in numbers.iter().filter(|(number, _)| number - base < 0x1000) {
        gaps.extend((next..*number).map(|gap| (gap, None)));
        next = number + 1;
    }
    numbers.extend(gaps);
    numbers.push((base | 0xfff, None));
    numbers
}

/// How permissive actions are, in that order.
fn leveller(resolved: &Resolved, arch: Arch, order: Order) -> impl Fn(Action) -> u8 {
    let traced = order == Order::Effect && lets_trace(resolved, arch);
    move |action| match order {
        Order::Precedence => action.rank(),
        Order::Effect => match action.effect() {
            Effect::Traced if traced => Effect::Executed as u8,
            effect => effect as u8,
        },
    }
}

/// Whether `ptrace` executes with some arguments.
pub(crate) fn lets_trace(resolved: &Resolved, arch: Arch) -> bool {
    let number = Syscall::from_name("ptrace").and_then(|call| call.number(arch));
    number.is_some_and(|number| may_execute(resolved, arch, number).is_some())
}

/// The smallest arguments with which a call is executed.
pub(crate) fn may_execute(resolved: &Resolved, arch: Arch, number: u32) -> Option<[u64; 6]> {
    let level = |action: Action| u8::from(action.effect() == Effect::Executed);
    let view = View::new(resolved, arch, number, &level);
    // Where it is too hard to tell, it may.
    above(&view, &View::constant(0), arch.width()).unwrap_or(Some([0; 6]))
}
