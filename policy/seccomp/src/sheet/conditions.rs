//! Conditions on arguments, in words.

use crate::op::Op;
use crate::resolve::{Case, Cond};

/// A condition: `arg0 & 0x7e020000 == 0`.
pub(super) fn condition(cond: &Cond) -> String {
    let arg = format!("arg{}", cond.arg);
    let datum = number(cond.datum);
    match cond.op {
        Op::MaskedEq => {
            format!("{arg} & {} == {}", number(cond.mask), number(cond.datum & cond.mask))
        }
        Op::Eq => format!("{arg} == {datum}"),
        Op::Ne => format!("{arg} != {datum}"),
        Op::Lt => format!("{arg} < {datum}"),
        Op::Le => format!("{arg} <= {datum}"),
        Op::Gt => format!("{arg} > {datum}"),
        Op::Ge => format!("{arg} >= {datum}"),
    }
}

/// A rule's conditions: all must hold.
pub(super) fn case(case: &Case) -> String {
    case.conds.iter().map(condition).collect::<Vec<_>>().join(" and ")
}

/// Small numbers as people count, others as bits.
fn number(number: u64) -> String {
    if number < 10 { number.to_string() } else { format!("{number:#x}") }
}

#[cfg(test)]
mod tests {
    use super::{condition, number};
    use crate::op::Op;
    use crate::resolve::Cond;

    #[test]
    fn conditions_read_as_in_c() {
        let cond = |op| condition(&Cond { arg: 1, op, mask: 0xff, datum: 0x7e02 });
        assert_eq!(cond(Op::MaskedEq), "arg1 & 0xff == 2");
        assert_eq!(cond(Op::Ne), "arg1 != 0x7e02");
        assert_eq!(cond(Op::Ge), "arg1 >= 0x7e02");
        assert_eq!(number(9), "9");
    }
}
