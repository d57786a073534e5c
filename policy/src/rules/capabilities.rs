//! # capabilities
//!
//! Linux splits root's power into capabilities. A runtime grants a container about a dozen; a pod
//! may add others, or drop some. `SYS_ADMIN` alone is close to root on the node.
//!
//! ## Allowed values
//!
//! * baseline: `capabilities.add` of every container holds names of the runtime's default set only:
//!   `AUDIT_WRITE`, `CHOWN`, `DAC_OVERRIDE`, `FOWNER`, `FSETID`, `KILL`, `MKNOD`,
//!   `NET_BIND_SERVICE`, `SETFCAP`, `SETGID`, `SETPCAP`, `SETUID`, `SYS_CHROOT`. `NET_RAW` is not
//!   among them, although runtimes may grant it unasked.
//! * restricted: `capabilities.drop` holds `ALL`, and `add` nothing but `NET_BIND_SERVICE`. From
//!   v1.25 on, pods whose `spec.os.name` is `windows` are not asked.
//!
//! Names are compared exactly: upper case, without `CAP_`.
//!
//! ## How to fix
//!
//! Set `capabilities: {drop: [ALL]}` on each container and add back the one name that is needed.
//!
//! Source: Pod Security Standards, "Capabilities"; capabilities(7).

use std::borrow::Cow;

use crate::pod::{Container, Pod};
use crate::report::{Report, UNSET};
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::settings::settings;
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "capabilities",
    title: "Linux capabilities",
    family: Family::SecurityContext,
    fields: &[
        "spec.containers[*].securityContext.capabilities.add",
        "spec.containers[*].securityContext.capabilities.drop",
    ],
    fills: &[],
    hardened: None,
    checks: &[
        Check {
            id: "capabilities_baseline",
            level: Some(Level::Baseline),
            overrides: &[],
            revisions: &[Revision {
                since: Version::v1(0),
                summary: "only capabilities of the runtime's default set are added",
                check: CheckFn::Pod(baseline),
            }],
        },
        Check {
            id: "capabilities_restricted",
            level: Some(Level::Restricted),
            overrides: &["capabilities_baseline"],
            revisions: &[
                Revision {
                    since: Version::v1(22),
                    summary: "ALL is dropped, and only NET_BIND_SERVICE added",
                    check: CheckFn::Pod(restricted_1_22),
                },
                Revision {
                    since: Version::v1(25),
                    summary: "Windows pods are not asked",
                    check: CheckFn::Pod(restricted_1_25),
                },
            ],
        },
    ],
};

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters {
        /// Names that may be added, instead of those of the level; `*` is every name. An empty list:
        /// none.
        allow_add: Option<Vec<String>> = "allowAdd",
        /// Names that may not be added; it wins over `allowAdd`. Any case, with or without `CAP_`.
        forbid: Vec<String> = "forbid",
        /// Names that must be dropped, instead of those of the level; dropping `ALL` drops each. An
        /// empty list: none.
        require_drop: Option<Vec<String>> = "requireDrop",
    }
}

const DEFAULT_SET: &[&str] = &[
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

fn baseline<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    const ALLOWED: &str = "AUDIT_WRITE, CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, MKNOD, \
        NET_BIND_SERVICE, SETFCAP, SETGID, SETPCAP, SETUID, SYS_CHROOT";
    for container in pod.containers() {
        added(container, DEFAULT_SET, ALLOWED, report);
    }
}

fn restricted_1_22<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    for container in pod.containers() {
        added(container, &["NET_BIND_SERVICE"], "NET_BIND_SERVICE", report);
        dropped(container, report);
    }
}

fn restricted_1_25<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    if !pod.is_windows() {
        restricted_1_22(pod, report);
    }
}

fn added<'p>(
    container: Container<'p, '_>,
    allowed: &'static [&'static str],
    allowed_text: &'static str,
    report: &mut Report<'p>,
) {
    let add = &container.security_context().capabilities.add;
    for (index, name) in add.iter().enumerate() {
        if allowed.contains(&&**name) {
            continue;
        }
        let plain = plain(name);
        let hint: Cow<'static, str> = match allowed.iter().find(|known| ***known == plain) {
            Some(known) => ["write ", known, ": names are compared exactly"].concat().into(),
            None => "remove it from the list".into(),
        };
        let place = container.at_item("securityContext.capabilities.add", index, "");
        report.violation(place, &**name, allowed_text, hint);
    }
}

fn dropped<'p>(container: Container<'p, '_>, report: &mut Report<'p>) {
    let drop = &container.security_context().capabilities.drop;
    if drop.iter().any(|name| name == "ALL") {
        return;
    }
    let near = drop.iter().any(|name| plain(name) == "ALL");
    let found = if drop.is_empty() { UNSET.to_owned() } else { drop.join(", ") };
    let hint =
        if near { "write ALL: names are compared exactly" } else { "drop ALL on the container" };
    report.violation(
        container.at("securityContext.capabilities.drop"),
        found,
        "a list with ALL",
        hint,
    );
}

/// The name as the kernel's documentation writes it, without `CAP_`.
fn plain(name: &str) -> String {
    let upper = name.trim().to_ascii_uppercase();
    upper.strip_prefix("CAP_").map(str::to_owned).unwrap_or(upper)
}
