//! # protectedNamespaces
//!
//! To delete a namespace deletes all that is in it, in a moment and for good; to relabel one moves
//! it out of the policies that pick it. Some namespaces nobody should do that to by accident.
//!
//! ## Allowed values
//!
//! Namespaces that `namespaces` fits, or that carry a label of `labels`, are not deleted, and their
//! labels and annotations stay as they are, but by those whom `allowUsers` and `allowGroups` name.
//!
//! ## Parameters
//!
//! Without `namespaces`: `default`, `kube-node-lease`, `kube-public` and `kube-system`. What a label
//! of `labels` protects is protected from losing the label, too.
//!
//! ## How to fix
//!
//! Do it as someone who may; or take the label off first, as someone who may.
//!
//! Deletions are judged where the webhook is sent the operation `DELETE` of namespaces.
//!
//! Source: Kubernetes documentation, "Namespaces".

use crate::namespace::{Namespace, changes};
use crate::pattern::Pattern;
use crate::plain::{Body, PlainCheck};
use crate::pod::Admission;
use crate::report::{Place, Report};
use crate::requester;
use crate::rule::{Check, CheckFn, Family, Revision, Rule};
use crate::settings::settings;
use crate::text::is_one_of;
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "protectedNamespaces",
    title: "deleting and relabelling namespaces",
    family: Family::Namespaces,
    fields: &["metadata.labels", "metadata.annotations"],
    fills: &[],
    hardened: None,
    checks: &[Check {
        id: "protectedNamespaces",
        level: None,
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "protected namespaces are neither deleted nor relabelled",
            check: CheckFn::Several(&[
                CheckFn::Plain(PlainCheck::Namespace(changed)),
                CheckFn::Deletion(PlainCheck::Namespace(deleted)),
            ]),
        }],
    }],
};

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters {
        /// Names of the namespaces that are protected.
        namespaces: Option<Vec<Pattern>> = "namespaces",
        /// Keys of labels that protect the namespaces they are on.
        labels: Vec<Pattern> = "labels",
        /// Users who may change and delete them.
        allow_users: Vec<Pattern> = "allowUsers",
        /// Groups whose members may.
        allow_groups: Vec<Pattern> = "allowGroups",
    }
}

/// The namespaces of Kubernetes itself.
const SYSTEM: &[&str] = &["default", "kube-node-lease", "kube-public", "kube-system"];

/// Whether the namespace is protected from the requester.
fn is_protected(
    namespace: &Namespace<'_>,
    admission: &Admission<'_>,
    given: Option<&Parameters>,
) -> bool {
    let name = namespace.name(admission);
    let Some(given) = given else { return is_one_of(name, SYSTEM) };
    let is_named = match &given.namespaces {
        Some(patterns) => patterns.iter().any(|pattern| pattern.matches(name)),
        None => is_one_of(name, SYSTEM),
    };
    let is_label = |key: &str| given.labels.iter().any(|pattern| pattern.matches(key));
    (is_named || namespace.metadata.labels.0.iter().any(|(key, _)| is_label(key)))
        && !requester::is_one_of(&given.allow_users, &given.allow_groups, admission)
}

fn deleted<'p>(
    namespace: &'p Namespace<'_>,
    admission: &'p Admission<'p>,
    report: &mut Report<'p>,
) {
    let given = report.parameters().protected_namespaces.as_deref();
    if is_protected(namespace, admission, given) {
        let place = Place::at("metadata.name");
        let name = namespace.name(admission);
        let hint = "ask someone who may delete it";
        report.violation(place, ["deletion of ", name].concat(), "to stay", hint);
    }
}

fn changed<'p>(
    namespace: &'p Namespace<'_>,
    admission: &'p Admission<'p>,
    report: &mut Report<'p>,
) {
    let Some(Body::Namespace(old)) = admission.before.map(|before| &before.body) else { return };
    let given = report.parameters().protected_namespaces.as_deref();
    // What protected it before the update is what counts.
    if is_protected(old, admission, given) {
        changes(namespace, Some(old), |_| true, report);
    }
}
