//! What is asked of pods: a level of a version of the standards, of the settings or of the namespace.

use crate::cluster::{NAMESPACE, Unknown};
use crate::judge::World;
use crate::namespace::Namespace;
use crate::plan::{self, Step};
use crate::rule::Level;
use crate::settings::{Action, MissingData, Settings};
use crate::version::Version;

/// The label for the level that is enforced.
pub(crate) const ENFORCE: &str = "pod-security.kubernetes.io/enforce";
/// The label for its version.
pub(crate) const ENFORCE_VERSION: &str = "pod-security.kubernetes.io/enforce-version";
/// The label for the level that is recorded.
pub(crate) const AUDIT: &str = "pod-security.kubernetes.io/audit";
/// The label for its version.
pub(crate) const AUDIT_VERSION: &str = "pod-security.kubernetes.io/audit-version";
/// The label for the level that is warned of.
pub(crate) const WARN: &str = "pod-security.kubernetes.io/warn";
/// The label for its version.
pub(crate) const WARN_VERSION: &str = "pod-security.kubernetes.io/warn-version";
/// All of them.
pub(crate) const LABELS: &[&str] =
    &[ENFORCE, ENFORCE_VERSION, AUDIT, AUDIT_VERSION, WARN, WARN_VERSION];

/// A level of a version of the standards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standard {
    /// The level.
    pub level: Level,
    /// The version.
    pub version: Version,
    /// Whether the version was named by `latest`.
    pub is_latest: bool,
}

impl Standard {
    const PRIVILEGED: Self =
        Self { level: Level::Privileged, version: Version::LATEST, is_latest: true };

    /// As labels and audit annotations write it: `restricted:latest`.
    pub(crate) fn text(self) -> String {
        let mut text = [self.level.name(), ":"].concat();
        if self.is_latest {
            text.push_str("latest");
        } else {
            text.push_str("v1.");
            crate::json::push_decimal(&mut text, self.version.minor.into());
        }
        text
    }
}

/// The standards of a namespace, by what follows from a violation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standards {
    pub enforce: Standard,
    pub warn: Standard,
    pub audit: Standard,
}

impl Standards {
    /// Those that labels ask for: `PolicyToEvaluate` of `k8s.io/pod-security-admission/api`, with
    /// its own defaults. A level that is none enforces `restricted`, and warns and audits
    /// `privileged`; a version that is none is the latest; and a namespace that does not say of what
    /// to warn warns of what it enforces.
    pub(crate) fn of_labels<'l>(label: &dyn Fn(&str) -> Option<&'l str>) -> Self {
        let read = |level: &str, version: &str, otherwise: Level| {
            let mut standard = Standard::PRIVILEGED;
            let level = label(level);
            if let Some(text) = level {
                standard.level = level_of(text).unwrap_or(otherwise);
            }
            let version = label(version).and_then(Version::named);
            if let Some(version) = version {
                (standard.version, standard.is_latest) = (version.min(Version::LATEST), false);
            }
            (standard, level.and_then(level_of).is_some())
        };
        let (enforce, is_enforced) = read(ENFORCE, ENFORCE_VERSION, Level::Restricted);
        let (audit, _) = read(AUDIT, AUDIT_VERSION, Level::Privileged);
        let (mut warn, _) = read(WARN, WARN_VERSION, Level::Privileged);
        if label(WARN).is_none() && is_enforced {
            warn.level = enforce.level;
            if label(WARN_VERSION).is_none() {
                (warn.version, warn.is_latest) = (enforce.version, enforce.is_latest);
            }
        }
        Self { enforce, warn, audit }
    }
}

/// A level that a label may name.
pub(crate) fn level_of(text: &str) -> Option<Level> {
    let levels = [Level::Privileged, Level::Baseline, Level::Restricted];
    levels.into_iter().find(|level| level.name() == text)
}

/// Whether a label may name the version.
pub(crate) fn is_version(text: &str) -> bool {
    text == "latest" || Version::named(text).is_some()
}

/// What a request's rules are: plans, and the most that follows from what each finds.
pub(crate) struct Asked<'c> {
    pub plans: Vec<(Action, Vec<Step>)>,
    /// What is enforced, as [`Standard::text`] writes it.
    pub policy: String,
    /// Why it is not known what the namespace asks.
    pub unknown: Option<Unasked<'c>>,
}

/// Why it is not known what a namespace asks of its pods.
pub(crate) enum Unasked<'c> {
    /// The request names none.
    NoNamespace,
    /// There is none of that name.
    NotThere,
    /// There is no answer.
    Unknown(Unknown<'c>),
}

impl<'c> Asked<'c> {
    /// What the settings ask.
    pub(crate) fn of_settings(settings: &Settings) -> Self {
        let plans = vec![(Action::Deny, plan::steps(settings))];
        Self { plans, policy: settings.policy(), unknown: None }
    }

    /// What the labels of that namespace ask of its pods. Where they are not known, that is what is
    /// found; and where the settings only want to be warned of it, warnings of all that `restricted`
    /// finds.
    pub(crate) fn of_namespace(settings: &Settings, name: &str, world: &'c World<'_>) -> Self {
        let unknown = if name.is_empty() {
            Unasked::NoNamespace
        } else {
            match world.cluster.get::<Namespace<'_>>(NAMESPACE, None, name) {
                Ok(Some(namespace)) => return Self::of_standards(settings, namespace.standards()),
                Ok(None) => Unasked::NotThere,
                Err(unknown) => Unasked::Unknown(unknown),
            }
        };
        let restricted = Standard { level: Level::Restricted, ..Standard::PRIVILEGED };
        let plans = match settings.missing_data {
            MissingData::Deny => Vec::new(),
            MissingData::Warn => vec![(Action::Warn, plan::steps_at(settings, restricted))],
        };
        Self { plans, policy: settings.policy(), unknown: Some(unknown) }
    }

    fn of_standards(settings: &Settings, standards: Standards) -> Self {
        let Standards { enforce, warn, audit } = standards;
        let mut plans = vec![(Action::Deny, plan::steps_at(settings, enforce))];
        if warn != enforce {
            plans.push((Action::Warn, plan::steps_at(settings, warn)));
        }
        if audit != enforce && audit != warn {
            plans.push((Action::Audit, plan::steps_at(settings, audit)));
        }
        Self { plans, policy: enforce.text(), unknown: None }
    }
}
