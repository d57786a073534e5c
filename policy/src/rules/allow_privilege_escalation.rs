//! # allowPrivilegeEscalation
//!
//! With `allowPrivilegeEscalation: false` the runtime sets the process's `no_new_privs` flag: no
//! set-user-ID program or file capability can give it more rights than it started with. Unset
//! means allowed.
//!
//! ## Allowed values
//!
//! `securityContext.allowPrivilegeEscalation` of every container: `false`. There is no field at pod
//! level to inherit from. From v1.25 on, pods whose `spec.os.name` is `windows` are not asked.
//!
//! ## How to fix
//!
//! Set it to `false` on each container, ephemeral ones included. The API server refuses `false`
//! beside `privileged: true` and beside an added `CAP_SYS_ADMIN`.
//!
//! With `mutate`, `false` is filled in where it is unset, but not on a container that is privileged
//! or adds `SYS_ADMIN`, in whatever spelling: beside these it would be refused, or protect nothing.
//!
//! Source: Pod Security Standards, restricted, "Privilege Escalation"; prctl(2),
//! `PR_SET_NO_NEW_PRIVS`.

use super::capabilities;
use crate::pod::{Container, Pod};
use crate::report::{Report, UNSET};
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::settings::settings;
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "allowPrivilegeEscalation",
    title: "privilege escalation by set-user-ID programs",
    family: Family::SecurityContext,
    fields: &["spec.containers[*].securityContext.allowPrivilegeEscalation"],
    fills: &["spec.containers[*].securityContext.allowPrivilegeEscalation"],
    hardened: None,
    checks: &[
        Check {
            id: "allowPrivilegeEscalation",
            level: Some(Level::Restricted),
            overrides: &[],
            revisions: &[
                Revision {
                    since: Version::v1(8),
                    summary: "every container says `allowPrivilegeEscalation: false`",
                    check: CheckFn::Pod(check_1_8),
                },
                WINDOWS,
            ],
        },
        Check {
            id: "allowPrivilegeEscalation_parameters",
            level: None,
            overrides: &[],
            revisions: &[
                Revision {
                    since: Version::v1(0),
                    summary: "no container says `true`, or leaves it unset where that is not allowed",
                    check: CheckFn::Pod(check_1_8),
                },
                WINDOWS,
            ],
        },
    ],
};

const WINDOWS: Revision = Revision {
    since: Version::v1(25),
    summary: "Windows pods are not asked",
    check: CheckFn::Pod(check_1_25),
};

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters {
        /// Whether it may be left unset: then only an outright `true` violates.
        allow_unset: bool = "allowUnset",
    }
}

fn check_1_8<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    const FIELD: &str = "securityContext.allowPrivilegeEscalation";
    let parameters = report.parameters().allow_privilege_escalation.as_deref();
    let allow_unset = parameters.is_some_and(|given| given.allow_unset);
    for container in pod.containers() {
        let own = container.security_context().allow_privilege_escalation;
        let found = match own {
            Some(false) => continue,
            None if allow_unset => continue,
            Some(true) => "true",
            None => UNSET,
        };
        let contradiction = contradiction(container);
        report.violation(
            container.at(FIELD),
            found,
            if allow_unset { "unset, false" } else { "false" },
            contradiction
                .unwrap_or("set it to false on the container: there is no pod-level field"),
        );
        let can_fill = own.is_none() && contradiction.is_none() && !pod.is_windows();
        if can_fill && report.is_filling() {
            report.fill(container.at(FIELD).path, "false");
        }
    }
}

fn check_1_25<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    if !pod.is_windows() {
        check_1_8(pod, report);
    }
}

/// What has to be mended before `false` means something.
/// Source: `ValidateSecurityContext` of the API server; capabilities(7).
fn contradiction(container: Container<'_, '_>) -> Option<&'static str> {
    if container.security_context().privileged == Some(true) {
        Some("remove `privileged: true` first: the API server refuses false beside it")
    } else if capabilities::adds_sys_admin(container) {
        Some("remove SYS_ADMIN from capabilities.add first: beside it false protects nothing")
    } else {
        None
    }
}
