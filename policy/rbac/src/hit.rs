//! Which dangers a rule grants, and by which of its items.

use crate::allow::{RuleRef, has, has_or_all, resource_matches, url_matches};
use crate::danger::{DANGERS, Danger, DangerSet, Grant};
use crate::model::Scope;

/// All that the rules grant in that scope, whether alone or by a wildcard.
#[inline(never)]
pub(crate) fn granted<'r>(rules: impl Iterator<Item = RuleRef<'r>>, scope: Scope) -> DangerSet {
    let mut set = DangerSet::default();
    for rule in rules {
        for (index, danger) in DANGERS.iter().enumerate() {
            if hit(rule, danger, scope).is_some() {
                set.add(index);
            }
        }
    }
    set
}

/// How a rule grants a danger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hit {
    /// By an item that names it, or its subresource.
    Named,
    /// Only by `*` for all resources or all paths.
    All,
}

/// Whether the rule grants the danger in that scope.
#[inline(never)]
pub(crate) fn hit(rule: RuleRef<'_>, danger: &Danger, scope: Scope) -> Option<Hit> {
    if danger.reach > scope {
        return None;
    }
    let held = held(rule, danger);
    let items: &[_] = if held.is_empty() { &[] } else { rule.resources };
    let items = items.iter().filter(|item| held.iter().any(|grant| names(item, grant)));
    let has_urls = !rule.verbs.is_empty() && !danger.urls.is_empty();
    let urls: &[_] = if has_urls { rule.non_resource_urls } else { &[] };
    let urls = urls.iter().filter(|item| names_url(item, danger));
    let mut found = None;
    for item in items.chain(urls) {
        if item != "*" {
            return Some(Hit::Named);
        }
        found = Some(Hit::All);
    }
    found
}

/// The grants of the danger whose group and one of whose verbs the rule has. They are asked for once:
/// a rule may have thousands of resources.
pub(crate) fn held(rule: RuleRef<'_>, danger: &Danger) -> Vec<&'static Grant> {
    danger.grants.iter().filter(|grant| holds(rule, grant)).collect()
}

/// Whether the rule has the grant's group and one of its verbs.
#[inline(never)]
fn holds(rule: RuleRef<'_>, grant: &Grant) -> bool {
    let holds = |verb: &&str| holds_verb(rule, verb);
    has_or_all(rule.api_groups, grant.group) && grant.verbs.iter().any(holds)
}

/// Whether the rule lets do that. A rule with names is about no `deletecollection`, which never has
/// one. It is about a `create` by PUT or server-side apply, for which the name is known
/// (`createAuthorizerAttributes` of `k8s.io/apiserver/pkg/endpoints/handlers`), and for which
/// another role may have the `update` or `patch`.
#[inline(never)]
pub(crate) fn holds_verb(rule: RuleRef<'_>, verb: &str) -> bool {
    (verb != "deletecollection" || !rule.is_bounded()) && has_or_all(rule.verbs, verb)
}

/// Whether an item of `resources` is about one of the grant's.
#[inline(never)]
pub(crate) fn names(item: &str, grant: &Grant) -> bool {
    grant.resources.iter().any(|of_grant| match of_grant.split_once('/') {
        Some((_, "")) => item == "*" || item.starts_with("*/") || item.starts_with(of_grant),
        Some((resource, subresource)) => resource_matches(item, resource, subresource),
        None => resource_matches(item, of_grant, ""),
    })
}

/// Whether an item of `nonResourceURLs` is about one of the danger's.
#[inline(never)]
pub(crate) fn names_url(item: &str, danger: &Danger) -> bool {
    danger.urls.iter().any(|path| url_matches(item, path))
}

/// The verb without which the permission would be another one, if there is one: `escalate`, `bind`,
/// `impersonate`, `approve`, `use`, and no verb of REST.
pub(crate) fn own_verb(danger: &Danger) -> Option<&'static str> {
    let verb = danger.grants.first()?.verbs.first()?;
    (!matches!(*verb, "get" | "create" | "update")).then_some(*verb)
}

/// The first of the rule's verbs by which it has that one.
pub(crate) fn verb_index(rule: RuleRef<'_>, verb: &str) -> Option<usize> {
    let exact = rule.verbs.iter().position(|item| item == verb);
    exact.or_else(|| rule.verbs.iter().position(|item| item == "*"))
}

/// Whether the rule has `*` among its verbs.
pub(crate) fn has_all_verbs(rule: RuleRef<'_>) -> bool {
    has(rule.verbs, "*")
}
