//! What a rule sees of a Service.

use std::borrow::Cow;

use crate::json::record;
use crate::plain::Revise;
use crate::report::Place;

record! {
    /// `v1` Service, as far as rules read it.
    pub struct Service<'a> {
        /// `spec`.
        spec: ServiceSpec<'a> = "spec",
    }

    /// `spec` of a Service.
    pub struct ServiceSpec<'a> {
        /// `ClusterIP`, `NodePort`, `LoadBalancer` or `ExternalName`; empty where nothing is said.
        type_: Cow<'a, str> = "type",
        /// Addresses that nodes take as the Service's.
        external_ips: Vec<Cow<'a, str>> = "externalIPs",
    }
}

impl Service<'_> {
    /// The type, as the API server sets it where nothing is said.
    pub fn type_name(&self) -> &str {
        if self.spec.type_.is_empty() { "ClusterIP" } else { &self.spec.type_ }
    }

    /// The place of a field of `spec`.
    pub fn at(&self, field: &str) -> Place<'_> {
        Place::at(["spec.", field].concat())
    }
}

impl Revise for Service<'_> {
    /// Whether the Service is reached in the same ways.
    fn keeps(&self, old: &Self, _: &str) -> bool {
        self.type_name() == old.type_name() && self.spec.external_ips == old.spec.external_ips
    }
}
