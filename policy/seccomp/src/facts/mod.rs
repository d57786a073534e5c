//! What is known of calls beside their numbers, as data.

mod aliases;
mod dangers;
mod ints;
mod needs;

pub use dangers::{DANGERS, Danger, DangerGroup};

pub(crate) use aliases::GROUPS;
pub(crate) use ints::int_args;
pub(crate) use needs::{ALWAYS, BEFORE_DROPPING};

use crate::table::Syscall;

/// CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. Source: linux/sched.h.
pub(crate) const CLONE_NAMESPACES: u64 = 0x7e02_0000;

/// CLONE_NEWUSER: the namespace that needs no capability, and gives all within it.
pub(crate) const CLONE_NEWUSER: u64 = 0x1000_0000;

/// The calls of a list of names.
pub(crate) fn calls(names: &'static str) -> impl Iterator<Item = Syscall> {
    names.split_ascii_whitespace().filter_map(Syscall::from_name)
}

#[cfg(test)]
mod tests {
    use super::{ALWAYS, BEFORE_DROPPING, DANGERS, GROUPS};
    use crate::table::Syscall;

    #[test]
    fn every_name_is_a_call() {
        let dangers = DANGERS.iter().map(|danger| danger.names);
        let lists = GROUPS.iter().copied().chain(dangers).chain([ALWAYS, BEFORE_DROPPING]);
        for name in lists.flat_map(str::split_ascii_whitespace) {
            assert!(Syscall::from_name(name).is_some(), "{name}");
        }
    }
}
