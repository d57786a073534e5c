//! What a rule sees of a PersistentVolume.

use crate::json::record;
use crate::pod::{HostPath, Metadata};
use crate::report::Place;

record! {
    /// `v1` PersistentVolume, as far as rules read it.
    pub struct PersistentVolume<'a> {
        /// `metadata`.
        metadata: Metadata<'a> = "metadata",
        /// `spec`.
        spec: PersistentVolumeSpec<'a> = "spec",
    }

    /// `spec` of a PersistentVolume.
    pub struct PersistentVolumeSpec<'a> {
        /// A folder or file of the node.
        host_path: Option<HostPath<'a>> = "hostPath",
        /// A disk or folder of one node.
        local: Option<HostPath<'a>> = "local",
    }
}

impl PersistentVolume<'_> {
    /// The place of a field of `spec`.
    pub fn at(&self, field: &str) -> Place<'_> {
        Place { path: ["spec.", field].concat(), container: None }
    }
}
