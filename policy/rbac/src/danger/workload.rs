//! Running code, in pods and on nodes.

use super::Severity::{Critical, High, Medium};
use super::{CHANGE, CORE, PROXY, Row, STREAM, WRITE, cluster, grant, namespaced};

pub(super) const ROWS: [Row; 15] = [
    namespaced(
        "pods-write",
        (High, Critical),
        &[grant(WRITE, CORE, &["pods"])],
        "A pod runs as any service account of its namespace and mounts any Secret there, and an \
         update can put another image into a running one; where nothing holds it back, it is \
         privileged, and has the node.",
        "RBAC Good Practices: Workload creation",
    ),
    // extensions held three of them until Kubernetes 1.16.
    namespaced(
        "workloads-write",
        (High, Critical),
        &[
            grant(WRITE, "apps", &["deployments", "daemonsets", "statefulsets", "replicasets"]),
            grant(WRITE, "batch", &["jobs", "cronjobs"]),
            grant(WRITE, CORE, &["replicationcontrollers"]),
            grant(WRITE, "extensions", &["deployments", "daemonsets", "replicasets"]),
        ],
        "Its pods run as any service account of their namespace and mount any Secret there; where \
         nothing holds them back, they are privileged, and have the node.",
        "RBAC Good Practices: Workload creation",
    ),
    namespaced(
        "pods-ephemeralcontainers",
        (High, Critical),
        &[grant(CHANGE, CORE, &["pods/ephemeralcontainers"])],
        "A container of any image can be put into a running pod, where it has the pod's service \
         account and volumes, and may join the processes of another.",
        "Ephemeral Containers",
    ),
    namespaced(
        "pods-exec",
        (High, Critical),
        &[grant(STREAM, CORE, &["pods/exec"])],
        "Commands run in any container there, with its service account, Secrets and privileges; get \
         is enough before Kubernetes 1.35.",
        "Using RBAC Authorization; feature gate AuthorizePodWebsocketUpgradeCreatePermission",
    ),
    namespaced(
        "pods-attach",
        (High, Critical),
        &[grant(STREAM, CORE, &["pods/attach"])],
        "What a container there writes is read, and what it reads is written, which is a shell where \
         one waits for input; get is enough before Kubernetes 1.35.",
        "Using RBAC Authorization; feature gate AuthorizePodWebsocketUpgradeCreatePermission",
    ),
    namespaced(
        "pods-portforward",
        (Medium, High),
        &[grant(STREAM, CORE, &["pods/portforward"])],
        "Any port of any pod there is reached from inside of it, past network policies and also where \
         it listens on localhost only.",
        "Use Port Forwarding to Access Applications in a Cluster",
    ),
    namespaced(
        "pods-proxy",
        (Medium, High),
        &[grant(PROXY, CORE, &["pods/proxy"])],
        "HTTP requests to any port of any pod there are made by the API server, from its address.",
        "Proxies in Kubernetes: The apiserver proxy",
    ),
    namespaced(
        "services-proxy",
        (Medium, High),
        &[grant(PROXY, CORE, &["services/proxy"])],
        "HTTP requests to any Service there are made by the API server, from its address, and to \
         whatever its endpoints name.",
        "Proxies in Kubernetes: The apiserver proxy",
    ),
    cluster(
        "nodes-proxy",
        Critical,
        &[grant(PROXY, CORE, &["nodes/proxy"])],
        "The kubelet runs commands in every pod of its node for it, unseen by audit and admission; \
         get is enough.",
        "RBAC Good Practices: Access to proxy subresource of Nodes",
    ),
    cluster(
        "nodes-log",
        Medium,
        &[grant(&["get"], CORE, &["nodes/log"])],
        "The kubelet serves what lies in /var/log of its node, the logs of all its containers \
         included.",
        "Kubelet authentication/authorization",
    ),
    // KEP-279, Motivation.
    cluster(
        "nodes-write",
        High,
        &[grant(CHANGE, CORE, &["nodes"])],
        "Labels and taints decide where pods go: workloads can be led to a node that is in the wrong \
         hands, with their Secrets and tokens.",
        "KEP-279: Limit node access",
    ),
    cluster(
        "nodes-status",
        High,
        &[grant(CHANGE, CORE, &["nodes/status"])],
        "The API server finds a kubelet by the addresses and the port of the node's status, so that \
         exec, logs and proxied requests can be led elsewhere.",
        "CVE-2022-3294",
    ),
    cluster(
        "persistentvolumes-write",
        High,
        &[grant(WRITE, CORE, &["persistentvolumes"])],
        "A hostPath volume gives the pods that claim it the file system of their node, also where \
         they could not mount it themselves.",
        "RBAC Good Practices: Persistent volume creation",
    ),
    cluster(
        "volumeattachments-write",
        Medium,
        &[grant(WRITE, "storage.k8s.io", &["volumeattachments"])],
        "Any volume of a driver can be attached to any node, where its data are in reach.",
        "VolumeAttachment API",
    ),
    // Removed in 1.25; OpenShift's constraints are alike.
    namespaced(
        "pod-security-use",
        (Medium, High),
        &[
            grant(&["use"], "policy", &["podsecuritypolicies"]),
            grant(&["use"], "security.openshift.io", &["securitycontextconstraints"]),
        ],
        "Pods may be as privileged as the most privileged of these lets them.",
        "Pod Security Policies; OpenShift: Managing security context constraints",
    ),
];
