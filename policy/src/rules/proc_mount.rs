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
//! ## Parameters
//!
//! `allow` is asked of every pod, whatever its user namespace. To allow `Unmasked` only to pods
//! with a user namespace of their own, set `level: baseline` instead.
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
        Check {
            id: "procMount_parameters",
            level: None,
            overrides: &[],
            revisions: &[Revision {
                since: Version::v1(0),
                summary: "/proc is mounted as the settings allow",
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
        /// Values that may be set, instead of those of the level. `Default` is what an unset field
        /// means, so it may always be set. An empty list: nothing else.
        allow: Option<Vec<ProcMount>> = "allow",
    }
}

/// The values that the settings allow, where they say.
fn allow<'p>(report: &Report<'p>) -> Option<&'p [ProcMount]> {
    report.parameters().proc_mount.as_deref()?.allow.as_deref()
}

fn check_1_0<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    let unmasked = allow(report).is_some_and(|allow| allow.contains(&ProcMount::Unmasked));
    for container in pod.containers() {
        let found = match container.security_context().proc_mount.as_deref() {
            None | Some("Default") => continue,
            Some("Unmasked") if unmasked => continue,
            Some(found) => found,
        };
        let hint = if found.eq_ignore_ascii_case("Default") {
            "write Default: values are compared exactly"
        } else if unmasked && found.eq_ignore_ascii_case("Unmasked") {
            "write Unmasked: values are compared exactly"
        } else {
            "remove it"
        };
        let allowed = if unmasked { "unset, Default, Unmasked" } else { "unset, Default" };
        report.violation(container.at("securityContext.procMount"), found, allowed, hint);
    }
}

fn baseline_1_35<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    if allow(report).is_some() || !pod.has_user_namespace() {
        check_1_0(pod, report);
    }
}

#[cfg(test)]
mod tests {
    use crate::settings::Settings;

    #[test]
    fn values_are_checked() {
        let text = r#"{"rules":{"procMount":{"allow":["unmasked","Default"]}}}"#;
        let errors = Settings::decode(text).expect_err("settings with a mistake");
        let errors = errors.iter().map(|error| (&*error.path, &*error.message));
        assert_eq!(
            errors.collect::<Vec<_>>(),
            [(
                "rules.procMount.allow[0]",
                "unknown value `unmasked`, did you mean `Unmasked`?; expected Default, Unmasked"
            )]
        );
    }
}
