//! # readOnlyRootFilesystem
//!
//! A container's root filesystem holds its programs, libraries and configuration. Where it cannot
//! be written, an intruder cannot replace or add a program there that the container runs later.
//!
//! ## Allowed values
//!
//! `securityContext.readOnlyRootFilesystem` of every container: `true`. Unset is `false`. There is no
//! field at pod level to inherit from. Windows pods, which cannot set it, are not asked.
//!
//! ## How to fix
//!
//! Set it to `true` on each container, init and ephemeral ones included, and mount an `emptyDir`
//! where the workload writes: `/tmp` most often.
//!
//! With `mutate`, `true` is filled in where it is unset.
//!
//! Source: Kubernetes documentation, "Configure a Security Context for a Pod or Container"; CIS
//! Kubernetes Benchmark, "Apply security context to your pods and containers".

use crate::pod::Pod;
use crate::report::{Report, UNSET};
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "readOnlyRootFilesystem",
    title: "read-only root filesystems",
    family: Family::SecurityContext,
    fields: &["spec.containers[*].securityContext.readOnlyRootFilesystem"],
    fills: &["spec.containers[*].securityContext.readOnlyRootFilesystem"],
    hardened: Some("what an intruder cannot replace, he cannot have run"),
    checks: &[Check {
        id: "readOnlyRootFilesystem",
        level: Some(Level::Hardened),
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "every container's root filesystem is read-only",
            check: CheckFn::Pod(check),
        }],
    }],
};

fn check<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    const FIELD: &str = "securityContext.readOnlyRootFilesystem";
    if pod.is_windows() {
        return;
    }
    for container in pod.containers() {
        let own = container.security_context().read_only_root_filesystem;
        let found = match own {
            Some(true) => continue,
            Some(false) => "false",
            None => UNSET,
        };
        report.violation(
            container.at(FIELD),
            found,
            "true",
            "set it to true, and mount an emptyDir where the container writes",
        );
        if own.is_none() && report.is_filling() {
            report.fill(container.at(FIELD).path, "true");
        }
    }
}
