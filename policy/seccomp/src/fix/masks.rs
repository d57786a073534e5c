//! Comparisons of 32 bits as masked equalities.

use crate::op::Op;

/// All bits that the kernel looks at.
const ALL: u64 = 0xffff_ffff;

/// Masks and bits, any of which a value of 32 bits fits where the comparison holds for it; `None`
/// where no value fits, or the comparison is about more bits.
pub(super) fn masks(op: Op, value: u64, two: u64) -> Option<Vec<(u64, u64)>> {
    let found = match op {
        Op::MaskedEq if value & ALL != 0 && two & value & !ALL == 0 => {
            vec![(value & ALL, two & value)]
        }
        Op::MaskedEq => return None,
        Op::Eq if value <= ALL => vec![(ALL, value)],
        Op::Eq => return None,
        Op::Ne if value <= ALL => {
            // One bit is another: one equality for each.
            (0..32).map(|bit| (1 << bit, !value & (1 << bit))).collect()
        }
        Op::Ne => return None,
        Op::Ge if value <= ALL => at_least(value),
        Op::Gt if value < ALL => at_least(value + 1),
        Op::Le if value < ALL => below(value + 1),
        Op::Lt if (1..=ALL).contains(&value) => below(value),
        _ => return None,
    };
    (!found.is_empty()).then_some(found)
}

/// Values from `least` on: the same upper bits and a one where `least` has none, or `least` itself.
fn at_least(least: u64) -> Vec<(u64, u64)> {
    let zeros = (0..32).rev().filter(|bit| least >> bit & 1 == 0);
    let above = zeros.map(|bit| {
        let mask = ALL & !((1 << bit) - 1);
        (mask, least & mask | 1 << bit)
    });
    above.chain([(ALL, least)]).collect()
}

/// Values below `end`: the same upper bits and a zero where `end` has a one.
fn below(end: u64) -> Vec<(u64, u64)> {
    let ones = (0..32).rev().filter(|bit| end >> bit & 1 == 1);
    ones.map(|bit| {
        let mask = ALL & !((1 << bit) - 1);
        (mask, end & mask & !(1 << bit))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::{ALL, Op, masks};

    #[test]
    fn masks_hold_where_the_comparison_does() {
        for value in [0, 1, 38, 40, 0x7fff_ffff, 0x8000_0000, ALL - 1, ALL] {
            for op in Op::ALL.into_iter().filter(|op| *op != Op::MaskedEq) {
                let found = masks(op, value, 0).unwrap_or_default();
                for probe in [0, 1, 2, 37, 38, 39, 40, 41, 0x7fff_ffff, 0x8000_0000, ALL - 1, ALL] {
                    let holds = match op {
                        Op::Ne => probe != value,
                        Op::Lt => probe < value,
                        Op::Le => probe <= value,
                        Op::Eq => probe == value,
                        Op::Ge => probe >= value,
                        _ => probe > value,
                    };
                    let fits = found.iter().any(|(mask, bits)| probe & mask == *bits);
                    // Of what holds for every value or none there are no masks.
                    assert!(fits == holds || found.is_empty(), "{op:?} {value} {probe}");
                }
            }
        }
    }
}
