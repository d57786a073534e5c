//! # namespaceMetadata
//!
//! Policies, quotas and bills pick namespaces by name and labels. A namespace without an owner is
//! nobody's; and one whose creator may label it as he likes can take itself out of what others
//! enforce, by the very label that they leave out.
//!
//! ## Allowed values
//!
//! * `metadata.name`: any, or what `allowNames` fits.
//! * `metadata.labels` and `metadata.annotations`: those that `requireLabels` and
//!   `requireAnnotations` name are there, with one of the values where values are given, and not
//!   empty where none are.
//! * Labels and annotations that `protectedKeys` fits are set, changed and removed by those only
//!   whom `allowUsers` and `allowGroups` name.
//!
//! ## Parameters
//!
//! Without `protectedKeys` the labels are protected by which other engines leave a namespace out:
//! `admission.gatekeeper.sh/ignore`, `openpolicyagent.org/webhook`,
//! `config.linkerd.io/admission-webhooks` and `cert-manager.io/disable-validation`. An empty list
//! protects none.
//!
//! ## How to fix
//!
//! ```yaml
//! metadata:
//!   name: team-shop
//!   labels: {owner: team-shop, data-class: internal}
//! ```
//!
//! Source: Kubernetes documentation, "Namespaces", "Recommended Labels"; the documentation of the
//! engines named.

use crate::namespace::{Namespace, Said, changes};
use crate::pattern::{self, Pattern};
use crate::plain::{Body, PlainCheck};
use crate::pod::Admission;
use crate::report::{Place, Report, UNSET};
use crate::requester;
use crate::rule::{Check, CheckFn, Family, Revision, Rule};
use crate::settings::{Decoder, Path, settings, shown};
use crate::text::is_one_of;
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "namespaceMetadata",
    title: "names and labels of namespaces",
    family: Family::Namespaces,
    fields: &["metadata.name", "metadata.labels", "metadata.annotations"],
    fills: &[],
    hardened: None,
    checks: &[Check {
        id: "namespaceMetadata",
        level: None,
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "namespaces are named and labelled as the settings want them",
            check: CheckFn::Plain(PlainCheck::Namespace(check)),
        }],
    }],
};

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters {
        /// Names that namespaces may have. An empty list: none.
        allow_names: Option<Vec<Pattern>> = "allowNames",
        /// Labels that every namespace has.
        require_labels: Vec<RequiredKey> = "requireLabels",
        /// Annotations that every namespace has.
        require_annotations: Vec<RequiredKey> = "requireAnnotations",
        /// Keys of labels and annotations that not everybody may set, change or remove.
        protected_keys: Option<Vec<Pattern>> = "protectedKeys",
        /// Users who may.
        allow_users: Vec<Pattern> = "allowUsers",
        /// Groups whose members may.
        allow_groups: Vec<Pattern> = "allowGroups",
    }

    /// A label or an annotation that has to be there.
    #[derive(Default)]
    pub struct RequiredKey checked by has_key {
        /// The key.
        key: String = "key",
        /// Its values, of which one must hold. An empty list, or none: any that is not empty.
        values: Vec<Pattern> = "values",
    }
}

/// Labels by which other engines leave a namespace out.
const IGNORING: &[&str] = &[
    "admission.gatekeeper.sh/ignore",
    "cert-manager.io/disable-validation",
    "config.linkerd.io/admission-webhooks",
    "openpolicyagent.org/webhook",
];

fn has_key(required: &RequiredKey, decoder: &mut Decoder, path: &Path<'_>) {
    if required.key.is_empty() || required.key.contains(char::is_whitespace) {
        let message =
            format!("`{}` cannot be a key; expected one such as `owner`", shown(&required.key));
        decoder.error(&path.key("key"), message);
    }
}

fn check<'p>(namespace: &'p Namespace<'_>, admission: &'p Admission<'p>, report: &mut Report<'p>) {
    let given = report.parameters().namespace_metadata.as_deref();
    if let Some(allow) = given.and_then(|given| given.allow_names.as_deref()) {
        let name = namespace.name(admission);
        if !allow.iter().any(|pattern| pattern.matches(name)) {
            let place = Place::at("metadata.name");
            report.violation(place, name, pattern::list(allow), "name it so");
        }
    }
    for said in Said::ALL {
        for required in given.map_or(&[][..], |given| required(said, given)) {
            require(namespace, said, required, report);
        }
    }
    let may = given.is_some_and(|given| {
        requester::is_one_of(&given.allow_users, &given.allow_groups, admission)
    });
    if !may {
        protect(namespace, admission, given, report);
    }
}

/// What is required of a list.
fn required(said: Said, given: &Parameters) -> &[RequiredKey] {
    match said {
        Said::Labels => &given.require_labels,
        Said::Annotations => &given.require_annotations,
    }
}

fn require<'p>(
    namespace: &'p Namespace<'_>,
    said: Said,
    required: &'p RequiredKey,
    report: &mut Report<'p>,
) {
    let found = said.get(namespace, &required.key);
    let fits = |value: &str| match &*required.values {
        [] => !value.is_empty(),
        values => values.iter().any(|pattern| pattern.matches(value)),
    };
    if !found.is_some_and(fits) {
        let allowed = match &*required.values {
            [] => "a value".to_owned(),
            values => pattern::list(values),
        };
        report.violation(said.at(&required.key), found.unwrap_or(UNSET), allowed, "set it");
    }
}

/// Reports what is done to protected keys: of a namespace that is created, that they are there.
fn protect<'p>(
    namespace: &'p Namespace<'_>,
    admission: &'p Admission<'p>,
    given: Option<&'p Parameters>,
    report: &mut Report<'p>,
) {
    let protected = given.and_then(|given| given.protected_keys.as_deref());
    let is_protected = |key: &str| match protected {
        Some(patterns) => patterns.iter().any(|pattern| pattern.matches(key)),
        None => is_one_of(key, IGNORING),
    };
    let old = match admission.before.map(|before| &before.body) {
        Some(Body::Namespace(old)) => Some(old),
        _ => None,
    };
    changes(namespace, old, is_protected, report);
}
