//! Whether conditions can hold together, and the smallest arguments for which they do.
//!
//! Arguments are independent of each other, so each is solved alone: bounds, fixed bits and refused
//! patterns, decided bit by bit from the top, 0 before 1. That is complete, and its first answer is
//! the smallest.

use crate::resolve::{Test, ones};

/// There are more combinations than are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooHard;

/// How many combinations are looked at for one question.
const MOST_STEPS: usize = 200_000;

/// Steps that are left for a question.
#[derive(Debug)]
pub(crate) struct Budget(usize);

impl Budget {
    pub(crate) fn new() -> Self {
        Self(MOST_STEPS)
    }

    fn step(&mut self) -> Result<(), TooHard> {
        self.0 = self.0.checked_sub(1).ok_or(TooHard)?;
        Ok(())
    }
}

/// The smallest arguments that pass all tests; arguments without a test are 0.
pub(crate) fn smallest(
    tests: &[(u8, Test)],
    width: u32,
    budget: &mut Budget,
) -> Result<Option<[u64; 6]>, TooHard> {
    let mut args = [0; 6];
    for (arg, value) in (0..).zip(&mut args) {
        let mut about = tests.iter().filter(|(number, _)| *number == arg).map(|(_, test)| *test);
        let Some(found) = Wanted::new(&mut about, width).map_or(Ok(None), |w| w.solve(budget))?
        else {
            return Ok(None);
        };
        *value = found;
    }
    Ok(Some(args))
}

/// What one argument must be.
struct Wanted {
    width: u32,
    least: u64,
    most: u64,
    mask: u64,
    wanted: u64,
    /// Patterns it must not have: mask and bits.
    refused: Vec<(u64, u64)>,
}

/// Where a search stands: the bit to decide, whether the bits above are those of a bound, and which
/// refused patterns still fit, one bit each.
#[derive(Clone, Copy, PartialEq, Eq)]
struct State {
    bit: u32,
    at_least: bool,
    at_most: bool,
    fitting: u128,
}

impl Wanted {
    /// `None` where the tests contradict each other outright.
    fn new(tests: &mut dyn Iterator<Item = Test>, width: u32) -> Option<Self> {
        let mut wanted =
            Self { width, least: 0, most: ones(width), mask: 0, wanted: 0, refused: Vec::new() };
        for test in tests {
            match test {
                Test::Never => return None,
                Test::AtLeast(least) => wanted.least = wanted.least.max(least),
                Test::AtMost(most) => wanted.most = wanted.most.min(most),
                Test::NotMasked { mask: 0, .. } => return None,
                Test::NotMasked { mask, refused } => {
                    // What has bits outside its mask fits nothing.
                    if refused & !mask == 0 && !wanted.refused.contains(&(mask, refused)) {
                        wanted.refused.push((mask, refused));
                    }
                }
                Test::Masked { mask, wanted: bits } => {
                    if (wanted.wanted ^ bits) & wanted.mask & mask != 0 || bits & !mask != 0 {
                        return None;
                    }
                    wanted.mask |= mask;
                    wanted.wanted |= bits;
                }
            }
        }
        // Refused patterns that the fixed bits or the bounds rule out anyway are no matter.
        let (mask, fixed, least, most) = (wanted.mask, wanted.wanted, wanted.least, wanted.most);
        wanted.refused.retain(|(refused, bits)| {
            let is_whole = *refused == ones(width);
            (bits ^ fixed) & refused & mask == 0 && !(is_whole && (*bits < least || *bits > most))
        });
        let is_refused = wanted.refused.iter().any(|(refused, _)| refused & !mask == 0);
        (least <= most && !is_refused).then_some(wanted)
    }

    fn solve(&self, budget: &mut Budget) -> Result<Option<u64>, TooHard> {
        if self.least == 0 && self.mask == 0 && self.refused.is_empty() {
            return Ok(Some(0));
        }
        let fitting = match self.refused.len() {
            0 => 0,
            count @ 1..=128 => u128::MAX >> (128 - count),
            _ => return Err(TooHard),
        };
        let start = State { bit: self.width, at_least: true, at_most: true, fitting };
        self.search(start, &mut Vec::new(), budget)
    }

    /// The smallest value of the bits below `state.bit`; `dead` are states that have none.
    fn search(
        &self,
        state: State,
        dead: &mut Vec<State>,
        budget: &mut Budget,
    ) -> Result<Option<u64>, TooHard> {
        let Some(bit) = state.bit.checked_sub(1) else {
            return Ok((state.fitting == 0).then_some(0));
        };
        budget.step()?;
        if dead.contains(&state) {
            return Ok(None);
        }
        let is_one = |word: u64| word >> bit & 1 == 1;
        for one in [false, true] {
            let is_fixed = is_one(self.mask) && is_one(self.wanted) != one;
            let is_below = state.at_least && is_one(self.least) && !one;
            let is_above = state.at_most && !is_one(self.most) && one;
            if is_fixed || is_below || is_above {
                continue;
            }
            let next = State {
                bit,
                at_least: state.at_least && is_one(self.least) == one,
                at_most: state.at_most && is_one(self.most) == one,
                fitting: self.still_fitting(state.fitting, bit, one),
            };
            if let Some(rest) = self.search(next, dead, budget)? {
                return Ok(Some(u64::from(one) << bit | rest));
            }
        }
        dead.push(state);
        Ok(None)
    }

    fn still_fitting(&self, fitting: u128, bit: u32, one: bool) -> u128 {
        if fitting == 0 {
            return 0;
        }
        let patterns = self.refused.iter().enumerate();
        let parted = patterns
            .filter(|(_, (mask, bits))| mask >> bit & 1 == 1 && (bits >> bit & 1 == 1) != one);
        parted.fold(fitting, |fitting, (at, _)| fitting & !(1 << at))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Budget, Test, smallest};

    fn test() -> impl Strategy<Value = Test> {
        prop_oneof![
            (0..32_u64, 0..32_u64)
                .prop_map(|(mask, bits)| Test::Masked { mask, wanted: bits & mask }),
            (0..32_u64, 0..32_u64)
                .prop_map(|(mask, bits)| Test::NotMasked { mask, refused: bits & mask }),
            (0..32_u64).prop_map(Test::AtLeast),
            (0..32_u64).prop_map(Test::AtMost),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        /// Five bits, every value tried.
        #[test]
        fn the_answer_is_the_smallest(tests in prop::collection::vec(test(), 0..7)) {
            let expected = (0..32_u64).find(|value| tests.iter().all(|test| test.passes(*value)));
            let about = tests.iter().map(|test| (3, *test)).collect::<Vec<_>>();
            let found = smallest(&about, 5, &mut Budget::new()).unwrap();
            prop_assert_eq!(found.map(|args| args[3]), expected);
        }
    }

    #[test]
    fn what_is_refused_by_halves_is_not_searched_word_by_word() {
        let halves = [0, 1].map(|refused| (0, Test::NotMasked { mask: 1, refused }));
        assert_eq!(smallest(&halves, 64, &mut Budget::new()), Ok(None));
    }
}
