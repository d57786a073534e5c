//! # supplementalGroupsPolicy
//!
//! By default (`Merge`) a container's first process is also in every group that the image's
//! `/etc/group` puts its user in. Nobody sees these groups in the pod, and the rules about groups
//! cannot judge them. With `Strict` the process has the groups that the pod names, and no others.
//!
//! ## Allowed values
//!
//! `spec.securityContext.supplementalGroupsPolicy`: `Strict`. Unset is `Merge`. Windows pods, which
//! cannot set it, are not asked.
//!
//! The field is known to API servers since v1.31 and on by default since v1.33; older ones drop it,
//! so that no pod can satisfy the rule there. A node whose runtime does not know it refuses the pod
//! since v1.33. The rule is asked at every `version`, because that names the standards to apply and
//! not the cluster.
//!
//! ## How to fix
//!
//! Set it to `Strict`, and name the groups that the workload needs in `supplementalGroups`.
//!
//! With `mutate`, `Strict` is filled in where it is unset.
//!
//! Source: KEP-3619.

use crate::pod::Pod;
use crate::report::{Report, UNSET};
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "supplementalGroupsPolicy",
    title: "groups of the image",
    family: Family::SecurityContext,
    fields: &["spec.securityContext.supplementalGroupsPolicy"],
    fills: &["spec.securityContext.supplementalGroupsPolicy"],
    hardened: Some("an image can put its user into groups that nobody sees in the pod"),
    checks: &[Check {
        id: "supplementalGroupsPolicy",
        level: Some(Level::Hardened),
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "the image adds no groups",
            check: CheckFn::Pod(check),
        }],
    }],
};

fn check<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    const FIELD: &str = "securityContext.supplementalGroupsPolicy";
    let policy = pod.security_context().supplemental_groups_policy.as_deref();
    if policy == Some("Strict") || pod.is_windows() {
        return;
    }
    let found = policy.filter(|policy| !policy.is_empty());
    let near = found.is_some_and(|policy| policy.trim().eq_ignore_ascii_case("Strict"));
    let hint = if near { "write Strict: values are compared exactly" } else { "set it to Strict" };
    report.violation(pod.at(FIELD), found.unwrap_or(UNSET), "Strict", hint);
    if policy.is_none() && report.is_filling() {
        report.fill(pod.at(FIELD).path, r#""Strict""#);
    }
}
