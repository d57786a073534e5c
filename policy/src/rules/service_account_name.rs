//! # serviceAccountName
//!
//! A pod acts as its service account, with every right that the account was given. Whoever may create
//! pods in a namespace can take any account of it, the one of the deployer or the backup as well.
//!
//! ## Allowed values
//!
//! `spec.serviceAccountName` (or `serviceAccount`, its old name), `default` where neither is set: what
//! `allow` fits, and `forbid` does not. Without parameters the namespace's own `default` is refused,
//! because rights given to it are given to every pod that says nothing.
//!
//! ## Parameters
//!
//! Patterns are compared with the account's name; one with a slash, with `namespace/name`.
//!
//! ## How to fix
//!
//! Name an account that is made for this workload and has no more rights than it needs.
//!
//! Source: Kubernetes documentation, "Configure Service Accounts for Pods"; "Role Based Access Control
//! Good Practices", "Workload creation".

pub(crate) use super::names::Parameters;
use crate::pattern::Pattern;
use crate::pod::Pod;
use crate::report::Report;
use crate::rule::{Check, CheckFn, Family, Revision, Rule};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "serviceAccountName",
    title: "the service accounts of pods",
    family: Family::Isolation,
    fields: &["spec.serviceAccountName"],
    fills: &[],
    hardened: None,
    checks: &[Check {
        id: "serviceAccountName",
        level: None,
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "pods act as the service accounts that the settings allow",
            check: CheckFn::Pod(check),
        }],
    }],
};

fn check<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    let given = report.parameters().service_account_name.as_deref();
    let name = pod.service_account_name();
    let namespace = pod.admission().namespace;
    let fits = |pattern: &Pattern| pattern.matches_in(namespace, name);
    if !given.map_or(name != "default", |given| given.allows(fits)) {
        let allowed = given.map_or("any but default".into(), Parameters::text);
        let hint = "name an account made for this workload";
        report.violation(pod.at("serviceAccountName"), name, allowed, hint);
    }
}
