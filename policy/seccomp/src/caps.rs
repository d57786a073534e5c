//! Capabilities, as sets of numbers.

/// A capability by its number. Source: linux/capability.h.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cap(u8);

/// The names by number, without `CAP_`: every capability of the kernel, up to `CAP_LAST_CAP` of
/// Linux 6. Source: linux/capability.h.
pub const CAPABILITIES: [&str; 41] = [
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "KILL",
    "SETGID",
    "SETUID",
    "SETPCAP",
    "LINUX_IMMUTABLE",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_ADMIN",
    "NET_RAW",
    "IPC_LOCK",
    "IPC_OWNER",
    "SYS_MODULE",
    "SYS_RAWIO",
    "SYS_CHROOT",
    "SYS_PTRACE",
    "SYS_PACCT",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_NICE",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "MKNOD",
    "LEASE",
    "AUDIT_WRITE",
    "AUDIT_CONTROL",
    "SETFCAP",
    "MAC_OVERRIDE",
    "MAC_ADMIN",
    "SYSLOG",
    "WAKE_ALARM",
    "BLOCK_SUSPEND",
    "AUDIT_READ",
    "PERFMON",
    "BPF",
    "CHECKPOINT_RESTORE",
];

impl Cap {
    /// The capability of a name, with or without `CAP_`, in any case: `None` for what is none.
    pub fn from_name(name: &str) -> Option<Self> {
        let is_prefixed = name.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("CAP_"));
        let name = if is_prefixed { name.get(4..).unwrap_or_default() } else { name };
        let at = CAPABILITIES.iter().position(|known| known.eq_ignore_ascii_case(name))?;
        u8::try_from(at).ok().map(Self)
    }

    /// Its name without `CAP_`, as pods write it.
    pub fn name(self) -> &'static str {
        CAPABILITIES.get(usize::from(self.0)).copied().unwrap_or_default()
    }
}

/// A set of capabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct CapSet(u64);

impl CapSet {
    /// The empty set.
    pub const EMPTY: Self = Self(0);

    /// All there are.
    pub const ALL: Self = Self((1 << CAPABILITIES.len()) - 1);

    /// What containerd gives a container that asks for nothing (its CRI plugin's default spec).
    pub const CONTAINERD: Self = Self::of(&[0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31]);

    /// What CRI-O gives a container that asks for nothing (`default_capabilities` of crio.conf).
    pub const CRIO: Self = Self::of(&[0, 1, 3, 4, 5, 6, 7, 8, 10]);

    const fn of(numbers: &[u8]) -> Self {
        let mut bits = 0;
        let mut rest = numbers;
        while let Some((first, others)) = rest.split_first() {
            bits |= 1 << *first;
            rest = others;
        }
        Self(bits)
    }

    /// Whether it holds `cap`.
    pub fn has(self, cap: Cap) -> bool {
        self.0 & (1 << cap.0) != 0
    }

    /// Whether it holds the capability of that name.
    pub fn has_name(self, name: &str) -> bool {
        Cap::from_name(name).is_some_and(|cap| self.has(cap))
    }

    /// With `cap`.
    #[must_use]
    pub fn with(self, cap: Cap) -> Self {
        Self(self.0 | 1 << cap.0)
    }

    /// Without `cap`.
    #[must_use]
    pub fn without(self, cap: Cap) -> Self {
        Self(self.0 & !(1 << cap.0))
    }

    /// The set of a pod's container: these, with what it adds and without what it drops. `ALL` is
    /// known in both; a runtime applies it first, then the names. Names that are none count for
    /// nothing.
    #[must_use]
    pub fn adjusted<'n>(
        self,
        add: impl IntoIterator<Item = &'n str> + Clone,
        drop: impl IntoIterator<Item = &'n str> + Clone,
    ) -> Self {
        let is_all = |name: &str| name.eq_ignore_ascii_case("ALL");
        let mut set = self;
        if add.clone().into_iter().any(is_all) {
            set = Self::ALL;
        }
        if drop.clone().into_iter().any(is_all) {
            set = Self::EMPTY;
        }
        set = add.into_iter().filter_map(Cap::from_name).fold(set, Self::with);
        drop.into_iter().filter_map(Cap::from_name).fold(set, Self::without)
    }

    /// Its capabilities, by number.
    pub fn iter(self) -> impl Iterator<Item = Cap> {
        (0..CAPABILITIES.len() as u8).map(Cap).filter(move |cap| self.has(*cap))
    }
}

impl FromIterator<Cap> for CapSet {
    fn from_iter<I: IntoIterator<Item = Cap>>(caps: I) -> Self {
        caps.into_iter().fold(Self::EMPTY, Self::with)
    }
}

#[cfg(test)]
mod tests {
    use super::{Cap, CapSet};

    #[test]
    fn names_are_understood_however_they_are_spelled() {
        assert_eq!(Cap::from_name("CAP_SYS_ADMIN"), Cap::from_name("sys_admin"));
        assert_eq!(Cap::from_name("BPF").map(Cap::name), Some("BPF"));
        assert_eq!(Cap::from_name("CAP_"), None);
        assert_eq!(Cap::from_name("ALL"), None);
    }

    #[test]
    fn defaults_have_as_many_as_their_sources_say() {
        assert_eq!(CapSet::CONTAINERD.iter().count(), 14);
        assert_eq!(CapSet::CRIO.iter().count(), 9);
        assert!(CapSet::CONTAINERD.has_name("SYS_CHROOT") && !CapSet::CRIO.has_name("SYS_CHROOT"));
        assert_eq!(CapSet::ALL.iter().count(), 41);
    }

    #[test]
    fn all_is_applied_before_the_names() {
        let set = CapSet::CRIO.adjusted(["NET_RAW"], ["ALL"]);
        assert_eq!(set.iter().map(Cap::name).collect::<Vec<_>>(), ["NET_RAW"]);
        let set = CapSet::CRIO.adjusted(["ALL"], ["SYS_ADMIN"]);
        assert!(!set.has_name("SYS_ADMIN") && set.has_name("BPF"));
    }
}
