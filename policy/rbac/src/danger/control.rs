//! What holds others back, or leads their traffic.

use super::Severity::{Critical, High, Low, Medium};
use super::{
    ADMISSION, CHANGE, CONTROL, CORE, Danger, LOOSEN, Row, WRITE, cluster, grant, namespaced,
};
use crate::model::Scope;

pub(super) const ROWS: [Row; 12] = [
    cluster(
        "mutating-webhooks-write",
        Critical,
        &[grant(CONTROL, ADMISSION, &["mutatingwebhookconfigurations"])],
        "A webhook reads and changes every object on its way in, so that any workload of the cluster \
         can be made to run other code.",
        "RBAC Good Practices: Control admission webhooks",
    ),
    cluster(
        "validating-webhooks-write",
        High,
        &[grant(CONTROL, ADMISSION, &["validatingwebhookconfigurations"])],
        "A webhook reads every object on its way in, Secrets included, and without the one that \
         enforces a policy the policy is gone.",
        "RBAC Good Practices: Control admission webhooks",
    ),
    cluster(
        "mutating-policies-write",
        Critical,
        &[grant(
            CONTROL,
            ADMISSION,
            &["mutatingadmissionpolicies", "mutatingadmissionpolicybindings"],
        )],
        "A policy changes every object on its way in, so that any workload of the cluster can be made \
         to run other code.",
        "Mutating Admission Policy",
    ),
    cluster(
        "validating-policies-write",
        High,
        &[grant(
            CONTROL,
            ADMISSION,
            &["validatingadmissionpolicies", "validatingadmissionpolicybindings"],
        )],
        "A policy can be taken away or let everything pass, and a new one can refuse what keeps the \
         cluster running.",
        "Validating Admission Policy",
    ),
    cluster(
        "apiservices-write",
        High,
        &[grant(CONTROL, "apiregistration.k8s.io", &["apiservices"])],
        "A server of its holder's choice answers for an API group, and is sent who asks and what they \
         write.",
        "Kubernetes API Aggregation Layer",
    ),
    cluster(
        "crds-write",
        Medium,
        &[grant(CONTROL, "apiextensions.k8s.io", &["customresourcedefinitions"])],
        "A conversion webhook reads and changes every object of the kind, and with a definition all \
         its objects go.",
        "Versions in CustomResourceDefinitions: Webhook conversion",
    ),
    // A request for a namespace is asked about in that namespace, so that a RoleBinding grants it.
    namespaced(
        "namespaces-write",
        (High, High),
        &[grant(CHANGE, CORE, &["namespaces", "namespaces/status", "namespaces/finalize"])],
        "Labels of a namespace say which Pod Security level holds, which policies and network \
         policies apply, and whether devices are given with admin access.",
        "RBAC Good Practices: Namespace modification",
    ),
    namespaced(
        "networkpolicies-write",
        (Medium, Medium),
        &[grant(CONTROL, "networking.k8s.io", &["networkpolicies"])],
        "Policies add up, so that a new one opens pods that others close, and without them nothing is \
         closed.",
        "Network Policies",
    ),
    namespaced(
        "endpoints-write",
        (Medium, Medium),
        &[
            grant(WRITE, CORE, &["endpoints"]),
            grant(WRITE, "discovery.k8s.io", &["endpointslices"]),
        ],
        "Traffic of a Service can be led elsewhere, also to pods of other namespaces through a load \
         balancer or an ingress that may reach them.",
        "CVE-2021-25740",
    ),
    namespaced(
        "quotas-write",
        (Low, Low),
        &[grant(LOOSEN, CORE, &["resourcequotas", "limitranges"])],
        "What holds a namespace back from using up the cluster can be raised or taken away.",
        "RBAC Good Practices: Object creation denial-of-service",
    ),
    // A new network policy plane: cluster-wide rules that override those of namespaces.
    cluster(
        "clusternetworkpolicies-write",
        High,
        &[grant(
            CONTROL,
            "policy.networking.k8s.io",
            &["adminnetworkpolicies", "baselineadminnetworkpolicies", "clusternetworkpolicies"],
        )],
        "Policies of the cluster decide before those of namespaces, so that what these close is open.",
        "Network Policy API",
    ),
    (
        Danger {
            id: "debug-urls",
            grants: &[],
            urls: &["/logs/", "/debug/pprof/", "/debug/flags/v"],
            reach: Scope::Cluster,
            in_namespace: Medium,
            in_cluster: Medium,
            escalation: "Profiles, log levels and, where it is still served, /var/log of the API server \
                     are told and set.",
        },
        "kube-apiserver: --profiling, --enable-logs-handler",
    ),
];
