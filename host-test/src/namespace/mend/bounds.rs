//! Quotas and limit ranges, with room for what is there.

use super::super::amount::{parse, render};
use super::super::concern::custom_kinds;
use super::super::place::{Item, Place};
use super::super::report::{Finding, Row};
use super::{asked_for, free_name};
use ringfence_policy::Quantity;
use serde_json::{Map, Value, json};

/// Memory of a container, where nothing is known of any: what the LimitRange gives one that does
/// not say, and lets one have at most.
const DEFAULT_MEMORY: &str = "256Mi";
const MOST_MEMORY: &str = "1Gi";
const REQUESTED_MEMORY: &str = "128Mi";
const REQUESTED_CPU: &str = "100m";

/// What stands before the resource where a quota, or a limit range, is asked for.
pub(super) const QUOTA: &str = "a ResourceQuota with ";
pub(super) const LIMIT_RANGE: &str = "a LimitRange with ";

/// A ResourceQuota of what was found unbounded: twice what the workloads ask for, so that a rolling
/// update finds room, and no less than a small team needs.
pub(super) fn quota(row: &Row, place: &Place, settings: &Value) -> Vec<Value> {
    let mut hard = Map::new();
    for finding in &row.findings {
        if let Some(resource) = asked_for(finding, QUOTA) {
            hard.insert(resource.to_owned(), amount(resource, place, settings).into());
        }
    }
    if hard.is_empty() {
        return Vec::new();
    }
    let name = free_name(place, "ResourceQuota", "tenant");
    let quota = json!({
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": name, "namespace": place.name},
        "spec": {"hard": hard},
    });
    vec![quota]
}

fn amount(resource: &str, place: &Place, settings: &Value) -> String {
    let least = match resource {
        "requests.cpu" | "limits.cpu" | "cpu" => "4",
        "pods" | "count/pods" => "20",
        memory if memory.ends_with("memory") => "8Gi",
        storage if storage.ends_with("storage") => "20Gi",
        _ => "10",
    };
    let least = parse(least).unwrap_or_default();
    let there = place.workloads(&custom_kinds(settings));
    let there: f64 = there.iter().map(|item| replicas(item) * per_pod(item, resource)).sum();
    let proposed = render(resource, least.max(2.0 * there));
    let bounds = settings.pointer("/rules/resourceBoundaries/quotaBounds");
    let mut bounds = bounds.and_then(Value::as_array).into_iter().flatten();
    let bound =
        bounds.find(|bound| bound.get("resource").and_then(Value::as_str) == Some(resource));
    // The settings may write a number.
    let most = bound
        .and_then(|bound| bound.get("max"))
        .map(|max| max.as_str().map_or_else(|| max.to_string(), str::to_owned));
    match most {
        Some(most) if Quantity::parse(&proposed) > Quantity::parse(&most) => most,
        _ => proposed,
    }
}

/// How many pods a workload has; one of a DaemonSet, whose nodes nobody knows here.
fn replicas(item: &Item) -> f64 {
    let replicas = item.object.get("spec").and_then(|spec| spec.get("replicas")?.as_f64());
    replicas.unwrap_or(1.0)
}

/// What a pod takes of a resource that is bounded by that name.
fn per_pod(item: &Item, resource: &str) -> f64 {
    let (field, name) = match resource.split_once('.') {
        _ if resource == "pods" => return 1.0,
        Some(("limits", name)) => ("limits", name),
        Some(("requests", name)) => ("requests", name),
        _ => ("requests", resource),
    };
    // A container that does not say gets what a LimitRange of ours gives it.
    let otherwise = match (field, name) {
        ("limits", "memory") => parse(DEFAULT_MEMORY),
        ("requests", "memory") => parse(REQUESTED_MEMORY),
        ("requests", "cpu") => parse(REQUESTED_CPU),
        _ => None,
    };
    let written = |container| of(container, field, name).and_then(parse);
    containers(item).filter_map(|container| written(container).or(otherwise)).sum()
}

fn containers(item: &Item) -> impl Iterator<Item = &Value> {
    let spec = item.pod().and_then(|pod| pod.get("spec"));
    let lists =
        ["containers", "initContainers"].into_iter().filter_map(move |list| spec?.get(list));
    lists.filter_map(Value::as_array).flatten()
}

fn of<'v>(container: &'v Value, field: &str, name: &str) -> Option<&'v str> {
    container.get("resources")?.get(field)?.get(name)?.as_str()
}

/// A LimitRange that bounds what was found unbounded, and fills in what containers leave out. It
/// takes nothing from containers that are there: no `max` is below what they have, and no default
/// limit below a request, which the API server would refuse.
pub(super) fn limit_range(row: &Row, place: &Place, settings: &Value) -> Vec<Value> {
    let mut max = Map::new();
    let (mut default, mut request) = (Map::new(), Map::new());
    let workloads = place.workloads(&custom_kinds(settings));
    for finding in &row.findings {
        if let Some(resource) = asked_for(finding, LIMIT_RANGE) {
            let most = if resource == "cpu" { "4" } else { MOST_MEMORY };
            max.insert(
                resource.into(),
                greatest(&workloads, &["limits", "requests"], resource, most).into(),
            );
        } else if let Some((field, resource)) = lacking(finding) {
            let (list, least) = match (field, resource) {
                ("limits", "cpu") => (&mut default, "1"),
                ("limits", _) => (&mut default, DEFAULT_MEMORY),
                (_, "cpu") => (&mut request, REQUESTED_CPU),
                (_, _) => (&mut request, REQUESTED_MEMORY),
            };
            let least = match field {
                "limits" => greatest(&workloads, &["requests"], resource, least),
                _ => least.to_owned(),
            };
            list.insert(resource.into(), least.into());
        }
    }
    if max.is_empty() && default.is_empty() && request.is_empty() {
        return Vec::new();
    }
    let mut item = json!({"type": "Container"});
    for (field, amounts) in [("max", max), ("default", default), ("defaultRequest", request)] {
        if !amounts.is_empty() {
            item[field] = Value::Object(amounts);
        }
    }
    let name = free_name(place, "LimitRange", "containers");
    let range = json!({
        "apiVersion": "v1",
        "kind": "LimitRange",
        "metadata": {"name": name, "namespace": place.name},
        "spec": {"limits": [item]},
    });
    vec![range]
}

/// What a container leaves out: `limits` or `requests`, and the resource. What it sets to nothing
/// no LimitRange fills in.
pub(super) fn lacking(finding: &Finding) -> Option<(&str, &str)> {
    let path = finding.violation.path.strip_suffix(']')?;
    let (before, resource) = path.rsplit_once('[')?;
    let (_, field) = before.rsplit_once('.')?;
    (finding.violation.found == "unset" && matches!(field, "limits" | "requests"))
        .then_some((field, resource))
}

/// The greatest amount that containers have in one of the fields, and `least` at least.
fn greatest(workloads: &[&Item], fields: &[&str], resource: &str, least: &str) -> String {
    let mut greatest = least;
    for container in workloads.iter().flat_map(|item| containers(item)) {
        for amount in fields.iter().filter_map(|field| of(container, field, resource)) {
            if Quantity::parse(amount) > Quantity::parse(greatest) {
                greatest = amount;
            }
        }
    }
    greatest.to_owned()
}
