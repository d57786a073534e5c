//! Pods and namespaces, as far as NetworkPolicies look at them.

use std::borrow::Cow;
use std::net::IpAddr;

use ringfence_json::record;

use crate::cidr::Family;
use crate::labels::{Label, Labelled, Labels};
use crate::model::{Metadata, NetworkPolicy, or_default};
use crate::port::Protocol;

/// The label that the control plane sets on every namespace, immutably, to its name (Kubernetes
/// documentation, "Well-Known Labels, Annotations and Taints").
pub const NAMESPACE_NAME: &str = "kubernetes.io/metadata.name";

record! {
    /// `v1` Pod. A workload's pod template decodes as one, without a name; its namespace is the
    /// workload's, and has to be put in.
    pub struct Pod<'a> {
        /// `metadata`.
        metadata: Metadata<'a> = "metadata",
        /// `spec`.
        spec: PodSpec<'a> = "spec",
        /// `status`.
        status: PodStatus<'a> = "status",
    }

    /// `spec` of a pod.
    pub struct PodSpec<'a> {
        /// Whether the pod has the node's network.
        host_network: bool = "hostNetwork",
        /// The node; empty where none is known.
        node_name: Cow<'a, str> = "nodeName",
        /// Containers.
        containers: Vec<Container<'a>> = "containers",
        /// Containers that run before the others; with `restartPolicy: Always`, beside them.
        init_containers: Vec<Container<'a>> = "initContainers",
    }

    /// A container.
    pub struct Container<'a> {
        /// Ports it says it listens at.
        ports: Vec<ContainerPort<'a>> = "ports",
        /// Of an init container: `Always` for a sidecar.
        restart_policy: Cow<'a, str> = "restartPolicy",
    }

    /// One of `ports`.
    pub struct ContainerPort<'a> {
        /// The name.
        name: Cow<'a, str> = "name",
        /// The number.
        container_port: i64 = "containerPort",
        /// Empty: TCP.
        protocol: Cow<'a, str> = "protocol",
    }

    /// `status` of a pod.
    pub struct PodStatus<'a> {
        /// `Succeeded` and `Failed` pods have given their addresses back.
        phase: Cow<'a, str> = "phase",
        /// The first of the addresses.
        pod_ip: Cow<'a, str> = "podIP",
        /// The addresses, at most one of each family.
        pod_ips: Vec<AddressEntry<'a>> = "podIPs",
        /// The first of the node's addresses.
        host_ip: Cow<'a, str> = "hostIP",
        /// The node's addresses.
        host_ips: Vec<AddressEntry<'a>> = "hostIPs",
    }

    /// One of `podIPs` or `hostIPs`.
    pub struct AddressEntry<'a> {
        /// The address.
        ip: Cow<'a, str> = "ip",
    }

    /// `v1` Namespace.
    pub struct Namespace<'a> {
        /// `metadata`.
        metadata: Metadata<'a> = "metadata",
    }
}

impl Pod<'_> {
    /// The pod's namespace: `default` where the manifest does not say.
    pub fn namespace(&self) -> &str {
        or_default(&self.metadata.namespace)
    }

    /// Whether both are one pod. A template has no name, and two pods of it are two.
    pub fn is(&self, other: &Pod<'_>) -> bool {
        !self.metadata.name.is_empty()
            && self.metadata.name == other.metadata.name
            && self.namespace() == other.namespace()
    }

    /// The pod's address of that family, if known.
    pub(crate) fn address(&self, family: Family) -> Option<IpAddr> {
        self.addresses().find(|address| Family::of(*address) == family)
    }

    /// The pod's addresses, as far as known.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        parsed(&self.status.pod_ips, &self.status.pod_ip)
    }

    /// The addresses of the pod's node, as far as known.
    pub(crate) fn node_addresses(&self) -> impl Iterator<Item = IpAddr> {
        parsed(&self.status.host_ips, &self.status.host_ip)
    }

    /// Whether the pod has ended.
    pub fn has_ended(&self) -> bool {
        matches!(&*self.status.phase, "Succeeded" | "Failed")
    }

    /// The ports that are called so, for the protocol: of the containers that run together, or of
    /// those that run before them.
    pub(crate) fn named_ports(
        &self,
        together: bool,
        protocol: Protocol,
        name: &str,
    ) -> impl Iterator<Item = i64> {
        let init = self.spec.init_containers.iter();
        let init = init.filter(move |init| (init.restart_policy == "Always") == together);
        let containers = self.spec.containers.iter().filter(move |_| together).chain(init);
        containers.flat_map(|container| &container.ports).filter_map(move |port| {
            let of_port = if port.protocol.is_empty() { "TCP" } else { &port.protocol };
            (port.name == name && of_port == protocol.name()).then_some(port.container_port)
        })
    }
}

fn parsed<'p>(entries: &'p [AddressEntry<'p>], first: &'p str) -> impl Iterator<Item = IpAddr> {
    entries.iter().map(|entry| &*entry.ip).chain([first]).filter_map(|text| text.parse().ok())
}

/// What is in a cluster, or in a pile of manifests.
#[derive(Debug, Default, Clone, Copy)]
pub struct Snapshot<'s, 'a> {
    /// Every policy.
    pub policies: &'s [NetworkPolicy<'a>],
    /// Pods: an address that is one's is taken for it.
    pub pods: &'s [Pod<'a>],
    /// Namespaces: of one that is not here, only the name is known.
    pub namespaces: &'s [Namespace<'a>],
}

impl<'s, 'a> Snapshot<'s, 'a> {
    /// What is known of a namespace's labels.
    pub fn namespace<'n>(&self, name: &'n str) -> NamespaceLabels<'n>
    where
        's: 'n,
        'a: 'n,
    {
        let found = self.namespaces.iter().find(|namespace| namespace.metadata.name == name);
        NamespaceLabels { name, labels: found.map(|namespace| &namespace.metadata.labels) }
    }
}

/// The labels of a namespace, as far as they are known: that of its name always is.
#[derive(Debug, Clone, Copy)]
pub struct NamespaceLabels<'n> {
    /// The namespace.
    pub name: &'n str,
    /// Its labels.
    pub labels: Option<&'n Labels<'n>>,
}

impl Labelled for NamespaceLabels<'_> {
    fn label(&self, key: &str) -> Label<'_> {
        if key == NAMESPACE_NAME {
            return Label::Value(self.name);
        }
        self.labels.map_or(Label::Unknown, |labels| labels.label(key))
    }
}
