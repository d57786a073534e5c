//! The metadata of a policy, as hosts of Kubewarden read it.
//!
//! Source: Kubewarden's `policy_metadata.rs`.

use super::module::{Module, SECTION};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// The keys that hosts read; they ignore any other.
pub const KEYS: &[&str] = &[
    "annotations",
    "backgroundAudit",
    "contextAwareResources",
    "executionMode",
    "hostCapabilities",
    "minimumKubewardenVersion",
    "mutating",
    "policyType",
    "protocolVersion",
    "rules",
];

/// What a policy says of itself.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    /// The version of the protocol, where the policy speaks one.
    #[serde(default)]
    pub protocol_version: Option<String>,
    /// What the policy wants to be asked about.
    pub rules: Vec<Rule>,
    /// Facts for people and tools, by their names.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
    /// Whether it may change what it is asked about.
    pub mutating: bool,
    /// Whether its verdicts about what exists mean something.
    #[serde(default = "yes")]
    pub background_audit: bool,
    #[serde(default)]
    execution_mode: Option<String>,
    /// `kubernetes`, or `raw` where it judges anything but admission requests.
    #[serde(default)]
    pub policy_type: Option<String>,
    /// The kinds of objects that it reads in the cluster.
    #[serde(default)]
    pub context_aware_resources: Vec<ContextAwareResource>,
    /// The functions of its host that it calls, as it says itself.
    #[serde(default)]
    pub host_capabilities: Option<Vec<String>>,
    /// The first version of Kubewarden that it works with.
    #[serde(default)]
    pub minimum_kubewarden_version: Option<String>,
}

fn yes() -> bool {
    true
}

/// A rule of an admission webhook.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// Its groups; an empty one is the core.
    pub api_groups: Vec<String>,
    /// Its versions.
    pub api_versions: Vec<String>,
    /// Its resources, subresources behind a slash.
    pub resources: Vec<String>,
    /// Its operations.
    pub operations: Vec<String>,
}

/// A kind of objects in the cluster.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContextAwareResource {
    /// Group and version.
    pub api_version: String,
    /// The kind.
    pub kind: String,
}

/// How a host runs a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExecutionMode {
    /// A waPC guest: the policies of the SDKs.
    KubewardenWapc,
    /// Rego for Open Policy Agent.
    Opa,
    /// Rego for Gatekeeper.
    Gatekeeper,
    /// A command that reads standard input.
    Wasi,
}

impl ExecutionMode {
    const ALL: [Self; 4] = [Self::KubewardenWapc, Self::Opa, Self::Gatekeeper, Self::Wasi];

    /// The name in metadata.
    pub fn name(self) -> &'static str {
        match self {
            Self::KubewardenWapc => "kubewarden-wapc",
            Self::Opa => "opa",
            Self::Gatekeeper => "gatekeeper",
            Self::Wasi => "wasi",
        }
    }
}

/// Why a host would not take a module for the policy it is meant to be.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no metadata.
    #[error(
        "the module has no metadata, without which `kwctl` and policy-server take it for no policy: \
         annotate it, by `kwctl annotate` or, in the repository of ringfence, by `cargo xtask package`"
    )]
    Missing,
    /// There is metadata more than once.
    #[error(
        "the module has {} sections `{SECTION}`, at bytes {}: hosts read the first and ignore the \
         others; annotate the module as it was built instead of one that is annotated already",
        .0.len(), Places(.0)
    )]
    Repeated(Vec<usize>),
    /// The metadata is not JSON, or not of the form that hosts read.
    #[error("the metadata is not what hosts read: {0}; annotate the module as it was built again")]
    Malformed(#[from] serde_json::Error),
    /// The metadata asks to be run in a way that no host knows.
    #[error(
        "the metadata has the unknown execution mode `{0}`, which every host refuses: `executionMode` \
         is kubewarden-wapc, opa, gatekeeper or wasi"
    )]
    UnknownMode(String),
}

struct Places<'p>(&'p [usize]);

impl fmt::Display for Places<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, place) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}{place}")?;
        }
        Ok(())
    }
}

/// The metadata that a host would use, and what is wrong with it: both where there is something to
/// show in spite of the error.
#[derive(Debug, Default)]
pub struct Found {
    /// As it stands in the module.
    pub json: Option<Value>,
    /// As hosts read it.
    pub metadata: Option<Metadata>,
    /// How it is run; hosts take `kubewarden-wapc` where nothing is said.
    pub mode: Option<ExecutionMode>,
    /// Why hosts would refuse it, or use other metadata than one might think.
    pub error: Option<Error>,
}

impl Found {
    /// Reads the metadata of a module.
    pub fn in_module(module: &Module) -> Self {
        let Some((_, first)) = module.metadata.first() else {
            return Self { error: Some(Error::Missing), ..Self::default() };
        };
        let mut found = Self::default();
        match serde_json::from_slice(first) {
            Ok(json) => found.json = Some(json),
            Err(error) => found.error = Some(error.into()),
        }
        // From the text: its errors tell the place.
        match serde_json::from_slice::<Metadata>(first) {
            Ok(metadata) => {
                let said = metadata.execution_mode.as_deref();
                let said = said.unwrap_or(ExecutionMode::KubewardenWapc.name());
                found.mode = ExecutionMode::ALL.into_iter().find(|mode| mode.name() == said);
                if found.mode.is_none() {
                    found.error = Some(Error::UnknownMode(said.to_owned()));
                }
                found.metadata = Some(metadata);
            }
            Err(error) => found.error = Some(error.into()),
        }
        if module.metadata.len() > 1 {
            let places = module.metadata.iter().map(|(place, _)| *place).collect();
            found.error = Some(Error::Repeated(places));
        }
        found
    }
}
