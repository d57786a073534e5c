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
//! Source: Pod Security Standards, restricted, "Privilege Escalation"; prctl(2),
//! `PR_SET_NO_NEW_PRIVS`.

use crate::pod::Pod;
use crate::report::{Report, UNSET};
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::settings::settings;
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "allowPrivilegeEscalation",
    title: "privilege escalation by set-user-ID programs",
    family: Family::SecurityContext,
    fields: &["spec.containers[*].securityContext.allowPrivilegeEscalation"],
    fills: &[],
    hardened: None,
    checks: &[Check {
        id: "allowPrivilegeEscalation",
        level: Some(Level::Restricted),
        overrides: &[],
        revisions: &[
            Revision {
                since: Version::v1(8),
                summary: "every container says `allowPrivilegeEscalation: false`",
                check: CheckFn::Pod(check_1_8),
            },
            Revision {
                since: Version::v1(25),
                summary: "Windows pods are not asked",
                check: CheckFn::Pod(check_1_25),
            },
        ],
    }],
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
    for container in pod.containers() {
        let found = match container.security_context().allow_privilege_escalation {
            Some(false) => continue,
            Some(true) => "true",
            None => UNSET,
        };
        report.violation(
            container.at("securityContext.allowPrivilegeEscalation"),
            found,
            "false",
            "set it to false on the container: there is no pod-level field",
        );
    }
}

fn check_1_25<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    if !pod.is_windows() {
        check_1_8(pod, report);
    }
}
