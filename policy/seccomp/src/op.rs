//! The seven comparisons.

/// How an argument is compared. Source: OCI runtime-spec, config-linux, `seccomp.syscalls.args.op`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Op {
    /// `argument != value`
    Ne,
    /// `argument < value`
    Lt,
    /// `argument <= value`
    Le,
    /// `argument == value`
    Eq,
    /// `argument >= value`
    Ge,
    /// `argument > value`
    Gt,
    /// `argument & value == valueTwo & value`
    MaskedEq,
}

impl Op {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Ne, Self::Lt, Self::Le, Self::Eq, Self::Ge, Self::Gt, Self::MaskedEq];

    /// As profiles write it.
    pub fn token(self) -> &'static str {
        match self {
            Self::Ne => "SCMP_CMP_NE",
            Self::Lt => "SCMP_CMP_LT",
            Self::Le => "SCMP_CMP_LE",
            Self::Eq => "SCMP_CMP_EQ",
            Self::Ge => "SCMP_CMP_GE",
            Self::Gt => "SCMP_CMP_GT",
            Self::MaskedEq => "SCMP_CMP_MASKED_EQ",
        }
    }

    /// The comparison of that name, letter for letter.
    pub fn from_token(token: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|op| op.token() == token)
    }
}
