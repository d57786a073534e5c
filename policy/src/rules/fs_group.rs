//! # fsGroup
//!
//! The group that the kubelet gives a pod's volumes, and that every container's first process gets
//! beside its own. With 0, what the pod writes on a shared volume belongs to root's group.
//!
//! ## Allowed values
//!
//! `spec.securityContext.fsGroup`: unset, or any number but `0`. With `ranges`: unset, or in one of
//! the ranges. With `required` it must be set. Containers have no such field.
//!
//! ## How to fix
//!
//! Set it to a group that is not root's, or remove it: the kubelet then leaves the volumes' owners
//! as they are.
//!
//! With `mutate`, a required group that is missing is filled in: the least of the first range, and
//! never 0.
//!
//! Source: Kubernetes documentation, "Configure a Security Context for a Pod or Container".

pub(crate) use super::ids::Parameters;
use super::ids::{self, Allowed, Asked};
use crate::pod::Pod;
use crate::report::Report;
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "fsGroup",
    title: "groups of volumes",
    family: Family::SecurityContext,
    fields: &["spec.securityContext.fsGroup"],
    fills: &["spec.securityContext.fsGroup"],
    hardened: Some("what a pod writes on shared volumes should not belong to root's group"),
    checks: &[Check {
        id: "fsGroup",
        level: Some(Level::Hardened),
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "volumes get no group that is root's, or one outside the ranges",
            check: CheckFn::Pod(check),
        }],
    }],
};

fn check<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    let asked = Asked::new(report.parameters().fs_group.as_deref(), Allowed::NotRoot, pod);
    let ids = pod.security_context().fs_group.as_slice();
    ids::in_pod(pod, "securityContext.fsGroup", ids, false, asked, report);
}
