//! What of a rule the API server refuses, and what of it matches nothing.
//!
//! Refused is what `ValidatePolicyRule` of `k8s.io/kubernetes/pkg/apis/rbac/validation` refuses.

use std::borrow::Cow;

use crate::allow::{RuleRef, has_or_all};
use crate::finding::{Findings, item};
use crate::model::Scope;
use crate::notice::{self, Notice};
use crate::role::is_subresource_of_all;

impl Findings {
    pub(crate) fn defects(&mut self, index: usize, rule: RuleRef<'_>) {
        let rules = item("rules", index);
        refused(rule, self.scope, &mut |field, what| {
            let path = [&rules, ".", field].concat();
            self.notice(&notice::REFUSED, path, what.to_owned());
        });
        self.useless(&rules, "apiGroups", rule.api_groups, &group);
        self.useless(&rules, "resources", rule.resources, &resource);
        self.useless(&rules, "verbs", rule.verbs, &literal_star);
        self.useless(&rules, "nonResourceURLs", rule.non_resource_urls, &url);
        if !knows_patterns(rule) {
            let name = |text: &str| text.contains('*').then_some(&notice::USELESS_WILDCARD);
            self.useless(&rules, "resourceNames", rule.resource_names, &name);
        }
    }

    fn useless(
        &mut self,
        rules: &str,
        field: &str,
        list: &[Cow<'_, str>],
        problem: &dyn Fn(&str) -> Option<&'static Notice>,
    ) {
        for (at, text) in list.iter().enumerate() {
            if let Some(notice) = problem(text) {
                let path = item(&[rules, ".", field].concat(), at);
                self.notice(notice, path, text.to_string());
            }
        }
    }
}

/// Calls `refuse` with the fields that are refused, and why.
fn refused(rule: RuleRef<'_>, scope: Scope, refuse: &mut dyn FnMut(&str, &str)) {
    if rule.verbs.is_empty() {
        refuse("verbs", "a rule without verbs");
    }
    if rule.non_resource_urls.is_empty() {
        if rule.api_groups.is_empty() {
            refuse("apiGroups", "a rule without groups; the core is the empty one");
        }
        if rule.resources.is_empty() {
            refuse("resources", "a rule without resources");
        }
        return;
    }
    if scope == Scope::Namespace {
        refuse("nonResourceURLs", "paths in a Role");
    }
    let lists = [rule.api_groups, rule.resources, rule.resource_names];
    if lists.iter().any(|list| !list.is_empty()) {
        refuse("nonResourceURLs", "resources and paths in one rule");
    }
}

/// Whether names of the rule's objects may end in `*`: those of signers stand for a domain
/// (`certauthorization` of `k8s.io/kubernetes/pkg`), and constrained impersonation asks for `*` where
/// it asks for many (KEP-5284).
fn knows_patterns(rule: RuleRef<'_>) -> bool {
    has_or_all(rule.api_groups, "certificates.k8s.io")
        || has_or_all(rule.api_groups, "authentication.k8s.io")
}

fn literal_star(text: &str) -> Option<&'static Notice> {
    (text != "*" && text.contains('*')).then_some(&notice::USELESS_WILDCARD)
}

/// A group has no version: `apps/v1` is none, and neither are `v1` and `core` for the core.
fn group(text: &str) -> Option<&'static Notice> {
    let is_none = text.contains('/') || matches!(text, "v1" | "core");
    literal_star(text).or(is_none.then_some(&notice::MATCHES_NOTHING))
}

/// Resources are DNS labels: a kind's name is none.
fn resource(text: &str) -> Option<&'static Notice> {
    if is_subresource_of_all(text) || text == "userextras/*" {
        return None;
    }
    let is_none = text.contains(|letter: char| letter.is_ascii_uppercase());
    literal_star(text).or(is_none.then_some(&notice::MATCHES_NOTHING))
}

/// Paths end in `*`, and do not hold one.
fn url(text: &str) -> Option<&'static Notice> {
    text.trim_end_matches('*').contains('*').then_some(&notice::USELESS_WILDCARD)
}
