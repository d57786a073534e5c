//! The syscall table: names, numbers on each architecture, and which libseccomp learned them.
//!
//! It is packed (one string, numbers of two bytes) because it stands in a module that is loaded for
//! every request. `e2e/seccomp-oracle` makes it from libseccomp and holds it against it.

mod generated;
mod mux;

use generated::{NAMES, NUMBERS, ROWS, SINCE, STARTS, VERSIONS};

use crate::arch::{Arch, X32_BIT};
use crate::context::Version;

pub(crate) use mux::{Multiplexed, multiplexed};

/// A call of the table, by its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Syscall(u16);

/// All calls, by name.
pub fn syscalls() -> impl Iterator<Item = Syscall> {
    (0..ROWS as u16).map(Syscall)
}

impl Syscall {
    /// The call of that name, letter for letter.
    pub fn from_name(name: &str) -> Option<Self> {
        let (mut low, mut high) = (0, ROWS as u16);
        while low < high {
            let middle = low.midpoint(high);
            match Self(middle).name().cmp(name) {
                std::cmp::Ordering::Equal => return Some(Self(middle)),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// The call of that number on that architecture; x32's numbers have bit 30.
    pub fn from_number(arch: Arch, number: u32) -> Option<Self> {
        syscalls().find(|call| call.number(arch) == Some(number))
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        let row = usize::from(self.0);
        let start = STARTS.get(row).copied().unwrap_or_default();
        let end = STARTS.get(row + 1).copied().unwrap_or_default();
        NAMES.get(usize::from(start)..usize::from(end)).unwrap_or_default()
    }

    /// Its number on that architecture, with bit 30 on x32; `None` where the kernel has no such
    /// call there.
    pub fn number(self, arch: Arch) -> Option<u32> {
        let at = usize::from(self.0) * Arch::ALL.len() + arch as usize;
        let packed = NUMBERS.get(at).copied().filter(|packed| *packed != u16::MAX)?;
        Some(match arch {
            Arch::X32 => u32::from(packed) | X32_BIT,
            // ARM's private calls (breakpoint, cacheflush …) stand at 0x0f0000.
            Arch::Arm if packed >= 0xff00 => 0x0f_0000 + u32::from(packed - 0xff00),
            _ => u32::from(packed),
        })
    }

    /// The first libseccomp from 2.5.0 on that knows the name: rules about it are dropped before.
    pub fn since(self) -> Version {
        let at = SINCE.get(usize::from(self.0)).copied().unwrap_or_default();
        let [major, minor, patch] = VERSIONS.get(usize::from(at)).copied().unwrap_or_default();
        Version(major, minor, patch)
    }

    /// The first libseccomp that knows its number on that architecture, which it learned later of
    /// two. Source: the syscalls.csv of libseccomp 2.5.4 to 2.5.6, and its CHANGELOG.
    pub fn since_on(self, arch: Arch) -> Version {
        let since = match (self.name(), arch) {
            ("memfd_secret", Arch::Riscv64 | Arch::S390 | Arch::S390x) => Version(2, 5, 5),
            ("map_shadow_stack", Arch::X32) => Version(2, 5, 6),
            (_, Arch::Loongarch64) => Version(2, 6, 0),
            _ => Version(2, 5, 0),
        };
        since.max(self.since())
    }

    /// Its number on that architecture, where that libseccomp knows it.
    pub fn number_in(self, arch: Arch, libseccomp: Version) -> Option<u32> {
        self.number(arch).filter(|_| self.since_on(arch) <= libseccomp)
    }

    /// The call whose name is nearest to `name`, where one is near.
    pub fn nearest(name: &str) -> Option<Self> {
        let near = syscalls().map(|call| (distance(name, call.name()), call));
        near.min().filter(|(distance, _)| *distance <= 1 + name.len() / 5).map(|(_, call)| call)
    }
}

/// How many letters must be changed, added or left out.
fn distance(left: &str, right: &str) -> usize {
    if left.len().abs_diff(right.len()) > 4 {
        return usize::MAX;
    }
    let mut row = (0..=right.len()).collect::<Vec<_>>();
    for (at, letter) in left.bytes().enumerate() {
        let mut diagonal = at;
        let mut before = at + 1;
        if let Some(first) = row.first_mut() {
            *first = before;
        }
        for (cell, other) in row.iter_mut().skip(1).zip(right.bytes()) {
            let changed = diagonal + usize::from(letter != other);
            diagonal = *cell;
            before = changed.min(diagonal + 1).min(before + 1);
            *cell = before;
        }
    }
    row.last().copied().unwrap_or_default()
}

/// How many bytes the table takes in a module.
pub const TABLE_BYTES: usize =
    NAMES.len() + size_of_val(&STARTS) + size_of_val(&SINCE) + size_of_val(&NUMBERS);

#[cfg(test)]
mod tests {
    use super::{Syscall, TABLE_BYTES, distance, syscalls};
    use crate::arch::Arch;
    use crate::context::Version;

    #[test]
    fn every_name_is_found() {
        for call in syscalls() {
            assert_eq!(Syscall::from_name(call.name()), Some(call));
        }
        assert_eq!(Syscall::from_name(""), None);
        assert_eq!(Syscall::from_name("Read"), None);
    }

    #[test]
    fn numbers_are_unpacked() {
        let number = |name, arch| Syscall::from_name(name).unwrap().number(arch);
        assert_eq!(number("read", Arch::X86_64), Some(0));
        assert_eq!(number("ptrace", Arch::X32), Some(1 << 30 | 521));
        assert_eq!(number("set_tls", Arch::Arm), Some(0x0f_0005));
        assert_eq!(number("open", Arch::Aarch64), None);
        assert_eq!(Syscall::from_number(Arch::Arm, 0x0f_0005).unwrap().name(), "set_tls");
        assert_eq!(Syscall::from_name("mseal").unwrap().since(), Version(2, 5, 6));
    }

    #[test]
    fn it_is_small() {
        const { assert!(TABLE_BYTES < 20 << 10) };
    }

    #[test]
    fn a_slip_is_told_from_another_word() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(Syscall::nearest("opnat").map(Syscall::name), Some("openat"));
        assert_eq!(Syscall::nearest("frobnicate"), None);
    }
}
