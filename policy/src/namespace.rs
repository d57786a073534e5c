//! What a rule sees of a Namespace.

use std::borrow::Cow;

use crate::json::{Decode, Error, Pairs, Scanner, record};
use crate::pod::Metadata;
use crate::report::Place;
use crate::standards::{LABELS, Standards};

record! {
    /// `v1` Namespace, as far as rules read it.
    pub struct Namespace<'a> {
        /// What the object says it is.
        api_version: Cow<'a, str> = "apiVersion",
        /// What the object says it is.
        kind: Cow<'a, str> = "kind",
        /// `metadata`.
        metadata: Labelled<'a> = "metadata",
    }

    /// The labels in `metadata`.
    struct Labels<'a> {
        labels: Pairs<'a> = "labels",
    }
}

/// `metadata` with its labels, which most rules do not read.
#[derive(Debug, Default)]
pub struct Labelled<'a> {
    /// What every rule may read.
    pub common: Metadata<'a>,
    /// `labels`, in document order.
    pub labels: Pairs<'a>,
}

impl<'a> Decode<'a> for Labelled<'a> {
    fn decode(scanner: &mut Scanner<'a>) -> Result<Self, Error> {
        // Twice over the same text, so that no pod pays for labels that its rules do not read.
        let labels = Labels::decode(&mut scanner.clone())?.labels;
        Ok(Self { common: Metadata::decode(scanner)?, labels })
    }
}

impl Namespace<'_> {
    /// The value of a label.
    pub fn label(&self, key: &str) -> Option<&str> {
        let mut labels = self.metadata.labels.0.iter();
        labels.find(|(known, _)| known == key).map(|(_, value)| &**value)
    }

    /// Whether another namespace asks the same of its pods, label for label.
    pub(crate) fn is_labelled_as(&self, other: &Namespace<'_>) -> bool {
        LABELS.iter().all(|key| self.label(key) == other.label(key))
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
