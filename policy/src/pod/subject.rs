//! The pod and its containers, as a rule is handed them.

use std::borrow::Cow;

use super::model::{
    Annotation, ContainerPort, ContainerSpec, Lifecycle, Metadata, NodeSelector,
    PodSecurityContext, PodSpec, PreferredSchedulingTerm, Probe, SeccompProfile, SecurityContext,
    Toleration, Volume, VolumeDevice, VolumeMount,
};
use crate::json::push_decimal;
use crate::report::Place;

/// The request that a pod comes with.
#[derive(Debug, Default)]
pub struct Admission<'p> {
    /// The namespace of the request, else of the object.
    pub namespace: &'p str,
    /// The requester.
    pub username: &'p str,
    /// The requester's groups.
    pub groups: &'p [Cow<'p, str>],
    /// Whether a pod is being created: not a template, not an update.
    pub creates_pod: bool,
    /// The pod before the update, where there was one.
    pub(crate) old: Option<&'p PodSpec<'p>>,
}

/// A pod, or a pod template with the path it stands at.
#[derive(Debug, Clone, Copy)]
pub struct Pod<'p, 'a> {
    spec: &'p PodSpec<'a>,
    metadata: &'p Metadata<'a>,
    /// Path of what holds `spec` and `metadata`, with its final dot: empty for a pod.
    base: &'p str,
    /// Key of `spec` in it, with a final dot: empty where the spec stands there itself.
    key: &'static str,
    admission: &'p Admission<'p>,
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
        let (list, rest) = (ContainerList::Init, self.spec.init_containers.iter());
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
        Place { path, container: None }
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
        Place { path: [self.base, "metadata.annotations[", key, "]"].concat(), container: None }
    }
}

/// Which list of a pod a container stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContainerList {
    /// `ephemeralContainers`.
    Ephemeral,
    /// `initContainers`; with `restartPolicy: Always` they are sidecars.
    Init,
    /// `containers`.
    Regular,
}

impl ContainerList {
    /// The JSON key of the list.
    pub fn key(self) -> &'static str {
        match self {
            Self::Ephemeral => "ephemeralContainers",
            Self::Init => "initContainers",
            Self::Regular => "containers",
        }
    }
}

/// The containers of a pod, list by list.
#[derive(Debug, Clone)]
pub struct Containers<'p, 'a> {
    pod: Pod<'p, 'a>,
    list: ContainerList,
    index: usize,
    rest: std::slice::Iter<'p, ContainerSpec<'a>>,
}

impl<'p, 'a> Iterator for Containers<'p, 'a> {
    type Item = Container<'p, 'a>;

    /// Once in the module, not once in every rule.
    #[inline(never)]
    fn next(&mut self) -> Option<Container<'p, 'a>> {
        loop {
            if let Some(spec) = self.rest.next() {
                let index = self.index;
                self.index += 1;
                return Some(Container { spec, pod: self.pod, list: self.list, index });
            }
            let spec = self.pod.spec;
            (self.list, self.rest) = match self.list {
                ContainerList::Init => (ContainerList::Regular, spec.containers.iter()),
                ContainerList::Regular => {
                    (ContainerList::Ephemeral, spec.ephemeral_containers.iter())
                }
                ContainerList::Ephemeral => return None,
            };
            self.index = 0;
        }
    }
}

/// A container, in its pod.
#[derive(Debug, Clone, Copy)]
pub struct Container<'p, 'a> {
    spec: &'p ContainerSpec<'a>,
    pod: Pod<'p, 'a>,
    list: ContainerList,
    index: usize,
}

impl<'p, 'a> Container<'p, 'a> {
    /// `name`.
    pub fn name(self) -> &'p str {
        &self.spec.name
    }

    /// `image`, as written.
    pub fn image(self) -> &'p str {
        &self.spec.image
    }

    /// The list the container stands in.
    pub fn list(self) -> ContainerList {
        self.list
    }

    /// `securityContext`: what the container itself says.
    pub fn security_context(self) -> &'p SecurityContext<'a> {
        &self.spec.security_context
    }

    /// `ports`.
    pub fn ports(self) -> &'p [ContainerPort<'a>] {
        &self.spec.ports
    }

    /// `volumeMounts`.
    pub fn volume_mounts(self) -> &'p [VolumeMount<'a>] {
        &self.spec.volume_mounts
    }

    /// `volumeDevices`.
    pub fn volume_devices(self) -> &'p [VolumeDevice<'a>] {
        &self.spec.volume_devices
    }

    /// Whether the request adds the container, or changes its image.
    pub fn is_new(self) -> bool {
        let Some(old) = self.pod.admission.old else {
            return true;
        };
        let list = match self.list {
            ContainerList::Ephemeral => &old.ephemeral_containers,
            ContainerList::Init => &old.init_containers,
            ContainerList::Regular => &old.containers,
        };
        !list.iter().any(|old| old.name == self.spec.name && old.image == self.spec.image)
    }

    /// The three probes, with their keys.
    pub fn probes(self) -> [(&'static str, &'p Probe<'a>); 3] {
        [
            ("livenessProbe", &self.spec.liveness_probe),
            ("readinessProbe", &self.spec.readiness_probe),
            ("startupProbe", &self.spec.startup_probe),
        ]
    }

    /// `lifecycle`.
    pub fn lifecycle(self) -> &'p Lifecycle<'a> {
        &self.spec.lifecycle
    }

    /// `runAsNonRoot` as the kubelet applies it: the container's, else the pod's.
    pub fn run_as_non_root(self) -> Option<bool> {
        let own = self.spec.security_context.run_as_non_root;
        own.or(self.pod.spec.security_context.run_as_non_root)
    }

    /// `runAsUser` as the kubelet applies it: the container's, else the pod's.
    pub fn run_as_user(self) -> Option<i64> {
        let own = self.spec.security_context.run_as_user;
        own.or(self.pod.spec.security_context.run_as_user)
    }

    /// `runAsGroup` as the kubelet applies it: the container's, else the pod's.
    pub fn run_as_group(self) -> Option<i64> {
        let own = self.spec.security_context.run_as_group;
        own.or(self.pod.spec.security_context.run_as_group)
    }

    /// `windowsOptions.runAsUserName` as the kubelet applies it: the container's, else the pod's.
    pub fn run_as_user_name(self) -> Option<&'p str> {
        let own = self.spec.security_context.windows_options.run_as_user_name.as_deref();
        own.or(self.pod.spec.security_context.windows_options.run_as_user_name.as_deref())
    }

    /// Whether the container is a process of a Windows host: the container's word, else the pod's.
    pub fn is_host_process(self) -> bool {
        let own = self.spec.security_context.windows_options.host_process;
        own.or(self.pod.spec.security_context.windows_options.host_process) == Some(true)
    }

    /// The pod that the container is in.
    pub fn pod(self) -> Pod<'p, 'a> {
        self.pod
    }

    /// `seccompProfile` as the kubelet applies it: the container's, else the pod's.
    pub fn seccomp_profile(self) -> Option<&'p SeccompProfile<'a>> {
        let own = self.spec.security_context.seccomp_profile.as_ref();
        own.or(self.pod.spec.security_context.seccomp_profile.as_ref())
    }

    /// The place of a field of the container.
    #[cold]
    #[inline(never)]
    pub fn at(self, field: &str) -> Place<'p> {
        let mut place = self.pod.at(self.list.key());
        place.push_index(self.index);
        place.push_field(field);
        place.container = Some((self.name(), self.image()));
        place
    }

    /// The place of an item of a list in the container.
    #[cold]
    #[inline(never)]
    pub fn at_item(self, list: &str, index: usize, field: &str) -> Place<'p> {
        let mut place = self.at(list);
        place.push_index(index);
        place.push_field(field);
        place
    }
}

impl Place<'_> {
    fn push_index(&mut self, index: usize) {
        self.path.push('[');
        push_decimal(&mut self.path, index);
        self.path.push(']');
    }

    fn push_field(&mut self, field: &str) {
        if !field.is_empty() {
            self.path.push('.');
            self.path.push_str(field);
        }
    }
}
