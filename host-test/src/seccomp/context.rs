//! The node and the container that a profile is read for, as options and in words.

use clap::{Args, ValueEnum};
use ringfence_seccomp::{Arch, Cap, CapSet, Context, Kernel, Loader, Runtime, Version};
use serde_json::{Value, json};

/// These options stand together, wherever a command has others.
const HEADING: &str = "Node and container";

/// What a profile's meaning depends on beside its text.
#[derive(Args, Clone, Debug)]
pub struct ContextOptions {
    /// Architecture of the nodes; may be repeated
    #[arg(help_heading = HEADING, long, value_name = "ARCH", default_value = "x86_64", value_delimiter = ',', value_parser = arch)]
    arch: Vec<Arch>,
    /// What reads the profile; without it containerd, or spo where it is a SeccompProfile (for
    /// `convert` and `fix` the reader that its format is made for)
    #[arg(help_heading = HEADING, long, value_enum)]
    loader: Option<LoaderName>,
    /// What loads it into the kernel
    #[arg(help_heading = HEADING, long, value_enum, default_value_t)]
    runtime: RuntimeName,
    /// The nodes' kernel
    #[arg(help_heading = HEADING, long, value_name = "VERSION", default_value = "6.1", value_parser = kernel)]
    kernel: Kernel,
    /// The libseccomp that the runtime is linked with
    #[arg(help_heading = HEADING, long, value_name = "VERSION", default_value = "2.6.0", value_parser = libseccomp)]
    libseccomp: Version,
    /// A capability that the container adds, or ALL; may be repeated
    #[arg(help_heading = HEADING, long = "capability", value_name = "NAME", value_delimiter = ',', value_parser = capability)]
    add: Vec<String>,
    /// A capability that it drops, or ALL; may be repeated
    #[arg(help_heading = HEADING, long = "drop-capability", value_name = "NAME", value_delimiter = ',', value_parser = capability)]
    drop: Vec<String>,
    /// The container may gain privileges (allowPrivilegeEscalation)
    #[arg(help_heading = HEADING, long)]
    may_escalate: bool,
}

/// Who reads profiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum LoaderName {
    /// Plain OCI: conditions by capability, architecture and kernel are ignored
    Containerd,
    /// Docker's format
    Docker,
    /// CRI-O and podman: Docker's without minKernel, errnos by name
    #[value(name = "cri-o")]
    Crio,
    /// security-profiles-operator
    Spo,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum RuntimeName {
    /// Answers ENOSYS above the highest call named
    #[default]
    Runc,
    /// Refuses errnos beside actions that have none
    Crun,
}

impl ContextOptions {
    /// A context for each architecture; `usual` reads the profile where no loader is given.
    pub fn contexts(&self, usual: Loader) -> Vec<Context> {
        let loader = self.loader.map_or(usual, LoaderName::loader);
        let mut contexts: Vec<Context> = Vec::new();
        for arch in &self.arch {
            if contexts.iter().all(|known| known.arch != *arch) {
                contexts.push(self.context(loader, *arch));
            }
        }
        contexts
    }

    /// The context of the first architecture, for commands that make one thing.
    ///
    /// # Errors
    /// Where several are given.
    pub fn one(&self, usual: Loader) -> anyhow::Result<Context> {
        match self.contexts(usual).as_slice() {
            [context] => Ok(*context),
            _ => anyhow::bail!("--arch is given more than once; this command takes one"),
        }
    }

    fn context(&self, loader: Loader, arch: Arch) -> Context {
        let usual = Context::new(loader, arch);
        let [add, drop] = [&self.add, &self.drop].map(|names| names.iter().map(String::as_str));
        Context {
            runtime: match self.runtime {
                RuntimeName::Runc => Runtime::Runc,
                RuntimeName::Crun => Runtime::Crun,
            },
            caps: usual.caps.adjusted(add, drop),
            kernel: self.kernel,
            libseccomp: self.libseccomp,
            may_escalate: self.may_escalate,
            ..usual
        }
    }
}

impl LoaderName {
    fn loader(self) -> Loader {
        match self {
            Self::Containerd => Loader::Containerd,
            Self::Docker => Loader::Docker,
            Self::Crio => Loader::Crio,
            Self::Spo => Loader::Spo,
        }
    }
}

/// An architecture by any of its names.
///
/// # Errors
/// Where there is none of that name: those there are.
pub fn arch(text: &str) -> Result<Arch, String> {
    Arch::from_name(text).ok_or_else(|| {
        let known: Vec<&str> = Arch::ALL.into_iter().map(Arch::name).collect();
        format!("expected one of {}", known.join(", "))
    })
}

fn kernel(text: &str) -> Result<Kernel, &'static str> {
    Kernel::parse(text).ok_or("expected a version such as 6.1")
}

fn libseccomp(text: &str) -> Result<Version, &'static str> {
    Version::parse(text).ok_or("expected a version such as 2.5.4")
}

/// Options refuse what the library would pass over in silence.
fn capability(text: &str) -> Result<String, String> {
    if text.eq_ignore_ascii_case("ALL") || Cap::from_name(text).is_some() {
        return Ok(text.to_owned());
    }
    let known: Vec<&'static str> = CapSet::ALL.iter().map(Cap::name).collect();
    let upper = text.to_ascii_uppercase();
    let bare = upper.strip_prefix("CAP_").unwrap_or(&upper);
    let hint = ringfence_policy::did_you_mean(bare, &known);
    Err(format!("no such capability{}", hint.unwrap_or_else(|| "; see capabilities(7)".into())))
}

/// What a loader is called.
pub fn loader(loader: Loader) -> &'static str {
    match loader {
        Loader::Containerd => "containerd",
        Loader::Docker => "docker",
        Loader::Crio => "cri-o",
        Loader::Spo => "spo",
    }
}

fn runtime(runtime: Runtime) -> &'static str {
    match runtime {
        Runtime::Runc => "runc",
        Runtime::Crun => "crun",
        Runtime::Plain => "libseccomp",
    }
}

/// The capabilities as they differ from what the loader's containers have by default.
fn capabilities(context: &Context) -> String {
    let usual = Context::new(context.loader, context.arch).caps;
    let list = |caps: Vec<Cap>| caps.into_iter().map(Cap::name).collect::<Vec<_>>().join(", ");
    let added: Vec<Cap> = context.caps.iter().filter(|cap| !usual.has(*cap)).collect();
    let dropped: Vec<Cap> = usual.iter().filter(|cap| !context.caps.has(*cap)).collect();
    match (context.caps, added.is_empty(), dropped.is_empty()) {
        (_, true, true) => "default capabilities".to_owned(),
        (CapSet::EMPTY, ..) => "no capabilities".to_owned(),
        (CapSet::ALL, ..) => "all capabilities".to_owned(),
        (_, false, true) => format!("default capabilities and {}", list(added)),
        (_, true, false) => format!("default capabilities without {}", list(dropped)),
        _ => format!("capabilities {}", list(context.caps.iter().collect())),
    }
}

/// In words: `read by containerd, loaded by runc with libseccomp 2.6.0, on x86_64 with kernel 6.1,
/// default capabilities`.
pub fn describe(contexts: &[Context]) -> String {
    let reader = contexts.first().map_or("", |context| loader(context.loader));
    format!("read by {reader}, {}", describe_node(contexts))
}

/// The same of a profile that nobody reads: `built in, loaded by …`.
pub fn describe_built_in(contexts: &[Context]) -> String {
    format!("built in, {}", describe_node(contexts))
}

fn describe_node(contexts: &[Context]) -> String {
    let Some(context) = contexts.first() else { return String::new() };
    let arches: Vec<&str> = contexts.iter().map(|context| context.arch.name()).collect();
    let Version(major, minor, patch) = context.libseccomp;
    let escalation = if context.may_escalate { ", may gain privileges" } else { "" };
    format!(
        "loaded by {} with libseccomp {major}.{minor}.{patch}, on {} with kernel {}.{}, {}{escalation}",
        runtime(context.runtime),
        arches.join(", "),
        context.kernel.0,
        context.kernel.1,
        capabilities(context),
    )
}

/// For programs.
pub fn to_json(contexts: &[Context]) -> Value {
    let Some(context) = contexts.first() else { return Value::Null };
    let Version(major, minor, patch) = context.libseccomp;
    json!({
        "loader": loader(context.loader),
        "runtime": runtime(context.runtime),
        "arches": contexts.iter().map(|context| context.arch.name()).collect::<Vec<_>>(),
        "kernel": format!("{}.{}", context.kernel.0, context.kernel.1),
        "libseccomp": format!("{major}.{minor}.{patch}"),
        "capabilities": context.caps.iter().map(Cap::name).collect::<Vec<_>>(),
        "mayEscalate": context.may_escalate,
    })
}

#[cfg(test)]
mod tests {
    use super::{ContextOptions, describe};
    use clap::Parser;
    use ringfence_seccomp::{Arch, Loader};

    #[derive(Debug, Parser)]
    struct Cli {
        #[command(flatten)]
        options: ContextOptions,
    }

    fn said(arguments: &[&str]) -> String {
        let cli = Cli::try_parse_from([&["x"], arguments].concat()).expect("arguments");
        describe(&cli.options.contexts(Loader::Containerd))
    }

    #[test]
    fn contexts_are_told_with_what_differs() {
        let usual = "read by containerd, loaded by runc with libseccomp 2.6.0, on x86_64 with kernel \
            6.1, default capabilities";
        assert_eq!(said(&[]), usual);
        let arches = ["--arch", "arm64", "--arch", "amd64", "--arch", "aarch64"];
        assert!(said(&arches).contains("on aarch64, x86_64 with"), "{}", said(&arches));
        let ends = |arguments: &[&str], end: &str| {
            assert!(said(arguments).ends_with(end), "{}", said(arguments));
        };
        ends(&["--capability", "sys_admin"], "default capabilities and SYS_ADMIN");
        ends(&["--drop-capability", "ALL"], "no capabilities");
        ends(
            &["--drop-capability", "CAP_KILL", "--may-escalate"],
            "without KILL, may gain privileges",
        );
        ends(&["--drop-capability", "ALL", "--capability", "BPF,KILL"], "capabilities KILL, BPF");
    }

    #[test]
    fn slips_are_told() {
        let error = |arguments: &[&str]| {
            let parsed = Cli::try_parse_from([&["x"], arguments].concat());
            parsed.expect_err("a slip").to_string()
        };
        let said = error(&["--capability", "SYS_ADMN"]);
        assert!(said.contains("did you mean `SYS_ADMIN`?"), "{said}");
        assert!(error(&["--arch", "vax"]).contains("x86_64"), "{}", error(&["--arch", "vax"]));
        assert!(error(&["--kernel", "six"]).contains("6.1"));
    }

    #[test]
    fn one_architecture_where_one_is_made() {
        let cli =
            Cli::try_parse_from(["x", "--arch", "x86_64", "--arch", "arm64"]).expect("options");
        assert!(cli.options.one(Loader::Containerd).is_err());
        let cli = Cli::try_parse_from(["x", "--arch", "riscv64"]).expect("options");
        assert_eq!(cli.options.one(Loader::Spo).expect("one").arch, Arch::Riscv64);
    }
}
