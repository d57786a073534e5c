//! What a rule sees of a Namespace.

use std::borrow::Cow;

use crate::json::{Pairs, record};
use crate::plain::Revise;
use crate::pod::Admission;
use crate::report::{Place, Report, UNSET};
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

/// A list of what is said of a namespace.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Said {
    /// `metadata.labels`.
    Labels,
    /// `metadata.annotations`.
    Annotations,
}

impl Said {
    pub(crate) const ALL: [Self; 2] = [Self::Labels, Self::Annotations];

    /// Keys and values, in document order.
    pub(crate) fn of<'n>(
        self,
        namespace: &'n Namespace<'_>,
    ) -> impl Iterator<Item = (&'n str, &'n str)> {
        let pairs = match self {
            Self::Labels => &namespace.metadata.labels.0,
            Self::Annotations => &namespace.metadata.annotations.0,
        };
        pairs.iter().map(|(key, value)| (&**key, &**value))
    }

    /// The value of a key.
    pub(crate) fn get<'n>(self, namespace: &'n Namespace<'_>, key: &str) -> Option<&'n str> {
        self.of(namespace).find(|(known, _)| *known == key).map(|(_, value)| value)
    }

    /// The place of a key.
    pub(crate) fn at<'p>(self, key: &str) -> Place<'p> {
        let list = match self {
            Self::Labels => "metadata.labels[",
            Self::Annotations => "metadata.annotations[",
        };
        Place::at([list, key, "]"].concat())
    }
}

/// Reports what is set, changed and removed of what is said of a namespace, by keys that `is_kept`
/// tells: of one that is created, what is set.
pub(crate) fn changes<'p>(
    new: &'p Namespace<'_>,
    old: Option<&'p Namespace<'_>>,
    is_kept: impl Fn(&str) -> bool,
    report: &mut Report<'p>,
) {
    const HINT: &str = "leave it as it is, or ask someone who may change it";
    for said in Said::ALL {
        for (key, value) in said.of(new).filter(|(key, _)| is_kept(key)) {
            let was = old.and_then(|old| said.get(old, key));
            if was != Some(value) {
                report.violation(said.at(key), value, was.unwrap_or(UNSET), HINT);
            }
        }
        for (key, value) in old.into_iter().flat_map(|old| said.of(old)) {
            if is_kept(key) && said.get(new, key).is_none() {
                report.violation(said.at(key), UNSET, value, HINT);
            }
        }
    }
}

impl Namespace<'_> {
    /// The value of a label.
    pub fn label(&self, key: &str) -> Option<&str> {
        Said::Labels.get(self, key)
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
        Said::Labels.at(key)
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
        let key = |list: &str| path.strip_prefix(list).and_then(|path| path.strip_suffix(']'));
        if let Some(key) = key("metadata.annotations[") {
            return Said::Annotations.get(self, key) == Said::Annotations.get(old, key);
        }
        match key("metadata.labels[") {
            Some(key) if !LABELS.contains(&key) => is_same(&key),
            Some(_) => LABELS.iter().all(is_same),
            // Its name, which does not change.
            None => true,
        }
    }
}
