//! Architectures: those whose calls are known here, and those that profiles may name.

/// An architecture with a syscall table. Each has its own: x32 shares the kernel's constant with
/// x86_64 and tells its calls by bit 30 of the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "names of architectures")]
pub enum Arch {
    X86_64,
    X86,
    X32,
    Aarch64,
    Arm,
    Riscv64,
    S390x,
    S390,
    Ppc64le,
    Loongarch64,
}

/// What stands in the number of every x32 call. Source: asm/unistd.h, `__X32_SYSCALL_BIT`.
pub(crate) const X32_BIT: u32 = 1 << 30;

impl Arch {
    /// Whether a kernel of this architecture runs programs of the other: its own, and those of the
    /// 32-bit one before it (`CONFIG_COMPAT`, `CONFIG_X86_X32_ABI`).
    pub fn runs(self, other: Self) -> bool {
        match self {
            Self::X86_64 => matches!(other, Self::X86_64 | Self::X86 | Self::X32),
            Self::Aarch64 => matches!(other, Self::Aarch64 | Self::Arm),
            Self::S390x => matches!(other, Self::S390x | Self::S390),
            own => own == other,
        }
    }

    /// All of them, in the order of the table's columns.
    pub const ALL: [Self; 10] = [
        Self::X86_64,
        Self::X86,
        Self::X32,
        Self::Aarch64,
        Self::Arm,
        Self::Riscv64,
        Self::S390x,
        Self::S390,
        Self::Ppc64le,
        Self::Loongarch64,
    ];

    /// As profiles write it.
    pub fn token(self) -> &'static str {
        match self {
            Self::X86_64 => "SCMP_ARCH_X86_64",
            Self::X86 => "SCMP_ARCH_X86",
            Self::X32 => "SCMP_ARCH_X32",
            Self::Aarch64 => "SCMP_ARCH_AARCH64",
            Self::Arm => "SCMP_ARCH_ARM",
            Self::Riscv64 => "SCMP_ARCH_RISCV64",
            Self::S390x => "SCMP_ARCH_S390X",
            Self::S390 => "SCMP_ARCH_S390",
            Self::Ppc64le => "SCMP_ARCH_PPC64LE",
            Self::Loongarch64 => "SCMP_ARCH_LOONGARCH64",
        }
    }

    /// As `includes.arches` and `excludes.arches` write it: the names of Go and libseccomp.
    pub fn go_name(self) -> &'static str {
        match self {
            Self::X86_64 => "amd64",
            Self::X86 => "x86",
            Self::X32 => "x32",
            Self::Aarch64 => "arm64",
            Self::Arm => "arm",
            Self::Riscv64 => "riscv64",
            Self::S390x => "s390x",
            Self::S390 => "s390",
            Self::Ppc64le => "ppc64le",
            Self::Loongarch64 => "loongarch64",
        }
    }

    /// As `uname -m` and people write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Aarch64 => "aarch64",
            other => other.go_name(),
        }
    }

    /// The architecture of any of these names.
    pub fn from_name(name: &str) -> Option<Self> {
        let same = |arch: &Self| {
            [arch.name(), arch.go_name(), arch.token()].iter().any(|n| n.eq_ignore_ascii_case(name))
        };
        Self::ALL.into_iter().find(same).or(match name {
            "386" | "i386" | "i686" => Some(Self::X86),
            "loong64" => Some(Self::Loongarch64),
            "ppc64el" => Some(Self::Ppc64le),
            "armhf" | "armv7l" => Some(Self::Arm),
            _ => None,
        })
    }

    /// The kernel's constant: audit records print it in hexadecimal. Source: linux/audit.h.
    pub fn audit(self) -> u32 {
        match self {
            Self::X86_64 | Self::X32 => 0xc000_003e,
            Self::X86 => 0x4000_0003,
            Self::Aarch64 => 0xc000_00b7,
            Self::Arm => 0x4000_0028,
            Self::Riscv64 => 0xc000_00f3,
            Self::S390x => 0x8000_0016,
            Self::S390 => 0x16,
            Self::Ppc64le => 0xc000_0015,
            Self::Loongarch64 => 0xc000_0102,
        }
    }

    /// How many bits of an argument libseccomp compares.
    pub fn width(self) -> u32 {
        match self {
            Self::X86 | Self::X32 | Self::Arm | Self::S390 => 32,
            _ => 64,
        }
    }

    /// Whether the halves of a 64-bit argument are swapped.
    pub fn is_big_endian(self) -> bool {
        matches!(self, Self::S390x | Self::S390)
    }

    /// Whether socket and ipc calls may come through `socketcall` and `ipc`.
    /// Source: libseccomp, the architectures with `abi_rule_add`.
    pub(crate) fn is_multiplexed(self) -> bool {
        matches!(self, Self::X86 | Self::S390x | Self::S390 | Self::Ppc64le)
    }

    /// What else the kernel of such a node runs, and default profiles add.
    pub fn siblings(self) -> &'static [Self] {
        match self {
            Self::X86_64 => &[Self::X86, Self::X32],
            Self::Aarch64 => &[Self::Arm],
            Self::S390x => &[Self::S390],
            _ => &[],
        }
    }

    /// Which argument of `clone` holds the flags. Source: clone(2), "C library/kernel differences".
    pub fn clone_flags(self) -> u8 {
        u8::from(matches!(self, Self::S390x | Self::S390))
    }
}

/// An architecture that a profile names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ArchName {
    /// With a table.
    Known(Arch),
    /// Runtimes know it, and here its calls are not: the token without `SCMP_ARCH_`.
    Other(&'static str),
    /// `SCMP_ARCH_NATIVE`, which SPO's resource knows and no OCI runtime takes.
    Native,
}

/// The further architectures of runtime-spec 1.3 and whether runc takes them.
const OTHERS: [(&str, bool); 13] = [
    ("MIPS", true),
    ("MIPS64", true),
    ("MIPS64N32", true),
    ("MIPSEL", true),
    ("MIPSEL64", true),
    ("MIPSEL64N32", true),
    ("PPC", true),
    ("PPC64", true),
    ("PARISC", false),
    ("PARISC64", false),
    ("M68K", false),
    ("SH", false),
    ("SHEB", false),
];

impl ArchName {
    /// The architecture of a profile's token, letter for letter.
    pub fn from_token(token: &str) -> Option<Self> {
        if let Some(arch) = Arch::ALL.into_iter().find(|arch| arch.token() == token) {
            return Some(Self::Known(arch));
        }
        let name = token.strip_prefix("SCMP_ARCH_")?;
        if name == "NATIVE" {
            return Some(Self::Native);
        }
        OTHERS.iter().find(|(other, _)| *other == name).map(|(other, _)| Self::Other(other))
    }

    /// Whether runc takes it.
    pub(crate) fn is_of_runc(self) -> bool {
        match self {
            Self::Known(_) => true,
            Self::Native => false,
            Self::Other(name) => OTHERS.iter().any(|(other, of_runc)| *other == name && *of_runc),
        }
    }
}
