//! # rbac
//!
//! RBAC says who may do what, and a few permissions are more than they look: who may read Secrets
//! has every token in them, who may create pods has every service account of the namespace, who may
//! patch a webhook sees everybody's requests. A tenant with one of these is out of his fence without
//! breaking any other rule.
//!
//! ## Allowed values
//!
//! Roles and ClusterRoles are judged by what they grant, with the authorizer's own semantics;
//! RoleBindings and ClusterRoleBindings by what the role they name grants in their scope, and to
//! whom. What leads as far as `denyFrom` (`high`, unless it says otherwise) is denied, and the rest
//! is warned of. A permission that `resourceNames` bounds counts one step less, most of the time.
//!
//! Found are wildcards of verbs, resources, groups, subresources and paths; `escalate`, `bind` and
//! `impersonate`; reading Secrets, by `list` and `watch` too; tokens of service accounts; `exec`,
//! `attach` and their like; `nodes/proxy`; approving certificates; webhooks and admission policies;
//! workloads, which run as any service account; what equals `cluster-admin`; aggregation; bindings
//! for system groups, for `default` service accounts and for those of other namespaces. The
//! [overview of the crate](../../policy/rbac/README.md) has all of them, with reasons and sources.
//!
//! ## Parameters
//!
//! `allow` and `forbid` name findings by their ids, such as `secrets-read`. What is allowed is
//! allowed by itself only: a wildcard brings it along and is its own finding.
//!
//! Patterns of `allowSubjects` and `forbidSubjects` are compared with kind and name: `User jane`,
//! `Group dev`, `ServiceAccount shop/web`.
//!
//! ## How to fix
//!
//! Grant the verbs that are used on the resources that are used, in the namespace they are used in.
//!
//! A binding names its role, which is looked up; one that is not there yet is denied. Of ClusterRoles
//! with an `aggregationRule` the parts are judged, not what the control plane makes of them; and
//! what the API server and the controller of aggregation write is accepted.
//!
//! Source: Kubernetes documentation, "Using RBAC Authorization", "Role Based Access Control Good
//! Practices".

mod id;

use ringfence_rbac as rbac;
use ringfence_rbac::{Builtin, Finding, Severity, binding_findings, findings};

use self::id::FindingId;
use crate::cluster::{CLUSTER_ROLE, ROLE};
use crate::pattern::{self, Pattern};
use crate::plain::PlainCheck;
use crate::pod::Admission;
use crate::rbac::{Binding, Role};
use crate::report::{Place, Report};
use crate::rule::{Check, CheckFn, Family, Revision, Rule};
use crate::settings::{choices, settings};
use crate::text::is_one_of;
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "rbac",
    title: "what roles grant, and to whom",
    family: Family::Namespaces,
    fields: &["rules", "roleRef", "subjects"],
    fills: &[],
    hardened: None,
    checks: &[Check {
        id: "rbac",
        level: None,
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "no role grants more than it looks, and none is given to everybody",
            check: CheckFn::Several(&[
                CheckFn::Plain(PlainCheck::Role(role)),
                CheckFn::Plain(PlainCheck::Binding(binding)),
            ]),
        }],
    }],
};

choices! {
    /// How far a permission leads.
    pub enum Reach {
        /// Hardly anywhere by itself.
        Low = "low",
        /// Around a control.
        Medium = "medium",
        /// To credentials or workloads of others.
        High = "high",
        /// To all of the cluster.
        Critical = "critical",
    }
}

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters {
        /// From how far on a finding is denied; what leads less far is warned of.
        deny_from: Option<Reach> = "denyFrom",
        /// Findings that are allowed.
        allow: Vec<FindingId> = "allow",
        /// Findings that are denied, however far they lead.
        forbid: Vec<FindingId> = "forbid",
        /// Who may be bound. An empty list: nobody.
        allow_subjects: Option<Vec<Pattern>> = "allowSubjects",
        /// Who may not, though `allowSubjects` fits them.
        forbid_subjects: Vec<Pattern> = "forbidSubjects",
    }
}

/// Who writes the roles of Kubernetes itself. Whoever can act as either has the cluster already.
const WRITERS: &[&str] =
    &["system:apiserver", "system:serviceaccount:kube-system:clusterrole-aggregation-controller"];

fn role<'p>(role: &'p Role<'_>, admission: &'p Admission<'p>, report: &mut Report<'p>) {
    if is_one_of(admission.username, WRITERS) {
        return;
    }
    for finding in findings(&role.role) {
        judge(&finding, report);
    }
}

fn binding<'p>(binding: &'p Binding<'_>, admission: &'p Admission<'p>, report: &mut Report<'p>) {
    if is_one_of(admission.username, WRITERS) {
        return;
    }
    let binding = &binding.binding;
    // The API server puts the object into the namespace of the request.
    let placed = binding.in_namespace(admission.namespace);
    let binding = if admission.namespace.is_empty() { binding } else { &placed };
    let role = named(binding, admission, report);
    for finding in binding_findings(binding, role.as_ref()) {
        judge(&finding, report);
    }
    subjects(binding, report);
}

/// The role that a binding names; none where its name is all there is to judge, and then it is said
/// why, where that is not what the control plane has brought.
fn named<'p>(
    binding: &rbac::Binding<'_>,
    admission: &Admission<'_>,
    report: &mut Report<'p>,
) -> Option<rbac::Role<'p>> {
    let name = &*binding.role_ref.name;
    let is_cluster_role = binding.role_ref.kind == "ClusterRole";
    if is_cluster_role && Builtin::from_name(name).is_some() {
        return None;
    }
    let cluster = report.cluster();
    let (resource, namespace) =
        if is_cluster_role { (CLUSTER_ROLE, None) } else { (ROLE, Some(admission.namespace)) };
    let place = Place::at("roleRef");
    let kind = resource.kind;
    match cluster.get::<rbac::Role<'_>>(resource, namespace, name) {
        Ok(Some(role)) => {
            if role.aggregation_rule.is_some() && role.rules.is_empty() {
                let found = [kind, " ", name, ", whose rules are not collected yet"].concat();
                let hint = "bind it when the control plane has filled in its rules";
                report.violation(place, found, "a role that can be judged", hint);
            }
            return Some(role);
        }
        // Those of the control plane are there, be it that no manifest shows them.
        Ok(None) if is_cluster_role && name.starts_with("system:") => {}
        Ok(None) => {
            let found = [kind, " ", name, ", which is not there"].concat();
            report.violation(place, found, "a role that can be judged", "create the role first");
        }
        Err(unknown) => report.unknown(place, &unknown, "a role that can be judged"),
    }
    None
}

fn judge(finding: &Finding, report: &mut Report<'_>) {
    let given = report.parameters().rbac.as_deref();
    let is_forbidden =
        given.is_some_and(|given| given.forbid.iter().any(|id| finding.is_about(id.0)));
    let is_allowed = given.is_some_and(|given| given.allow.iter().any(|id| id.0 == finding.id));
    if is_allowed && !is_forbidden {
        return;
    }
    let place = Place::at(finding.path.clone());
    let allowed = ["less than ", finding.id].concat();
    let hint = finding.consequence();
    let deny_from = given.and_then(|given| given.deny_from).unwrap_or(Reach::High);
    if is_forbidden || finding.severity >= deny_from.severity() {
        report.violation(place, finding.what.clone(), allowed, hint);
    } else {
        report.warning(place, finding.what.clone(), allowed, hint);
    }
}

impl Reach {
    fn severity(self) -> Severity {
        match self {
            Self::Low => Severity::Low,
            Self::Medium => Severity::Medium,
            Self::High => Severity::High,
            Self::Critical => Severity::Critical,
        }
    }
}

/// Asks whether everyone who is bound may be.
fn subjects(binding: &rbac::Binding<'_>, report: &mut Report<'_>) {
    let Some(given) = report.parameters().rbac.as_deref() else { return };
    for (index, subject) in binding.subjects.iter().enumerate() {
        let who = subject.who(binding).words();
        let fits = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.matches(&who));
        let allowed = match given.allow_subjects.as_deref() {
            _ if fits(&given.forbid_subjects) => {
                ["any but ", &pattern::list(&given.forbid_subjects)].concat()
            }
            Some(allow) if !fits(allow) => pattern::list(allow),
            _ => continue,
        };
        let path = ["subjects[", &crate::json::decimal(index), "]"].concat();
        report.violation(Place::at(path), who, allowed, "bind someone who may be");
    }
}
