//! # sysctls
//!
//! Kernel parameters that are not kept apart by namespace change the node for everybody; some that
//! are can still starve it.
//!
//! ## Allowed values
//!
//! Names in `spec.securityContext.sysctls`: `kernel.shm_rmid_forced`,
//! `net.ipv4.ip_local_port_range`, `net.ipv4.ip_unprivileged_port_start`,
//! `net.ipv4.ping_group_range`, `net.ipv4.tcp_syncookies`;
//! from v1.27 on also `net.ipv4.ip_local_reserved_ports`;
//! from v1.29 on also `net.ipv4.tcp_fin_timeout`, `net.ipv4.tcp_keepalive_intvl`,
//! `net.ipv4.tcp_keepalive_probes`, `net.ipv4.tcp_keepalive_time`;
//! from v1.32 on also `net.ipv4.tcp_rmem`, `net.ipv4.tcp_wmem`;
//! from v1.37 on also `net.ipv4.tcp_notsent_lowat`, `net.ipv4.tcp_slow_start_after_idle`.
//!
//! Names are compared exactly. The kubelet also takes `net/ipv4/tcp_rmem`; the standards do not.
//!
//! ## How to fix
//!
//! Remove the parameter, write an allowed one with dots, or set it on the node.
//!
//! Source: Pod Security Standards, baseline, "Sysctls".

use std::borrow::Cow;

use crate::pattern::Pattern;
use crate::pod::Pod;
use crate::report::Report;
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::settings::settings;
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "sysctls",
    title: "kernel parameters",
    family: Family::SecurityContext,
    fields: &["spec.securityContext.sysctls[*].name"],
    fills: &[],
    hardened: None,
    checks: &[Check {
        id: "sysctls",
        level: Some(Level::Baseline),
        overrides: &[],
        revisions: &[
            Revision { since: Version::v1(0), summary: "safe parameters only", check: CheckFn::Pod(check_1_0) },
            Revision {
                since: Version::v1(27),
                summary: "net.ipv4.ip_local_reserved_ports is allowed",
                check: CheckFn::Pod(check_1_27),
            },
            Revision {
                since: Version::v1(29),
                summary: "tcp_keepalive_* and tcp_fin_timeout are allowed",
                check: CheckFn::Pod(check_1_29),
            },
            Revision {
                since: Version::v1(32),
                summary: "tcp_rmem and tcp_wmem are allowed",
                check: CheckFn::Pod(check_1_32),
            },
            Revision {
                since: Version::v1(37),
                summary: "tcp_slow_start_after_idle and tcp_notsent_lowat are allowed",
                check: CheckFn::Pod(check_1_37),
            },
        ],
    }],
};

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters {
        /// Names that may be set, instead of those of the level. An empty list: none.
        allow: Option<Vec<Pattern>> = "allow",
        /// Names that may be set beside those of the level.
        allow_unsafe: Vec<Pattern> = "allowUnsafe",
        /// Names that may not be set; it wins over the others.
        forbid: Vec<Pattern> = "forbid",
    }
}

/// Oldest first: a revision allows the first names of the list, up to its own count.
const NAMES: &[&str] = &[
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_wmem",
    "net.ipv4.tcp_notsent_lowat",
    "net.ipv4.tcp_slow_start_after_idle",
];

fn check_1_0<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    check(pod, 5, report);
}

fn check_1_27<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    check(pod, 6, report);
}

fn check_1_29<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    check(pod, 10, report);
}

fn check_1_32<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    check(pod, 12, report);
}

fn check_1_37<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    check(pod, 14, report);
}

fn check<'p>(pod: Pod<'p, '_>, count: usize, report: &mut Report<'p>) {
    let allowed = || NAMES.iter().take(count);
    for (index, sysctl) in pod.security_context().sysctls.iter().enumerate() {
        if allowed().any(|name| *name == sysctl.name) {
            continue;
        }
        let dotted = sysctl.name.replace('/', ".");
        let hint: Cow<'static, str> = if allowed().any(|name| *name == dotted) {
            ["write ", &dotted, ": names are compared exactly"].concat().into()
        } else {
            "remove it, or set it on the node".into()
        };
        report.violation(
            pod.at_item("securityContext.sysctls", index, "name"),
            &*sysctl.name,
            NAMES.get(..count).unwrap_or_default().join(", "),
            hint,
        );
    }
}
