//! # seLinuxOptions
//!
//! SELinux keeps a container's processes from the node's files by their type label. A pod that
//! names its own type, user or role can leave that confinement.
//!
//! ## Allowed values
//!
//! `seLinuxOptions` of the pod and of every container: `type` unset, empty, `container_t`,
//! `container_init_t`, `container_kvm_t`, from v1.31 on also `container_engine_t`; `user` and
//! `role` unset or empty. `level` is free.
//!
//! ## How to fix
//!
//! Leave `type`, `user` and `role` to the runtime. To share files between pods set `level`.
//!
//! Source: Pod Security Standards, baseline, "SELinux".

use crate::pod::{Pod, SeLinuxOptions};
use crate::report::{Place, Report};
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::settings::settings;
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "seLinuxOptions",
    title: "SELinux labels",
    family: Family::SecurityContext,
    fields: &[
        "spec.securityContext.seLinuxOptions.type",
        "spec.securityContext.seLinuxOptions.user",
        "spec.securityContext.seLinuxOptions.role",
        "spec.containers[*].securityContext.seLinuxOptions.type",
        "spec.containers[*].securityContext.seLinuxOptions.user",
        "spec.containers[*].securityContext.seLinuxOptions.role",
    ],
    fills: &[],
    hardened: None,
    checks: &[Check {
        id: "seLinuxOptions",
        level: Some(Level::Baseline),
        overrides: &[],
        revisions: &[
            Revision {
                since: Version::v1(0),
                summary: "container types only, and neither user nor role",
                check: CheckFn::Pod(check_1_0),
            },
            Revision {
                since: Version::v1(31),
                summary: "container_engine_t is allowed",
                check: CheckFn::Pod(check_1_31),
            },
        ],
    }],
};

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters {
        /// Options of which one must fit, instead of what the level asks. An empty list: none.
        allow: Option<Vec<AllowedOptions>> = "allow",
        /// Whether options must be set.
        required: bool = "required",
    }

    /// Options that may be set; a key that is absent allows any value.
    #[derive(Default)]
    pub struct AllowedOptions {
        /// The user label.
        user: Option<String> = "user",
        /// The role label.
        role: Option<String> = "role",
        /// The type label.
        type_: Option<String> = "type",
        /// The level label.
        level: Option<String> = "level",
    }
}

fn check_1_0<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    check(pod, &["", "container_t", "container_init_t", "container_kvm_t"], report);
}

fn check_1_31<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    const TYPES: &[&str] =
        &["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];
    check(pod, TYPES, report);
}

fn check<'p>(pod: Pod<'p, '_>, types: &[&str], report: &mut Report<'p>) {
    if let Some(options) = &pod.security_context().se_linux_options {
        options_at(|field| pod.at(field), options, types, report);
    }
    for container in pod.containers() {
        if let Some(options) = &container.security_context().se_linux_options {
            options_at(|field| container.at(field), options, types, report);
        }
    }
}

fn options_at<'p>(
    at: impl Fn(&str) -> Place<'p>,
    options: &'p SeLinuxOptions<'_>,
    types: &[&str],
    report: &mut Report<'p>,
) {
    const HINT: &str = "leave it to the runtime";
    if !types.contains(&&*options.type_) {
        // The empty type, which comes first, is one that is not set.
        let allowed = ["unset", &types.join(", ")].concat();
        report.violation(at("securityContext.seLinuxOptions.type"), &*options.type_, allowed, HINT);
    }
    if !options.user.is_empty() {
        report.violation(at("securityContext.seLinuxOptions.user"), &*options.user, "unset", HINT);
    }
    if !options.role.is_empty() {
        report.violation(at("securityContext.seLinuxOptions.role"), &*options.role, "unset", HINT);
    }
}
