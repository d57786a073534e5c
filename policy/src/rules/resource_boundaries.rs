//! # resourceBoundaries
//!
//! Tenants of one cluster share its CPUs, memory and disks. A container without a memory limit can
//! take a whole node, and a namespace without a quota the whole cluster, without breaking any other
//! rule.
//!
//! ## Allowed values
//!
//! * Containers and init containers request what `requireRequests` lists, and are limited in what
//!   `requireLimits` lists: by themselves, by `resources` of the pod, or by a LimitRange of the
//!   namespace that fills it in. Nothing and zero are no limit.
//! * The namespace has ResourceQuotas that bound what `requireQuota` lists, for all its pods: one
//!   with scopes counts some only. And it has a LimitRange with a `max` for containers of what
//!   `requireLimitRange` lists.
//! * ResourceQuotas give no more than `quotaBounds` say; and none that is changed or deleted leaves
//!   unbounded what was bounded, nor does a LimitRange.
//!
//! ## Parameters
//!
//! Without them: requests of `cpu` and `memory`, a limit of `memory`, a quota of `pods`,
//! `requests.cpu`, `requests.memory` and `limits.memory`, and a LimitRange for `memory`. An empty
//! list asks nothing. Names are those of the API: `requests.cpu`, `limits.ephemeral-storage`,
//! `count/jobs.batch`, `gold.storageclass.storage.k8s.io/requests.storage`.
//!
//! ## How to fix
//!
//! ```yaml
//! resources:
//!   requests: {cpu: 100m, memory: 64Mi}
//!   limits: {memory: 128Mi}
//! ```
//!
//! A namespace can be deleted with its quotas.
//!
//! Source: Kubernetes documentation, "Resource Quotas", "Limit Ranges", "Resource Management for Pods
//! and Containers"; KEP-2837.

mod containers;
mod namespace;

use crate::plain::PlainCheck;
use crate::pod::Pod;
use crate::quantity::Quantity;
use crate::report::Report;
use crate::rule::{Check, CheckFn, Family, Revision, Rule};
use crate::settings::{Decoder, Path, settings, shown};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "resourceBoundaries",
    title: "quotas, limits and requests",
    family: Family::Namespaces,
    fields: &["spec.containers[*].resources", "spec.resources", "spec.hard", "spec.limits"],
    fills: &[],
    hardened: None,
    checks: &[Check {
        id: "resourceBoundaries",
        level: None,
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "what a namespace may use is bounded, and what each container may",
            check: CheckFn::Several(&[
                CheckFn::Pod(check),
                CheckFn::Plain(PlainCheck::ResourceQuota(namespace::quota_written)),
                CheckFn::Deletion(PlainCheck::ResourceQuota(namespace::quota_deleted)),
                CheckFn::Plain(PlainCheck::LimitRange(namespace::limit_range_written)),
                CheckFn::Deletion(PlainCheck::LimitRange(namespace::limit_range_deleted)),
            ]),
        }],
    }],
};

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters {
        /// Resources that every container requests.
        require_requests: Option<Vec<String>> = "requireRequests",
        /// Resources in which every container is limited.
        require_limits: Option<Vec<String>> = "requireLimits",
        /// What ResourceQuotas of the namespace bound, by the names in `hard`.
        require_quota: Option<Vec<String>> = "requireQuota",
        /// Resources of which a LimitRange of the namespace says how much a container may have.
        require_limit_range: Option<Vec<String>> = "requireLimitRange",
        /// What ResourceQuotas may give at most.
        quota_bounds: Vec<QuotaBound> = "quotaBounds",
    }

    /// The most of a resource that a quota may give.
    #[derive(Default)]
    pub struct QuotaBound checked by is_bound {
        /// The name in `hard`.
        resource: String = "resource",
        /// The amount, as `20` or `64Gi`.
        max: String = "max",
    }
}

fn is_bound(bound: &QuotaBound, decoder: &mut Decoder, path: &Path<'_>) {
    if bound.resource.is_empty() {
        let message = "expected the name of a resource, such as `limits.memory`";
        decoder.error(&path.key("resource"), message.to_owned());
    }
    if Quantity::parse(&bound.max).is_none() {
        let message =
            format!("`{}` is no quantity; expected one such as `20` or `64Gi`", shown(&bound.max));
        decoder.error(&path.key("max"), message);
    }
}

/// A list of the settings, or what is asked without it.
fn list<'p>(
    given: Option<&'p Parameters>,
    of: fn(&Parameters) -> &Option<Vec<String>>,
    otherwise: &'static [&'static str],
) -> Vec<&'p str> {
    match given.and_then(|given| of(given).as_ref()) {
        Some(list) => list.iter().map(String::as_str).collect(),
        None => otherwise.to_vec(),
    }
}

fn check<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    let given = report.parameters().resource_boundaries.as_deref();
    containers::check(pod, given, report);
    namespace::check(pod, given, report);
}
