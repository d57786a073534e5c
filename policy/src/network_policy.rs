//! What a rule sees of a NetworkPolicy.

use ringfence_network as network;

use crate::json::{Decode, Error, Raw, Scanner, record};
use crate::plain::Revise;

record! {
    struct Text<'a> {
        spec: Raw<'a> = "spec",
    }
}

/// `networking.k8s.io/v1` NetworkPolicy.
#[derive(Debug)]
pub struct NetworkPolicy<'a> {
    /// What it says.
    pub policy: network::NetworkPolicy<'a>,
    /// The text of `spec`.
    spec: Raw<'a>,
}

impl<'a> Decode<'a> for NetworkPolicy<'a> {
    fn decode(scanner: &mut Scanner<'a>) -> Result<Self, Error> {
        let spec = Text::decode(&mut scanner.clone())?.spec;
        Ok(Self { policy: network::NetworkPolicy::decode(scanner)?, spec })
    }
}

impl Revise for NetworkPolicy<'_> {
    /// Whether it says the same, letter for letter.
    fn keeps(&self, old: &Self, _: &str) -> bool {
        self.spec == old.spec
    }
}
