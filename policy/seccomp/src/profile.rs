//! A profile as it is written, before anybody has given it a meaning.

use std::borrow::Cow;

use crate::action::ActionName;
use crate::arch::ArchName;
use crate::context::Kernel;
use crate::op::Op;

/// A word of the text, and what it stands for where it stands for something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spelled<'a, T> {
    /// As written.
    pub text: Cow<'a, str>,
    /// Where, in bytes of the text.
    pub at: usize,
    /// What it means; `None`: nothing that runtimes know.
    pub value: Option<T>,
}

impl<T> Spelled<'static, T> {
    /// A word that is known and stands nowhere.
    pub fn known(text: &'static str, value: T) -> Self {
        Self { text: Cow::Borrowed(text), at: 0, value: Some(value) }
    }
}

/// Which format a profile makes use of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// The OCI runtime specification's `linux.seccomp`.
    Oci,
    /// Docker's: conditions, `archMap`, `name`.
    Docker,
    /// containers/common's: Docker's without `minKernel`, with errnos by name.
    Containers,
    /// The spec of security-profiles-operator's `SeccompProfile`.
    Spo,
}

/// A seccomp profile, in the words of its author.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Profile<'a> {
    /// What happens to a call that no rule matches. Absent and no rules: no seccomp at all.
    pub default_action: Option<Spelled<'a, ActionName>>,
    /// The default's number.
    pub default_errno_ret: Option<u64>,
    /// containers/common: the default's number by name; it precedes `default_errno_ret`.
    pub default_errno: Option<Cow<'a, str>>,
    /// Architectures beside the node's own. Absent is not the same as empty to Docker.
    pub architectures: Option<Vec<Spelled<'a, ArchName>>>,
    /// Docker: architectures by that of the node.
    pub arch_map: Vec<ArchMap<'a>>,
    /// Flags of the filter. Absent means `SECCOMP_FILTER_FLAG_SPEC_ALLOW`, empty means none.
    pub flags: Option<Vec<Spelled<'a, Flag>>>,
    /// The supervisor of `SCMP_ACT_NOTIFY`.
    pub listener: Listener<'a>,
    /// The rules, in order.
    pub rules: Vec<Rule<'a>>,
    /// SPO: the profile this one adds to.
    pub base: Option<Spelled<'a, ()>>,
    /// SPO: `Enabled` or `Disabled`.
    pub state: Option<Cow<'a, str>>,
    /// Whether it is the spec of a resource: its keys are then what the API server let through.
    pub is_resource: bool,
    /// Keys that are not what they seem.
    pub key_problems: Vec<KeyProblem>,
}

/// One entry of `syscalls`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rule<'a> {
    /// Where it starts, in bytes of the text.
    pub at: usize,
    /// The calls it is about.
    pub names: Vec<Name<'a>>,
    /// Docker's old way to name one call.
    pub name: Option<Name<'a>>,
    /// What happens to them.
    pub action: Option<Spelled<'a, ActionName>>,
    /// The action's number.
    pub errno_ret: Option<u64>,
    /// containers/common: the action's number by name; it precedes `errno_ret`.
    pub errno: Option<Cow<'a, str>>,
    /// Conditions on the arguments.
    pub args: Vec<Arg<'a>>,
    /// Where and for whom the rule counts.
    pub includes: Filter<'a>,
    /// Where and for whom it does not.
    pub excludes: Filter<'a>,
    /// What its author says of it.
    pub comment: Option<Cow<'a, str>>,
}

/// The name of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name<'a> {
    /// As written.
    pub text: Cow<'a, str>,
    /// Where, in bytes of the text.
    pub at: usize,
}

impl<'a> Name<'a> {
    /// A name that stands nowhere.
    pub fn new(text: impl Into<Cow<'a, str>>) -> Self {
        Self { text: text.into(), at: 0 }
    }
}

/// A condition on one argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arg<'a> {
    /// Where it starts, in bytes of the text.
    pub at: usize,
    /// Which argument, from 0.
    pub index: u64,
    /// What it is compared with; with `SCMP_CMP_MASKED_EQ` the mask.
    pub value: u64,
    /// With `SCMP_CMP_MASKED_EQ` what is compared under the mask.
    pub value_two: u64,
    /// The comparison.
    pub op: Option<Spelled<'a, Op>>,
}

impl Arg<'static> {
    /// A condition that stands nowhere.
    pub fn new(index: u64, op: Op, value: u64, value_two: u64) -> Self {
        Self { at: 0, index, value, value_two, op: Some(Spelled::known(op.token(), op)) }
    }
}

/// What `includes` and `excludes` may ask.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter<'a> {
    /// Capabilities, as written.
    pub caps: Vec<Cow<'a, str>>,
    /// Architectures, as written.
    pub arches: Vec<Cow<'a, str>>,
    /// The least kernel, as written.
    pub min_kernel: Option<Spelled<'a, Kernel>>,
}

impl Filter<'_> {
    /// Whether it asks nothing.
    pub fn is_empty(&self) -> bool {
        self.caps.is_empty() && self.arches.is_empty() && self.min_kernel.is_none()
    }
}

/// An entry of `archMap`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ArchMap<'a> {
    /// The architecture of the node.
    pub architecture: Option<Spelled<'a, ArchName>>,
    /// What else it runs.
    pub sub: Vec<Spelled<'a, ArchName>>,
}

/// Where a supervisor listens.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listener<'a> {
    /// The path of its socket.
    pub path: Option<Spelled<'a, ()>>,
    /// What it is told.
    pub metadata: Option<Spelled<'a, ()>>,
}

/// A flag of the filter. Source: OCI runtime-spec, config-linux, `seccomp.flags`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Flag {
    /// For all threads; runtimes know it and need it not.
    Tsync,
    /// What is not allowed is logged.
    Log,
    /// Leaves out the mitigation of Speculative Store Bypass.
    SpecAllow,
    /// Only fatal signals interrupt a call that waits for the supervisor.
    WaitKillableRecv,
}

impl Flag {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Tsync, Self::Log, Self::SpecAllow, Self::WaitKillableRecv];

    /// As profiles write it.
    pub fn token(self) -> &'static str {
        match self {
            Self::Tsync => "SECCOMP_FILTER_FLAG_TSYNC",
            Self::Log => "SECCOMP_FILTER_FLAG_LOG",
            Self::SpecAllow => "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
            Self::WaitKillableRecv => "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
        }
    }

    /// The flag of that name, letter for letter.
    pub fn from_token(token: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|flag| flag.token() == token)
    }
}

/// A key that readers may take for another, or for none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyProblem {
    /// Where the key's value starts, in bytes of the text.
    pub at: usize,
    /// The rule it stands in.
    pub rule: Option<usize>,
    /// The key as written.
    pub key: String,
    /// What is the matter.
    pub kind: KeyKind,
}

/// What is the matter with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// It occurred before. Go takes the last one.
    Duplicate,
    /// It is a known key in another case, which Go takes for it.
    CaseVariant,
    /// No reader knows it.
    Unknown,
}

/// A place in a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Place {
    /// The rule.
    pub rule: Option<usize>,
    /// The name in it.
    pub name: Option<usize>,
    /// The condition in it.
    pub arg: Option<usize>,
    /// In bytes of the text.
    pub at: usize,
}

impl Place {
    /// As a path: `syscalls[3].args[0]`; empty for the profile itself.
    pub fn path(&self) -> String {
        let mut path = String::new();
        let mut push = |key: &str, index: Option<usize>| {
            if let Some(index) = index {
                path.push_str(key);
                path.push('[');
                ringfence_json::push_decimal(&mut path, index);
                path.push(']');
            }
        };
        push("syscalls", self.rule);
        push(".names", self.name);
        push(".args", self.arg);
        path
    }
}

impl Profile<'_> {
    /// Whether runtimes take it for no profile at all, and filter nothing.
    pub fn is_void(&self) -> bool {
        self.rules.is_empty()
            && self.default_action.as_ref().is_none_or(|action| action.text.is_empty())
    }

    /// The format it makes use of.
    pub fn dialect(&self) -> Dialect {
        if self.is_resource || self.base.is_some() || self.state.is_some() {
            return Dialect::Spo;
        }
        if self.default_errno.is_some() || self.rules.iter().any(|rule| rule.errno.is_some()) {
            return Dialect::Containers;
        }
        let is_extended = |rule: &Rule<'_>| {
            !rule.includes.is_empty() || !rule.excludes.is_empty() || rule.name.is_some()
        };
        if !self.arch_map.is_empty() || self.rules.iter().any(is_extended) {
            return Dialect::Docker;
        }
        Dialect::Oci
    }

    /// The place of a rule.
    pub fn place(&self, rule: usize) -> Place {
        let at = self.rules.get(rule).map_or(0, |rule| rule.at);
        Place { rule: Some(rule), at, ..Place::default() }
    }
}

impl Profile<'_> {
    /// Takes out rules that name no call.
    pub(crate) fn drop_nameless_rules(&mut self) {
        self.rules.retain(|rule| rule.all_names().next().is_some());
    }
}

impl Rule<'static> {
    /// A rule without conditions.
    pub(crate) fn of(
        names: impl IntoIterator<Item = &'static str>,
        action: ActionName,
        errno: Option<u16>,
    ) -> Self {
        Self {
            names: names.into_iter().map(Name::new).collect(),
            action: Some(Spelled::known(action.token(), action)),
            errno_ret: errno.map(u64::from),
            ..Self::default()
        }
    }
}

impl<'a> Rule<'a> {
    /// Every name, the old `name` included.
    pub fn all_names(&self) -> impl Iterator<Item = &Name<'a>> {
        self.names.iter().chain(&self.name)
    }
}
