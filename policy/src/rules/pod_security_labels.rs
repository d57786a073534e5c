//! # podSecurityLabels
//!
//! The labels of a namespace say which level of the Pod Security Standards its pods are held to.
//! Who may change the namespace may take that away: by a weaker level, by an older version, or by
//! removing the label, which leaves `privileged`.
//!
//! ## Allowed values
//!
//! Of `pod-security.kubernetes.io/enforce`, `audit` and `warn`: `privileged`, `baseline` and
//! `restricted`; of their versions `latest` and `v1.` with a number. `enforce` is there, at least as
//! strict as `minimum` or the first entry of `minimums` that names the namespace, and neither its
//! level nor its version is lowered but by those whom `allowLoweringUsers` and
//! `allowLoweringGroups` name. With `pinned` the version is
//! written out, and with `oldestVersion` no older one is. Where `warn` or `audit` is written, it asks
//! no less than `enforce`.
//!
//! With the profile `fromNamespaceLabels` this is also the rule that a pod violates whose namespace
//! is not known.
//!
//! ## How to fix
//!
//! ```yaml
//! metadata:
//!   labels:
//!     pod-security.kubernetes.io/enforce: restricted
//! ```
//!
//! Source: Kubernetes documentation, "Enforce Pod Security Standards with Namespace Labels";
//! `PolicyToEvaluate` of `k8s.io/pod-security-admission/api`.

use crate::namespace::Namespace;
use crate::pattern::Pattern;
use crate::plain::{Body, PlainCheck};
use crate::pod::Admission;
use crate::report::{Report, UNSET, Violation};
use crate::requester;
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::settings::{
    Action, Decoder, MissingData, Needed, Path, Pinned, Settings, choices, settings,
};
use crate::standards::{
    AUDIT, AUDIT_VERSION, ENFORCE, ENFORCE_VERSION, Standards, Unasked, WARN, WARN_VERSION,
    is_version, level_of,
};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "podSecurityLabels",
    title: "Pod Security labels of namespaces",
    family: Family::Namespaces,
    fields: &["metadata.labels"],
    fills: &["metadata.labels"],
    hardened: None,
    checks: &[CHECK],
};

const CHECK: Check = Check {
    id: "podSecurityLabels",
    level: None,
    overrides: &[],
    revisions: &[Revision {
        since: Version::v1(0),
        summary: "namespaces enforce a level of the Pod Security Standards, and none is lowered",
        check: CheckFn::Plain(PlainCheck::Namespace(check)),
    }],
};

choices! {
    /// A level that labels may name.
    #[derive(Default)]
    pub enum PodSecurityLevel {
        /// Asks nothing.
        #[default]
        Privileged = "privileged",
        /// Prevents known privilege escalations.
        Baseline = "baseline",
        /// Current hardening practice.
        Restricted = "restricted",
    }
}

impl PodSecurityLevel {
    fn level(self) -> Level {
        match self {
            Self::Privileged => Level::Privileged,
            Self::Baseline => Level::Baseline,
            Self::Restricted => Level::Restricted,
        }
    }
}

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters {
        /// The level that every namespace enforces at least, but those that `minimums` names.
        minimum: Option<PodSecurityLevel> = "minimum",
        /// Levels that namespaces enforce at least, by their names. The first entry that fits holds.
        minimums: Vec<Minimum> = "minimums",
        /// Whether the version that is enforced has to be written out, and not `latest`.
        pinned: bool = "pinned",
        /// The oldest version that may be enforced.
        oldest_version: Option<Pinned> = "oldestVersion",
        /// Users who may lower a level or a version.
        allow_lowering_users: Vec<Pattern> = "allowLoweringUsers",
        /// Groups whose members may.
        allow_lowering_groups: Vec<Pattern> = "allowLoweringGroups",
    }

    /// The least level of some namespaces.
    #[derive(Default)]
    pub struct Minimum checked by names_some {
        /// Names of namespaces, one at least.
        namespaces: Vec<Pattern> = "namespaces",
        /// The level.
        level: Needed<PodSecurityLevel> = "level",
    }
}

/// Who writes a level for no namespace means some.
fn names_some(minimum: &Minimum, decoder: &mut Decoder, path: &Path<'_>) {
    if minimum.namespaces.is_empty() {
        let message = "it names no namespace; name those that the level is for";
        decoder.error(&path.key("namespaces"), message.to_owned());
    }
}

fn check<'p>(namespace: &'p Namespace<'_>, admission: &'p Admission<'p>, report: &mut Report<'p>) {
    for (level, version) in
        [(ENFORCE, ENFORCE_VERSION), (AUDIT, AUDIT_VERSION), (WARN, WARN_VERSION)]
    {
        spelling(namespace, level, version, report);
    }
    let given = report.parameters().pod_security_labels.as_deref();
    let standards = namespace.standards();
    minimum(namespace, admission, standards, given, report);
    version(namespace, standards, given, report);
    consistent(namespace, standards, report);
    lowered(namespace, admission, standards, given, report);
}

/// Values that mean nothing: what Pod Security Admission makes of them is not what they say.
fn spelling<'p>(namespace: &'p Namespace<'_>, level: &str, version: &str, report: &mut Report<'p>) {
    if let Some(found) = namespace.label(level).filter(|text| level_of(text).is_none()) {
        report.violation(namespace.at(level), found, at_least(Level::Privileged), SPELLING);
    }
    if let Some(found) = namespace.label(version).filter(|text| !is_version(text)) {
        report.violation(namespace.at(version), found, "latest, or v1. and a number", SPELLING);
    }
}

const SPELLING: &str = "write one of the values that the label knows";

fn minimum<'p>(
    namespace: &'p Namespace<'_>,
    admission: &Admission<'_>,
    standards: Standards,
    given: Option<&Parameters>,
    report: &mut Report<'p>,
) {
    let name = namespace.name(admission);
    let of_name = |one: &&Minimum| one.namespaces.iter().any(|it| it.matches(name));
    let asked = given.and_then(|given| {
        let first = given.minimums.iter().find(of_name);
        first.map_or(given.minimum, |first| Some(first.level.0))
    });
    let least = asked.map_or(Level::Privileged, PodSecurityLevel::level);
    match namespace.label(ENFORCE) {
        Some(text) if standards.enforce.level < least => {
            report.violation(namespace.at(ENFORCE), text, at_least(least), RAISE);
        }
        Some(_) => {}
        None => {
            report.violation(namespace.at(ENFORCE), UNSET, at_least(least), RAISE);
            // What asks nothing is not worth a label.
            if least > Level::Privileged {
                let path = namespace.at(ENFORCE).path;
                report.fill(path, ["\"", least.name(), "\""].concat());
            }
        }
    }
}

const RAISE: &str = "set the label to that level";

fn at_least(least: Level) -> &'static str {
    match least {
        Level::Privileged => "privileged, baseline, restricted",
        Level::Baseline => "baseline, restricted",
        _ => "restricted",
    }
}

fn version<'p>(
    namespace: &'p Namespace<'_>,
    standards: Standards,
    given: Option<&Parameters>,
    report: &mut Report<'p>,
) {
    let Some(given) = given else { return };
    let found = namespace.label(ENFORCE_VERSION).unwrap_or(UNSET);
    if given.pinned && standards.enforce.is_latest {
        let hint = "write the version whose standards the pods are tested with";
        report.violation(namespace.at(ENFORCE_VERSION), found, "a version, such as v1.37", hint);
    }
    if let Some(oldest) = given.oldest_version
        && standards.enforce.version < oldest.version
    {
        let allowed = [&*oldest.version.to_string(), " or newer"].concat();
        report.violation(namespace.at(ENFORCE_VERSION), found, allowed, "name a newer version");
    }
}

/// A mode that is written down and asks less than what is enforced says nothing: nobody is warned,
/// and nothing recorded, but what is denied. What is written of a level of its own is compared; a
/// label that is absent is no mistake.
fn consistent<'p>(namespace: &'p Namespace<'_>, standards: Standards, report: &mut Report<'p>) {
    let enforce = standards.enforce;
    let modes = [(WARN, WARN_VERSION, standards.warn), (AUDIT, AUDIT_VERSION, standards.audit)];
    for (level, version, mode) in modes {
        let Some(text) = namespace.label(level).filter(|text| level_of(text).is_some()) else {
            continue;
        };
        if mode.level < enforce.level {
            report.violation(namespace.at(level), text, at_least(enforce.level), CONSISTENT);
        } else if mode.level == enforce.level
            && mode.level > Level::Privileged
            && mode.version < enforce.version
        {
            let found = namespace.label(version).unwrap_or(UNSET);
            let allowed = [&*enforce.version.to_string(), " or newer"].concat();
            report.violation(namespace.at(version), found, allowed, CONSISTENT);
        }
    }
}

const CONSISTENT: &str = "ask at least what `enforce` asks, or leave the label away";

/// Levels and versions that an update takes back.
fn lowered<'p>(
    namespace: &'p Namespace<'_>,
    admission: &'p Admission<'p>,
    standards: Standards,
    given: Option<&Parameters>,
    report: &mut Report<'p>,
) {
    let Some(Body::Namespace(old)) = admission.before.map(|old| &old.body) else { return };
    let may = |given: &Parameters| {
        let (users, groups) = (&given.allow_lowering_users, &given.allow_lowering_groups);
        requester::is_one_of(users, groups, admission)
    };
    if given.is_some_and(may) {
        return;
    }
    let before = old.standards();
    let modes = [
        (before.enforce, standards.enforce, ENFORCE, ENFORCE_VERSION),
        (before.audit, standards.audit, AUDIT, AUDIT_VERSION),
        (before.warn, standards.warn, WARN, WARN_VERSION),
    ];
    for (before, after, level, version) in modes {
        if after.level < before.level {
            let found = namespace.label(level).unwrap_or(UNSET);
            report.violation(namespace.at(level), found, before.level.name(), KEEP);
        } else if after.version < before.version && after.level > Level::Privileged {
            let found = namespace.label(version).unwrap_or(UNSET);
            let allowed = [&*before.version.to_string(), " or newer"].concat();
            report.violation(namespace.at(version), found, allowed, KEEP);
        }
    }
}

const KEEP: &str = "leave what was there before the update, or ask someone who may lower it";

/// What a pod violates of whose namespace it is not known what it asks.
pub(crate) fn unknown<'p>(why: &Unasked<'_>, settings: &'p Settings) -> Violation<'p> {
    let (found, hint) = match why {
        Unasked::NoNamespace => ("none".to_owned(), "name the namespace in the request".to_owned()),
        Unasked::NotThere => {
            ("no such namespace".to_owned(), "create the namespace first".to_owned())
        }
        Unasked::Unknown(unknown) => (["its ", &unknown.found()].concat(), unknown.mend()),
    };
    // What is asked is not known, so no rule's own action is.
    let action = if settings.action == Action::Ignore { Action::Deny } else { settings.action };
    let most = match settings.missing_data {
        MissingData::Deny => Action::Deny,
        MissingData::Warn => Action::Warn,
    };
    Violation {
        rule: &RULE,
        check: &CHECK,
        action: action.min(most),
        path: "metadata.namespace".to_owned(),
        container: None,
        found: found.into(),
        allowed: "a namespace whose labels can be read".into(),
        hint: hint.into(),
        fill: None,
    }
}
