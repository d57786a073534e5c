//! The names of all that may be found.

use crate::danger::DANGERS;
use crate::notice::NOTICES;

const COUNT: usize = DANGERS.len() + NOTICES.len();

/// The ids of [`DANGERS`], then those of [`NOTICES`].
#[expect(clippy::indexing_slicing, reason = "it is the compiler that would panic")]
pub static IDS: [&str; COUNT] = {
    let mut all = [""; COUNT];
    let mut at = 0;
    while at < COUNT {
        all[at] = if at < DANGERS.len() { DANGERS[at].id } else { NOTICES[at - DANGERS.len()].id };
        at += 1;
    }
    all
};
