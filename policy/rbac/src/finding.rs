//! What is found, and in which words.

use ringfence_json::push_decimal;

use crate::allow::RuleRef;
use crate::danger::{Danger, DangerSet, Severity};
use crate::hit::{has_all_verbs, held, holds_verb, names, names_url, own_verb, verb_index};
use crate::model::Scope;
use crate::notice::Notice;

/// Something found in a role or a binding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which: of [`DANGERS`](crate::DANGERS) or [`NOTICES`](crate::NOTICES).
    pub id: &'static str,
    /// Where, such as `rules[0].resources[1]` or `subjects[0]`.
    pub path: String,
    /// The permission, such as `get, list secrets`, or the subject, or what is wrong.
    pub what: String,
    /// How far it leads there: less by one where it is bounded, unless to what leads everywhere.
    pub severity: Severity,
    /// The way from it to more, in one sentence.
    pub escalation: &'static str,
    /// Whether it is about the objects only that `resourceNames` names.
    pub bounded: bool,
    /// The dangers that come with it and have no finding of their own.
    pub implies: DangerSet,
}

impl Finding {
    /// Whether settings that name `id` mean this finding: its own, or one that comes with it.
    pub fn is_about(&self, id: &str) -> bool {
        self.id == id || self.implies.contains(id)
    }

    /// What, which way it leads, and which dangers come with it.
    pub fn sentence(&self) -> String {
        [&*self.what, ": ", &self.consequence()].concat()
    }

    /// Which way it leads, and which dangers come with it.
    pub fn consequence(&self) -> String {
        let mut text = self.escalation.to_owned();
        let mut separator = " With it: ";
        for danger in self.implies.iter() {
            text.push_str(separator);
            text.push_str(danger.id);
            separator = ", ";
        }
        if !self.implies.is_empty() {
            text.push('.');
        }
        text
    }
}

/// What has been found, in a scope.
#[derive(Debug)]
pub(crate) struct Findings {
    pub(crate) scope: Scope,
    pub(crate) list: Vec<Finding>,
}

impl Findings {
    pub(crate) fn in_scope(scope: Scope) -> Self {
        Self { scope, list: Vec::new() }
    }

    #[inline(never)]
    pub(crate) fn notice(&mut self, notice: &Notice, path: String, what: String) {
        self.notice_of(notice, path, what, DangerSet::default());
    }

    /// A notice that leads as far as what comes with it.
    #[inline(never)]
    pub(crate) fn notice_of(
        &mut self,
        notice: &Notice,
        path: String,
        what: String,
        implies: DangerSet,
    ) {
        let own = notice.severity(self.scope);
        let severity = implies.severity(self.scope).map_or(own, |implied| own.max(implied));
        let Notice { id, escalation, .. } = *notice;
        self.list.push(Finding { id, path, what, severity, escalation, bounded: false, implies });
    }

    pub(crate) fn danger(&mut self, danger: &Danger, index: usize, rule: RuleRef<'_>) {
        self.list.push(Finding {
            id: danger.id,
            path: place(danger, index, rule),
            what: permission(danger, rule),
            severity: danger.severity(self.scope),
            escalation: danger.escalation,
            bounded: false,
            implies: DangerSet::default(),
        });
        self.bound_last(rule);
    }

    /// Marks the last finding as bounded, if the rule has names.
    pub(crate) fn bound_last(&mut self, rule: RuleRef<'_>) {
        let names = rule.resource_names;
        let leads_everywhere = names.iter().any(|name| EVERYWHERE.contains(&&**name));
        let scope = self.scope;
        if let Some(last) = self.list.last_mut().filter(|_| rule.is_bounded()) {
            last.bounded = true;
            if !leads_everywhere && !NO_BOUND.contains(&(last.id, scope)) {
                last.severity = last.severity.less();
            }
        }
    }
}

/// Permissions that a name does not make less: a Role is about one namespace anyway, and who may
/// escalate one role makes it what is wanted.
const NO_BOUND: &[(&str, Scope)] = &[
    ("namespaces-write", Scope::Namespace),
    ("escalate-roles", Scope::Namespace),
    ("escalate-roles", Scope::Cluster),
    ("escalate-clusterroles", Scope::Cluster),
];

/// Names to which to be bounded is no bound: of a role to bind or to write, of a group to be in, and
/// of signers of client certificates.
const EVERYWHERE: &[&str] =
    &["cluster-admin", "system:masters", "kubernetes.io/kube-apiserver-client", "kubernetes.io/*"];

/// The item that makes the permission what it is: its verb if that is its own, else the resource.
#[inline(never)]
fn place(danger: &Danger, index: usize, rule: RuleRef<'_>) -> String {
    let rules = item("rules", index);
    if let Some(at) = own_verb(danger).and_then(|verb| verb_index(rule, verb)) {
        return item(&[&rules, ".verbs"].concat(), at);
    }
    let held = held(rule, danger);
    let is_named = |text: &str| text != "*" && held.iter().any(|grant| names(text, grant));
    if let Some(at) = rule.resources.iter().position(|text| is_named(text)) {
        return item(&[&rules, ".resources"].concat(), at);
    }
    let at = rule.non_resource_urls.iter().position(|text| text != "*" && names_url(text, danger));
    item(&[&rules, ".nonResourceURLs"].concat(), at.unwrap_or_default())
}

/// The rule's words for the danger: `get, list secrets`, `* deployments.apps, jobs.batch`,
/// `create */exec`, `impersonate users named jane`.
#[inline(never)]
fn permission(danger: &Danger, rule: RuleRef<'_>) -> String {
    let mut text = Words::default();
    if has_all_verbs(rule) {
        text.word(&["*"]);
    } else {
        for verb in rule.verbs {
            let is_its = |known: &&str| verb == known && holds_verb(rule, known);
            let by_grant = danger.grants.iter().any(|grant| grant.verbs.iter().any(is_its));
            if by_grant || danger.grants.is_empty() {
                text.word(&[verb]);
            }
        }
    }
    text.list(" ");
    let held = held(rule, danger);
    for resource in rule.resources.iter().filter(|resource| *resource != "*") {
        if let Some(grant) = held.iter().find(|grant| names(resource, grant)) {
            text.resource(resource, grant.group);
        }
    }
    for url in rule.non_resource_urls.iter().filter(|url| names_url(url, danger)) {
        text.word(&[url]);
    }
    text.named(rule)
}

/// Lists of words that become a permission's, none of them longer than is read.
#[derive(Default)]
pub(crate) struct Words {
    text: String,
    /// How many the list has that is being written.
    count: usize,
}

/// Words up to which a list is written out: as many as there are verbs of REST.
const LISTED: usize = 8;

impl Words {
    /// Ends a list, and starts the next one.
    pub(crate) fn list(&mut self, before: &str) {
        if self.count > LISTED {
            self.text.push_str(" and ");
            push_decimal(&mut self.text, self.count - LISTED);
            self.text.push_str(" more");
        }
        self.text.push_str(before);
        self.count = 0;
    }

    /// One of a list.
    #[inline(never)]
    pub(crate) fn word(&mut self, parts: &[&str]) {
        self.count += 1;
        if self.count > LISTED {
            return;
        }
        if self.count > 1 {
            self.text.push_str(", ");
        }
        for part in parts {
            self.text.push_str(part);
        }
    }

    /// A resource with its group, as `deployments.apps/scale`.
    fn resource(&mut self, resource: &str, group: &str) {
        if group.is_empty() || resource.starts_with("*/") {
            return self.word(&[resource]);
        }
        match resource.split_once('/') {
            Some((name, subresource)) => self.word(&[name, ".", group, "/", subresource]),
            None => self.word(&[resource, ".", group]),
        }
    }

    /// To which objects the rule is bounded, and all there is.
    pub(crate) fn named(mut self, rule: RuleRef<'_>) -> String {
        if !rule.resource_names.is_empty() {
            self.list(" named ");
            for name in rule.resource_names {
                self.word(&[if name.is_empty() { "\"\"" } else { name }]);
            }
        }
        self.list("");
        self.text
    }
}

/// An item of a list.
#[inline(never)]
pub(crate) fn item(list: &str, index: usize) -> String {
    let mut path = [list, "["].concat();
    push_decimal(&mut path, index);
    path.push(']');
    path
}
