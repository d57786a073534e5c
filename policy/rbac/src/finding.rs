//! What is found, and in which words.

use ringfence_json::push_decimal;

use crate::allow::RuleRef;
use crate::danger::{Danger, DangerSet, Severity};
use crate::hit::{has_all_verbs, holds, holds_verb, names, names_url, own_verb, verb_index};
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
    /// How far it leads there.
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
        let mut text = [&*self.what, ": ", self.escalation].concat();
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

    pub(crate) fn notice(&mut self, notice: &Notice, path: String, what: String) {
        self.notice_of(notice, path, what, DangerSet::default());
    }

    /// A notice that leads as far as what comes with it.
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
            bounded: !rule.resource_names.is_empty(),
            implies: DangerSet::default(),
        });
    }
}

/// The item that makes the permission what it is: its verb if that is its own, else the resource.
fn place(danger: &Danger, index: usize, rule: RuleRef<'_>) -> String {
    let rules = item("rules", index);
    if let Some(at) = own_verb(danger).and_then(|verb| verb_index(rule, verb)) {
        return item(&[&rules, ".verbs"].concat(), at);
    }
    let is_named = |text: &str| text != "*" && is_resource(danger, rule, text);
    if let Some(at) = rule.resources.iter().position(|text| is_named(text)) {
        return item(&[&rules, ".resources"].concat(), at);
    }
    let at = rule.non_resource_urls.iter().position(|text| text != "*" && names_url(text, danger));
    item(&[&rules, ".nonResourceURLs"].concat(), at.unwrap_or_default())
}

fn is_resource(danger: &Danger, rule: RuleRef<'_>, text: &str) -> bool {
    danger.grants.iter().any(|grant| holds(rule, grant) && names(text, grant))
}

/// The rule's words for the danger: `get, list secrets`, `* deployments.apps, jobs.batch`,
/// `create */exec`, `impersonate users named jane`.
fn permission(danger: &Danger, rule: RuleRef<'_>) -> String {
    let mut text = Words::default();
    if has_all_verbs(rule) {
        text.word("*");
    } else {
        for verb in rule.verbs {
            let is_its = |known: &&str| verb == known && holds_verb(rule, known);
            let by_grant = danger.grants.iter().any(|grant| grant.verbs.iter().any(is_its));
            if by_grant || danger.grants.is_empty() {
                text.word(verb);
            }
        }
    }
    text.list(" ");
    for resource in rule.resources.iter().filter(|resource| *resource != "*") {
        let mut grants = danger.grants.iter().filter(|grant| holds(rule, grant));
        if let Some(grant) = grants.find(|grant| names(resource, grant)) {
            text.resource(resource, grant.group);
        }
    }
    for url in rule.non_resource_urls.iter().filter(|url| names_url(url, danger)) {
        text.word(url);
    }
    text.names(rule);
    text.0
}

/// Words that become a permission's, and whether the next one is not the first of its list.
#[derive(Default)]
pub(crate) struct Words(pub(crate) String, bool);

/// Names up to which they are listed.
const LISTED: usize = 3;

impl Words {
    /// One of a list.
    pub(crate) fn word(&mut self, word: &str) {
        if self.1 {
            self.0.push_str(", ");
        }
        self.0.push_str(word);
        self.1 = true;
    }

    /// What comes before the next list.
    pub(crate) fn list(&mut self, before: &str) {
        self.0.push_str(before);
        self.1 = false;
    }

    /// A resource with its group, as `deployments.apps/scale`.
    fn resource(&mut self, resource: &str, group: &str) {
        let (name, subresource) = resource.split_once('/').unwrap_or((resource, ""));
        self.word(name);
        for (separator, part) in [('.', group), ('/', subresource)] {
            if !part.is_empty() && (separator == '/' || name != "*") {
                self.0.push(separator);
                self.0.push_str(part);
            }
        }
    }

    /// To which objects a rule is bounded.
    pub(crate) fn names(&mut self, rule: RuleRef<'_>) {
        let names = rule.resource_names;
        if names.is_empty() {
            return;
        }
        self.list(" named ");
        for name in names.iter().take(LISTED) {
            self.word(name);
        }
        if names.len() > LISTED {
            self.0.push_str(" and ");
            push_decimal(&mut self.0, names.len() - LISTED);
            self.0.push_str(" more");
        }
    }
}

/// An item of a list.
pub(crate) fn item(list: &str, index: usize) -> String {
    let mut path = [list, "["].concat();
    push_decimal(&mut path, index);
    path.push(']');
    path
}
