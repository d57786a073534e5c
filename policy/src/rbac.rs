//! What a rule sees of roles and bindings.

use ringfence_rbac as rbac;

use crate::json::{Decode, Error, Raw, Scanner, record};
use crate::plain::Revise;

record! {
    #[derive(PartialEq)]
    struct Text<'a> {
        metadata: Labels<'a> = "metadata",
        rules: Raw<'a> = "rules",
        aggregation_rule: Raw<'a> = "aggregationRule",
        role_ref: Raw<'a> = "roleRef",
        subjects: Raw<'a> = "subjects",
    }

    #[derive(PartialEq)]
    struct Labels<'a> {
        labels: Raw<'a> = "labels",
    }
}

/// `rbac.authorization.k8s.io/v1` Role or ClusterRole.
#[derive(Debug)]
pub struct Role<'a> {
    /// What it says.
    pub role: rbac::Role<'a>,
    text: Text<'a>,
}

/// `rbac.authorization.k8s.io/v1` RoleBinding or ClusterRoleBinding.
#[derive(Debug)]
pub struct Binding<'a> {
    /// What it says.
    pub binding: rbac::Binding<'a>,
    text: Text<'a>,
}

impl<'a> Decode<'a> for Role<'a> {
    fn decode(scanner: &mut Scanner<'a>) -> Result<Self, Error> {
        let text = Text::decode(&mut scanner.clone())?;
        Ok(Self { role: rbac::Role::decode(scanner)?, text })
    }
}

impl<'a> Decode<'a> for Binding<'a> {
    fn decode(scanner: &mut Scanner<'a>) -> Result<Self, Error> {
        let text = Text::decode(&mut scanner.clone())?;
        Ok(Self { binding: rbac::Binding::decode(scanner)?, text })
    }
}

impl Revise for Role<'_> {
    /// Whether it grants the same, letter for letter.
    fn keeps(&self, old: &Self, _: &str) -> bool {
        self.text == old.text
    }
}

impl Revise for Binding<'_> {
    /// Whether it gives the same to the same, letter for letter.
    fn keeps(&self, old: &Self, _: &str) -> bool {
        self.text == old.text
    }
}
