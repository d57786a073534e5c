//! What a rule sees of a PersistentVolume.

use std::borrow::Cow;

use crate::json::record;
use crate::pod::{HostPath, Metadata};
use crate::report::Place;

record! {
    /// `v1` PersistentVolume, as far as rules read it.
    pub struct PersistentVolume<'a> {
        /// What the object says it is.
        api_version: Cow<'a, str> = "apiVersion",
        /// What the object says it is.
        kind: Cow<'a, str> = "kind",
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
    /// Whether another volume is in the same place. The API server lets nobody move one.
    pub(crate) fn is_at_place_of(&self, other: &PersistentVolume<'_>) -> bool {
        fn path<'v>(source: &'v Option<HostPath<'_>>) -> Option<&'v str> {
            source.as_ref().map(|source| &*source.path)
        }
        path(&self.spec.host_path) == path(&other.spec.host_path)
            && path(&self.spec.local) == path(&other.spec.local)
    }

    /// The place of a field of `spec`.
    pub fn at(&self, field: &str) -> Place<'_> {
        Place { path: ["spec.", field].concat(), container: None }
    }
}
