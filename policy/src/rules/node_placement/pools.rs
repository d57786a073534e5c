//! Pools of nodes that belong to namespaces.

use super::settings::{Label, Parameters, Pool};
use super::{PREFERRED, REQUIRED, required};
use crate::json::decimal;
use crate::pod::{NodeSelectorTerm, Pod};
use crate::report::Report;

/// Asks that the pod runs in the pool of its namespace, and stays out of every other.
pub(super) fn check<'p>(pod: Pod<'p, '_>, parameters: &'p Parameters, report: &mut Report<'p>) {
    let namespace = pod.admission().namespace;
    let own = parameters.pools.iter().find(|pool| pool.is_of(namespace));
    if let Some(own) = own {
        required(pod, own.label(), report);
    }
    for (index, toleration) in pod.tolerations().iter().enumerate() {
        let key = &*toleration.key;
        let has_taint = |pool: &Pool| pool.taints.iter().any(|taint| taint.matches(key));
        if !key.is_empty() && parameters.pools.iter().any(has_taint) && !own.is_some_and(has_taint)
        {
            let hint = "remove it: the nodes belong to another namespace";
            report.violation(pod.at_item("tolerations", index, ""), key, allowed(own), hint);
        }
    }
    for pool in &parameters.pools {
        if !own.is_some_and(|own| shares(own, pool)) {
            selected(pod, pool, own, report);
        }
    }
}

/// Whether what a namespace is asked to select settles what it selects of another pool.
fn shares(own: &Pool, pool: &Pool) -> bool {
    own.key == pool.key
}

const HINT: &str = "choose other nodes: these belong to another namespace";

/// Reports where a pod asks for the nodes of a pool that is not its namespace's.
fn selected<'p>(pod: Pod<'p, '_>, pool: &'p Pool, own: Option<&'p Pool>, report: &mut Report<'p>) {
    let label = pool.label();
    let by_name = pod.node_selector().iter().find(|(key, _)| *key == pool.key);
    if let Some((_, value)) = by_name.filter(|(_, value)| label.has(value)) {
        let place = pod.at(&["nodeSelector[", &pool.key, "]"].concat());
        report.violation(place, &**value, allowed(own), HINT);
    }
    let terms = pod.required_node_affinity().map_or(&[][..], |all| &all.node_selector_terms);
    for (index, term) in terms.iter().enumerate() {
        let list = || [REQUIRED, ".nodeSelectorTerms[", &decimal(index), "]"].concat();
        of_term(pod, pool, term, &list, own, report);
    }
    for (index, term) in pod.preferred_node_affinity().iter().enumerate() {
        let list = || [PREFERRED, "[", &decimal(index), "].preference"].concat();
        of_term(pod, pool, &term.preference, &list, own, report);
    }
}

/// Reports what of a term asks for nodes of the pool: a value of its label, or any.
fn of_term<'p>(
    pod: Pod<'p, '_>,
    pool: &'p Pool,
    term: &'p NodeSelectorTerm<'_>,
    list: &dyn Fn() -> String,
    own: Option<&'p Pool>,
    report: &mut Report<'p>,
) {
    for (at, one) in term.match_expressions.iter().enumerate() {
        let asked = match &*one.operator {
            "In" => one.values.iter().find(|value| pool.label().has(value)).map(|value| &**value),
            "Exists" => Some("any value"),
            _ => None,
        };
        if one.key == pool.key
            && let Some(asked) = asked
        {
            let list = list() + ".matchExpressions";
            report.violation(pod.at_item(&list, at, "values"), asked, allowed(own), HINT);
        }
    }
}

fn allowed(own: Option<&Pool>) -> String {
    match own.map(Pool::label) {
        Some(Label { key, values }) => ["the nodes of ", key, "=", &values.join("|")].concat(),
        None => "nodes of no pool".to_owned(),
    }
}
