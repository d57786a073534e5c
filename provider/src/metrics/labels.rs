//! The values that labels have.

/// The ways to ask for a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Endpoint {
    /// `/validate`
    Gatekeeper,
    /// `/v1/validate`
    Service,
    /// `/admission`
    Admission,
}

impl Endpoint {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Gatekeeper => "gatekeeper",
            Self::Service => "service",
            Self::Admission => "admission",
        }
    }
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Ended {
    Answered,
    Malformed,
    TooLarge,
    Overloaded,
    TimedOut,
    Failed,
    /// The connection ended before there was an answer.
    Abandoned,
}

impl Ended {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Malformed => "malformed",
            Self::TooLarge => "too_large",
            Self::Overloaded => "overloaded",
            Self::TimedOut => "timed_out",
            Self::Failed => "failed",
            Self::Abandoned => "abandoned",
        }
    }
}

/// What came of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Came {
    Allowed,
    Denied,
    Error,
}

impl Came {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::Error => "error",
        }
    }
}

/// What became of changed certificates.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reload {
    Done,
    Failed,
}

/// Whether a verdict was there already.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cached {
    Hit,
    Miss,
    /// It depends on the cluster, or nothing is kept.
    Bypass,
}

impl Reload {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

impl Cached {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Miss => "miss",
            Self::Bypass => "bypass",
        }
    }
}
