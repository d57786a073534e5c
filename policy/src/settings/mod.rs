//! The settings document: what the operator asks for.
//!
//! `{}` asks for the restricted level of the latest version and denies. Every key is known or
//! refused; every mistake is reported at once, with its path.

mod decode;

pub(crate) use decode::read;

use crate::rule::Level;
use crate::rules::COUNT;
use crate::version::Version;

/// Decoded settings: nothing in them can still be wrong.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `profile`: the level of the Pod Security Standards.
    pub profile: Level,
    /// `version`: the Kubernetes version whose standards apply.
    pub version: Version,
    /// Whether `version` is `latest`, in words or by default.
    pub version_is_latest: bool,
    /// `action`: what follows from a violation, unless `rules` says otherwise.
    pub action: Action,
    /// `workloads`: what follows from a violation in a pod template.
    pub workloads: Workloads,
    /// `updates`: which updates are judged.
    pub updates: Updates,
    /// `rules`: the action of single rules, by their place in [`RULES`]; none where it is `action`.
    ///
    /// [`RULES`]: crate::RULES
    pub rules: [Option<Action>; COUNT],
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            profile: Level::Restricted,
            version: Version::LATEST,
            version_is_latest: true,
            action: Action::Deny,
            workloads: Workloads::Deny,
            updates: Updates::Significant,
            rules: [None; COUNT],
        }
    }
}

impl Settings {
    /// Reads a settings document.
    ///
    /// # Errors
    /// Every mistake in it, in document order.
    pub fn decode(text: &str) -> Result<Self, Vec<SettingsError>> {
        decode::settings(text)
    }

    /// The action that a violation of the rule at that place in [`RULES`] has.
    ///
    /// [`RULES`]: crate::RULES
    pub fn action_of(&self, rule: usize) -> Action {
        self.rules.get(rule).copied().flatten().unwrap_or(self.action)
    }

    /// Profile and version as namespace labels and audit annotations write them:
    /// `restricted:latest`.
    pub fn policy(&self) -> String {
        let mut text = [self.profile.name(), ":"].concat();
        if self.version_is_latest {
            text.push_str("latest");
        } else {
            text.push_str("v1.");
            crate::json::push_decimal(&mut text, self.version.minor.into());
        }
        text
    }
}

/// A mistake in a settings document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError {
    /// Path of the value: `rules.privileged.action`; empty for the document.
    pub path: String,
    /// What is wrong and how to mend it.
    pub message: String,
}

/// What follows from a violation, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// The rule is not asked.
    Ignore,
    /// Recorded in the audit annotations.
    Audit,
    /// The request is accepted with a warning to the client.
    Warn,
    /// The request is denied.
    Deny,
}

impl Action {
    /// The name in settings and findings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Audit => "audit",
            Self::Deny => "deny",
            Self::Ignore => "ignore",
            Self::Warn => "warn",
        }
    }
}

/// What follows from a violation in a pod template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Workloads {
    /// What follows from it in a pod.
    Deny,
    /// Templates are not judged.
    Ignore,
    /// A warning at most: the pods will be denied when they are created.
    Warn,
}

/// Which updates are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Updates {
    /// All of them.
    All,
    /// All of them, for the violations that the old object did not have.
    New,
    /// Those that Pod Security Admission judges: of containers and images.
    Significant,
}
