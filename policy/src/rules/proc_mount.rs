//! # procMount
//!
//! Runtimes mask and make read-only the parts of `/proc` that reach the node's kernel.
//! `procMount: Unmasked` takes that away.
//!
//! ## Allowed values
//!
//! `securityContext.procMount` of every container: unset, `Default`. From v1.35 on, the baseline
//! level asks nothing of pods with a user namespace of their own (`hostUsers: false`); the
//! restricted level still does.
//!
//! ## How to fix
//!
//! Remove the field. Containers built inside containers are what `Unmasked` is for: give such a pod
//! a user namespace and a baseline namespace of its own.
//!
//! Source: Pod Security Standards, baseline, "/proc Mount Type"; KEP-4265.

use crate::pod::Pod;
use crate::report::Report;
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::settings::{choices, settings};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "procMount",
    title: "unmasked /proc",
    family: Family::SecurityContext,
    fields: &["spec.containers[*].securityContext.procMount"],
    fills: &[],
    hardened: None,
    checks: &[
        Check {
            id: "procMount",
            level: Some(Level::Baseline),
            overrides: &[],
            revisions: &[
                Revision {
                    since: Version::v1(0),
                    summary: "no container unmasks /proc",
                    check: CheckFn::Pod(check_1_0),
                },
                Revision {
                    since: Version::v1(35),
                    summary: "pods with a user namespace of their own are not asked",
                    check: CheckFn::Pod(baseline_1_35),
                },
            ],
        },
        Check {
            id: "procMount_restricted",
            level: Some(Level::Restricted),
            overrides: &["procMount"],
            revisions: &[Revision {
                since: Version::v1(35),
                summary: "no container unmasks /proc, whatever its user namespace",
                check: CheckFn::Pod(check_1_0),
            }],
        },
    ],
};

choices! {
    /// How `/proc` is mounted.
    pub enum ProcMount {
        /// With parts of it masked.
        Default = "Default",
        /// Whole.
        Unmasked = "Unmasked",
    }
}

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters {
        /// Values that may be set, instead of those of the level.
        allow: Option<Vec<ProcMount>> = "allow",
    }
}

fn check_1_0<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    for container in pod.containers() {
        match container.security_context().proc_mount.as_deref() {
            None | Some("Default") => {}
            Some(found) => report.violation(
                container.at("securityContext.procMount"),
                found,
                "unset, Default",
                "remove it",
            ),
        }
    }
}

fn baseline_1_35<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    if !pod.has_user_namespace() {
        check_1_0(pod, report);
    }
}
