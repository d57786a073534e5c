//! # toxicCombinations
//!
//! Some fields open no way out alone, and do together with another: each may have been allowed for
//! a reason, by a parameter or an exemption, and nobody looked at both.
//!
//! ## Allowed values
//!
//! One half of each pair, unless `allow` has the pair's id. Values are the effective ones: a
//! privileged container has every capability, `ALL` contains each, in any spelling; `NET_RAW` is
//! granted by runtimes unless it is dropped; users and seccomp profiles may come from the pod; a
//! token is mounted unless `automountServiceAccountToken` is `false`.
//!
//! | id | what stands together | what it opens |
//! |---|---|---|
//! | `hostPidAndPtrace` | `hostPID`, and a container with `SYS_PTRACE` | every process of the node is read and changed: ptrace(2) |
//! | `hostPidAndSysAdmin` | `hostPID`, and a container with `SYS_ADMIN` | the namespaces of the node's processes are entered: setns(2) |
//! | `hostPidAndWritableHostPath` | `hostPID`, and a hostPath volume mounted without `readOnly` | a file of the node is changed, and the process that reads it made to read it again: signal(7) |
//! | `hostNetworkAndNetRaw` | `hostNetwork`, and a container with `NET_RAW` | traffic of the node and its pods is read and forged: packet(7) |
//! | `hostNetworkAndNetAdmin` | `hostNetwork`, and a container with `NET_ADMIN` | the node's routes and firewall are changed: capabilities(7) |
//! | `sharedProcessesAndPtrace` | `shareProcessNamespace`, and a container with `SYS_PTRACE` | the other containers' memory is read and changed: ptrace(2) |
//! | `sharedProcessesAndUsers` | `shareProcessNamespace`, and containers that run as different users, or as one that the pod does not say | a container of root reaches the files and the environment of the others: proc(5) |
//! | `noEscalationAndPrivileged` | `allowPrivilegeEscalation: false`, and `privileged` | nothing: the API server refuses it |
//! | `noEscalationAndSysAdmin` | `allowPrivilegeEscalation: false`, and `SYS_ADMIN` | what has `SYS_ADMIN` need not escalate; the API server refuses one spelling of it only |
//! | `privilegedAndHostPath` | a privileged container, and a hostPath volume in its pod | a mount that is read-only is made writable: mount(2) |
//! | `sysAdminAndUnconfined` | `SYS_ADMIN`, and no seccomp profile or `Unconfined` | every system call behind `SYS_ADMIN` is there to be called: seccomp(2) |
//! | `tokenAndHostNetwork` | `hostNetwork`, and a token of the service account | whoever takes the container calls the API server from where no NetworkPolicy holds |
//! | `tokenAndPrivileged` | a privileged container, and a token of the service account | whoever takes the container has the node and a voice in the cluster |
//!
//! On Windows pods, from v1.25 on, `NET_RAW` is not taken for granted.
//!
//! ## How to fix
//!
//! Give up one half, or move it into a pod of its own. A pair that is meant goes into `allow`, or,
//! for one workload, into an exemption whose `values` have its id.
//!
//! Source: the manual pages named above; Kubernetes documentation, "Network Policies" on
//! `hostNetwork`, and validation of `k8s.io/api/core/v1` pods.

mod combination;
mod power;

use self::combination::Combination;
pub(crate) use self::combination::Parameters;
use self::power::{holds, holds_net_raw, is_privileged};
use crate::pod::{Container, Pod, Volume};
use crate::report::{Place, Report};
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "toxicCombinations",
    title: "combinations that undo a fence",
    family: Family::Isolation,
    fields: &[
        "spec.hostNetwork",
        "spec.shareProcessNamespace",
        "spec.containers[*].securityContext.allowPrivilegeEscalation",
        "spec.containers[*].securityContext.capabilities.add",
        "spec.containers[*].securityContext.capabilities.drop",
        "spec.containers[*].securityContext.privileged",
        "spec.containers[*].volumeMounts[*]",
    ],
    fills: &[],
    hardened: Some("each half may have its reason, and both together are the node"),
    checks: &[Check {
        id: "toxicCombinations",
        level: Some(Level::Hardened),
        overrides: &[],
        revisions: &[
            Revision {
                since: Version::v1(0),
                summary: "no two fields stand together that open a way out",
                check: CheckFn::Pod(check_1_0),
            },
            Revision {
                since: Version::v1(25),
                summary: "Windows pods are not taken to have NET_RAW",
                check: CheckFn::Pod(check_1_25),
            },
        ],
    }],
};

fn check_1_0<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    check(pod, true, report);
}

fn check_1_25<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    check(pod, !pod.is_windows(), report);
}

/// Reports every combination; `grants_net_raw` says whether the runtime may grant it unasked.
fn check<'p>(pod: Pod<'p, '_>, grants_net_raw: bool, report: &mut Report<'p>) {
    let parameters = report.parameters().toxic_combinations.as_deref();
    let allow = parameters.map_or(&[][..], |parameters| &parameters.allow);
    let mut found = |combination: Combination, place: Place<'p>| {
        if !allow.contains(&combination) {
            let (allowed, hint) = combination.texts();
            report.violation(place, combination.name(), allowed, hint);
        }
    };
    if shares_processes(pod) && users_differ(pod) {
        found(Combination::SharedProcessesAndUsers, pod.at("shareProcessNamespace"));
    }
    if pod.host_network() && has_token(pod) {
        found(Combination::TokenAndHostNetwork, pod.at("hostNetwork"));
    }
    for container in pod.containers() {
        of_processes(container, &mut found);
        if pod.host_network() {
            if let Some(place) = holds_net_raw(container, grants_net_raw) {
                found(Combination::HostNetworkAndNetRaw, place);
            }
            if let Some(place) = holds(container, "NET_ADMIN") {
                found(Combination::HostNetworkAndNetAdmin, place);
            }
        }
        of_privileges(container, &mut found);
    }
}

/// What a container may do to processes that are not its own.
fn of_processes<'p>(container: Container<'p, '_>, found: &mut dyn FnMut(Combination, Place<'p>)) {
    let pod = container.pod();
    if !pod.host_pid() && !shares_processes(pod) {
        return;
    }
    if let Some(place) = holds(container, "SYS_PTRACE") {
        if pod.host_pid() {
            found(Combination::HostPidAndPtrace, place);
        } else {
            found(Combination::SharedProcessesAndPtrace, place);
        }
    }
    if !pod.host_pid() {
        return;
    }
    if let Some(place) = holds(container, "SYS_ADMIN") {
        found(Combination::HostPidAndSysAdmin, place);
    }
    let is_of_node = |name: &str| {
        pod.volumes().iter().any(|volume| volume.name == name && volume.host_path.is_some())
    };
    for (index, mount) in container.volume_mounts().iter().enumerate() {
        if !mount.read_only && is_of_node(&mount.name) {
            let place = container.at_item("volumeMounts", index, "");
            found(Combination::HostPidAndWritableHostPath, place);
        }
    }
}

/// What goes ill with a container's own privileges.
fn of_privileges<'p>(container: Container<'p, '_>, found: &mut dyn FnMut(Combination, Place<'p>)) {
    let pod = container.pod();
    let promises = container.security_context().allow_privilege_escalation == Some(false);
    let promise = || container.at("securityContext.allowPrivilegeEscalation");
    if is_privileged(container) {
        let place = || container.at("securityContext.privileged");
        if promises {
            found(Combination::NoEscalationAndPrivileged, promise());
        }
        if pod.volumes().iter().any(|volume| volume.host_path.is_some()) {
            found(Combination::PrivilegedAndHostPath, place());
        }
        if has_token(pod) {
            found(Combination::TokenAndPrivileged, place());
        }
    } else if let Some(place) = holds(container, "SYS_ADMIN") {
        if promises {
            found(Combination::NoEscalationAndSysAdmin, promise());
        }
        let profile = container.seccomp_profile().map(|profile| &*profile.type_);
        if !matches!(profile, Some("RuntimeDefault" | "Localhost")) {
            found(Combination::SysAdminAndUnconfined, place);
        }
    }
}

fn shares_processes(pod: Pod<'_, '_>) -> bool {
    pod.share_process_namespace() == Some(true)
}

/// Whether a token of the service account may be in the pod: a pod that does not say leaves it to
/// the service account.
fn has_token(pod: Pod<'_, '_>) -> bool {
    let projected = |volume: &Volume<'_>| {
        let sources = volume.projected.iter().flat_map(|projected| &projected.sources);
        sources.into_iter().any(|source| source.service_account_token.is_some())
    };
    pod.automount_service_account_token() != Some(false) || pod.volumes().iter().any(projected)
}

/// Whether containers run as different users; an image's user is unknown, and so another one.
fn users_differ(pod: Pod<'_, '_>) -> bool {
    let mut users = pod.containers().map(Container::run_as_user);
    let first = users.next().flatten();
    users.any(|user| user.is_none() || user != first)
}
