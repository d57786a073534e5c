//! What a rule sees of a Namespace.

use std::borrow::Cow;

use crate::json::{Pairs, record};
use crate::plain::Revise;
use crate::pod::Admission;
use crate::report::Place;
use crate::standards::{LABELS, Standards};

record! {
    /// `v1` Namespace, as far as rules read it.
    pub struct Namespace<'a> {
        /// `metadata`.
        metadata: NamespaceMetadata<'a> = "metadata",
    }

    /// `metadata` of a Namespace.
    pub struct NamespaceMetadata<'a> {
        /// `name`.
        name: Cow<'a, str> = "name",
        /// `labels`, in document order.
        labels: Pairs<'a> = "labels",
        /// Since when it is being deleted.
        deletion_timestamp: Cow<'a, str> = "deletionTimestamp",
        /// `annotations`, in document order.
        annotations: Pairs<'a> = "annotations",
    }
}

impl Namespace<'_> {
    /// The value of a label.
    pub fn label(&self, key: &str) -> Option<&str> {
        let mut labels = self.metadata.labels.0.iter();
        labels.find(|(known, _)| known == key).map(|(_, value)| &**value)
    }

    /// Whether it is being deleted, with all that is in it.
    pub fn is_terminating(&self) -> bool {
        !self.metadata.deletion_timestamp.is_empty()
    }

    /// Its name.
    pub fn name<'n>(&'n self, admission: &'n Admission<'_>) -> &'n str {
        if admission.name.is_empty() { &self.metadata.name } else { admission.name }
    }

    /// The place of a label.
    pub(crate) fn at(&self, key: &str) -> Place<'_> {
        Place { path: ["metadata.labels[", key, "]"].concat(), container: None }
    }

    /// What Pod Security Admission asks of the namespace's pods.
    pub(crate) fn standards(&self) -> Standards {
        Standards::of_labels(&|key| self.label(key))
    }
}

impl Revise for Namespace<'_> {
    /// Whether the label that `path` is about is as it was. The six of Pod Security Admission are
    /// read together: a version means nothing without its level.
    fn keeps(&self, old: &Self, path: &str) -> bool {
        let is_same = |key: &&str| self.label(key) == old.label(key);
        if path.starts_with("metadata.annotations[") {
            return self.metadata.annotations == old.metadata.annotations;
        }
        match path.strip_prefix("metadata.labels[").and_then(|path| path.strip_suffix(']')) {
            Some(key) if !LABELS.contains(&key) => is_same(&key),
            Some(_) => LABELS.iter().all(is_same),
            // Its name, which does not change.
            None => true,
        }
    }
}
