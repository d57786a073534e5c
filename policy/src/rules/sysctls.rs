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
//! ## Parameters
//!
//! Patterns are written with dots, and a name with slashes is first read as the kubelet reads it:
//! `kernel/msgmax` is `kernel.msgmax`, and `net/ipv4/conf/eno2.100/rp_filter` is
//! `net.ipv4.conf.eno2/100.rp_filter`. What is forbidden is forbidden in any mixture of dots,
//! slashes, upper and lower case: runtimes take a dot and a slash for the same.
//!
//! Where the level asks nothing (`level: privileged`) every name may be set that is not forbidden,
//! unless there is a list `allow`.
//!
//! ## How to fix
//!
//! Remove the parameter, write an allowed one with dots, or set it on the node.
//!
//! Source: Pod Security Standards, baseline, "Sysctls"; sysctl(8); `NormalizeName` of
//! `k8s.io/component-helpers/node/util/sysctl`.

use std::borrow::Cow;

use super::app_armor_profile::listed;
use crate::pattern::Pattern;
use crate::pod::Pod;
use crate::report::Report;
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::settings::{Decoder, Path, settings};
use crate::version::Version;

mod name;

pub(super) static RULE: Rule = Rule {
    id: "sysctls",
    title: "kernel parameters",
    family: Family::SecurityContext,
    fields: &["spec.securityContext.sysctls[*].name", "spec.securityContext.sysctls[*].value"],
    fills: &[],
    hardened: None,
    checks: &[
        Check {
            id: "sysctls",
            level: Some(Level::Baseline),
            overrides: &[],
            revisions: &[
                Revision {
                    since: Version::v1(0),
                    summary: "safe parameters only",
                    check: CheckFn::Pod(check_1_0),
                },
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
        },
        Check {
            id: "sysctls_parameters",
            level: None,
            overrides: &[],
            revisions: &[Revision {
                since: Version::v1(0),
                summary: "parameters and values that the settings allow",
                check: CheckFn::Pod(parameters),
            }],
        },
    ],
};

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters checked by are_patterns {
        /// Names that may be set, instead of those of the level: `kernel.shm*`. An empty list: none.
        allow: Option<Vec<Pattern>> = "allow",
        /// Names that may be set beside those of the level or of `allow`.
        allow_unsafe: Vec<Pattern> = "allowUnsafe",
        /// Names that may not be set; it wins over the others. `*` is every name.
        forbid: Vec<Pattern> = "forbid",
        /// Values that nothing may be set to. `*+*` and `*=*` refuse the letters by which a runtime
        /// could be made to set other parameters too (CVE-2022-0811).
        forbid_values: Vec<Pattern> = "forbidValues",
    }
}

fn are_patterns(parameters: &Parameters, decoder: &mut Decoder, path: &Path<'_>) {
    let lists = [
        ("allow", parameters.allow.as_deref().unwrap_or_default()),
        ("allowUnsafe", &parameters.allow_unsafe),
        ("forbid", &parameters.forbid),
    ];
    for (key, patterns) in lists {
        for (index, pattern) in patterns.iter().enumerate() {
            if let Some(message) = name::mistake(pattern.as_str()) {
                decoder.error(&path.key(key).index(index), message);
            }
        }
    }
    for (index, pattern) in parameters.forbid_values.iter().enumerate() {
        if pattern.as_str().is_empty() {
            let message = "an empty pattern fits no value: write what is not to be in it, as `*=*`";
            decoder.error(&path.key("forbidValues").index(index), message.to_owned());
        }
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
    check(pod, Some(5), report);
}

fn check_1_27<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    check(pod, Some(6), report);
}

fn check_1_29<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    check(pod, Some(10), report);
}

fn check_1_32<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    check(pod, Some(12), report);
}

fn check_1_37<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    check(pod, Some(14), report);
}

fn parameters<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    check(pod, None, report);
}

/// `count` is how many names the level allows; none where it allows every one.
fn check<'p>(pod: Pod<'p, '_>, count: Option<usize>, report: &mut Report<'p>) {
    let parameters = report.parameters().sysctls.as_deref();
    let asked = Asked {
        names: match (parameters.and_then(|given| given.allow.as_deref()), count) {
            (Some(patterns), _) => Names::Patterns(patterns),
            (None, Some(count)) => Names::Exact(NAMES.get(..count).unwrap_or_default()),
            (None, None) => Names::Any,
        },
        parameters,
    };
    for (index, sysctl) in pod.security_context().sysctls.iter().enumerate() {
        asked.of_name(pod, index, &sysctl.name, report);
        let forbid = parameters.map_or(&[][..], |given| &given.forbid_values);
        if forbid.iter().any(|pattern| pattern.matches(&sysctl.value)) {
            let place = pod.at_item(LIST, index, "value");
            let allowed = ["values other than ", &listed(forbid, "")].concat();
            report.violation(place, &*sysctl.value, allowed, "write the value alone");
        }
    }
}

const LIST: &str = "securityContext.sysctls";

/// Names that may be set.
enum Names<'p> {
    Any,
    Exact(&'static [&'static str]),
    Patterns(&'p [Pattern]),
}

struct Asked<'p> {
    names: Names<'p>,
    parameters: Option<&'p Parameters>,
}

impl<'p> Asked<'p> {
    fn of_name(&self, pod: Pod<'p, '_>, index: usize, found: &'p str, report: &mut Report<'p>) {
        const REMOVE: &str = "remove it, or set it on the node";
        let beside = self.parameters.map_or(&[][..], |given| &given.allow_unsafe);
        let forbid = self.parameters.map_or(&[][..], |given| &given.forbid);
        let (allowed, hint) = if name::is_forbidden(found, forbid) {
            (["names other than ", &listed(forbid, "")].concat(), REMOVE.into())
        } else if self.names.contain(found) || name::fits(found, beside) {
            return;
        } else {
            let dotted = found.replace('/', ".");
            let hint: Cow<'p, str> = if self.names.contain(&dotted) {
                ["write ", &dotted, ": names are compared exactly"].concat().into()
            } else {
                REMOVE.into()
            };
            (self.names.listed(beside), hint)
        };
        report.violation(pod.at_item(LIST, index, "name"), found, allowed, hint);
    }
}

impl Names<'_> {
    fn contain(&self, name: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Exact(names) => names.contains(&name),
            Self::Patterns(patterns) => name::fits(name, patterns),
        }
    }

    /// As a finding lists them, with those beside them.
    fn listed(&self, beside: &[Pattern]) -> String {
        let names = match self {
            Self::Any | Self::Patterns([]) => return listed(beside, ""),
            Self::Exact(names) => names.join(", "),
            Self::Patterns(patterns) => listed(patterns, ""),
        };
        if beside.is_empty() { names } else { [&names, ", ", &listed(beside, "")].concat() }
    }
}

#[cfg(test)]
mod tests {
    use crate::settings::Settings;

    #[test]
    fn patterns_that_fit_nothing_are_refused() {
        for (parameters, expected) in [
            (
                r#"{"allow":["kernel/msg*"]}"#,
                "allow[0]: names are written with dots: write `kernel.msg*`",
            ),
            (r#"{"allowUnsafe":["kernel.msg*",""]}"#, "allowUnsafe[1]: `` is no name of a kernel"),
            (
                r#"{"forbid":["Kernel.*"]}"#,
                "forbid[0]: `Kernel.*` is no name of a kernel parameter",
            ),
            (r#"{"forbid":["kernel.msgmax "]}"#, "forbid[0]: `kernel.msgmax ` is no name of a"),
            (r#"{"forbidValues":[""]}"#, "forbidValues[0]: an empty pattern fits no value"),
            (r#"{"allow":"*"}"#, "allow: expected a list, found a string"),
        ] {
            let text = format!(r#"{{"rules":{{"sysctls":{parameters}}}}}"#);
            let errors = Settings::decode(&text).expect_err("settings with a mistake");
            let [error] = &errors[..] else { panic!("{parameters}: {errors:?}") };
            let found = format!("{}: {}", error.path, error.message);
            let expected = format!("rules.sysctls.{expected}");
            assert!(found.starts_with(&expected), "{parameters}: {found}");
        }
    }
}
