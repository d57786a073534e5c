//! The settings document: what the operator asks for.
//!
//! `{}` asks for the restricted level of the latest version and denies. Every key is known or
//! refused; every mistake is reported at once, with its path.

mod decode;
mod rules;
mod schema;
mod setting;
mod values;

pub(crate) use decode::{Decoder, Find, Path, read_into, shown};
pub use rules::{Asked, RuleSettings, Rules};
pub use schema::{Field, Schema};
pub(crate) use setting::{Group, Place, Setting, bits, settings};
pub use values::{Id, IdRange, Port, PortRange, Whole};
pub(crate) use values::{Needed, choices};

use crate::exemptions::Exemptions;
use crate::json::{Error, Scanner, Type};
use crate::plan;
use crate::pod_templates::CustomKinds;
use crate::rule::{Check, Level, Revision, Rule};
use crate::rules::{Parameters, RULES};
use crate::standards::Standard;
use crate::version::Version;

settings! {
    /// Decoded settings: nothing in them can still be wrong.
    pub struct Settings {
        /// The level of the standards that every rule is asked at, unless `rules` says otherwise;
        /// absent: `restricted`. `hardened` asks `restricted` and what the standards leave open,
        /// `privileged` only the rules that `rules` names. `fromNamespaceLabels` asks of pods what
        /// the labels of their namespace say, as Pod Security Admission does.
        profile: Profile = "profile",
        /// The Kubernetes version whose standards apply; absent: `latest`.
        version: Pinned = "version",
        /// What follows from a violation, unless `rules` says otherwise; absent: `deny`. With
        /// `ignore` only the rules that `rules` gives an action are asked.
        action: Action = "action",
        /// Fill what is absent and safe, as far as the rules that are asked want it, before
        /// judging. What is there is never changed.
        mutate: bool = "mutate",
        /// What follows from a violation in a pod template: what follows from it in a pod (`deny`,
        /// or absent), a warning at most (`warn`), or nothing, because templates are not judged
        /// (`ignore`). Their pods are judged in any case.
        workloads: Workloads = "workloads",
        /// Which updates are judged: those that change what rules judge (`significant`, or absent),
        /// every one, but only for violations that the old object did not have (`new`), or every one
        /// (`all`).
        updates: Updates = "updates",
        /// Where custom resources carry pod templates. One that holds pods, and of whose kind nothing
        /// is said here, is a violation of `wellFormed`.
        pod_templates: CustomKinds = "podTemplates",
        /// What follows where a rule needs data of the cluster and does not get it: its own action
        /// (`deny`, or absent), or a warning at most (`warn`).
        missing_data: MissingData = "missingData",
        /// Single rules, by their ids: an action, or an object with an action and parameters.
        /// Naming a rule here asks it.
        rules: Rules = "rules",
        /// Violations that are let pass, by rule, value, container and request.
        exemptions: Exemptions = "exemptions",
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            profile: Level::Restricted.into(),
            version: Pinned { version: Version::LATEST, latest: true },
            action: Action::Deny,
            mutate: false,
            workloads: Workloads::Deny,
            updates: Updates::Significant,
            pod_templates: CustomKinds::default(),
            missing_data: MissingData::Deny,
            rules: Rules::default(),
            exemptions: Exemptions::default(),
        }
    }
}

impl Settings {
    /// Reads a settings document.
    ///
    /// # Errors
    /// Every mistake in it, in document order.
    pub fn decode(text: &str) -> Result<Self, Vec<SettingsError>> {
        decode::document(text)
    }

    /// The keys of the document, for documentation.
    pub fn fields() -> &'static [Field] {
        Self::FIELDS
    }

    /// What the settings say of the rule at that place in [`RULES`].
    ///
    /// [`RULES`]: crate::RULES
    pub fn rule(&self, rule: usize) -> RuleSettings {
        self.rules.asked.0.get(rule).copied().unwrap_or_default()
    }

    /// The action that a violation of the rule at that place in [`RULES`] has.
    ///
    /// [`RULES`]: crate::RULES
    pub fn action_of(&self, rule: usize) -> Action {
        self.rule(rule).action.unwrap_or(self.action)
    }

    /// The checks that are asked, in the order of findings: rule, check, the revision in force and
    /// what follows from a violation.
    pub fn checks(
        &self,
    ) -> impl Iterator<Item = (&'static Rule, &'static Check, &'static Revision, Action)> {
        let steps = plan::steps(self);
        steps.into_iter().map(|step| (step.rule, step.check, step.revision, step.action))
    }

    /// The rules that the settings leave out: their action is to ignore, and else they would be asked.
    pub fn ignored(&self) -> impl Iterator<Item = &'static Rule> {
        let rules = RULES.iter().copied().enumerate();
        let is_left_out = |(index, rule): &(usize, &Rule)| {
            let lowest = rule.checks.iter().filter_map(|check| check.level).min();
            let is_of_profile = lowest.is_some_and(|lowest| lowest <= self.profile.level);
            self.action_of(*index) == Action::Ignore && (is_of_profile || self.rule(*index).named)
        };
        rules.filter(is_left_out).map(|(_, rule)| rule)
    }

    /// The parameters of the rules.
    pub fn parameters(&self) -> &Parameters {
        &self.rules.parameters
    }

    /// What is asked, as audit annotations write it: `restricted:latest`, or
    /// `fromNamespaceLabels`.
    pub fn policy(&self) -> String {
        if self.profile.from_namespace_labels {
            return FROM_NAMESPACE_LABELS.to_owned();
        }
        self.standard().text()
    }

    /// Profile and version together.
    pub(crate) fn standard(&self) -> Standard {
        let Pinned { version, latest } = self.version;
        Standard { level: self.profile.level, version, is_latest: latest }
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

/// `profile`: a level, or where to find one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Profile {
    /// The level; `privileged` where namespaces say it of their pods.
    pub level: Level,
    /// Whether the labels of namespaces say what their pods are asked.
    pub from_namespace_labels: bool,
}

impl From<Level> for Profile {
    fn from(level: Level) -> Self {
        Self { level, from_namespace_labels: false }
    }
}

impl Setting for Profile {
    const SCHEMA: &'static Schema = &Schema::Choice(&[
        "privileged",
        "baseline",
        "restricted",
        "hardened",
        FROM_NAMESPACE_LABELS,
    ]);

    fn read(
        decoder: &mut Decoder,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
    ) -> Result<Option<Self>, Error> {
        let [one, two, three, four] = LEVELS.map(Level::name);
        let names = [one, two, three, four, FROM_NAMESPACE_LABELS];
        let index = decoder.choose(scanner, path, &names)?;
        Ok(index.map(|index| match LEVELS.get(index) {
            Some(level) => (*level).into(),
            None => Self { level: Level::Privileged, from_namespace_labels: true },
        }))
    }
}

/// The profile that is no level.
const FROM_NAMESPACE_LABELS: &str = "fromNamespaceLabels";

/// Every level.
const LEVELS: [Level; 4] = [Level::Privileged, Level::Baseline, Level::Restricted, Level::Hardened];

/// `version`: a version of the standards, and whether it was named by `latest`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pinned {
    /// The version.
    pub version: Version,
    /// Whether settings say `latest`, in words or by default.
    pub latest: bool,
}

impl Setting for Pinned {
    const SCHEMA: &'static Schema = &Schema::Text("`latest`, or `v1.0` to `v1.37`");

    fn read(
        decoder: &mut Decoder,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
    ) -> Result<Option<Self>, Error> {
        if !scanner.at_string() && scanner.next_type()? == Type::Number {
            let number = scanner.raw()?;
            decoder.error(
                path,
                format!(
                    "expected `latest` or a version such as `v1.25`, found the number {number}; \
                     write it as a string with a v"
                ),
            );
            return Ok(None);
        }
        let Some(text) = decoder.text(scanner, path)? else {
            return Ok(None);
        };
        let version = Version::parse(&text);
        if version.is_none() {
            decoder.error(
                path,
                format!(
                    "unknown version `{}`: expected `latest` or {} to {}",
                    shown(&text),
                    Version::FIRST,
                    Version::LATEST
                ),
            );
        }
        Ok(version.map(|version| Self { version, latest: text == "latest" }))
    }
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

impl Setting for Action {
    const SCHEMA: &'static Schema = &Schema::Choice(&["deny", "warn", "audit", "ignore"]);

    fn read(
        decoder: &mut Decoder,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
    ) -> Result<Option<Self>, Error> {
        const ALL: [Action; 4] = [Action::Deny, Action::Warn, Action::Audit, Action::Ignore];
        let index = decoder.choose(scanner, path, &ALL.map(Action::name))?;
        Ok(index.and_then(|index| ALL.get(index)).copied())
    }
}

impl Setting for Level {
    const SCHEMA: &'static Schema =
        &Schema::Choice(&["privileged", "baseline", "restricted", "hardened"]);

    fn read(
        decoder: &mut Decoder,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
    ) -> Result<Option<Self>, Error> {
        let index = decoder.choose(scanner, path, &LEVELS.map(Level::name))?;
        Ok(index.and_then(|index| LEVELS.get(index)).copied())
    }
}

choices! {
    /// What follows from a violation in a pod template.
    pub enum Workloads {
        /// What follows from it in a pod.
        Deny = "deny",
        /// A warning at most: the pods will be denied when they are created.
        Warn = "warn",
        /// Templates are not judged.
        Ignore = "ignore",
    }

    /// What follows where a rule does not get the data of the cluster that it needs.
    pub enum MissingData {
        /// What follows from a violation of the rule.
        Deny = "deny",
        /// A warning at most.
        Warn = "warn",
    }

    /// Which updates are judged.
    pub enum Updates {
        /// Those that change what a rule may judge.
        Significant = "significant",
        /// Every one, but only violations that the old object did not have count; of an object that
        /// carries no pod, those of a part that has changed, too.
        New = "new",
        /// Every one.
        All = "all",
    }
}

#[cfg(test)]
mod tests;
