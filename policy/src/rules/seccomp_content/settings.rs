//! What settings may say of the rule.

use ringfence_seccomp::{Arch, Baseline, LINTS, Lint, Runtime, Severity, Syscall, parse};

use crate::json::{Error, Names, Scanner};
use crate::settings::{Decoder, Path, Schema, Setting, choices, settings, shown};
use crate::text::parts;

choices! {
    /// An architecture of nodes.
    pub enum NodeArch {
        /// 64-bit ARM.
        Aarch64 = "aarch64",
        /// 64-bit LoongArch.
        Loongarch64 = "loongarch64",
        /// 64-bit POWER, little-endian.
        Ppc64le = "ppc64le",
        /// 64-bit RISC-V.
        Riscv64 = "riscv64",
        /// IBM Z.
        S390x = "s390x",
        /// 64-bit x86, with x86 and x32.
        X86_64 = "x86_64",
    }

    /// What loads profiles into the kernel.
    pub enum OciRuntime {
        /// crun.
        Crun = "crun",
        /// runc.
        Runc = "runc",
    }

    /// How much a lint matters.
    pub enum LintSeverity {
        /// Worth knowing.
        Info = "info",
        /// Likely a mistake.
        Warning = "warning",
        /// A hole, or a profile that does not work.
        Error = "error",
    }

    /// A version of the API of SeccompProfiles.
    pub enum ResourceVersion {
        /// The one that the operator stores.
        V1 = "v1",
        /// The one before it.
        V1beta1 = "v1beta1",
    }
}

impl NodeArch {
    pub(super) fn arch(self) -> Arch {
        match self {
            Self::Aarch64 => Arch::Aarch64,
            Self::Loongarch64 => Arch::Loongarch64,
            Self::Ppc64le => Arch::Ppc64le,
            Self::Riscv64 => Arch::Riscv64,
            Self::S390x => Arch::S390x,
            Self::X86_64 => Arch::X86_64,
        }
    }
}

impl OciRuntime {
    pub(super) fn runtime(self) -> Runtime {
        match self {
            Self::Crun => Runtime::Crun,
            Self::Runc => Runtime::Runc,
        }
    }
}

impl LintSeverity {
    pub(super) fn severity(self) -> Severity {
        match self {
            Self::Info => Severity::Info,
            Self::Warning => Severity::Warning,
            Self::Error => Severity::Error,
        }
    }
}

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters checked by is_consistent {
        /// The profile of a runtime that none may be weaker than.
        baseline: Option<BaselineName> = "baseline",
        /// The text, JSON, of the profile that this runtime is configured with instead of its own.
        baseline_profile: Option<String> = "baselineProfile",
        /// Architectures of the nodes; `x86_64` and `aarch64` where nothing is said.
        architectures: Option<Vec<NodeArch>> = "architectures",
        /// What loads profiles; runc where nothing is said.
        runtime: Option<OciRuntime> = "runtime",
        /// Calls that profiles may permit beyond the baseline.
        allow_syscalls: Vec<SyscallName> = "allowSyscalls",
        /// Calls that a container's capabilities may open in `RuntimeDefault`. An empty list: none.
        allow_opened: Option<Vec<SyscallName>> = "allowOpened",
        /// From how much on a lint is denied; others are warned of, but for `info`.
        deny_from: Option<LintSeverity> = "denyFrom",
        /// Lints that are not looked for.
        allow: Vec<LintId> = "allow",
        /// Lints that are denied, however much they matter.
        forbid: Vec<LintId> = "forbid",
        /// Profiles on the nodes that are no resources of the operator, each path once.
        catalogue: Vec<Catalogued> = "catalogue",
        /// Whether pods may name profiles whose content is not known.
        allow_unknown: bool = "allowUnknown",
        /// The version of the API of SeccompProfiles; `v1beta1` where nothing is said.
        resource_version: Option<ResourceVersion> = "resourceVersion",
    }

    /// A profile on the nodes.
    #[derive(Default)]
    pub struct Catalogued checked by is_profile {
        /// Its path below the kubelet's seccomp root.
        path: String = "path",
        /// Its text: JSON.
        profile: String = "profile",
    }
}

/// The folders and the file in a path, as `filepath.Join` has them: `./a//b` is `a/b`.
pub(super) fn components(path: &str) -> impl Iterator<Item = &str> {
    parts(path, b'/').filter(|part| !matches!(*part, "" | "."))
}

fn is_consistent(given: &Parameters, decoder: &mut Decoder, path: &Path<'_>) {
    if let Some(text) = &given.baseline_profile {
        is_read(text, decoder, &path.key("baselineProfile"));
    }
    // Which of them a node has, nothing tells.
    let (path, mut known) = (path.key("catalogue"), Names::default());
    for (index, one) in given.catalogue.iter().enumerate() {
        let plain = components(&one.path).collect::<Vec<_>>().join("/");
        if !known.add(plain.as_bytes()) {
            let message = format!("`{}` is in the catalogue already: keep one", shown(&one.path));
            decoder.error(&path.index(index).key("path"), message);
        }
    }
}

fn is_read(text: &str, decoder: &mut Decoder, path: &Path<'_>) {
    if let Err(error) = parse::profile(text) {
        decoder.error(path, format!("it is no seccomp profile: {}", error.message()));
    }
}

fn is_profile(catalogued: &Catalogued, decoder: &mut Decoder, path: &Path<'_>) {
    if catalogued.path.is_empty() || catalogued.path.starts_with('/') {
        let message =
            format!("`{}` is no path below the kubelet's seccomp root", shown(&catalogued.path));
        decoder.error(&path.key("path"), message);
    }
    is_read(&catalogued.profile, decoder, &path.key("profile"));
}

/// The name of a baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BaselineName(pub Baseline);

/// Those that the library knows; a test compares.
static BASELINES: [&str; 8] = [
    "containerd-1.6",
    "containerd-1.7",
    "containerd-2.0",
    "containerd-2.2",
    "containerd-2.3",
    "moby-0.1",
    "moby-0.2",
    "cri-o-1.37",
];

impl Setting for BaselineName {
    const SCHEMA: &'static Schema = &Schema::Choice(&BASELINES);

    fn read(
        decoder: &mut Decoder,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
    ) -> Result<Option<Self>, Error> {
        let index = decoder.choose(scanner, path, &BASELINES)?;
        let name = index.and_then(|index| BASELINES.get(index));
        Ok(name.and_then(|name| Baseline::from_name(name)).map(Self))
    }
}

/// The name of a system call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SyscallName(pub Syscall);

impl Setting for SyscallName {
    const SCHEMA: &'static Schema = &Schema::Text("the name of a system call, such as `bpf`");

    fn read(
        decoder: &mut Decoder,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
    ) -> Result<Option<Self>, Error> {
        let text = String::read(decoder, scanner, path)?;
        let Some(text) = text else { return Ok(None) };
        let known = Syscall::from_name(&text);
        if known.is_none() {
            decoder.error(path, format!("`{}` is no system call", shown(&text)));
        }
        Ok(known.map(Self))
    }
}

/// The id of a lint.
#[derive(Debug, Clone, Copy)]
pub struct LintId(pub &'static Lint);

/// The ids of the lints, in their order.
#[expect(clippy::indexing_slicing, reason = "it is the compiler that would panic")]
static LINT_IDS: [&str; LINTS.len()] = {
    let mut ids = [""; LINTS.len()];
    let mut at = 0;
    while at < ids.len() {
        ids[at] = LINTS[at].id;
        at += 1;
    }
    ids
};

impl Setting for LintId {
    const SCHEMA: &'static Schema = &Schema::Choice(&LINT_IDS);

    fn read(
        decoder: &mut Decoder,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
    ) -> Result<Option<Self>, Error> {
        let index = decoder.choose(scanner, path, &LINT_IDS)?;
        Ok(index.and_then(|index| LINTS.get(index)).map(Self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_baselines_are_those_of_the_library() {
        let known = Baseline::all().map(Baseline::name).collect::<Vec<_>>();
        assert_eq!(BASELINES.to_vec(), known);
    }

    #[test]
    fn a_baseline_that_is_no_profile_is_refused() {
        let text = r#"{"rules":{"seccompContent":{"baselineProfile":"{"}}}"#;
        let errors = crate::Settings::decode(text).expect_err("no profile");
        let found = errors
            .iter()
            .map(|error| (&*error.path, error.message.starts_with("it is no seccomp profile: ")));
        assert_eq!(found.collect::<Vec<_>>(), [("rules.seccompContent.baselineProfile", true)]);
    }

    #[test]
    fn a_path_is_catalogued_once() {
        let one = |path: &str| format!(r#"{{"path":"{path}","profile":"{{}}"}}"#);
        let all = ["a/b.json", "a.json", "./a//b.json"].map(one).join(",");
        let text = format!(r#"{{"rules":{{"seccompContent":{{"catalogue":[{all}]}}}}}}"#);
        let errors = crate::Settings::decode(&text).expect_err("two profiles in one place");
        let said = errors.iter().map(|error| (&*error.path, &*error.message));
        let expected = (
            "rules.seccompContent.catalogue[2].path",
            "`./a//b.json` is in the catalogue already: keep one",
        );
        assert_eq!(said.collect::<Vec<_>>(), [expected]);
    }
}
