//! # runAsGroup
//!
//! The primary group of a container's processes. Group 0 owns files of the node and of most images,
//! and what a process of group 0 creates on a volume belongs to group 0.
//!
//! ## Allowed values
//!
//! `runAsGroup` of every container, its own or else the pod's: unset, or any number but `0`. With
//! `ranges`: unset, or in one of the ranges. The pod's is reported where a container inherits it.
//!
//! Unset is the group that the image's `/etc/passwd` gives the user, and group 0 where the user is
//! not in that file: only `required` rules that out.
//!
//! ## How to fix
//!
//! Set `spec.securityContext.runAsGroup` to a group of the image, or to the number of the user.
//!
//! With `mutate`, a required group that is missing is filled in: the least of the first range, and
//! never 0.
//!
//! Source: Kubernetes documentation, "Configure a Security Context for a Pod or Container"; CRI,
//! `LinuxContainerSecurityContext.run_as_group`.

pub(crate) use super::ids::Parameters;
use super::ids::{self, Allowed, Asked, Field};
use crate::pod::Pod;
use crate::report::Report;
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "runAsGroup",
    title: "primary groups",
    family: Family::SecurityContext,
    fields: &["spec.securityContext.runAsGroup", "spec.containers[*].securityContext.runAsGroup"],
    fills: &["spec.containers[*].securityContext.runAsGroup"],
    hardened: Some("group 0 owns files of the node and of most images"),
    checks: &[Check {
        id: "runAsGroup",
        level: Some(Level::Hardened),
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "no container's primary group is root's, or one outside the ranges",
            check: CheckFn::Pod(check),
        }],
    }],
};

static FIELD: Field = Field {
    path: "securityContext.runAsGroup",
    own: |context| context.run_as_group,
    of_pod: |context| context.run_as_group,
    effective: |container| container.run_as_group(),
    hint: ids::HINT_GROUP,
};

fn check<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    let parameters = report.parameters().run_as_group.as_deref();
    ids::in_containers(pod, &FIELD, Asked::new(parameters, Allowed::NotRoot, pod), report);
}
