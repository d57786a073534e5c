//! What a rule sees of a pod.
//!
//! The model holds the fields that rules read and no others. [`Pod::containers`] is the only way
//! to the containers, so no rule can leave a list out, and what a container inherits from its pod
//! is worked out here, once.

mod model;
mod subject;
#[cfg(test)]
mod tests;

pub(crate) use model::{
    APPARMOR_CONTAINER, ContainerSpec, MIRROR, PodSpec, SECCOMP_CONTAINER, SECCOMP_POD,
    VOLUME_SOURCES,
};
pub use model::{
    Affinity, Annotation, AppArmorProfile, Capabilities, ConfigMapProjection, ContainerPort,
    Driver, HostAction, HostPath, Lifecycle, LifecycleHandler, Metadata, NodeAffinity,
    NodeSelector, NodeSelectorRequirement, NodeSelectorTerm, Pairs, PodOs, PodSecurityContext,
    PreferredSchedulingTerm, Probe, Projected, Projection, SeLinuxOptions, SeccompProfile,
    SecurityContext, Sysctl, TokenProjection, Toleration, Volume, VolumeDevice, VolumeMount,
    WindowsOptions,
};
pub use subject::{Admission, Container, ContainerList, Containers, Pod};
