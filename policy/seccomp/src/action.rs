//! What the kernel does with a call.

use std::cmp::Ordering;

/// The nine actions by the names profiles give them. `SCMP_ACT_KILL` is the old name of
/// `SCMP_ACT_KILL_THREAD`. Source: OCI runtime-spec, config-linux, `seccomp`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names of the specification")]
pub enum ActionName {
    Kill,
    KillProcess,
    KillThread,
    Trap,
    Errno,
    Notify,
    Trace,
    Log,
    Allow,
}

impl ActionName {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Kill,
        Self::KillProcess,
        Self::KillThread,
        Self::Trap,
        Self::Errno,
        Self::Notify,
        Self::Trace,
        Self::Log,
        Self::Allow,
    ];

    /// As profiles write it.
    pub fn token(self) -> &'static str {
        match self {
            Self::Kill => "SCMP_ACT_KILL",
            Self::KillProcess => "SCMP_ACT_KILL_PROCESS",
            Self::KillThread => "SCMP_ACT_KILL_THREAD",
            Self::Trap => "SCMP_ACT_TRAP",
            Self::Errno => "SCMP_ACT_ERRNO",
            Self::Notify => "SCMP_ACT_NOTIFY",
            Self::Trace => "SCMP_ACT_TRACE",
            Self::Log => "SCMP_ACT_LOG",
            Self::Allow => "SCMP_ACT_ALLOW",
        }
    }

    /// The action of that name, letter for letter: runtimes refuse any other spelling.
    pub fn from_token(token: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.token() == token)
    }

    /// Whether a number goes with it: an errno, or a message for the tracer.
    pub fn has_errno(self) -> bool {
        matches!(self, Self::Errno | Self::Trace)
    }

    /// The action with its number; `errno` is ignored where none goes with it.
    pub fn with(self, errno: u16) -> Action {
        match self {
            Self::Kill | Self::KillThread => Action::KillThread,
            Self::KillProcess => Action::KillProcess,
            Self::Trap => Action::Trap,
            Self::Errno => Action::Errno(errno),
            Self::Notify => Action::Notify,
            Self::Trace => Action::Trace(errno),
            Self::Log => Action::Log,
            Self::Allow => Action::Allow,
        }
    }
}

/// What a filter returns. Ordered as the kernel orders the returns of several filters: what comes
/// first wins. Source: seccomp(2), "return values in decreasing order of precedence".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// SIGSYS to the whole process.
    KillProcess,
    /// SIGSYS to the thread alone: the others go on.
    KillThread,
    /// A SIGSYS that the thread may handle.
    Trap,
    /// The call fails with that errno; 0 makes it look as if it had succeeded.
    Errno(u16),
    /// A supervisor outside the container decides.
    Notify,
    /// A tracer decides, which a process of the container may be.
    Trace(u16),
    /// Executed, and logged.
    Log,
    /// Executed.
    Allow,
}

/// What an action comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Not executed.
    Denied,
    /// A supervisor outside the container decides.
    Supervised,
    /// A tracer decides.
    Traced,
    /// Executed.
    Executed,
}

impl Action {
    /// Without its number.
    pub fn name(self) -> ActionName {
        match self {
            Self::KillProcess => ActionName::KillProcess,
            Self::KillThread => ActionName::KillThread,
            Self::Trap => ActionName::Trap,
            Self::Errno(_) => ActionName::Errno,
            Self::Notify => ActionName::Notify,
            Self::Trace(_) => ActionName::Trace,
            Self::Log => ActionName::Log,
            Self::Allow => ActionName::Allow,
        }
    }

    /// The number that goes with it.
    pub fn errno(self) -> Option<u16> {
        match self {
            Self::Errno(errno) | Self::Trace(errno) => Some(errno),
            _ => None,
        }
    }

    /// What it comes to.
    pub fn effect(self) -> Effect {
        match self {
            Self::KillProcess | Self::KillThread | Self::Trap | Self::Errno(_) => Effect::Denied,
            Self::Notify => Effect::Supervised,
            Self::Trace(_) => Effect::Traced,
            Self::Log | Self::Allow => Effect::Executed,
        }
    }

    /// How permissive it is: the kernel's precedence, from 0 (kill the process) to 7 (allow).
    pub fn rank(self) -> u8 {
        match self {
            Self::KillProcess => 0,
            Self::KillThread => 1,
            Self::Trap => 2,
            Self::Errno(_) => 3,
            Self::Notify => 4,
            Self::Trace(_) => 5,
            Self::Log => 6,
            Self::Allow => 7,
        }
    }

    /// The more permissive of two.
    #[must_use]
    pub fn weaker(self, other: Self) -> Self {
        if other.rank().cmp(&self.rank()) == Ordering::Greater { other } else { self }
    }

    /// The value a filter returns. Source: linux/seccomp.h.
    pub fn to_raw(self) -> u32 {
        match self {
            Self::KillProcess => 0x8000_0000,
            Self::KillThread => 0,
            Self::Trap => 0x0003_0000,
            Self::Errno(errno) => 0x0005_0000 | u32::from(errno),
            Self::Notify => 0x7fc0_0000,
            Self::Trace(message) => 0x7ff0_0000 | u32::from(message),
            Self::Log => 0x7ffc_0000,
            Self::Allow => 0x7fff_0000,
        }
    }

    /// The action of a value that a filter returned; one the kernel does not know kills the
    /// process, as there.
    pub fn from_raw(raw: u32) -> Self {
        let data = (raw & 0xffff) as u16;
        match raw & 0xffff_0000 {
            0 => Self::KillThread,
            0x0003_0000 => Self::Trap,
            0x0005_0000 => Self::Errno(data),
            0x7fc0_0000 => Self::Notify,
            0x7ff0_0000 => Self::Trace(data),
            0x7ffc_0000 => Self::Log,
            0x7fff_0000 => Self::Allow,
            _ => Self::KillProcess,
        }
    }
}
