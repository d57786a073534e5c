//! What a rule sees of ResourceQuotas and LimitRanges.

use std::borrow::Cow;

use crate::json::{Raw, record};
use crate::plain::Revise;
use crate::quantity::{Quantities, QuantityText};

record! {
    /// `v1` ResourceQuota, as far as rules read it.
    pub struct ResourceQuota<'a> {
        /// `metadata`.
        metadata: Named<'a> = "metadata",
        /// `spec`.
        spec: ResourceQuotaSpec<'a> = "spec",
    }

    /// The name in `metadata`.
    pub struct Named<'a> {
        /// `name`.
        name: Cow<'a, str> = "name",
    }

    /// `spec` of a ResourceQuota.
    pub struct ResourceQuotaSpec<'a> {
        /// How much there may be, by resource.
        hard: Quantities<'a> = "hard",
        /// The pods that are counted; all, where nothing is said.
        scopes: Vec<Cow<'a, str>> = "scopes",
        /// The same, as an expression.
        scope_selector: Option<Raw<'a>> = "scopeSelector",
    }

    /// `v1` LimitRange, as far as rules read it.
    pub struct LimitRange<'a> {
        /// `metadata`.
        metadata: Named<'a> = "metadata",
        /// `spec`.
        spec: LimitRangeSpec<'a> = "spec",
    }

    /// `spec` of a LimitRange.
    pub struct LimitRangeSpec<'a> {
        /// The limits.
        limits: Vec<LimitRangeItem<'a>> = "limits",
    }

    /// One of `limits`.
    pub struct LimitRangeItem<'a> {
        /// `Container`, `Pod` or `PersistentVolumeClaim`.
        type_: Cow<'a, str> = "type",
        /// The most that a container may be limited to.
        max: Quantities<'a> = "max",
        /// The least that it may request.
        min: Quantities<'a> = "min",
        /// The limit of one that sets none.
        default: Quantities<'a> = "default",
        /// The request of one that sets none.
        default_request: Quantities<'a> = "defaultRequest",
    }

    /// `resources` of a container or a pod.
    pub struct Resources<'a> {
        /// What it may use at most.
        limits: Quantities<'a> = "limits",
        /// What is kept for it.
        requests: Quantities<'a> = "requests",
    }
}

impl ResourceQuota<'_> {
    /// How much there may be of a resource in the namespace; none where the quota does not say, or
    /// counts some pods only. `cpu` and `memory` are other names of their requests, and objects are
    /// counted by `count/` as well (Kubernetes documentation, "Resource Quotas").
    pub fn bounds(&self, resource: &str) -> Option<&QuantityText<'_>> {
        if !self.spec.scopes.is_empty() || self.spec.scope_selector.is_some() {
            return None;
        }
        let hard = &self.spec.hard;
        hard.get(resource).or_else(|| hard.get(&other_name(resource)?))
    }
}

/// The other name of what a quota bounds.
pub(crate) fn other_name(resource: &str) -> Option<String> {
    let is_computed = |short: &str| matches!(short, "cpu" | "memory" | "ephemeral-storage");
    match (resource.strip_prefix("requests."), resource.strip_prefix("count/")) {
        (Some(short), _) => is_computed(short).then(|| short.to_owned()),
        (None, Some(object)) => Some(object.to_owned()),
        (None, None) if is_computed(resource) => Some(["requests.", resource].concat()),
        (None, None) => Some(["count/", resource].concat()),
    }
}

impl LimitRange<'_> {
    /// Its items for containers.
    pub fn of_containers(&self) -> impl Iterator<Item = &LimitRangeItem<'_>> {
        self.spec.limits.iter().filter(|item| item.type_ == "Container")
    }
}

impl LimitRangeItem<'_> {
    /// The limit that a container gets where it sets none (`SetDefaults_LimitRangeItem` of
    /// `pkg/apis/core/v1`).
    pub fn default_limit(&self, resource: &str) -> Option<&QuantityText<'_>> {
        self.default.get(resource).or_else(|| self.max.get(resource))
    }

    /// The request that it gets.
    pub fn default_request(&self, resource: &str) -> Option<&QuantityText<'_>> {
        let own = self.default_request.get(resource);
        own.or_else(|| self.default_limit(resource)).or_else(|| self.min.get(resource))
    }
}

impl Revise for ResourceQuota<'_> {
    /// Whether it bounds the same.
    fn keeps(&self, old: &Self, _: &str) -> bool {
        self.spec.hard == old.spec.hard
            && self.spec.scopes == old.spec.scopes
            && self.spec.scope_selector == old.spec.scope_selector
    }
}

impl Revise for LimitRange<'_> {
    /// Whether it bounds the same.
    fn keeps(&self, old: &Self, _: &str) -> bool {
        let (new, old) = (&self.spec.limits, &old.spec.limits);
        new.len() == old.len()
            && new.iter().zip(old).all(|(new, old)| {
                new.type_ == old.type_
                    && new.max == old.max
                    && new.min == old.min
                    && new.default == old.default
                    && new.default_request == old.default_request
            })
    }
}
