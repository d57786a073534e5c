//! # userNamespaces
//!
//! In a user namespace of its own, a pod's root is an ordinary user of the node, and its
//! capabilities hold for what belongs to the pod only. A process that breaks out of its container
//! arrives with no rights, and no two pods of a node have a user in common.
//!
//! ## Allowed values
//!
//! `spec.hostUsers`: `false`. Unset, `null` and `true` mean the node's user namespace. From v1.25
//! on, pods whose `spec.os.name` is `windows` are not asked: the API server refuses the field there.
//!
//! ## How to fix
//!
//! Set `hostUsers: false`. It goes with users and groups up to 65535, and neither with `hostPID`
//! nor `hostIPC`; with `hostNetwork` and `volumeDevices` only where the cluster has switched that
//! on. An API server that does not know the field, or has it switched off (before v1.33 unless
//! switched on), drops it. Nodes need a kernel, a runtime and file systems that support it; one that
//! does not may start the pod in the node's namespace all the same, so keep such nodes apart.
//!
//! `mutate` fills `false` in where none of that speaks against it and no container is privileged.
//!
//! Source: KEP-127; Kubernetes documentation, "User Namespaces"; user_namespaces(7).

use crate::pod::{Container, Pod};
use crate::report::{Report, UNSET};
use crate::rule::{Check, CheckFn, Family, Revision, Rule};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "userNamespaces",
    title: "user namespaces",
    family: Family::Isolation,
    fields: &["spec.hostUsers"],
    fills: &["spec.hostUsers"],
    hardened: None,
    checks: &[Check {
        id: "userNamespaces",
        level: None,
        overrides: &[],
        revisions: &[
            Revision {
                since: Version::v1(0),
                summary: "the pod has a user namespace of its own",
                check: CheckFn::Pod(check_1_0),
            },
            Revision {
                since: Version::v1(25),
                summary: "Windows pods are not asked",
                check: CheckFn::Pod(check_1_25),
            },
        ],
    }],
};

/// Ids that the kubelet maps into a pod, unless it is told to map more (`userNsUnitLength` in
/// `pkg/kubelet/userns`).
const MAPPED_IDS: i64 = 65536;

fn check_1_0<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    if pod.has_user_namespace() {
        return;
    }
    let found = if pod.host_users() == Some(true) { "true" } else { UNSET };
    let contradiction = contradiction(pod);
    let place = pod.at("hostUsers");
    let path = report.is_filling().then(|| place.path.clone());
    report.violation(place, found, "false", contradiction.unwrap_or("set it to false"));
    if let (Some(path), None, None) = (path, pod.host_users(), contradiction) {
        report.fill(path, "false");
    }
}

fn check_1_25<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    if !pod.is_windows() {
        check_1_0(pod, report);
    }
}

/// What the pod asks for that it cannot have, or could not use, in a user namespace of its own.
fn contradiction(pod: Pod<'_, '_>) -> Option<&'static str> {
    let hint = if pod.is_windows() {
        "Windows has no user namespaces; pin a version from v1.25 on"
    } else if pod.host_network() {
        "remove hostNetwork, then set it to false"
    } else if pod.host_pid() {
        "remove hostPID, then set it to false"
    } else if pod.host_ipc() {
        "remove hostIPC, then set it to false"
    } else if pod.containers().any(|container| !container.volume_devices().is_empty()) {
        "mount file systems instead of volumeDevices, then set it to false"
    } else if pod.containers().any(is_privileged) {
        "a privileged container has the rights of its user namespace only: make sure that it can \
         do without the node's, then set it to false"
    } else if has_unmapped_ids(pod) {
        "use users and groups up to 65535, then set it to false"
    } else {
        return None;
    };
    Some(hint)
}

fn is_privileged(container: Container<'_, '_>) -> bool {
    container.security_context().privileged == Some(true)
}

/// Whether a process would run as a user or group that the kubelet does not map.
fn has_unmapped_ids(pod: Pod<'_, '_>) -> bool {
    let is_unmapped = |id: i64| id >= MAPPED_IDS;
    let context = pod.security_context();
    context.fs_group.is_some_and(is_unmapped)
        || context.supplemental_groups.iter().copied().any(is_unmapped)
        || pod.containers().any(|container| {
            container.run_as_user().is_some_and(is_unmapped)
                || container.run_as_group().is_some_and(is_unmapped)
        })
}
