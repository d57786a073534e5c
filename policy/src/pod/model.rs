//! The pod as far as rules read it: `k8s.io/api/core/v1` names, borrowed from the request.

use std::borrow::Cow;

use crate::json::{Decode, Error, Scanner, field, nullable, record, same};

record! {
    /// `metadata`.
    pub struct Metadata<'a> {
        /// The name.
        name: Cow<'a, str> = "name",
        /// What the API server makes a name from where there is none.
        generate_name: Cow<'a, str> = "generateName",
        /// The namespace.
        namespace: Cow<'a, str> = "namespace",
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

    /// A folder or file of the node.
    pub struct HostPath<'a> {
        /// Where it is.
        path: Cow<'a, str> = "path",
    }

    /// Where a volume is mounted in a container.
    pub struct VolumeMount<'a> {
        /// The volume.
        name: Cow<'a, str> = "name",
        /// Path in the container.
        mount_path: Cow<'a, str> = "mountPath",
        /// Whether the container cannot write to it.
        read_only: bool = "readOnly",
        /// Whether that holds for mounts below it, too: `Enabled`, `IfPossible` or `Disabled`.
        recursive_read_only: Option<Cow<'a, str>> = "recursiveReadOnly",
        /// Whether mounts pass between container and node: `None`, `HostToContainer` or
        /// `Bidirectional`.
        mount_propagation: Option<Cow<'a, str>> = "mountPropagation",
    }

    /// A volume that a container uses as a block device.
    pub struct VolumeDevice<'a> {
        /// The volume.
        name: Cow<'a, str> = "name",
    }

    /// A driver's volume: `csi` or `flexVolume`.
    pub struct Driver<'a> {
        /// The driver's name.
        driver: Cow<'a, str> = "driver",
    }

    /// `projected`: several sources in one folder.
    pub struct Projected<'a> {
        /// The sources.
        sources: Vec<Projection<'a>> = "sources",
    }

    /// One source of a projected volume.
    pub struct Projection<'a> {
        /// A token of the pod's service account.
        service_account_token: Option<TokenProjection<'a>> = "serviceAccountToken",
        /// Keys of a ConfigMap.
        config_map: Option<ConfigMapProjection<'a>> = "configMap",
        /// Fields of the pod.
        downward_api: Option<Source> = "downwardAPI",
    }

    /// Keys of a ConfigMap.
    pub struct ConfigMapProjection<'a> {
        /// The ConfigMap.
        name: Cow<'a, str> = "name",
    }

    /// A token of the pod's service account.
    pub struct TokenProjection<'a> {
        /// The file, relative to the volume.
        path: Cow<'a, str> = "path",
        /// Who the token is for; empty is the API server.
        audience: Cow<'a, str> = "audience",
        /// How long it is valid; an hour where it is not set.
        expiration_seconds: Option<i64> = "expirationSeconds",
    }

    /// `spec.affinity`.
    pub struct Affinity<'a> {
        /// Towards nodes.
        node_affinity: NodeAffinity<'a> = "nodeAffinity",
    }

    /// Which nodes a pod may run on.
    pub struct NodeAffinity<'a> {
        /// What holds when the pod is scheduled.
        required: Option<NodeSelector<'a>> = "requiredDuringSchedulingIgnoredDuringExecution",
        /// What the scheduler would rather have.
        preferred: Vec<PreferredSchedulingTerm<'a>> = "preferredDuringSchedulingIgnoredDuringExecution",
    }

    /// A preference of the scheduler, with a weight.
    pub struct PreferredSchedulingTerm<'a> {
        /// What a node has to have.
        preference: NodeSelectorTerm<'a> = "preference",
    }

    /// Terms of which one must hold.
    pub struct NodeSelector<'a> {
        /// The terms.
        node_selector_terms: Vec<NodeSelectorTerm<'a>> = "nodeSelectorTerms",
    }

    /// Requirements that must all hold; a term without any holds for no node.
    pub struct NodeSelectorTerm<'a> {
        /// On a node's labels.
        match_expressions: Vec<NodeSelectorRequirement<'a>> = "matchExpressions",
        /// On a node's fields.
        match_fields: Vec<NodeSelectorRequirement<'a>> = "matchFields",
    }

    /// One requirement.
    pub struct NodeSelectorRequirement<'a> {
        /// A label or field.
        key: Cow<'a, str> = "key",
        /// `In`, `NotIn`, `Exists`, `DoesNotExist`, `Gt`, `Lt`.
        operator: Cow<'a, str> = "operator",
        /// What it is compared with.
        values: Vec<Cow<'a, str>> = "values",
    }

    /// A taint that the pod tolerates.
    pub struct Toleration<'a> {
        /// The taint's key; empty is every one.
        key: Cow<'a, str> = "key",
        /// `Exists` or `Equal`; empty is `Equal`.
        operator: Cow<'a, str> = "operator",
        /// `NoSchedule`, `PreferNoSchedule` or `NoExecute`; empty is every one.
        effect: Cow<'a, str> = "effect",
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
/// Marks the API server's image of a pod that a kubelet runs from a file.
pub(crate) const MIRROR: &str = "kubernetes.io/config.mirror";

/// The annotations that a rule reads, in document order. The others are stepped over: some tools
/// keep whole manifests in them.
#[derive(Debug, Clone, Default)]
pub struct Annotations<'a>(pub Vec<Annotation<'a>>);

impl<'a> Decode<'a> for Annotations<'a> {
    fn decode(scanner: &mut Scanner<'a>) -> Result<Self, Error> {
        let mut read = Vec::<Annotation<'a>>::new();
        scanner.object(&mut |scanner, key| {
            let is_read = key.starts_with(APPARMOR_CONTAINER.as_bytes())
                || key.starts_with(SECCOMP_CONTAINER.as_bytes())
                || key == SECCOMP_POD.as_bytes()
                || key == MIRROR.as_bytes();
            if !is_read {
                return scanner.skip();
            }
            let key = String::from_utf8_lossy(key).into_owned();
            if read.iter().any(|known| known.key == key) {
                return Err(scanner.error("the key occurs twice"));
            }
            let mut value = Cow::default();
            nullable(scanner, &mut value)?;
            read.push(Annotation { key, value });
            Ok(())
        })?;
        Ok(Self(read))
    }
}

/// A volume: its name and the sources it sets.
#[derive(Debug, Default)]
pub struct Volume<'a> {
    /// The name mounts refer to.
    pub name: Cow<'a, str>,
    /// The volume sources that are set, by their JSON keys, in document order. One, where the API
    /// server has validated the pod; none also where the source is too new for this build.
    pub sources: Vec<&'static str>,
    /// `hostPath`.
    pub host_path: Option<HostPath<'a>>,
    /// `csi`.
    pub csi: Option<Driver<'a>>,
    /// `flexVolume`.
    pub flex_volume: Option<Driver<'a>>,
    /// `projected`.
    pub projected: Option<Projected<'a>>,
}

/// Every volume source of `k8s.io/api/core/v1` 1.37, by its JSON key.
pub(crate) const VOLUME_SOURCES: &[&str] = &[
    "awsElasticBlockStore",
    "azureDisk",
    "azureFile",
    "cephfs",
    "cinder",
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "fc",
    "flexVolume",
    "flocker",
    "gcePersistentDisk",
    "gitRepo",
    "glusterfs",
    "hostPath",
    "image",
    "iscsi",
    "nfs",
    "persistentVolumeClaim",
    "photonPersistentDisk",
    "portworxVolume",
    "projected",
    "quobyte",
    "rbd",
    "scaleIO",
    "secret",
    "storageos",
    "vsphereVolume",
];

/// Stands for a volume source: some object, whose content no rule reads.
#[derive(Debug, Default)]
pub struct Source;

impl<'a> Decode<'a> for Source {
    fn decode(scanner: &mut Scanner<'a>) -> Result<Self, Error> {
        if scanner.at_object() {
            return scanner.skip().map(|()| Self);
        }
        Err(scanner.mismatch("an object"))
    }
}

/// Reads a volume source into its place: whether it is set.
fn is_set<'a, T: Decode<'a> + Default>(
    scanner: &mut Scanner<'a>,
    seen: &mut u32,
    bit: u32,
    place: &mut Option<T>,
) -> Result<bool, Error> {
    field(scanner, seen, bit, place)?;
    Ok(place.is_some())
}

/// An object of texts, in document order.
#[derive(Debug, Clone, Default)]
pub struct Pairs<'a>(pub Vec<(String, Cow<'a, str>)>);

impl<'a> Decode<'a> for Pairs<'a> {
    fn decode(scanner: &mut Scanner<'a>) -> Result<Self, Error> {
        let mut pairs = Vec::<(String, Cow<'a, str>)>::new();
        scanner.object(&mut |scanner, key| {
            let key = String::from_utf8_lossy(key).into_owned();
            if pairs.iter().any(|(known, _)| *known == key) {
                return Err(scanner.error("the key occurs twice"));
            }
            let mut value = Cow::default();
            nullable(scanner, &mut value)?;
            pairs.push((key, value));
            Ok(())
        })?;
        Ok(Self(pairs))
    }
}

impl<'a> Decode<'a> for Volume<'a> {
    fn decode(scanner: &mut Scanner<'a>) -> Result<Self, Error> {
        let mut volume = Self::default();
        volume.decode_into(scanner)?;
        Ok(volume)
    }

    fn decode_into(&mut self, scanner: &mut Scanner<'a>) -> Result<(), Error> {
        const NAME: u32 = 1 << 31;
        let mut seen = 0;
        scanner.object(&mut |scanner, key| {
            if same(key, "name") {
                return field(scanner, &mut seen, NAME, &mut self.name);
            }
            let source = VOLUME_SOURCES.iter().zip(0..).find(|(source, _)| same(key, source));
            let Some((source, index)) = source else {
                return scanner.skip();
            };
            let bit = 1 << index;
            let is_set = match *source {
                "csi" => is_set(scanner, &mut seen, bit, &mut self.csi)?,
                "flexVolume" => is_set(scanner, &mut seen, bit, &mut self.flex_volume)?,
                "hostPath" => is_set(scanner, &mut seen, bit, &mut self.host_path)?,
                "projected" => is_set(scanner, &mut seen, bit, &mut self.projected)?,
                _ => is_set(scanner, &mut seen, bit, &mut None::<Source>)?,
            };
            if is_set {
                self.sources.push(source);
            }
            Ok(())
        })
    }
}
