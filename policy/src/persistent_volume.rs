//! What a rule sees of a PersistentVolume.

use crate::json::record;
use crate::plain::Revise;
use crate::pod::HostPath;
use crate::report::Place;

record! {
    /// `v1` PersistentVolume, as far as rules read it.
    pub struct PersistentVolume<'a> {
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
        Place::at(["spec.", field].concat())
    }
}

impl Revise for PersistentVolume<'_> {
    /// Whether the volume is in the same place. The API server lets nobody move one.
    fn keeps(&self, old: &Self, _: &str) -> bool {
        fn path<'v>(source: &'v Option<HostPath<'_>>) -> Option<&'v str> {
            source.as_ref().map(|source| &*source.path)
        }
        path(&self.spec.host_path) == path(&old.spec.host_path)
            && path(&self.spec.local) == path(&old.spec.local)
    }
}
