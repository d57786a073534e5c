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
//! ## Parameters
//!
//! Names that are forbidden, or that must be dropped, are found in any spelling, and `ALL` contains
//! each. A name that must be dropped may not be added back. Where `ALL` must be dropped, single names
//! may be added back, and `ALL` may not. Windows pods, which cannot drop anything, are not asked to.
//!
//! ## How to fix
//!
//! Set `capabilities: {drop: [ALL]}` on each container and add back the one name that is needed.
//!
//! With `mutate`, what must be dropped is filled in where nothing is dropped, unless the container
//! is privileged or adds the same names.
//!
//! Source: Pod Security Standards, "Capabilities"; capabilities(7).

mod name;

use std::borrow::Cow;
use std::cell::OnceCell;

pub(super) use self::name::gives;
use self::name::{ALL, Allowed, Named, is_exact, plain};
use crate::json::same;
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
    fills: &["spec.containers[*].securityContext.capabilities.drop"],
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
        Check {
            id: "capabilities_parameters",
            level: None,
            overrides: &[],
            revisions: &[Revision {
                since: Version::v1(0),
                summary: "capabilities are added and dropped as the parameters ask",
                check: CheckFn::Pod(parameters),
            }],
        },
    ],
};

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters {
        /// Capabilities that may be added, instead of those of the level, written exactly; `*` is
        /// every capability. An empty list: none.
        allow_add: Option<Vec<Allowed>> = "allowAdd",
        /// Capabilities that may not be added, whatever `allowAdd` says; `ALL` is every one. In any
        /// case, with or without `CAP_`.
        forbid: Vec<Named> = "forbid",
        /// Capabilities that must be dropped, instead of those of the level; `drop: [ALL]` drops
        /// each. They may not be added either. An empty list: none.
        require_drop: Option<Vec<Named>> = "requireDrop",
    }
}

/// Names that a level allows, and as text.
type Names = (&'static [Allowed], &'static str);

macro_rules! names {
    ($first:literal $(, $name:literal)* $(,)?) => {
        (&[Allowed($first), $(Allowed($name)),*], concat!($first, $(", ", $name),*))
    };
}

const DEFAULT_SET: Names = names!(
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
);
const RESTRICTED_SET: Names = names!("NET_BIND_SERVICE");

fn baseline<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    check(pod, Some(DEFAULT_SET), &[], report);
}

fn restricted_1_22<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    check(pod, Some(RESTRICTED_SET), &[Named(ALL)], report);
}

fn restricted_1_25<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    if pod.is_windows() {
        parameters(pod, report);
    } else {
        restricted_1_22(pod, report);
    }
}

fn parameters<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    check(pod, None, &[], report);
}

/// Judges every container by what the level asks, as far as parameters do not ask something else.
fn check<'p>(
    pod: Pod<'p, '_>,
    level: Option<Names>,
    drop: &'static [Named],
    report: &mut Report<'p>,
) {
    let parameters = report.parameters().capabilities.as_deref();
    let given = parameters.and_then(|given| given.allow_add.as_deref());
    let required = parameters.and_then(|given| given.require_drop.as_deref());
    let asked = Asked {
        allowed: given.or(level.map(|(names, _)| names)),
        level_text: level.filter(|_| given.is_none()).map(|(_, text)| text),
        text: OnceCell::new(),
        forbidden: parameters.map_or(&[], |given| &given.forbid),
        kept_dropped: required.unwrap_or_default(),
        dropped: match required {
            Some(_) if pod.is_windows() => &[],
            Some(names) => names,
            None => drop,
        },
    };
    for container in pod.containers() {
        added(container, &asked, report);
        dropped(container, &asked, report);
    }
}

/// What is asked of a container.
struct Asked<'p> {
    /// Names that may be added; none where every one may.
    allowed: Option<&'p [Allowed]>,
    /// The same as text, where a level allows them.
    level_text: Option<&'static str>,
    /// What is left of them as text, once it has been needed: the names are the tenant's, and may be
    /// many.
    text: OnceCell<Cow<'static, str>>,
    /// Names that may not be added.
    forbidden: &'p [Named],
    /// Names that may not be added because they must be dropped; but for [`ALL`].
    kept_dropped: &'p [Named],
    /// Names that must be dropped.
    dropped: &'p [Named],
}

impl Asked<'_> {
    /// Names that may not be added.
    fn refused(&self) -> impl Iterator<Item = &'static str> {
        let kept_dropped = self.kept_dropped.iter().filter(|name| name.0 != ALL);
        self.forbidden.iter().chain(kept_dropped).map(|name| name.0)
    }

    fn refuses(&self, name: &str) -> bool {
        // What must be dropped as a whole is not added back as a whole.
        self.refused().any(|refused| refused == ALL || gives(name, refused))
            || (self.dropped.contains(&Named(ALL)) && gives(name, ALL))
    }

    fn allows(&self, name: &str) -> bool {
        self.allowed.is_none_or(|allowed| allowed.iter().any(|allowed| allowed.covers(name)))
            && !self.refuses(name)
    }

    /// The names that may be added, as text.
    fn text(&self) -> Cow<'static, str> {
        if let (Some(text), None) = (self.level_text, self.refused().next()) {
            return text.into();
        }
        let named = self.allowed.filter(|allowed| !allowed.contains(&Allowed("*")));
        let Some(named) = named else {
            let refused = self.refused().collect::<Vec<_>>();
            return match &*refused {
                [] if self.dropped.contains(&Named(ALL)) => "any single capability".into(),
                [] => "any capability".into(),
                _ if refused.contains(&ALL) => "none".into(),
                _ => ["any but ", &refused.join(", ")].concat().into(),
            };
        };
        let names = named.iter().map(|allowed| allowed.0).filter(|name| !self.refuses(name));
        let names = names.collect::<Vec<_>>();
        if names.is_empty() { "none".into() } else { names.join(", ").into() }
    }
}

fn added<'p>(container: Container<'p, '_>, asked: &Asked<'_>, report: &mut Report<'p>) {
    let add = &container.security_context().capabilities.add;
    for (index, name) in add.iter().enumerate() {
        if asked.allows(name) {
            continue;
        }
        let plain = if is_exact(name) { String::new() } else { plain(name) };
        let hint: Cow<'static, str> = if !plain.is_empty() && asked.allows(&plain) {
            ["write ", &plain, ": names are compared exactly"].concat().into()
        } else {
            "remove it from the list".into()
        };
        let place = container.at_item("securityContext.capabilities.add", index, "");
        let allowed = asked.text.get_or_init(|| asked.text()).clone();
        report.violation(place, &**name, allowed, hint);
    }
}

fn dropped<'p>(container: Container<'p, '_>, asked: &Asked<'_>, report: &mut Report<'p>) {
    const FIELD: &str = "securityContext.capabilities.drop";
    let drop = &container.security_context().capabilities.drop;
    let is_dropped = |name: &Named| drop.iter().any(|dropped| same(dropped.as_bytes(), name.0));
    let Some(missing) = asked.dropped.iter().find(|name| !is_dropped(name)) else {
        return;
    };
    if is_dropped(&Named(ALL)) {
        return;
    }
    let near = [ALL, missing.0].into_iter().find(|near| drop.iter().any(|it| plain(it) == *near));
    let hint = match near {
        Some(near) => ["write ", near, ": names are compared exactly"].concat().into(),
        None if missing.0 == ALL => "drop ALL on the container".into(),
        None => Cow::from(["drop ", missing.0, " on the container"].concat()),
    };
    let found = if drop.is_empty() { UNSET.to_owned() } else { drop.join(", ") };
    let names = asked.dropped.iter().map(|name| name.0).collect::<Vec<_>>();
    let allowed = match &*names {
        [ALL] => "a list with ALL".into(),
        _ => Cow::from(["a list with ", &names.join(", "), ", or with ALL"].concat()),
    };
    report.violation(container.at(FIELD), found, allowed, hint);
    if report.is_filling() && drop.is_empty() && can_drop(container, &names) {
        let names = if names.contains(&ALL) { ALL.to_owned() } else { names.join("\",\"") };
        report.fill(container.at(FIELD).path, ["[\"", &names, "\"]"].concat());
    }
}

/// Whether it means something that the container drops these names, and contradicts nothing.
fn can_drop(container: Container<'_, '_>, names: &[&str]) -> bool {
    let context = container.security_context();
    let adds = |name: &&str| context.capabilities.add.iter().any(|added| gives(added, name));
    context.privileged != Some(true) && !container.pod().is_windows() && !names.iter().any(adds)
}

/// Whether the container asks for `SYS_ADMIN`, in whatever spelling.
pub(super) fn adds_sys_admin(container: Container<'_, '_>) -> bool {
    let add = &container.security_context().capabilities.add;
    add.iter().any(|name| gives(name, "SYS_ADMIN"))
}

#[cfg(test)]
mod tests;
