//! What a rule sees of a pod.
//!
//! The model holds the fields that rules read and no others. [`Pod::containers`] is the only way
//! to the containers, so no rule can leave a list out, and what a container inherits from its pod
//! is worked out here, once.

mod container;
mod model;
mod placement;
mod subject;
#[cfg(test)]
mod tests;
mod volume;

pub use container::{Container, ContainerList, Containers};
pub(crate) use model::{
    APPARMOR_CONTAINER, ContainerSpec, MIRROR, PodSpec, SECCOMP_CONTAINER, SECCOMP_CRIO,
    SECCOMP_POD,
};
pub use model::{
    Annotation, AppArmorProfile, Capabilities, ContainerPort, HostAction, Lifecycle,
    LifecycleHandler, Metadata, PodOs, PodSecurityContext, Probe, SeLinuxOptions, SeccompProfile,
    SecurityContext, Sysctl, WindowsOptions,
};
pub use placement::{
    Affinity, NodeAffinity, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm,
    PreferredSchedulingTerm, Toleration,
};
pub use subject::{Admission, Pod};
pub(crate) use volume::VOLUME_SOURCES;
pub use volume::{
    ConfigMapProjection, Driver, HostPath, Projected, Projection, TokenProjection, Volume,
    VolumeDevice, VolumeMount,
};
