//! Whether rules allow a request: the authorizer's own words.
//!
//! `RuleAllows` of `k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac`, with the functions of
//! `pkg/apis/rbac/v1/evaluation_helpers.go` that it calls.

use std::borrow::Cow;

use crate::model::{PolicyRule, Role};

/// The lists of a rule, wherever they come from.
#[derive(Debug, Clone, Copy)]
pub struct RuleRef<'r> {
    /// `apiGroups`.
    pub api_groups: &'r [Cow<'r, str>],
    /// `resources`.
    pub resources: &'r [Cow<'r, str>],
    /// `verbs`.
    pub verbs: &'r [Cow<'r, str>],
    /// `resourceNames`.
    pub resource_names: &'r [Cow<'r, str>],
    /// `nonResourceURLs`.
    pub non_resource_urls: &'r [Cow<'r, str>],
}

/// What is asked of the API server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request<'r> {
    /// Something with a resource.
    Resource {
        /// The verb: `list`, `watch` and `deletecollection` are verbs of their own.
        verb: &'r str,
        /// The group; empty is the core.
        group: &'r str,
        /// The resource.
        resource: &'r str,
        /// The subresource, or empty.
        subresource: &'r str,
        /// The object's name. Empty where the path has none: of a `create` by POST, of a
        /// `deletecollection`, of a `list` or `watch` without `fieldSelector=metadata.name=…`
        /// (`k8s.io/apiserver/pkg/endpoints/request/requestinfo.go`). A `create` by PUT or
        /// server-side apply has one.
        name: &'r str,
    },
    /// A path that is no resource. Only what a ClusterRoleBinding binds is asked about it.
    NonResource {
        /// The method in lower case.
        verb: &'r str,
        /// The path.
        path: &'r str,
    },
}

/// Whether the role allows the request, where it is bound.
///
/// Says nothing on scope: that a Role, or what a RoleBinding binds, is asked about requests in its
/// namespace only, and never about paths, is a fact about the binding.
pub fn allows(role: &Role<'_>, request: Request<'_>) -> bool {
    role.rules.iter().any(|rule| rule.lists().allows(request))
}

impl PolicyRule<'_> {
    /// Its lists.
    pub fn lists(&self) -> RuleRef<'_> {
        RuleRef {
            api_groups: &self.api_groups,
            resources: &self.resources,
            verbs: &self.verbs,
            resource_names: &self.resource_names,
            non_resource_urls: &self.non_resource_urls,
        }
    }
}

impl RuleRef<'_> {
    /// Whether the rule is about named objects only. An empty name is no bound: it is the name of a
    /// request that has none, such as a `list`, and of a `create` by POST.
    pub fn is_bounded(&self) -> bool {
        !self.resource_names.is_empty() && !has(self.resource_names, "")
    }

    /// Whether the rule allows the request.
    pub fn allows(&self, request: Request<'_>) -> bool {
        match request {
            Request::Resource { verb, group, resource, subresource, name } => {
                has_or_all(self.verbs, verb)
                    && has_or_all(self.api_groups, group)
                    && self.resources.iter().any(|of| resource_matches(of, resource, subresource))
                    && (self.resource_names.is_empty() || has(self.resource_names, name))
            }
            Request::NonResource { verb, path } => {
                has_or_all(self.verbs, verb)
                    && self.non_resource_urls.iter().any(|pattern| url_matches(pattern, path))
            }
        }
    }
}

/// Whether an item of `resources` is about a resource: `*`, the very same text, or `*/subresource`.
/// There are no other wildcards: `pods/*` is about the subresource `*`.
#[inline(never)]
pub(crate) fn resource_matches(of_rule: &str, resource: &str, subresource: &str) -> bool {
    if of_rule == "*" {
        return true;
    }
    if subresource.is_empty() {
        return of_rule == resource;
    }
    match of_rule.strip_suffix(subresource).and_then(|rest| rest.strip_suffix('/')) {
        Some(of) => of == "*" || of == resource,
        None => false,
    }
}

/// Whether an item of `nonResourceURLs` is about a path: the same, or up to its `*` at the end.
/// `*` elsewhere stands for itself.
pub(crate) fn url_matches(of_rule: &str, path: &str) -> bool {
    of_rule == path || of_rule.ends_with('*') && path.starts_with(of_rule.trim_end_matches('*'))
}

#[inline(never)]
pub(crate) fn has(list: &[Cow<'_, str>], text: &str) -> bool {
    list.iter().any(|item| item == text)
}

#[inline(never)]
pub(crate) fn has_or_all(list: &[Cow<'_, str>], text: &str) -> bool {
    list.iter().any(|item| item == "*" || item == text)
}
