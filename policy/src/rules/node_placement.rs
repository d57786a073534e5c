//! # nodePlacement
//!
//! Pools of nodes are a fence: control-plane nodes hold the keys of the cluster, and tenants may
//! have nodes of their own. Taints keep pods out and labels lead them in, but what a pod tolerates
//! and selects is written in the pod, by the tenant.
//!
//! ## Allowed values
//!
//! * `spec.nodeName`: unset in pods that are created and in pod templates. It goes past the
//!   scheduler, and so past taints. Pods that exist have it from the scheduler.
//! * `spec.tolerations`: none without a key, which tolerates every taint, and none of a
//!   control-plane node, `node-role.kubernetes.io/*` and `CriticalAddonsOnly`. Taints that
//!   Kubernetes itself puts on nodes, `node.kubernetes.io/*`, may always be tolerated.
//! * with `require`: `spec.nodeSelector` has each label with one of its values, or every term of
//!   the required node affinity asks for it with `In` and no other values. The terms are
//!   alternatives: one that does not ask for it leaves the pool open. A term without expressions
//!   fits no node and does not count.
//! * with `pools`: pods of the namespaces of a pool ask for its label in the same ways, and no other
//!   pod asks for it or tolerates its taints.
//! * with `allowLabels`: nodes are chosen by these labels only.
//!
//! ## Parameters
//!
//! A pattern of `allowTolerations` covers a taint of control-plane nodes only where it names it: it
//! begins with `node-role.kubernetes.io/`, or has no `*`.
//!
//! The controller of a DaemonSet replaces the required node affinity of its pods by the name of
//! their node, the field `metadata.name`. So a DaemonSet satisfies `require` by `nodeSelector`, and
//! beside `allowLabels` it needs `metadata.name` in the list.
//!
//! ## How to fix
//!
//! Remove `nodeName` and the toleration; set the `nodeSelector` that is asked for. Agents that have
//! to run on every node belong in a namespace of their own.
//!
//! Whoever may create `pods/binding` chooses nodes too; that is for RBAC to prevent.
//!
//! Source: Kubernetes documentation, "Assigning Pods to Nodes", "Taints and Tolerations",
//! "Well-Known Labels, Annotations and Taints"; `pkg/controller/daemon/util`.

mod pools;
mod settings;
#[cfg(test)]
mod tests;

use self::settings::Label;
pub(crate) use self::settings::Parameters;
use crate::json::{decimal, same};
use crate::pod::{NodeSelectorRequirement, NodeSelectorTerm, Pod};
use crate::report::{Place, Report, UNSET};
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "nodePlacement",
    title: "placement on nodes",
    family: Family::Isolation,
    fields: &[
        "spec.nodeName",
        "spec.nodeSelector",
        "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution",
        "spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution",
        "spec.tolerations[*]",
    ],
    fills: &[],
    hardened: Some("a pod that places itself moves next to the control plane or another tenant"),
    checks: &[Check {
        id: "nodePlacement",
        level: Some(Level::Hardened),
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "the pod runs on the nodes that are meant for it",
            check: CheckFn::Pod(check),
        }],
    }],
};

const REQUIRED: &str = "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution";
/// Taints that Kubernetes puts on nodes by their condition.
const CONDITIONS: &str = "node.kubernetes.io/";
/// Taints of nodes with a role; tools that set up clusters taint control-plane nodes so.
const ROLES: &str = "node-role.kubernetes.io/";
/// What some distributions taint nodes with that run the cluster's own workloads.
const ADDONS: &str = "CriticalAddonsOnly";

fn check<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    let parameters = report.parameters().node_placement.as_deref();
    let names_node = !pod.node_name().is_empty();
    if names_node && !parameters.is_some_and(|may| may.allow_node_name) && chooses_node(pod) {
        let hint = "remove it: the scheduler chooses the node";
        report.violation(pod.at("nodeName"), pod.node_name(), UNSET, hint);
    }
    if let Some(parameters) = parameters {
        for label in &parameters.require {
            required(pod, label.label(), report);
        }
        pools::check(pod, parameters, report);
        if parameters.allow_labels.is_some() {
            labels(pod, parameters, report);
        }
    }
    tolerations(pod, parameters, report);
}

/// Whether `nodeName` is the requester's word. In a pod that exists it may be the scheduler's.
fn chooses_node(pod: Pod<'_, '_>) -> bool {
    pod.is_template() || (pod.admission().creates_pod && !pod.is_stored())
}

/// Asks for a label of the nodes that the pod runs on.
fn required<'p>(pod: Pod<'p, '_>, label: Label<'p>, report: &mut Report<'p>) {
    let selected = pod.node_selector().iter().find(|(key, _)| same(key.as_bytes(), label.key));
    if selected.is_some_and(|(_, value)| label.has(value)) {
        return;
    }
    let terms = pod.required_node_affinity().map_or(&[][..], |all| &all.node_selector_terms);
    let mut fitting = terms.iter().enumerate().filter(|(_, term)| !is_empty(term)).peekable();
    let has_terms = fitting.peek().is_some();
    let open = fitting.find(|(_, term)| !term.match_expressions.iter().any(|one| label.pins(one)));
    if has_terms && open.is_none() {
        return;
    }
    let allowed = label.values.join(", ");
    let is_named = |term: &NodeSelectorTerm<'_>| {
        term.match_expressions.iter().any(|expression| expression.key == label.key)
    };
    if let (None, Some((index, _)), true) = (selected, open, terms.iter().any(is_named)) {
        let place =
            pod.at([REQUIRED, ".nodeSelectorTerms[", &decimal(index), "]"].concat().as_str());
        let hint = [
            "the terms are alternatives: ask in this one too for ",
            label.key,
            " with In and these values only",
        ];
        report.violation(place, "another node", allowed, hint.concat());
        return;
    }
    let place = pod.at(&["nodeSelector[", label.key, "]"].concat());
    let found = selected.map_or(UNSET, |(_, value)| value);
    report.violation(place, found, allowed, "set it to one of the values");
}

/// Whether a term fits no node: it asks nothing, which Kubernetes takes for nothing.
fn is_empty(term: &NodeSelectorTerm<'_>) -> bool {
    term.match_expressions.is_empty() && term.match_fields.is_empty()
}

/// Reports every label by which nodes may not be chosen.
fn labels<'p>(pod: Pod<'p, '_>, parameters: &'p Parameters, report: &mut Report<'p>) {
    let mut judge = |key: &'p str, place: &dyn Fn() -> Place<'p>| {
        if !parameters.allows_label(key) {
            let hint = "remove it, or choose by another label";
            report.violation(place(), key, parameters.allowed_labels(), hint);
        }
    };
    for (key, _) in pod.node_selector() {
        judge(key, &|| pod.at(&["nodeSelector[", key, "]"].concat()));
    }
    let required = pod.required_node_affinity().map_or(&[][..], |all| &all.node_selector_terms);
    for (index, term) in required.iter().enumerate() {
        let path = || [REQUIRED, ".nodeSelectorTerms[", &decimal(index), "]"].concat();
        each_key(term, &mut |key, list, at| {
            judge(key, &|| pod.at_item(&(path() + list), at, "key"));
        });
    }
    for (index, term) in pod.preferred_node_affinity().iter().enumerate() {
        let path = || [PREFERRED, "[", &decimal(index), "].preference"].concat();
        each_key(&term.preference, &mut |key, list, at| {
            judge(key, &|| pod.at_item(&(path() + list), at, "key"));
        });
    }
}

/// Calls `with` for the key of every requirement of a term: key, list and place in it.
fn each_key<'p>(
    term: &'p NodeSelectorTerm<'_>,
    with: &mut dyn FnMut(&'p str, &'static str, usize),
) {
    let lists: [(_, &'p [NodeSelectorRequirement<'_>]); 2] =
        [(".matchExpressions", &term.match_expressions), (".matchFields", &term.match_fields)];
    for (list, requirements) in lists {
        for (index, requirement) in requirements.iter().enumerate() {
            with(&requirement.key, list, index);
        }
    }
}

fn tolerations<'p>(pod: Pod<'p, '_>, parameters: Option<&'p Parameters>, report: &mut Report<'p>) {
    for (index, toleration) in pod.tolerations().iter().enumerate() {
        let key = &*toleration.key;
        if key.starts_with(CONDITIONS) {
            continue;
        }
        let of_control_plane = key.starts_with(ROLES) || key == ADDONS;
        let place = || pod.at_item("tolerations", index, "");
        if key.is_empty() {
            if !parameters.is_some_and(|may| may.allow_tolerate_everything) {
                let hint = "name the key of the one taint that is meant";
                report.violation(place(), "every taint", "a taint by its key", hint);
            }
        } else if of_control_plane {
            if !parameters.is_some_and(|may| may.allows_control_plane(key)) {
                let hint = "remove it: it lets the pod run beside the control plane";
                report.violation(place(), key, "taints of other nodes", hint);
            }
        } else if let Some(parameters) = parameters.filter(|may| !may.allows_toleration(key)) {
            let hint = "remove it: the taint keeps nodes for other pods";
            report.violation(place(), key, parameters.allowed_tolerations(), hint);
        }
    }
}
