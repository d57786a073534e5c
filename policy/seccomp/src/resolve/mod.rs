//! What a profile comes to in a context: a table per architecture, what fell out on the way, and
//! what would keep the container from starting.
//!
//! Three steps, each in its file: [`loader`] (which rules count, Docker's and CRI-O's conditions),
//! [`runtime`] (runc or crun: actions, names, arguments), [`database`] (libseccomp: which rule wins).

mod conditions;
mod database;
mod filter;
mod loader;
mod runtime;
mod test;
#[cfg(test)]
mod tests;

pub use filter::{ArchFilter, Case, Cond, Decision, Verdict, Why};
pub use test::Test;
pub(crate) use test::ones;

use crate::action::Action;
use crate::arch::{Arch, X32_BIT};
use crate::context::Context;
use crate::profile::{Flag, Place, Profile};
use crate::table::Syscall;

/// A profile in a context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// Whether there is no filter: every call is executed.
    pub is_void: bool,
    /// What happens to a call that no rule matches.
    pub default: Action,
    /// A table per architecture, that of the node first. Calls of any other architecture kill the
    /// thread (libseccomp's default for them, which no runtime changes).
    pub filters: Vec<ArchFilter>,
    /// Architectures of the filter whose calls are not known here, without `SCMP_ARCH_`.
    pub others: Vec<&'static str>,
    /// How many names all its rules have: beyond 32 runc asks for another form of program.
    pub names: usize,
    /// The flags that are set.
    pub flags: Vec<Flag>,
    /// What has no effect, and why.
    pub dropped: Vec<Dropped>,
    /// Why the container would not start; empty where it does.
    pub fatal: Vec<Fatal>,
}

/// A rule, or a name of one, that has no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dropped {
    /// The rule and name.
    pub place: Place,
    /// The call, where the name is known.
    pub call: Option<Syscall>,
    /// The architecture, where it is about one.
    pub arch: Option<Arch>,
    /// Why.
    pub reason: DropReason,
}

/// Why something has no effect. Numbers are those of other rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DropReason {
    /// `includes` or `excludes` leave it out for the node's architecture.
    Arch,
    /// They do for the container's capabilities.
    Caps,
    /// They do for the node's kernel.
    Kernel,
    /// It names no call that the loader reads.
    NoNames,
    /// The library does not know the name.
    UnknownName,
    /// No architecture of the filter has the call.
    NotOnArch,
    /// Its action is the default's; the runtime passes over it.
    SameAsDefault,
    /// That earlier rule has no conditions, so this one never applies.
    Shadowed(usize),
    /// That later rule has no conditions and takes its place.
    Overridden(usize),
    /// That earlier rule has fewer of the same conditions, so this one never applies.
    Covered(usize),
    /// That earlier rule says the same.
    Repeated(usize),
    /// crun reads six conditions.
    Beyond6,
}

/// A reason why a container does not start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fatal {
    /// The place of the mistake.
    pub place: Place,
    /// The mistake.
    pub reason: FatalReason,
}

/// What a runtime or libseccomp refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FatalReason {
    /// `architectures` and `archMap`.
    BothArchitectures,
    /// `name` and `names`.
    BothNames,
    /// runc: a name that is empty.
    EmptyName,
    /// An action that is none, or missing.
    Action,
    /// A comparison that is none, or missing.
    Op,
    /// An architecture the runtime does not know.
    Arch,
    /// A flag the runtime does not know.
    Flag,
    /// A kernel version that is none.
    Kernel,
    /// The name of an errno that is none.
    ErrnoName,
    /// An errno from 4095 on (`MAX_ERRNO`).
    ErrnoRange,
    /// crun: an errno beside an action that has none.
    ErrnoUnused,
    /// An argument beyond the sixth.
    ArgIndex,
    /// libseccomp: two conditions on one argument.
    ArgTwice,
    /// That other rule has the same conditions and another action (`EEXIST`).
    Exists(usize),
    /// `SCMP_ACT_NOTIFY` as the default.
    NotifyDefault,
    /// `SCMP_ACT_NOTIFY` for `write`, which the runtime needs to hand over the supervisor's socket.
    NotifyWrite,
    /// `SCMP_ACT_NOTIFY` without `listenerPath`.
    NoListener,
}

/// Resolves a profile. A base profile ([`Profile::base`]) is not looked up: see
/// [`crate::with_base`].
pub fn resolve(profile: &Profile<'_>, context: &Context) -> Resolved {
    let mut resolved = Resolved {
        is_void: profile.is_void(),
        default: Action::Allow,
        filters: Vec::new(),
        others: Vec::new(),
        names: 0,
        flags: Vec::new(),
        dropped: Vec::new(),
        fatal: Vec::new(),
    };
    if !resolved.is_void {
        let config = loader::load(profile, context, &mut resolved);
        runtime::run(&config, profile, context, &mut resolved);
    }
    resolved
}

impl Resolved {
    /// The table of an architecture; `None` where its calls kill the thread.
    pub fn filter(&self, arch: Arch) -> Option<&ArchFilter> {
        self.filters.iter().find(|filter| filter.arch == arch)
    }

    /// What happens to a call by its number; where rules are ambiguous, the most permissive answer.
    pub fn decide(&self, arch: Arch, number: u32, args: &[u64; 6]) -> Verdict {
        if self.is_void {
            return Verdict { action: Action::Allow, why: Why::NoFilter };
        }
        // On a machine of x86_64 bit 30 makes a call one of x32.
        let is_x32 = arch == Arch::X86_64 && number & X32_BIT != 0;
        match self.filter(if is_x32 { Arch::X32 } else { arch }) {
            Some(filter) => filter.decide(number, args),
            None => Verdict { action: Action::KillThread, why: Why::NotInFilter },
        }
    }

    fn fail(&mut self, place: Place, reason: FatalReason) {
        self.fatal.push(Fatal { place, reason });
    }

    fn drop(
        &mut self,
        place: Place,
        call: Option<Syscall>,
        arch: Option<Arch>,
        reason: DropReason,
    ) {
        self.dropped.push(Dropped { place, call, arch, reason });
    }
}
