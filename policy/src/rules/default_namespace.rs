//! # defaultNamespace
//!
//! What names no namespace lands in `default`: without the quota, the policies and the rights of the
//! team it belongs to, and beside whatever else was forgotten there.
//!
//! ## Allowed values
//!
//! Pods and pod templates in any namespace but those of `namespaces`; without parameters, in any but
//! `default`.
//!
//! ## How to fix
//!
//! Set `metadata.namespace`, or apply with `-n`.
//!
//! Source: Kubernetes documentation, "Namespaces": "consider not using the `default` namespace" in
//! production.

use crate::pattern::Pattern;
use crate::pod::Pod;
use crate::report::{Place, Report};
use crate::rule::{Check, CheckFn, Family, Revision, Rule};
use crate::settings::settings;
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "defaultNamespace",
    title: "workloads in the default namespace",
    family: Family::Namespaces,
    fields: &["metadata.namespace"],
    fills: &[],
    hardened: None,
    checks: &[Check {
        id: "defaultNamespace",
        level: None,
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "workloads run in a namespace of their own",
            check: CheckFn::Pod(check),
        }],
    }],
};

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters {
        /// Namespaces that take no workloads.
        namespaces: Option<Vec<Pattern>> = "namespaces",
    }
}

fn check<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    let given = report.parameters().default_namespace.as_deref();
    let namespace = match pod.admission().namespace {
        "" => "default",
        named => named,
    };
    let is_closed = match given.and_then(|given| given.namespaces.as_deref()) {
        Some(patterns) => patterns.iter().any(|pattern| pattern.matches(namespace)),
        None => namespace == "default",
    };
    if is_closed {
        let place = Place::at("metadata.namespace");
        report.violation(
            place,
            namespace,
            "another namespace",
            "name the workload's own namespace",
        );
    }
}
