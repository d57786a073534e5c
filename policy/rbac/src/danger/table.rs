//! The dangers in one table, put together by the compiler.

#![expect(clippy::indexing_slicing, reason = "it is the compiler that would panic")]

use super::{Danger, Row, control, identity, workload};

const ROWS: [&[Row]; 3] = [&identity::ROWS, &workload::ROWS, &control::ROWS];

pub(super) const COUNT: usize = ROWS[0].len() + ROWS[1].len() + ROWS[2].len();

/// All of them: identities, then workloads, then what controls others.
pub static DANGERS: [Danger; COUNT] = {
    let mut all = [ROWS[0][0].0; COUNT];
    let mut at = 0;
    while at < COUNT {
        all[at] = row(at).0;
        at += 1;
    }
    all
};

/// Where [`DANGERS`] are said to be some, in their order. Apart from them, so that a program that
/// does not tell has it not in it.
pub(super) static SOURCES: [&str; COUNT] = {
    let mut all = [""; COUNT];
    let mut at = 0;
    while at < COUNT {
        all[at] = row(at).1;
        at += 1;
    }
    all
};

const fn row(mut at: usize) -> Row {
    let mut part = 0;
    while at >= ROWS[part].len() {
        at -= ROWS[part].len();
        part += 1;
    }
    ROWS[part][at]
}
