//! Whether rules grant at least what another grants.
//!
//! `Covers` of `k8s.io/component-helpers/auth/rbac/validation`, by which the API server decides
//! whether somebody may write a role or a binding without `escalate` or `bind`. Each combination of
//! a verb, a group, a resource and a name has to be covered by one rule. It never says yes where a
//! request of the one is not allowed by the others; it may say no where rules that list all there is
//! are held against a wildcard.

use crate::allow::{RuleRef, has, has_or_all, url_matches};
use crate::model::PolicyRule;

/// Whether the owner's rules, together, cover the rule.
pub fn covers(owner: &[PolicyRule<'_>], rule: &PolicyRule<'_>) -> bool {
    let covered = |atom: Atom<'_>| owner.iter().any(|of_owner| atom.is_covered(of_owner.lists()));
    let urls = rule.non_resource_urls.iter();
    urls.map(|url| &**url).all(|url| rule.verbs.iter().all(|verb| covered(Atom::Url { verb, url })))
        && rule.api_groups.iter().all(|group| {
            rule.resources.iter().all(|resource| {
                rule.verbs.iter().all(|verb| match &*rule.resource_names {
                    [] => covered(Atom::Resource { verb, group, resource, name: None }),
                    names => names.iter().all(|name| {
                        covered(Atom::Resource { verb, group, resource, name: Some(name) })
                    }),
                })
            })
        })
}

/// One combination of a rule's items.
#[derive(Clone, Copy)]
enum Atom<'r> {
    Resource { verb: &'r str, group: &'r str, resource: &'r str, name: Option<&'r str> },
    Url { verb: &'r str, url: &'r str },
}

impl Atom<'_> {
    fn is_covered(self, owner: RuleRef<'_>) -> bool {
        let names = owner.resource_names;
        match self {
            Self::Resource { verb, group, resource, name } => {
                has_or_all(owner.verbs, verb)
                    && has_or_all(owner.api_groups, group)
                    && owner.resources.iter().any(|of_owner| resource_covers(of_owner, resource))
                    && (names.is_empty() || name.is_some_and(|name| has(names, name)))
            }
            Self::Url { verb, url } => {
                has_or_all(owner.verbs, verb)
                    && names.is_empty()
                    && owner.non_resource_urls.iter().any(|of_owner| url_matches(of_owner, url))
            }
        }
    }
}

/// `*`, the same text, or `*/` with the same behind its first `/`.
fn resource_covers(of_owner: &str, resource: &str) -> bool {
    of_owner == "*"
        || of_owner == resource
        || match (of_owner.strip_prefix("*/"), resource.split_once('/')) {
            (Some(of_owner), Some((_, subresource))) => of_owner == subresource,
            _ => false,
        }
}

/// Whether the rules let do everything with every resource: `cluster-admin` by content, without its
/// paths, to which `escalate` and `bind` are a way.
pub(crate) fn is_everything(rule: RuleRef<'_>) -> bool {
    let all = |list| has(list, "*");
    all(rule.verbs) && all(rule.api_groups) && all(rule.resources) && !rule.is_bounded()
}
