//! The containers of a pod, as a rule is handed them.

use super::model::{
    ContainerPort, ContainerSpec, Lifecycle, Probe, SeccompProfile, SecurityContext,
};
use super::subject::Pod;
use super::volume::{VolumeDevice, VolumeMount};
use crate::json::Raw;
use crate::report::Place;

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
    pub(super) pod: Pod<'p, 'a>,
    pub(super) list: ContainerList,
    pub(super) index: usize,
    pub(super) rest: std::slice::Iter<'p, ContainerSpec<'a>>,
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
            self.index = 0;
            let spec = self.pod.spec;
            // Most pods have neither of the other lists.
            if self.list == ContainerList::Init {
                (self.list, self.rest) = (ContainerList::Regular, spec.containers.iter());
            } else if self.list == ContainerList::Regular && !spec.ephemeral_containers.is_empty() {
                self.list = ContainerList::Ephemeral;
                self.rest = spec.ephemeral_containers.iter();
            } else {
                return None;
            }
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

    /// `env`, as its text.
    pub fn env(self) -> Raw<'a> {
        self.spec.env
    }

    /// `envFrom`, as its text.
    pub fn env_from(self) -> Raw<'a> {
        self.spec.env_from
    }

    /// `resources`, as its text.
    pub fn resources(self) -> Raw<'a> {
        self.spec.resources
    }

    /// `stdin`.
    pub fn has_stdin(self) -> bool {
        self.spec.stdin
    }

    /// `tty`.
    pub fn has_tty(self) -> bool {
        self.spec.tty
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
