//! One condition as a set of values.

use crate::op::Op;

/// The values that a condition lets pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Test {
    /// `value & mask == wanted`
    Masked {
        /// The bits that count.
        mask: u64,
        /// What they must be.
        wanted: u64,
    },
    /// `value & mask != refused`
    NotMasked {
        /// The bits that count.
        mask: u64,
        /// What they must not be.
        refused: u64,
    },
    /// `value >= least`
    AtLeast(u64),
    /// `value <= most`
    AtMost(u64),
    /// Nothing.
    Never,
}

impl Test {
    /// The values that `op` lets pass, of `width` bits; `mask` counts for [`Op::MaskedEq`] alone.
    pub(crate) fn new(op: Op, mask: u64, datum: u64, width: u32) -> Self {
        let all = ones(width);
        let (mask, datum) = (mask & all, datum & all);
        match op {
            Op::Eq => Self::Masked { mask: all, wanted: datum },
            Op::Ne => Self::NotMasked { mask: all, refused: datum },
            Op::MaskedEq => Self::Masked { mask, wanted: datum & mask },
            Op::Ge => Self::AtLeast(datum),
            Op::Le => Self::AtMost(datum),
            Op::Gt if datum == all => Self::Never,
            Op::Gt => Self::AtLeast(datum + 1),
            Op::Lt => datum.checked_sub(1).map_or(Self::Never, Self::AtMost),
        }
    }

    /// Whether it lets `value` pass, which has no more bits than the width.
    pub fn passes(self, value: u64) -> bool {
        match self {
            Self::Masked { mask, wanted } => value & mask == wanted,
            Self::NotMasked { mask, refused } => value & mask != refused,
            Self::AtLeast(least) => value >= least,
            Self::AtMost(most) => value <= most,
            Self::Never => false,
        }
    }

    /// What lets pass what this does not; `None` where that is nothing.
    pub(crate) fn negated(self, width: u32) -> Option<Self> {
        match self {
            Self::Masked { mask, wanted } => Some(Self::NotMasked { mask, refused: wanted }),
            Self::NotMasked { mask, refused } => Some(Self::Masked { mask, wanted: refused }),
            Self::AtLeast(least) => least.checked_sub(1).map(Self::AtMost),
            Self::AtMost(most) => (most < ones(width)).then(|| Self::AtLeast(most + 1)),
            Self::Never => Some(Self::AtLeast(0)),
        }
    }
}

/// A word of that many ones.
pub(crate) fn ones(width: u32) -> u64 {
    if width >= 64 { u64::MAX } else { (1 << width) - 1 }
}
