//! Whole numbers from one to another: addresses and ports.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The numbers from `first` to `last`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Range {
    pub(crate) first: u128,
    pub(crate) last: u128,
}

impl Range {
    pub(crate) fn contains(self, number: u128) -> bool {
        self.first <= number && number <= self.last
    }
}

/// What of `whole` no range in `taken` has, ascending.
///
/// The ranges are sorted by a heap: it is a fraction of the size of the standard library's sort,
/// and the guest sorts nothing else of this kind.
pub(crate) fn gaps(whole: Range, taken: Vec<Range>) -> Vec<Range> {
    let mut left = Vec::new();
    let mut taken = taken.into_iter().map(Reverse).collect::<BinaryHeap<_>>();
    let mut next = whole.first;
    while let Some(Reverse(range)) = taken.pop() {
        if range.first > whole.last {
            break;
        }
        if range.first > next {
            left.push(Range { first: next, last: range.first - 1 });
        }
        if range.last >= whole.last {
            return left;
        }
        next = next.max(range.last + 1);
    }
    left.push(Range { first: next, last: whole.last });
    left
}

/// Whether the ranges have all of `whole`.
pub(crate) fn cover(whole: Range, ranges: Vec<Range>) -> bool {
    gaps(whole, ranges).is_empty()
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn range((first, last): (u128, u128)) -> Range {
        Range { first, last }
    }

    #[test]
    fn gaps_are_what_is_left() {
        let all = range((0, u128::MAX));
        for (taken, left) in [
            (&[][..], &[(0, u128::MAX)][..]),
            (&[(0, u128::MAX)], &[]),
            (&[(5, u128::MAX), (0, 4)], &[]),
            (&[(5, 6), (1, 3), (2, 2)], &[(0, 0), (4, 4), (7, u128::MAX)]),
            (&[(u128::MAX, u128::MAX)], &[(0, u128::MAX - 1)]),
        ] {
            let found = gaps(all, taken.iter().copied().map(range).collect());
            assert_eq!(found, left.iter().copied().map(range).collect::<Vec<_>>());
        }
        assert_eq!(gaps(range((5, 9)), vec![range((0, 6)), range((9, 20))]), [range((7, 8))]);
        assert!(gaps(range((5, 9)), vec![range((0, 2)), range((3, 9))]).is_empty());
        assert_eq!(gaps(range((5, 9)), vec![range((0, 2)), range((12, 13))]), [range((5, 9))]);
    }

    proptest! {
        /// Number by number.
        #[test]
        fn gaps_are_the_numbers_that_nobody_has(
            ends in (0..30u128, 0..30u128),
            taken in vec((0..30u128, 0..30u128), 0..6),
        ) {
            let ordered = |(one, other): (u128, u128)| range((one.min(other), one.max(other)));
            let (whole, taken) = (ordered(ends), taken.into_iter().map(ordered));
            let taken = taken.collect::<Vec<_>>();
            let left = gaps(whole, taken.clone());
            for number in 0..30 {
                let is_left = whole.contains(number) && !taken.iter().any(|r| r.contains(number));
                prop_assert_eq!(left.iter().any(|r| r.contains(number)), is_left);
            }
            let ascend = left.windows(2).all(|pair| pair[0].last + 1 < pair[1].first);
            prop_assert!(ascend, "{:?}", left);
        }
    }
}
