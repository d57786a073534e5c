//! Everything besides its text that a profile's meaning depends on.

use crate::arch::Arch;
use crate::caps::CapSet;

/// What turns the text of a profile into a runtime's configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Loader {
    /// Docker's `--security-opt seccomp=`: conditions by capability, architecture and kernel.
    Docker,
    /// CRI-O and podman (containers/common): the same without `minKernel`, and errnos by name.
    Crio,
    /// containerd's `Localhost`: plain OCI, everything else is ignored.
    Containerd,
    /// A `SeccompProfile` resource, written to the node as plain OCI.
    Spo,
}

/// What loads the configuration into the kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Runtime {
    /// runc: unknown numbers above the highest one named answer ENOSYS.
    Runc,
    /// crun: an errno beside an action that has none is refused, arguments beyond six are not read.
    Crun,
    /// libseccomp itself and nothing around it.
    Plain,
}

/// A kernel's version, major and minor: runtimes read no further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kernel(pub u16, pub u16);

impl Kernel {
    /// Reads `5.10`, `5.10.0-21-amd64` and the like.
    pub fn parse(text: &str) -> Option<Self> {
        let (major, rest) = text.split_once('.')?;
        let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
        Some(Self(major.parse().ok()?, rest.get(..end)?.parse().ok()?))
    }
}

/// A version of libseccomp.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u8, pub u8, pub u8);

impl Version {
    /// Reads `2.5.4`; a missing last part is 0.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.').map(str::parse);
        let version =
            Self(parts.next()?.ok()?, parts.next()?.ok()?, parts.next().unwrap_or(Ok(0)).ok()?);
        parts.next().is_none().then_some(version)
    }
}

/// Who reads a profile, for what, and where. [`Context::new`] names the parts that have no sensible
/// default; the fields are open to be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Context {
    /// What reads the text.
    pub loader: Loader,
    /// What loads the filter.
    pub runtime: Runtime,
    /// The node's architecture.
    pub arch: Arch,
    /// The container's bounding set.
    pub caps: CapSet,
    /// The node's kernel.
    pub kernel: Kernel,
    /// The library the runtime is linked with.
    pub libseccomp: Version,
    /// Whether the process may gain privileges (`allowPrivilegeEscalation`): the filter is loaded
    /// earlier then, and the runtime needs more calls afterwards.
    pub may_escalate: bool,
}

impl Context {
    /// runc on kernel 6.1 with libseccomp 2.6.0 and the capabilities a container has by default.
    pub fn new(loader: Loader, arch: Arch) -> Self {
        let caps = if loader == Loader::Crio { CapSet::CRIO } else { CapSet::CONTAINERD };
        Self {
            loader,
            runtime: Runtime::Runc,
            arch,
            caps,
            kernel: Kernel(6, 1),
            libseccomp: Version(2, 6, 0),
            may_escalate: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Kernel, Version};

    #[test]
    fn versions_are_read_as_far_as_they_count() {
        assert_eq!(Kernel::parse("3.12.25-gentoo"), Some(Kernel(3, 12)));
        assert_eq!(Kernel::parse("4.8"), Some(Kernel(4, 8)));
        assert_eq!(Kernel::parse("4"), None);
        assert_eq!(Version::parse("2.5"), Some(Version(2, 5, 0)));
        assert_eq!(Version::parse("2.5.4"), Some(Version(2, 5, 4)));
        assert_eq!(Version::parse("2.5.4.1"), None);
    }
}
