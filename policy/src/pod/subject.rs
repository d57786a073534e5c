//! The pod, as a rule is handed it.

use std::borrow::Cow;

use super::container::{ContainerList, Containers};
use super::model::{Annotation, Metadata, PodSecurityContext, PodSpec};
use super::placement::{NodeSelector, PreferredSchedulingTerm, Toleration};
use super::volume::Volume;
use crate::json::{Raw, push_decimal};
use crate::plain::Plain;
use crate::report::Place;

/// The request that a pod comes with.
#[derive(Debug, Default)]
pub struct Admission<'p> {
    /// The namespace of the request, else of the object.
    pub namespace: &'p str,
    /// The name in the request; empty where the API server makes one.
    pub name: &'p str,
    /// The requester.
    pub username: &'p str,
    /// The requester's groups.
    pub groups: &'p [Cow<'p, str>],
    /// Whether a pod is being created: not a template, not an update.
    pub creates_pod: bool,
    /// The pod before the update, where there was one.
    pub(crate) old: Option<&'p PodSpec<'p>>,
    /// The object before the update, where it is one that carries no pod.
    pub(crate) before: Option<&'p Plain<'p>>,
    /// Whether the object is being deleted.
    pub(crate) deletes: bool,
}

/// A pod, or a pod template with the path it stands at.
#[derive(Debug, Clone, Copy)]
pub struct Pod<'p, 'a> {
    pub(super) spec: &'p PodSpec<'a>,
    metadata: &'p Metadata<'a>,
    /// Path of what holds `spec` and `metadata`, with its final dot: empty for a pod.
    base: &'p str,
    /// Key of `spec` in it, with a final dot: empty where the spec stands there itself.
    key: &'static str,
    pub(super) admission: &'p Admission<'p>,
}

impl<'p, 'a> Pod<'p, 'a> {
    pub(crate) fn new(
        spec: &'p PodSpec<'a>,
        metadata: &'p Metadata<'a>,
        base: &'p str,
        admission: &'p Admission<'p>,
    ) -> Self {
        Self { spec, metadata, base, key: "spec.", admission }
    }

    /// The same, without a template around the spec.
    pub(crate) fn bare(self) -> Self {
        Self { key: "", ..self }
    }

    /// The request that the pod comes with.
    pub fn admission(self) -> &'p Admission<'p> {
        self.admission
    }

    /// Every container: init containers (sidecars among them), containers, ephemeral containers.
    pub fn containers(self) -> Containers<'p, 'a> {
        let spec = self.spec;
        let (list, rest) = if spec.init_containers.is_empty() {
            (ContainerList::Regular, spec.containers.iter())
        } else {
            (ContainerList::Init, spec.init_containers.iter())
        };
        Containers { pod: self, list, index: 0, rest }
    }

    /// Whether `spec.containers` names any.
    pub fn has_containers(self) -> bool {
        !self.spec.containers.is_empty()
    }

    /// `spec.securityContext`.
    pub fn security_context(self) -> &'p PodSecurityContext<'a> {
        &self.spec.security_context
    }

    /// `spec.volumes`.
    pub fn volumes(self) -> &'p [Volume<'a>] {
        &self.spec.volumes
    }

    /// The annotations that rules read, in document order.
    pub fn annotations(self) -> &'p [Annotation<'a>] {
        &self.metadata.annotations.0
    }

    /// `metadata.labels`, as their text.
    pub fn labels(self) -> Raw<'a> {
        self.metadata.labels
    }

    /// The place of a field of `metadata`.
    pub fn at_metadata(self, field: &str) -> Place<'p> {
        Place::at([self.base, "metadata.", field].concat())
    }

    /// Whether the API server has stored the pod before: it is being updated, or audited.
    ///
    /// Only the versions that it refuses on what is to be created say so. It creates an object all
    /// the same whose `resourceVersion` is 0, or is not a number that it can read (`Create` in
    /// `k8s.io/apiserver/pkg/storage/etcd3`), and anybody may send one.
    pub fn is_stored(self) -> bool {
        let version = &self.metadata.resource_version;
        version.bytes().all(|byte| byte.is_ascii_digit())
            && version.parse::<u64>().is_ok_and(|version| version != 0)
    }

    /// Whether pods are yet to be made from it.
    pub fn is_template(self) -> bool {
        !self.base.is_empty()
    }

    /// The service account, `default` where none is named.
    pub fn service_account_name(self) -> &'p str {
        let named = [&self.spec.service_account_name, &self.spec.service_account];
        named.into_iter().find(|name| !name.is_empty()).map_or("default", |name| name)
    }

    /// `spec.automountServiceAccountToken`.
    pub fn automount_service_account_token(self) -> Option<bool> {
        self.spec.automount_service_account_token
    }

    /// `spec.shareProcessNamespace`.
    pub fn share_process_namespace(self) -> Option<bool> {
        self.spec.share_process_namespace
    }

    /// `spec.hostUsers`.
    pub fn host_users(self) -> Option<bool> {
        self.spec.host_users
    }

    /// `spec.runtimeClassName`.
    pub fn runtime_class_name(self) -> Option<&'p str> {
        self.spec.runtime_class_name.as_deref()
    }

    /// `spec.nodeName`; empty where the scheduler decides.
    pub fn node_name(self) -> &'p str {
        &self.spec.node_name
    }

    /// `spec.nodeSelector`, in document order.
    pub fn node_selector(self) -> &'p [(String, Cow<'a, str>)] {
        &self.spec.node_selector.0
    }

    /// `spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution`.
    pub fn required_node_affinity(self) -> Option<&'p NodeSelector<'a>> {
        self.spec.affinity.node_affinity.required.as_ref()
    }

    /// `spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution`.
    pub fn preferred_node_affinity(self) -> &'p [PreferredSchedulingTerm<'a>] {
        &self.spec.affinity.node_affinity.preferred
    }

    /// `spec.tolerations`.
    pub fn tolerations(self) -> &'p [Toleration<'a>] {
        &self.spec.tolerations
    }

    /// `spec.resources`, as its text.
    pub fn resources(self) -> Raw<'a> {
        self.spec.resources
    }

    /// `spec.hostNetwork`.
    pub fn host_network(self) -> bool {
        self.spec.host_network
    }

    /// `spec.hostPID`.
    pub fn host_pid(self) -> bool {
        self.spec.host_pid
    }

    /// `spec.hostIPC`.
    pub fn host_ipc(self) -> bool {
        self.spec.host_ipc
    }

    /// Whether the pod has a user namespace of its own: `hostUsers` is `false`, said outright
    /// (KEP-127). Absent, `null` and `true` mean the host's.
    pub fn has_user_namespace(self) -> bool {
        self.spec.host_users == Some(false)
    }

    /// Whether `spec.os.name` is `windows`, spelled just so.
    pub fn is_windows(self) -> bool {
        self.spec.os.name == "windows"
    }

    /// Whether the pod is for nodes of Windows, as far as it says: by `spec.os.name`, or by the label
    /// that it wants of its nodes. Who says nothing may still end on one that has no taint.
    pub fn is_for_windows(self) -> bool {
        let is_os = |key: &str| matches!(key, "kubernetes.io/os" | "beta.kubernetes.io/os");
        let terms = self.required_node_affinity().map(|required| &*required.node_selector_terms);
        let mut asked = terms.unwrap_or_default().iter().flat_map(|term| &term.match_expressions);
        self.is_windows()
            || self.node_selector().iter().any(|(key, value)| is_os(key) && value == "windows")
            || asked.any(|asked| {
                let names_windows = asked.values.iter().any(|value| value == "windows");
                is_os(&asked.key) && asked.operator == "In" && names_windows
            })
    }

    /// The place of a field of `spec`.
    #[cold]
    #[inline(never)]
    pub fn at(self, field: &str) -> Place<'p> {
        // Room for what most paths go on with.
        let mut path = String::with_capacity(128);
        for part in [self.base, self.key, field] {
            path.push_str(part);
        }
        Place::at(path)
    }

    /// The place of an item of a list in `spec`.
    #[cold]
    #[inline(never)]
    pub fn at_item(self, list: &str, index: usize, field: &str) -> Place<'p> {
        let mut place = self.at(list);
        place.push_index(index);
        place.push_field(field);
        place
    }

    /// The place of an annotation.
    #[cold]
    #[inline(never)]
    pub fn at_annotation(self, key: &str) -> Place<'p> {
        Place::at([self.base, "metadata.annotations[", key, "]"].concat())
    }
}

impl Place<'_> {
    pub(crate) fn push_index(&mut self, index: usize) {
        self.path.push('[');
        push_decimal(&mut self.path, index);
        self.path.push(']');
    }

    pub(super) fn push_field(&mut self, field: &str) {
        if !field.is_empty() {
            self.path.push('.');
            self.path.push_str(field);
        }
    }
}
