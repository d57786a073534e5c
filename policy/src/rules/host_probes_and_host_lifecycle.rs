//! # hostProbesAndHostLifecycle
//!
//! The kubelet runs probes and lifecycle hooks from the node's network. With a `host` of the pod's
//! choosing they reach what the pod itself cannot: the node's loopback address, metadata services,
//! other networks.
//!
//! ## Allowed values
//!
//! From v1.34 on: `host` unset or empty in `httpGet` and `tcpSocket` of every container's
//! `livenessProbe`, `readinessProbe`, `startupProbe`, `lifecycle.postStart` and
//! `lifecycle.preStop`. `127.0.0.1` is the node's and refused like any other. `grpc` and `exec`
//! name no host.
//!
//! ## How to fix
//!
//! Remove the field: the kubelet then asks the pod's own address.
//!
//! Source: Pod Security Standards, baseline, "Host Probes / Lifecycle Hooks"; KEP-4940.

use crate::pod::{Container, HostAction, Pod};
use crate::report::Report;
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "hostProbesAndHostLifecycle",
    title: "probes and hooks to other hosts",
    family: Family::Isolation,
    fields: &[
        "spec.containers[*].livenessProbe.httpGet.host",
        "spec.containers[*].livenessProbe.tcpSocket.host",
        "spec.containers[*].readinessProbe.httpGet.host",
        "spec.containers[*].readinessProbe.tcpSocket.host",
        "spec.containers[*].startupProbe.httpGet.host",
        "spec.containers[*].startupProbe.tcpSocket.host",
        "spec.containers[*].lifecycle.postStart.httpGet.host",
        "spec.containers[*].lifecycle.postStart.tcpSocket.host",
        "spec.containers[*].lifecycle.preStop.httpGet.host",
        "spec.containers[*].lifecycle.preStop.tcpSocket.host",
    ],
    fills: &[],
    hardened: None,
    checks: &[Check {
        id: "hostProbesAndHostLifecycle",
        level: Some(Level::Baseline),
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(34),
            summary: "no probe or lifecycle hook names a host",
            check: CheckFn::Pod(check),
        }],
    }],
};

fn check<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    for container in pod.containers() {
        for (key, probe) in container.probes() {
            actions(container, key, &probe.http_get, &probe.tcp_socket, report);
        }
        let hooks = container.lifecycle();
        for (key, hook) in
            [("lifecycle.postStart", &hooks.post_start), ("lifecycle.preStop", &hooks.pre_stop)]
        {
            actions(container, key, &hook.http_get, &hook.tcp_socket, report);
        }
    }
}

fn actions<'p>(
    container: Container<'p, '_>,
    key: &str,
    http_get: &'p HostAction<'_>,
    tcp_socket: &'p HostAction<'_>,
    report: &mut Report<'p>,
) {
    for (kind, action) in [(".httpGet.host", http_get), (".tcpSocket.host", tcp_socket)] {
        if !action.host.is_empty() {
            report.violation(
                container.at(&[key, kind].concat()),
                &*action.host,
                "unset",
                "remove it: the kubelet then asks the pod itself",
            );
        }
    }
}
