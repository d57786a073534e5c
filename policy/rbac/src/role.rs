//! What a role grants that leads further than it looks.

use std::borrow::Cow;

use crate::allow::RuleRef;
use crate::builtin::Builtin;
use crate::cover::is_everything;
use crate::danger::{DANGERS, Danger, DangerSet};
use crate::finding::{Finding, Findings, Words, item};
use crate::hit::{Hit, granted, hit};
use crate::model::{AggregationRule, PolicyRule, Role, Scope};
use crate::notice;

/// The dangers that the role grants, with those that wildcards bring, if it is bound in that scope.
pub fn dangers(role: &Role<'_>, scope: Scope) -> DangerSet {
    granted(role.rules.iter().map(PolicyRule::lists), scope.min(role.scope()))
}

/// What is found in a role, in document order; of the role as a whole, behind its rules.
///
/// * A danger is found once a rule, with all verbs and resources of the rule that grant it.
/// * What only `*` for all resources grants is one finding, `wildcard-resources`, that
///   [`implies`](Finding::implies) it; where verbs and groups are `*` too, one
///   `cluster-admin-equivalent` (of a Role: `namespace-admin-equivalent`) does. So the union of ids
///   and implied ones over all findings is [`dangers`], whatever the wildcards.
/// * Of a Role nothing is found that is granted in the cluster only: resources without a namespace
///   and paths. They are not wrong there, they grant nothing.
pub fn findings(role: &Role<'_>) -> Vec<Finding> {
    let mut found = Findings::in_scope(role.scope());
    for (index, rule) in role.rules.iter().enumerate() {
        found.defects(index, rule.lists());
        found.wildcards(index, rule.lists());
        found.dangers(index, rule.lists());
    }
    if role.scope() == Scope::Cluster {
        found.labels(role);
        if let Some(rule) = &role.aggregation_rule {
            found.aggregation(rule);
        }
    }
    found.list
}

impl Findings {
    /// What `role` grants, for whoever is bound to it in this scope.
    pub(crate) fn granted_by(&mut self, role: &Role<'_>) {
        for (index, rule) in role.rules.iter().enumerate() {
            self.wildcards(index, rule.lists());
            self.dangers(index, rule.lists());
        }
    }

    fn wildcards(&mut self, index: usize, rule: RuleRef<'_>) {
        // A rule that grants nothing has no wildcards either.
        if rule.verbs.is_empty() {
            return;
        }
        let rules = item("rules", index);
        let mut by_all = by_all(rule, self.scope);
        let is_about_resources = !rule.resources.is_empty() && !rule.api_groups.is_empty();
        if is_everything(rule) {
            let notice = match self.scope {
                Scope::Cluster => &notice::CLUSTER_ADMIN_EQUIVALENT,
                Scope::Namespace => &notice::NAMESPACE_ADMIN_EQUIVALENT,
            };
            self.notice_of(notice, rules.clone(), "* on *.*".to_owned(), by_all);
            by_all = DangerSet::default();
        }
        if let Some(at) = position(rule.verbs, "*") {
            let path = item(&[&rules, ".verbs"].concat(), at);
            self.notice(&notice::WILDCARD_VERBS, path, words(rule));
        }
        if is_about_resources && let Some(at) = position(rule.api_groups, "*") {
            let path = item(&[&rules, ".apiGroups"].concat(), at);
            self.notice(&notice::WILDCARD_API_GROUPS, path, words(rule));
        }
        if is_about_resources && let Some(at) = position(rule.resources, "*") {
            let path = item(&[&rules, ".resources"].concat(), at);
            self.notice_of(&notice::WILDCARD_RESOURCES, path, words(rule), by_all);
            self.bound_last(rule);
        }
        for (at, resource) in rule.resources.iter().enumerate() {
            if is_about_resources && is_subresource_of_all(resource) {
                let path = item(&[&rules, ".resources"].concat(), at);
                self.notice(&notice::WILDCARD_SUBRESOURCE, path, words(rule));
            }
        }
        if self.scope == Scope::Cluster
            && let Some(at) = position(rule.non_resource_urls, "*")
        {
            let path = item(&[&rules, ".nonResourceURLs"].concat(), at);
            self.notice_of(&notice::WILDCARD_URLS, path, words(rule), by_all_urls(rule));
        }
    }

    fn dangers(&mut self, index: usize, rule: RuleRef<'_>) {
        for danger in &DANGERS {
            if hit(rule, danger, self.scope) == Some(Hit::Named) {
                self.danger(danger, index, rule);
            }
        }
    }

    /// What `rbac.authorization.k8s.io/aggregate-to-…` gives to the roles that come with Kubernetes.
    fn labels(&mut self, role: &Role<'_>) {
        for (builtin, label, notice) in [
            (Builtin::Admin, "admin", &notice::AGGREGATED_TO_ADMIN),
            (Builtin::Edit, "edit", &notice::AGGREGATED_TO_EDIT),
            (Builtin::View, "view", &notice::AGGREGATED_TO_VIEW),
        ] {
            let key = ["rbac.authorization.k8s.io/aggregate-to-", label].concat();
            let labels = &role.metadata.labels.0;
            if labels.iter().any(|(known, value)| *known == key && value == "true") {
                let adds = dangers(role, Scope::Cluster).without(builtin.dangers(Scope::Cluster));
                let path = ["metadata.labels[", &key, "]"].concat();
                self.notice_of(notice, path, key, adds);
            }
        }
    }

    pub(crate) fn aggregation(&mut self, rule: &AggregationRule<'_>) {
        let path = "aggregationRule.clusterRoleSelectors";
        let selectors = &rule.cluster_role_selectors;
        if selectors.is_empty() {
            self.notice(&notice::REFUSED, path.to_owned(), "no selector".to_owned());
        }
        for (index, selector) in selectors.iter().enumerate() {
            let (notice, what) = if selector.selects_the_unlabelled() {
                (&notice::AGGREGATES_EVERYTHING, "every ClusterRole")
            } else {
                (&notice::AGGREGATION_RULE, "ClusterRoles by label")
            };
            self.notice(notice, item(path, index), what.to_owned());
        }
    }
}

/// What the rule grants only by `*` for all resources.
fn by_all(rule: RuleRef<'_>, scope: Scope) -> DangerSet {
    by(rule, scope, |danger| danger.urls.is_empty())
}

/// What it grants only by `*` for all paths.
fn by_all_urls(rule: RuleRef<'_>) -> DangerSet {
    by(rule, Scope::Cluster, |danger| !danger.urls.is_empty())
}

fn by(rule: RuleRef<'_>, scope: Scope, is_asked: fn(&Danger) -> bool) -> DangerSet {
    let mut set = DangerSet::default();
    for (index, danger) in DANGERS.iter().enumerate() {
        if is_asked(danger) && hit(rule, danger, scope) == Some(Hit::All) {
            set.add(index);
        }
    }
    set
}

fn position(list: &[Cow<'_, str>], text: &str) -> Option<usize> {
    list.iter().position(|item| item == text)
}

/// `*/subresource`, which the authorizer knows.
pub(crate) fn is_subresource_of_all(resource: &str) -> bool {
    resource.strip_prefix("*/").is_some_and(|subresource| !subresource.contains('*'))
}

/// The rule in words: verbs, resources, and groups if there are some but the core.
fn words(rule: RuleRef<'_>) -> String {
    let mut words = Words::default();
    for verb in rule.verbs {
        words.word(&[verb]);
    }
    words.list(" ");
    for resource in rule.resources.iter().chain(rule.non_resource_urls) {
        words.word(&[resource]);
    }
    if rule.api_groups.iter().any(|group| !group.is_empty()) {
        words.list(" of ");
        for group in rule.api_groups {
            words.word(&[if group.is_empty() { "the core" } else { group }]);
        }
    }
    words.named(rule)
}
