//! What a rule sees of a Service.

use std::borrow::Cow;

use crate::json::record;
use crate::pod::Metadata;
use crate::report::Place;

record! {
    /// `v1` Service, as far as rules read it.
    pub struct Service<'a> {
        /// What the object says it is.
        api_version: Cow<'a, str> = "apiVersion",
        /// What the object says it is.
        kind: Cow<'a, str> = "kind",
        /// `metadata`.
        metadata: Metadata<'a> = "metadata",
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

    /// Whether another Service is reached in the same ways.
    pub(crate) fn is_exposed_as(&self, other: &Service<'_>) -> bool {
        self.type_name() == other.type_name() && self.spec.external_ips == other.spec.external_ips
    }

    /// The place of a field of `spec`.
    pub fn at(&self, field: &str) -> Place<'_> {
        Place { path: ["spec.", field].concat(), container: None }
    }
}
