//! What a rule sees of the objects that seccomp profiles come in.

use std::borrow::Cow;

use crate::json::{Decode, Error, Pairs, Raw, Scanner, record};
use crate::plain::Revise;

record! {
    struct Parts<'a> {
        metadata: Resolved<'a> = "metadata",
        spec: Raw<'a> = "spec",
    }

    /// What the operator writes down.
    struct Resolved<'a> {
        annotations: Syscalls<'a> = "annotations",
    }

    struct Syscalls<'a> {
        syscalls: Option<Cow<'a, str>> = "syscalls",
    }

    /// `security-profiles-operator.x-k8s.io` ProfileBinding, as far as rules read it.
    pub struct ProfileBinding<'a> {
        /// `spec`.
        spec: ProfileBindingSpec<'a> = "spec",
    }

    /// `spec` of a ProfileBinding.
    pub struct ProfileBindingSpec<'a> {
        /// The profile that pods are given.
        profile_ref: ProfileRef<'a> = "profileRef",
    }

    /// A profile by kind and name.
    pub struct ProfileRef<'a> {
        /// `SeccompProfile`, or of another module.
        kind: Cow<'a, str> = "kind",
        /// The name.
        name: Cow<'a, str> = "name",
    }

    /// `v1` ConfigMap, as far as rules read it.
    pub struct ConfigMap<'a> {
        /// `metadata`.
        metadata: ConfigMapMetadata<'a> = "metadata",
        /// Names of files and their texts.
        data: Raw<'a> = "data",
        /// The same, for what is no text.
        binary_data: Raw<'a> = "binaryData",
    }

    /// `metadata` of a ConfigMap.
    pub struct ConfigMapMetadata<'a> {
        /// `labels`, in document order.
        labels: Pairs<'a> = "labels",
    }
}

/// `security-profiles-operator.x-k8s.io` SeccompProfile: its text, which the library of profiles
/// reads.
#[derive(Debug)]
pub struct SeccompProfile<'a> {
    /// The whole object.
    pub text: Raw<'a>,
    /// `spec`.
    spec: Raw<'a>,
    /// The annotation in which the operator writes what came of base profiles.
    pub syscalls: Option<Cow<'a, str>>,
}

impl<'a> Decode<'a> for SeccompProfile<'a> {
    fn decode(scanner: &mut Scanner<'a>) -> Result<Self, Error> {
        let Parts { metadata, spec, .. } = Parts::decode(&mut scanner.clone())?;
        Ok(Self { text: Raw::decode(scanner)?, spec, syscalls: metadata.annotations.syscalls })
    }
}

impl Revise for SeccompProfile<'_> {
    /// Whether it permits the same, letter for letter.
    fn keeps(&self, old: &Self, _: &str) -> bool {
        self.spec == old.spec && self.syscalls == old.syscalls
    }
}

impl Revise for ProfileBinding<'_> {
    /// Whether it binds the same profile.
    fn keeps(&self, old: &Self, _: &str) -> bool {
        let (new, old) = (&self.spec.profile_ref, &old.spec.profile_ref);
        new.kind == old.kind && new.name == old.name
    }
}

impl Revise for ConfigMap<'_> {
    /// Whether it holds the same, letter for letter.
    fn keeps(&self, old: &Self, _: &str) -> bool {
        self.data == old.data
            && self.binary_data == old.binary_data
            && self.metadata.labels == old.metadata.labels
    }
}
