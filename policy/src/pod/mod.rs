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
    APPARMOR_CONTAINER, ContainerSpec, MIRROR, Metadata, PodSpec, SECCOMP_CONTAINER, SECCOMP_POD,
};
pub use model::{
    Annotation, AppArmorProfile, Capabilities, ContainerPort, HostAction, HostPath, Lifecycle,
    LifecycleHandler, PodOs, PodSecurityContext, Probe, SeLinuxOptions, SeccompProfile,
    SecurityContext, Sysctl, Volume, WindowsOptions,
};
pub use subject::{Container, ContainerList, Pod};
