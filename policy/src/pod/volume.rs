//! Volumes, and where containers mount them: `k8s.io/api/core/v1` names.

use std::borrow::Cow;

use crate::json::{Decode, Error, Scanner, field, record, same};

record! {
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
        /// Keys of a Secret.
        secret: Option<SecretProjection<'a>> = "secret",
        /// Fields of the pod.
        downward_api: Option<Source> = "downwardAPI",
    }

    /// Keys of a ConfigMap.
    pub struct ConfigMapProjection<'a> {
        /// The ConfigMap.
        name: Cow<'a, str> = "name",
    }

    /// Keys of a Secret.
    pub struct SecretProjection<'a> {
        /// The Secret.
        name: Cow<'a, str> = "name",
    }

    /// A Secret as a folder.
    pub struct SecretVolume<'a> {
        /// The Secret.
        secret_name: Cow<'a, str> = "secretName",
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
    /// `secret`.
    pub secret: Option<SecretVolume<'a>>,
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
                "secret" => is_set(scanner, &mut seen, bit, &mut self.secret)?,
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
