//! Calls above a threshold, as boxes.

use crate::action::Action;
use crate::arch::Arch;
use crate::errno::ENOSYS;
use crate::resolve::{Case, Decision, Resolved, Test};
use crate::solve::{Budget, TooHard, smallest};

/// What a profile does with one call, in levels.
pub(super) struct View<'r> {
    cases: Vec<(&'r Case, u8)>,
    default: u8,
}

impl<'r> View<'r> {
    pub(super) fn new(
        resolved: &'r Resolved,
        arch: Arch,
        number: u32,
        level: &dyn Fn(Action) -> u8,
    ) -> Self {
        if resolved.is_void {
            return Self::constant(level(Action::Allow));
        }
        let Some(filter) = resolved.filter(arch) else {
            return Self::constant(level(Action::KillThread));
        };
        if filter.is_no_such_call(number) {
            return Self::constant(level(Action::Errno(ENOSYS)));
        }
        match filter.entry(number) {
            None => Self::constant(level(filter.default)),
            Some(Decision::Always { action, .. }) => Self::constant(level(*action)),
            Some(Decision::If(cases)) => Self {
                cases: cases.iter().map(|case| (case, level(case.action))).collect(),
                default: level(filter.default),
            },
        }
    }

    /// The same whatever the arguments.
    pub(super) fn constant(level: u8) -> Self {
        Self { cases: Vec::new(), default: level }
    }

    fn levels(&self) -> impl Iterator<Item = u8> {
        self.cases.iter().map(|(_, level)| *level).chain([self.default])
    }
}

/// The smallest arguments found with which `left` is above `right`.
pub(super) fn above(
    left: &View<'_>,
    right: &View<'_>,
    width: u32,
) -> Result<Option<[u64; 6]>, TooHard> {
    let lowest = right.levels().min().unwrap_or_default();
    let mut thresholds = left.levels().filter(|level| *level > lowest).collect::<Vec<_>>();
    thresholds.sort_unstable();
    thresholds.dedup();
    for threshold in thresholds.into_iter().rev() {
        let mut search = Search { right, threshold, width, budget: Budget::new() };
        if let Some(args) = search.inside(left)? {
            return Ok(Some(args));
        }
    }
    Ok(None)
}

/// How many cases are taken away at most: each takes a level of the stack.
const MOST_CASES: usize = 512;

struct Search<'s> {
    right: &'s View<'s>,
    threshold: u8,
    width: u32,
    budget: Budget,
}

/// What is done with tests that are left.
type Then<S> = fn(&mut S, &mut Vec<(u8, Test)>) -> Found;

type Found = Result<Option<[u64; 6]>, TooHard>;

impl Search<'_> {
    /// Arguments with which `left` reaches the threshold and the other does not.
    fn inside(&mut self, left: &View<'_>) -> Found {
        for (case, level) in &left.cases {
            if *level >= self.threshold && !self.is_plainly_inside(case) {
                let mut tests = self.tests(case);
                if let Some(args) = self.outside(&mut tests)? {
                    return Ok(Some(args));
                }
            }
        }
        if left.default >= self.threshold {
            let cases = left.cases.iter().map(|(case, _)| *case).collect::<Vec<_>>();
            return self.without(&mut Vec::new(), &cases, Self::outside);
        }
        Ok(None)
    }

    /// Whether a case of the other that reaches the threshold asks for nothing that this one does not
    /// ask for, and none below it might hold beside: most cases of most profiles.
    fn is_plainly_inside(&self, case: &Case) -> bool {
        let is_inside = |other: &Case| other.conds.iter().all(|cond| case.conds.contains(cond));
        let is_reached =
            |(other, level): &(&Case, u8)| *level >= self.threshold && is_inside(other);
        self.right.cases.iter().all(|(_, level)| *level >= self.threshold)
            && self.right.cases.iter().any(is_reached)
    }

    /// Arguments that pass the tests and with which the other stays below the threshold: a case
    /// below it holds, or none above it does and the default is below.
    fn outside(&mut self, tests: &mut Vec<(u8, Test)>) -> Found {
        let right = self.right;
        for (case, level) in &right.cases {
            if *level < self.threshold {
                let mut both = tests.clone();
                both.extend(self.tests(case));
                if let Some(args) = smallest(&both, self.width, &mut self.budget)? {
                    return Ok(Some(args));
                }
            }
        }
        if right.default >= self.threshold {
            return Ok(None);
        }
        let reached = right.cases.iter().filter(|(_, level)| *level >= self.threshold);
        let reached = reached.map(|(case, _)| *case).collect::<Vec<_>>();
        self.without(tests, &reached, Self::smallest)
    }

    /// Arguments that pass the tests, fit none of the cases, and are good for `then`.
    fn without(&mut self, tests: &mut Vec<(u8, Test)>, cases: &[&Case], then: Then<Self>) -> Found {
        if smallest(tests, self.width, &mut self.budget)?.is_none() {
            return Ok(None);
        }
        let Some((case, rest)) = cases.split_first() else {
            return then(self, tests);
        };
        if rest.len() >= MOST_CASES {
            return Err(TooHard);
        }
        for cond in &case.conds {
            if let Some(test) = cond.test(self.width).negated(self.width) {
                tests.push((cond.arg, test));
                let found = self.without(tests, rest, then);
                tests.pop();
                if let Some(args) = found? {
                    return Ok(Some(args));
                }
            }
        }
        Ok(None)
    }

    #[expect(clippy::ptr_arg, reason = "one of several functions of that form")]
    fn smallest(&mut self, tests: &mut Vec<(u8, Test)>) -> Found {
        smallest(tests, self.width, &mut self.budget)
    }

    fn tests(&self, case: &Case) -> Vec<(u8, Test)> {
        case.conds.iter().map(|cond| (cond.arg, cond.test(self.width))).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{View, above};
    use crate::action::Action;
    use crate::op::Op;
    use crate::resolve::{Case, Cond};

    const WIDTH: u32 = 4;

    fn cond(arg: u8) -> impl Strategy<Value = Cond> {
        let op = prop::sample::select(Op::ALL.to_vec());
        (op, 0..16_u64, 0..16_u64).prop_map(move |(op, mask, datum)| match op {
            Op::MaskedEq => Cond { arg, op, mask, datum: datum & mask },
            _ => Cond { arg, op, mask: 15, datum },
        })
    }

    fn case() -> impl Strategy<Value = (Case, u8)> {
        let conds = prop_oneof![
            cond(0).prop_map(|cond| vec![cond]),
            cond(1).prop_map(|cond| vec![cond]),
            (cond(0), cond(1)).prop_map(|(one, other)| vec![one, other]),
        ];
        let case = |conds| Case { conds, action: Action::Allow, rule: 0 };
        (conds.prop_map(case), 0..4_u8)
    }

    fn side() -> impl Strategy<Value = (Vec<(Case, u8)>, u8)> {
        (prop::collection::vec(case(), 0..4), 0..4_u8)
    }

    /// The levels of the cases that fit, or the default's.
    fn levels((cases, default): &(Vec<(Case, u8)>, u8), args: &[u64; 6]) -> Vec<u8> {
        let fitting = cases.iter().filter(|(case, _)| case.matches(args, WIDTH));
        let levels = fitting.map(|(_, level)| *level).collect::<Vec<_>>();
        if levels.is_empty() { vec![*default] } else { levels }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8000))]

        /// Two arguments of four bits, every pair tried.
        #[test]
        fn a_call_is_found_where_there_is_one(left in side(), right in side()) {
            fn view((cases, default): &(Vec<(Case, u8)>, u8)) -> View<'_> {
                let cases = cases.iter().map(|(case, level)| (case, *level)).collect();
                View { cases, default: *default }
            }
            let is_above = |args: &[u64; 6]| {
                levels(&left, args).iter().max() > levels(&right, args).iter().min()
            };
            let mut all = (0..16).flat_map(|x| (0..16).map(move |y| [x, y, 0, 0, 0, 0]));
            let found = above(&view(&left), &view(&right), WIDTH).unwrap();
            match found {
                Some(args) => prop_assert!(is_above(&args), "{args:?}"),
                None => prop_assert!(!all.any(|args| is_above(&args))),
            }
        }
    }
}
