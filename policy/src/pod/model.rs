//! The pod as far as rules read it: `k8s.io/api/core/v1` names, borrowed from the request.

use std::borrow::Cow;

use super::placement::{Affinity, Toleration};
use super::volume::{Volume, VolumeDevice, VolumeMount};
use crate::json::{Decode, Error, Names, Pairs, Raw, Scanner, nullable, record};

record! {
    /// `metadata`.
    pub struct Metadata<'a> {
        /// The name.
        name: Cow<'a, str> = "name",
        /// What the API server makes a name from where there is none.
        generate_name: Cow<'a, str> = "generateName",
        /// The namespace.
        namespace: Cow<'a, str> = "namespace",
        /// The labels, which few rules read.
        labels: Raw<'a> = "labels",
        /// The annotations that a rule reads.
        annotations: Annotations<'a> = "annotations",
        /// Set by the API server on what is stored, and refused by it on what is to be created.
        resource_version: Cow<'a, str> = "resourceVersion",
    }

    /// `spec` of a pod.
    pub(crate) struct PodSpec<'a> {
        init_containers: Vec<ContainerSpec<'a>> = "initContainers",
        containers: Vec<ContainerSpec<'a>> = "containers",
        ephemeral_containers: Vec<ContainerSpec<'a>> = "ephemeralContainers",
        security_context: PodSecurityContext<'a> = "securityContext",
        volumes: Vec<Volume<'a>> = "volumes",
        os: PodOs<'a> = "os",
        host_network: bool = "hostNetwork",
        host_pid: bool = "hostPID",
        host_ipc: bool = "hostIPC",
        host_users: Option<bool> = "hostUsers",
        service_account_name: Cow<'a, str> = "serviceAccountName",
        // The old name of the same field.
        service_account: Cow<'a, str> = "serviceAccount",
        automount_service_account_token: Option<bool> = "automountServiceAccountToken",
        share_process_namespace: Option<bool> = "shareProcessNamespace",
        runtime_class_name: Option<Cow<'a, str>> = "runtimeClassName",
        node_name: Cow<'a, str> = "nodeName",
        node_selector: Pairs<'a> = "nodeSelector",
        affinity: Affinity<'a> = "affinity",
        tolerations: Vec<Toleration<'a>> = "tolerations",
        resources: Raw<'a> = "resources",
    }

    /// A container of any of the three lists.
    pub(crate) struct ContainerSpec<'a> {
        name: Cow<'a, str> = "name",
        image: Cow<'a, str> = "image",
        security_context: SecurityContext<'a> = "securityContext",
        ports: Vec<ContainerPort<'a>> = "ports",
        liveness_probe: Probe<'a> = "livenessProbe",
        readiness_probe: Probe<'a> = "readinessProbe",
        startup_probe: Probe<'a> = "startupProbe",
        lifecycle: Lifecycle<'a> = "lifecycle",
        volume_mounts: Vec<VolumeMount<'a>> = "volumeMounts",
        volume_devices: Vec<VolumeDevice<'a>> = "volumeDevices",
        env: Raw<'a> = "env",
        env_from: Raw<'a> = "envFrom",
        resources: Raw<'a> = "resources",
        stdin: bool = "stdin",
        tty: bool = "tty",
    }

    /// `securityContext` of a pod. An absent one and an empty one mean the same.
    pub struct PodSecurityContext<'a> {
        /// AppArmor profile of every container that names none.
        app_armor_profile: Option<AppArmorProfile<'a>> = "appArmorProfile",
        /// Group that owns the pod's volumes.
        fs_group: Option<i64> = "fsGroup",
        /// Primary group of every container that names none.
        run_as_group: Option<i64> = "runAsGroup",
        /// Whether containers that do not say must not run as root.
        run_as_non_root: Option<bool> = "runAsNonRoot",
        /// User of every container that names none.
        run_as_user: Option<i64> = "runAsUser",
        /// SELinux context of every container that names none.
        se_linux_options: Option<SeLinuxOptions<'a>> = "seLinuxOptions",
        /// Seccomp profile of every container that names none.
        seccomp_profile: Option<SeccompProfile<'a>> = "seccompProfile",
        /// Groups added to every container's first process.
        supplemental_groups: Vec<i64> = "supplementalGroups",
        /// Whether the image's `/etc/group` adds groups: `Merge` or `Strict`.
        supplemental_groups_policy: Option<Cow<'a, str>> = "supplementalGroupsPolicy",
        /// Kernel parameters set for the pod.
        sysctls: Vec<Sysctl<'a>> = "sysctls",
        /// Windows options of every container that names none.
        windows_options: WindowsOptions<'a> = "windowsOptions",
    }

    /// `securityContext` of a container. An absent one and an empty one mean the same.
    pub struct SecurityContext<'a> {
        /// Whether a process may gain more privileges than its parent.
        allow_privilege_escalation: Option<bool> = "allowPrivilegeEscalation",
        /// AppArmor profile.
        app_armor_profile: Option<AppArmorProfile<'a>> = "appArmorProfile",
        /// Linux capabilities added and dropped.
        capabilities: Capabilities<'a> = "capabilities",
        /// Whether the container has the rights of the host's root.
        privileged: Option<bool> = "privileged",
        /// How `/proc` is mounted: `Default` or `Unmasked`.
        proc_mount: Option<Cow<'a, str>> = "procMount",
        /// Whether the container's root filesystem cannot be written.
        read_only_root_filesystem: Option<bool> = "readOnlyRootFilesystem",
        /// Primary group.
        run_as_group: Option<i64> = "runAsGroup",
        /// Whether the kubelet refuses to start the container as root.
        run_as_non_root: Option<bool> = "runAsNonRoot",
        /// User.
        run_as_user: Option<i64> = "runAsUser",
        /// SELinux context.
        se_linux_options: Option<SeLinuxOptions<'a>> = "seLinuxOptions",
        /// Seccomp profile.
        seccomp_profile: Option<SeccompProfile<'a>> = "seccompProfile",
        /// Windows options.
        windows_options: WindowsOptions<'a> = "windowsOptions",
    }

    /// Linux capabilities, named without `CAP_`.
    pub struct Capabilities<'a> {
        /// Added to what the runtime grants.
        add: Vec<Cow<'a, str>> = "add",
        /// Taken from what the runtime grants.
        drop: Vec<Cow<'a, str>> = "drop",
    }

    /// SELinux labels.
    pub struct SeLinuxOptions<'a> {
        /// Type label, the part type enforcement decides by.
        type_: Cow<'a, str> = "type",
        /// User label.
        user: Cow<'a, str> = "user",
        /// Role label.
        role: Cow<'a, str> = "role",
        /// Level label: sensitivity and categories, `s0:c1,c5`.
        level: Cow<'a, str> = "level",
    }

    /// Seccomp profile: `RuntimeDefault`, `Localhost` or `Unconfined`.
    pub struct SeccompProfile<'a> {
        /// Which kind of profile.
        type_: Cow<'a, str> = "type",
        /// With `Localhost`: the file, relative to the kubelet's seccomp root.
        localhost_profile: Option<Cow<'a, str>> = "localhostProfile",
    }

    /// AppArmor profile: `RuntimeDefault`, `Localhost` or `Unconfined`.
    pub struct AppArmorProfile<'a> {
        /// Which kind of profile.
        type_: Cow<'a, str> = "type",
        /// With `Localhost`: the name of a profile loaded on the node.
        localhost_profile: Option<Cow<'a, str>> = "localhostProfile",
    }

    /// Windows options.
    pub struct WindowsOptions<'a> {
        /// Whether the container runs as a process of the host.
        host_process: Option<bool> = "hostProcess",
        /// The user the entry point runs as.
        run_as_user_name: Option<Cow<'a, str>> = "runAsUserName",
    }

    /// One kernel parameter.
    pub struct Sysctl<'a> {
        /// Its name, in dots or slashes.
        name: Cow<'a, str> = "name",
        /// What it is set to.
        value: Cow<'a, str> = "value",
    }

    /// `spec.os`.
    pub struct PodOs<'a> {
        /// `linux` or `windows`.
        name: Cow<'a, str> = "name",
    }

    /// One port of a container.
    pub struct ContainerPort<'a> {
        /// Port of the node; 0 is none.
        host_port: Option<i64> = "hostPort",
    }

    /// A liveness, readiness or startup probe.
    pub struct Probe<'a> {
        /// Probe by HTTP.
        http_get: HostAction<'a> = "httpGet",
        /// Probe by opening a connection.
        tcp_socket: HostAction<'a> = "tcpSocket",
    }

    /// Hooks around a container's life.
    pub struct Lifecycle<'a> {
        /// After the container starts.
        post_start: LifecycleHandler<'a> = "postStart",
        /// Before the container stops.
        pre_stop: LifecycleHandler<'a> = "preStop",
    }

    /// One hook.
    pub struct LifecycleHandler<'a> {
        /// Hook by HTTP.
        http_get: HostAction<'a> = "httpGet",
        /// Hook by opening a connection.
        tcp_socket: HostAction<'a> = "tcpSocket",
    }

    /// What a probe or hook connects to.
    pub struct HostAction<'a> {
        /// The host; empty is the pod itself.
        host: Cow<'a, str> = "host",
    }
}

/// An annotation that a rule reads.
#[derive(Debug, Clone, Default)]
pub struct Annotation<'a> {
    /// The whole key.
    pub key: String,
    /// The value.
    pub value: Cow<'a, str>,
}

/// Key prefix of the AppArmor annotations, before the fields of Kubernetes 1.30.
pub(crate) const APPARMOR_CONTAINER: &str = "container.apparmor.security.beta.kubernetes.io/";
/// Key of the pod's seccomp annotation, before the fields of Kubernetes 1.19.
pub(crate) const SECCOMP_POD: &str = "seccomp.security.alpha.kubernetes.io/pod";
/// Key prefix of the containers' seccomp annotations.
pub(crate) const SECCOMP_CONTAINER: &str = "container.seccomp.security.alpha.kubernetes.io/";
/// How keys begin by which CRI-O loads a profile from a registry, in two versions (CRI-O, v1.30).
pub(crate) const SECCOMP_CRIO: [&str; 2] =
    ["seccomp-profile.crio.io", "seccomp-profile.kubernetes.cri-o.io"];
/// Marks the API server's image of a pod that a kubelet runs from a file.
pub(crate) const MIRROR: &str = "kubernetes.io/config.mirror";

/// The annotations that a rule reads, in document order. The others are stepped over: some tools
/// keep whole manifests in them.
#[derive(Debug, Clone, Default)]
pub struct Annotations<'a>(pub Vec<Annotation<'a>>);

impl<'a> Decode<'a> for Annotations<'a> {
    fn decode(scanner: &mut Scanner<'a>) -> Result<Self, Error> {
        let mut read = Vec::<Annotation<'a>>::new();
        let mut names = Names::default();
        scanner.object(&mut |scanner, key| {
            let is_read = key.starts_with(APPARMOR_CONTAINER.as_bytes())
                || key.starts_with(SECCOMP_CONTAINER.as_bytes())
                || SECCOMP_CRIO.iter().any(|start| key.starts_with(start.as_bytes()))
                || key == SECCOMP_POD.as_bytes()
                || key == MIRROR.as_bytes();
            if !is_read {
                return scanner.skip();
            }
            names.once(scanner, key)?;
            let key = String::from_utf8_lossy(key).into_owned();
            let mut value = Cow::default();
            nullable(scanner, &mut value)?;
            read.push(Annotation { key, value });
            Ok(())
        })?;
        Ok(Self(read))
    }
}
