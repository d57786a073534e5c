//! Pools of nodes that belong to namespaces.

use super::settings::{Label, Parameters, Pool};
use super::{REQUIRED, required};
use crate::json::decimal;
use crate::pod::Pod;
use crate::report::{Place, Report};

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

/// Reports where a pod asks for the nodes of a pool that is not its namespace's.
fn selected<'p>(pod: Pod<'p, '_>, pool: &'p Pool, own: Option<&'p Pool>, report: &mut Report<'p>) {
    const HINT: &str = "choose other nodes: these belong to another namespace";
    let label = pool.label();
    let by_name = pod.node_selector().iter().find(|(key, _)| *key == pool.key);
    if let Some((_, value)) = by_name.filter(|(_, value)| label.has(value)) {
        let place = pod.at(&["nodeSelector[", &pool.key, "]"].concat());
        report.violation(place, &**value, allowed(own), HINT);
    }
    let terms = pod.required_node_affinity().map_or(&[][..], |all| &all.node_selector_terms);
    for (index, term) in terms.iter().enumerate() {
        for (at, one) in term.match_expressions.iter().enumerate() {
            let named = one.values.iter().find(|value| label.has(value));
            if one.key == pool.key
                && one.operator == "In"
                && let Some(value) = named
            {
                report.violation(place(pod, index, at), &**value, allowed(own), HINT);
            }
        }
    }
}

fn place<'p>(pod: Pod<'p, '_>, term: usize, expression: usize) -> Place<'p> {
    let list = [REQUIRED, ".nodeSelectorTerms[", &decimal(term), "].matchExpressions"].concat();
    pod.at_item(&list, expression, "values")
}

fn allowed(own: Option<&Pool>) -> String {
    match own.map(Pool::label) {
        Some(Label { key, values }) => ["the nodes of ", key, "=", &values.join("|")].concat(),
        None => "nodes of no pool".to_owned(),
    }
}
