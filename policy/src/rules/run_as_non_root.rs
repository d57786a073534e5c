//! # runAsNonRoot
//!
//! With `runAsNonRoot: true` the kubelet refuses to start a container whose image or settings would
//! make it run as user 0.
//!
//! ## Allowed values
//!
//! `true` for every container: its own `securityContext.runAsNonRoot`, or, where it says nothing,
//! the pod's `spec.securityContext.runAsNonRoot`. An outright `false` is refused wherever it
//! stands, also at pod level above containers that all say `true`. Windows pods are asked too. From
//! v1.35 on, pods with a user namespace of their own (`hostUsers: false`) are not asked: their root
//! is nobody on the node.
//!
//! With `acceptRunAsUser`, what a container runs as is asked instead: a user above 0, its own or
//! else the pod's, does whatever `runAsNonRoot` says. Not in pods for Windows, by their `os.name`,
//! `nodeSelector` or node affinity: there the number means nothing.
//!
//! ## How to fix
//!
//! Set `spec.securityContext.runAsNonRoot: true`. An image whose `USER` is a name also needs a
//! numeric `runAsUser`, or the kubelet cannot tell that it is not root.
//!
//! With `mutate`, `true` is filled in on each container that inherits nothing, unless it runs as
//! user 0, as `ContainerAdministrator` or as a process of a Windows host. A container whose image
//! has to run as root needs an exemption, which also keeps it from being filled.
//!
//! Source: Pod Security Standards, restricted, "Running as Non-root"; KEP-127.

use crate::pod::{Container, Pod};
use crate::report::{Report, UNSET};
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::settings::settings;
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "runAsNonRoot",
    title: "running as non-root",
    family: Family::SecurityContext,
    fields: &[
        "spec.securityContext.runAsNonRoot",
        "spec.containers[*].securityContext.runAsNonRoot",
    ],
    fills: &["spec.containers[*].securityContext.runAsNonRoot"],
    hardened: None,
    checks: &[
        Check {
            id: "runAsNonRoot",
            level: Some(Level::Restricted),
            overrides: &[],
            revisions: REVISIONS,
        },
        Check { id: "runAsNonRoot_parameters", level: None, overrides: &[], revisions: REVISIONS },
    ],
};

const REVISIONS: &[Revision] = &[
    Revision {
        since: Version::v1(0),
        summary: "every container runs as non-root, by its own word or the pod's",
        check: CheckFn::Pod(check_1_0),
    },
    Revision {
        since: Version::v1(35),
        summary: "pods with a user namespace of their own are not asked",
        check: CheckFn::Pod(check_1_35),
    },
];

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters {
        /// Whether a `runAsUser` above 0 does as well.
        accept_run_as_user: bool = "acceptRunAsUser",
    }
}

fn check_1_0<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    const FIELD: &str = "securityContext.runAsNonRoot";
    let parameters = report.parameters().run_as_non_root.as_deref();
    let by_user = parameters.is_some_and(|given| given.accept_run_as_user);
    // On Windows a number is nobody: the container would run as the user of its image.
    let by_user = by_user && !pod.is_for_windows();
    let does = |container| by_user && has_user_above_0(container);
    let says = |container: Container<'_, '_>| container.security_context().run_as_non_root;
    if pod.security_context().run_as_non_root == Some(false)
        && !(by_user && pod.containers().all(|it| says(it) == Some(true) || does(it)))
    {
        report.violation(
            pod.at(FIELD),
            "false",
            "true, or unset where every container says true",
            "set it to true",
        );
    }
    for container in pod.containers() {
        let (found, hint) = match says(container) {
            Some(true) => continue,
            None if container.run_as_non_root() == Some(true) => continue,
            _ if does(container) => continue,
            Some(false) => ("false", "set it to true"),
            None => (UNSET, "set spec.securityContext.runAsNonRoot to true for the whole pod"),
        };
        report.violation(container.at(FIELD), found, "true", hint);
        if container.run_as_non_root().is_none() && report.is_filling() && !is_root(container) {
            report.fill(container.at(FIELD).path, "true");
        }
    }
}

fn check_1_35<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    if !pod.has_user_namespace() {
        check_1_0(pod, report);
    }
}

/// Whether the container runs as a user that is not root: above 0, and not so high that a runtime
/// which cuts it to 32 bits could end at 0.
fn has_user_above_0(container: Container<'_, '_>) -> bool {
    const MAX: i64 = i32::MAX as i64;
    container.run_as_user().is_some_and(|user| (1..=MAX).contains(&user))
}

/// Whether the container is root by its own word: told to be none, it would not start.
/// Source: `verifyRunAsNonRoot` of the kubelet, for Linux and for Windows.
fn is_root(container: Container<'_, '_>) -> bool {
    let administrator = "ContainerAdministrator";
    container.run_as_user() == Some(0)
        || container.is_host_process()
        || container.run_as_user_name().is_some_and(|user| user.eq_ignore_ascii_case(administrator))
}
