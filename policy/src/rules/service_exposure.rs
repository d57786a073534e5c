//! # serviceExposure
//!
//! A Service can open a port on every node, ask the cloud for an address of its own, or have nodes
//! take any address as its own: traffic then comes from outside the cluster, or is drawn from
//! whomever the address belongs to (CVE-2020-8554).
//!
//! ## Allowed values
//!
//! `spec.type` of a Service: `ClusterIP` (also where it is unset) and `ExternalName`, or the types in
//! `allowTypes`. `spec.externalIPs`: none, or what `allowExternalIPs` fits.
//!
//! ## How to fix
//!
//! Make it a `ClusterIP`, and reach it through the ingress or gateway that the cluster has for that.
//!
//! Source: Kubernetes API reference, `ServiceSpec`; CVE-2020-8554.

use crate::pattern::Pattern;
use crate::plain::PlainCheck;
use crate::pod::Admission;
use crate::report::Report;
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::service::Service;
use crate::settings::{choices, settings};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "serviceExposure",
    title: "Services reached from outside the cluster",
    family: Family::Isolation,
    fields: &["spec.type", "spec.externalIPs"],
    fills: &[],
    hardened: Some("most Services are for the cluster, and what is not is the ingress's"),
    checks: &[Check {
        id: "serviceExposure",
        level: Some(Level::Hardened),
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "Services are reached from within the cluster only",
            check: CheckFn::Plain(PlainCheck::Service(check)),
        }],
    }],
};

choices! {
    /// A type of Services.
    pub enum ServiceType {
        /// Within the cluster.
        ClusterIp = "ClusterIP",
        /// An alias in the cluster's DNS.
        ExternalName = "ExternalName",
        /// An address outside the cluster.
        LoadBalancer = "LoadBalancer",
        /// A port on every node.
        NodePort = "NodePort",
    }
}

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters {
        /// Types that Services may have. Absent: `ClusterIP` and `ExternalName`.
        allow_types: Option<Vec<ServiceType>> = "allowTypes",
        /// Addresses that may be `externalIPs`.
        allow_external_ips: Vec<Pattern> = "allowExternalIPs",
    }
}

const WITHIN: &[ServiceType] = &[ServiceType::ClusterIp, ServiceType::ExternalName];

fn check<'p>(service: &'p Service<'_>, _: &'p Admission<'p>, report: &mut Report<'p>) {
    let given = report.parameters().service_exposure.as_deref();
    let types = given.and_then(|given| given.allow_types.as_deref()).unwrap_or(WITHIN);
    let type_name = service.type_name();
    if !types.iter().any(|allowed| allowed.name() == type_name) {
        let allowed = types.iter().map(|allowed| allowed.name()).collect::<Vec<_>>().join(", ");
        let allowed = if allowed.is_empty() { "none".to_owned() } else { allowed };
        report.violation(service.at("type"), type_name, allowed, "reach it through the ingress");
    }
    let addresses = given.map(|given| &*given.allow_external_ips).unwrap_or_default();
    for (index, address) in service.spec.external_ips.iter().enumerate() {
        if !addresses.iter().any(|allowed| allowed.matches(address)) {
            let mut place = service.at("externalIPs");
            place.push_index(index);
            let allowed = addresses.iter().map(Pattern::as_str).collect::<Vec<_>>().join(", ");
            let allowed = if allowed.is_empty() { "none".to_owned() } else { allowed };
            report.violation(place, &**address, allowed, "remove it");
        }
    }
}
