//! What `RuntimeDefault` means: named profiles, each a function of the pod's capabilities.

mod data;

use std::borrow::Cow;

use data::{LINES, NAMES};

use crate::action::ActionName;
use crate::arch::{Arch, ArchName};
use crate::context::{Context, Kernel, Loader};
use crate::errno::{ENOSYS, EPERM};
use crate::op::Op;
use crate::profile::{ArchMap, Arg, Filter, Profile, Rule, Spelled};
use crate::resolve::{Resolved, resolve};

/// A profile that a runtime has built in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Baseline {
    name: &'static str,
    bit: u16,
}

/// One fact: calls that baselines treat so, under conditions.
#[derive(Debug, Clone, Copy)]
struct Line {
    of: u16,
    names: &'static str,
    action: ActionName,
    errno: Option<u16>,
    when: &'static [When],
    args: &'static [(u8, Op, u64, u64)],
}

/// A condition of a line.
#[derive(Debug, Clone, Copy)]
enum When {
    Caps(&'static [&'static str]),
    NotCaps(&'static [&'static str]),
    Arches(&'static [&'static str]),
    NotArches(&'static [&'static str]),
    Kernel(u16, u16),
}

impl Line {
    const fn allow(of: u16, names: &'static str, when: &'static [When]) -> Self {
        Self { of, names, action: ActionName::Allow, errno: None, when, args: &[] }
    }

    const fn errno(of: u16, names: &'static str, errno: u16, when: &'static [When]) -> Self {
        Self { of, names, action: ActionName::Errno, errno: Some(errno), when, args: &[] }
    }

    const fn with(mut self, args: &'static [(u8, Op, u64, u64)]) -> Self {
        self.args = args;
        self
    }

    fn rule(&self) -> Rule<'static> {
        let names = self.names.split_ascii_whitespace();
        let mut rule = Rule::of(names, self.action, self.errno);
        let args = self.args.iter();
        rule.args =
            args.map(|(arg, op, value, two)| Arg::new((*arg).into(), *op, *value, *two)).collect();
        for when in self.when {
            let names = |names: &[&'static str]| names.iter().copied().map(Cow::Borrowed).collect();
            match when {
                When::Caps(caps) => rule.includes.caps = names(caps),
                When::NotCaps(caps) => rule.excludes.caps = names(caps),
                When::Arches(arches) => rule.includes.arches = names(arches),
                When::NotArches(arches) => rule.excludes.arches = names(arches),
                When::Kernel(major, minor) => rule.includes = kernel(*major, *minor),
            }
        }
        rule
    }
}

fn kernel(major: u16, minor: u16) -> Filter<'static> {
    let text =
        [ringfence_json::decimal(major.into()), ringfence_json::decimal(minor.into())].join(".");
    let min_kernel = Spelled { text: text.into(), at: 0, value: Some(Kernel(major, minor)) };
    Filter { min_kernel: Some(min_kernel), ..Filter::default() }
}

impl Baseline {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        NAMES.into_iter().map(|(name, bit)| Self { name, bit })
    }

    /// The one of that name: a family with a version (`containerd-2.2`, `moby-0.2`, `cri-o-1.37`), or
    /// a family alone for its latest (`containerd`, `moby`, `docker`, `cri-o`).
    pub fn from_name(name: &str) -> Option<Self> {
        let name = match name {
            "docker" => "moby",
            "containerd-2.1" => "containerd-2.0",
            other => other,
        };
        let is_it = |baseline: &Self| {
            let family = baseline.name.rsplit_once('-').map(|(family, _)| family);
            baseline.name == name || family == Some(name)
        };
        Self::all().filter(is_it).last()
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// What gives it its meaning.
    pub fn loader(self) -> Loader {
        if data::is_crio(self.bit) { Loader::Crio } else { Loader::Docker }
    }

    /// It as a profile, with its conditions: Docker's dialect, or containers/common's.
    pub fn profile(self) -> Profile<'static> {
        let errno = if data::is_crio(self.bit) { ENOSYS } else { EPERM };
        Profile {
            default_action: Some(Spelled::known(ActionName::Errno.token(), ActionName::Errno)),
            default_errno_ret: Some(errno.into()),
            arch_map: arch_map(),
            rules: LINES.iter().filter(|line| line.of & self.bit != 0).map(Line::rule).collect(),
            ..Profile::default()
        }
    }

    /// What it comes to on a node for a container: the context's loader does not count, since the
    /// runtime that has the profile built in reads its conditions itself.
    pub fn resolve(self, context: &Context) -> Resolved {
        resolve(&self.profile(), &Context { loader: self.loader(), ..*context })
    }
}

fn arch_map() -> Vec<ArchMap<'static>> {
    let spelled = |arch: Arch| Spelled::known(arch.token(), ArchName::Known(arch));
    let entry = |arch: Arch| ArchMap {
        architecture: Some(spelled(arch)),
        sub: arch.siblings().iter().copied().map(spelled).collect(),
    };
    [Arch::X86_64, Arch::Aarch64, Arch::S390x, Arch::Riscv64].into_iter().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::Baseline;
    use crate::action::{Action, Effect};
    use crate::arch::Arch;
    use crate::caps::{Cap, CapSet};
    use crate::compare::may_execute;
    use crate::context::{Context, Loader, Version};
    use crate::resolve::DropReason;
    use crate::table::{Syscall, syscalls};

    fn context(caps: CapSet) -> Context {
        let context = Context::new(Loader::Containerd, Arch::X86_64);
        Context { caps, libseccomp: Version(2, 6, 1), ..context }
    }

    fn executed(baseline: &str, caps: CapSet) -> Vec<&'static str> {
        let resolved = Baseline::from_name(baseline).unwrap().resolve(&context(caps));
        let number = |call: Syscall| call.number(Arch::X86_64);
        let calls = syscalls().filter(|call| {
            number(*call).is_some_and(|nr| may_execute(&resolved, Arch::X86_64, nr).is_some())
        });
        calls.map(Syscall::name).collect()
    }

    #[test]
    fn names_find_the_latest_of_a_family() {
        let name = |name| Baseline::from_name(name).map(Baseline::name);
        assert_eq!(name("containerd"), Some("containerd-2.3"));
        assert_eq!(name("containerd-1.7"), Some("containerd-1.7"));
        assert_eq!(name("docker"), Some("moby-0.2"));
        assert_eq!(name("cri-o"), Some("cri-o-1.37"));
        assert_eq!((name(""), name("containerd-2"), name("c")), (None, None, None));
    }

    #[test]
    fn every_name_is_a_call_and_every_line_loads() {
        for baseline in Baseline::all() {
            for caps in [CapSet::EMPTY, CapSet::CONTAINERD, CapSet::ALL] {
                for arch in Arch::ALL {
                    let context = Context { arch, ..context(caps) };
                    let resolved = baseline.resolve(&context);
                    assert!(
                        resolved.fatal.is_empty(),
                        "{baseline:?} {arch:?} {:?}",
                        resolved.fatal
                    );
                    let unknown = |d: &&crate::Dropped| d.reason == DropReason::UnknownName;
                    let unknown = resolved.dropped.iter().filter(unknown).collect::<Vec<_>>();
                    assert!(unknown.len() <= 1, "{baseline:?} {unknown:?}");
                }
            }
        }
    }

    #[test]
    fn capabilities_open_what_the_sources_say() {
        let none = executed("moby-0.2", CapSet::EMPTY);
        let admin =
            executed("moby-0.2", [Cap::from_name("SYS_ADMIN").unwrap()].into_iter().collect());
        let opened = admin.iter().filter(|name| !none.contains(name)).collect::<Vec<_>>();
        assert!(opened.contains(&&"mount") && opened.contains(&&"clone3"), "{opened:?}");
        // clone was there without its flags; the three of LSM are gated in moby alone.
        assert_eq!(opened.len(), 21 + 3, "{opened:?}");
        assert!(executed("containerd-1.7", CapSet::EMPTY).contains(&"io_uring_setup"));
        assert!(!executed("containerd-2.0", CapSet::EMPTY).contains(&"io_uring_setup"));
        let crio = executed("cri-o", CapSet::EMPTY);
        assert!(crio.contains(&"mount") && !crio.contains(&"unshare") && !crio.contains(&"chroot"));
    }

    #[test]
    fn namespaces_are_not_made_without_the_capability() {
        let number = Syscall::from_name("clone").unwrap().number(Arch::X86_64).unwrap();
        for baseline in Baseline::all() {
            let resolved = baseline.resolve(&context(CapSet::EMPTY));
            let action =
                |flags| resolved.decide(Arch::X86_64, number, &[flags, 0, 0, 0, 0, 0]).action;
            assert_eq!(action(0x1000_0000), Action::Errno(1), "{baseline:?}");
            assert_eq!(action(0x11).effect(), Effect::Executed, "{baseline:?}");
        }
    }
}
