//! # supplementalGroups
//!
//! Groups that every container's first process gets beside its primary one. Group 0 opens the files
//! that root's group may read, the node's where they are mounted.
//!
//! ## Allowed values
//!
//! Every item of `spec.securityContext.supplementalGroups`: any number but `0`. With `ranges`: in
//! one of the ranges. With `required` the list must hold a group. Containers have no such field.
//!
//! An image adds groups of its own by its `/etc/group`, which no field shows: the rule
//! `supplementalGroupsPolicy` is about those.
//!
//! ## How to fix
//!
//! Remove the group, or name one that is not root's.
//!
//! With `mutate`, a required list that is missing or empty is filled in: with the least id of the
//! first range, and never 0.
//!
//! Source: Kubernetes documentation, "Configure a Security Context for a Pod or Container".

pub(crate) use super::ids::Parameters;
use super::ids::{self, Allowed, Asked};
use crate::pod::Pod;
use crate::report::Report;
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "supplementalGroups",
    title: "supplemental groups",
    family: Family::SecurityContext,
    fields: &["spec.securityContext.supplementalGroups"],
    fills: &["spec.securityContext.supplementalGroups"],
    hardened: Some("group 0 opens what root's group may read"),
    checks: &[Check {
        id: "supplementalGroups",
        level: Some(Level::Hardened),
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "no supplemental group is root's, or one outside the ranges",
            check: CheckFn::Pod(check),
        }],
    }],
};

fn check<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    let parameters = report.parameters().supplemental_groups.as_deref();
    let asked = Asked::new(parameters, Allowed::NotRoot, pod);
    let ids = &pod.security_context().supplemental_groups;
    ids::in_pod(pod, "securityContext.supplementalGroups", ids, true, asked, report);
}
