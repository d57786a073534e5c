//! Yes, no, or why neither can be said.

use crate::defect::Defect;

/// Whether something holds, in three values: what cannot be known is never guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It holds.
    Yes,
    /// It does not hold.
    No,
    /// What is known does not decide it.
    Unknown(Cause),
}

/// Why something cannot be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The API server refuses what the policy says; what a plugin would make of it is not defined.
    Defect(Defect),
    /// A pod on the host network: whether a plugin tells its traffic from the node's is not defined
    /// (Kubernetes documentation, "NetworkPolicy and hostNetwork pods").
    HostNetwork,
    /// The peer is on a node, and may be on the pod's own, whose traffic is always let through.
    LocalNode,
    /// An `ipBlock` could decide, and the pod's addresses are not known.
    PodAddress,
    /// Labels could decide, and are not known: those of a namespace, most likely.
    Labels,
    /// The port's name is given more than once, or only by a container that runs before the others.
    NamedPort,
    /// Several pods have the address.
    SharedAddress,
    /// One has IPv4 addresses only, the other IPv6 addresses only.
    AddressFamilies,
}

impl Answer {
    /// Both hold: a `No` decides.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Unknown(cause), _) | (_, Self::Unknown(cause)) => Self::Unknown(cause),
            (Self::Yes, Self::Yes) => Self::Yes,
        }
    }

    /// One of them holds: a `Yes` decides.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Yes, _) | (_, Self::Yes) => Self::Yes,
            (Self::Unknown(cause), _) | (_, Self::Unknown(cause)) => Self::Unknown(cause),
            (Self::No, Self::No) => Self::No,
        }
    }

    /// All of them hold; nothing does.
    pub(crate) fn all(answers: impl IntoIterator<Item = Self>) -> Self {
        let mut all = Self::Yes;
        for answer in answers {
            all = all.and(answer);
            if all == Self::No {
                break;
            }
        }
        all
    }

    /// One of them holds; of none, none does.
    pub(crate) fn any(answers: impl IntoIterator<Item = Self>) -> Self {
        let mut any = Self::No;
        for answer in answers {
            any = any.or(answer);
            if any == Self::Yes {
                break;
            }
        }
        any
    }
}

impl From<bool> for Answer {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}
