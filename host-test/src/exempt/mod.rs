//! The narrowest exemptions that would admit what is there now.
//!
//! One for each rule, service account, and container with its image, or the pod itself, and only
//! for the values that were found.

mod outcome;

pub use crate::yaml::write::render;
pub use outcome::{Outcome, work_out};

use crate::answer::Violation;
use crate::judge::Judged;
use ringfence_policy::{Date, normalised_image};
use serde_json::{Map, Value, json};
use std::collections::HashSet;

/// Workloads that a reason names; the rest is counted.
const NAMED: usize = 5;

/// A resource that was judged, with the object in its request.
#[derive(Clone, Copy, Debug)]
pub struct Case<'c> {
    /// The resource and its violations.
    pub judged: &'c Judged,
    /// The object as it was sent.
    pub object: &'c Value,
}

/// What exemptions can and cannot do for some resources.
#[derive(Debug, Default)]
pub struct Proposal {
    /// Items of the setting `exemptions`.
    pub exemptions: Vec<Value>,
    /// Violations that no narrow exemption covers.
    pub refused: Vec<Refused>,
}

/// A violation for which there is no exemption to propose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// File and line, or where in the cluster.
    pub place: String,
    /// Kind, namespace and name.
    pub resource: String,
    /// Where in the object.
    pub path: String,
    /// Why not, and what to do instead.
    pub why: &'static str,
}

/// What one exemption is for, as narrow as settings can say it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Scope {
    rule: String,
    namespace: String,
    service_account: String,
    container: Option<Container>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Container {
    list: String,
    name: String,
    image: String,
}

/// An exemption in the making.
struct Draft {
    scope: Scope,
    values: Vec<String>,
    workloads: Vec<String>,
}

/// Proposes exemptions for every violation that denies.
///
/// `taken` are ids that the settings have already; the exemptions are dated `today` and end with
/// `expires`.
pub fn propose(
    cases: &[Case<'_>],
    taken: &HashSet<String>,
    today: Date,
    expires: Option<Date>,
) -> Proposal {
    let mut drafts: Vec<Draft> = Vec::new();
    let mut refused = Vec::new();
    for case in cases {
        let violations = case.judged.violations.iter();
        for (violation, place) in violations.filter(|(found, _)| found.action == "deny") {
            let both = scope(case, violation).and_then(|scope| Ok((scope, value(violation)?)));
            match both {
                Ok((scope, value)) => add(&mut drafts, scope, value, workload(case.judged)),
                Err(why) => refused.push(Refused {
                    place: match (&case.judged.resource.file, place.at.line) {
                        (file, 0) => file.to_string(),
                        (file, line) => format!("{file}:{line}"),
                    },
                    resource: workload(case.judged),
                    path: violation.path.clone(),
                    why,
                }),
            }
        }
    }
    let mut ids = taken.clone();
    let exemptions = drafts.iter().map(|draft| draft.exemption(&mut ids, today, expires)).collect();
    Proposal { exemptions, refused }
}

fn add(drafts: &mut Vec<Draft>, scope: Scope, value: String, workload: String) {
    let place = drafts.iter().position(|draft| draft.scope == scope).unwrap_or(drafts.len());
    if place == drafts.len() {
        drafts.push(Draft { scope, values: Vec::new(), workloads: Vec::new() });
    }
    let draft = &mut drafts[place];
    for (list, item) in [(&mut draft.values, value), (&mut draft.workloads, workload)] {
        if !list.contains(&item) {
            list.push(item);
        }
    }
}

/// `Deployment shop/web`.
fn workload(judged: &Judged) -> String {
    let name = judged.resource.name.as_deref().unwrap_or("(no name)");
    match &judged.namespace {
        Some(namespace) => format!("{} {namespace}/{name}", judged.resource.kind),
        None => format!("{} {name}", judged.resource.kind),
    }
}

/// What the exemption of a violation is for, or why there can be none.
fn scope(case: &Case<'_>, violation: &Violation) -> Result<Scope, &'static str> {
    if violation.rule == "wellFormed" {
        return Err("the API server refuses it, or the settings do not know it; mend it");
    }
    let namespace = case.judged.namespace.as_deref().filter(|name| is_plain(name));
    let namespace = namespace
        .ok_or("it is in no namespace that an exemption could name; exempt who makes it")?;
    let spec = pod_spec(case.object, &violation.path).ok_or("there is no pod around it")?;
    let account = ["serviceAccountName", "serviceAccount"]
        .iter()
        .filter_map(|key| spec.get(key)?.as_str())
        .find(|name| !name.is_empty())
        .unwrap_or("default");
    if !is_plain(account) {
        return Err("its service account has no name that an exemption could give");
    }
    Ok(Scope {
        rule: violation.rule.clone(),
        namespace: namespace.to_owned(),
        service_account: account.to_owned(),
        container: container(violation)?,
    })
}

fn container(violation: &Violation) -> Result<Option<Container>, &'static str> {
    let Some(container) = &violation.container else {
        return Ok(None);
    };
    let (_, in_pod) = split_pod(&violation.path).ok_or("there is no pod around it")?;
    let (list, _) = in_pod.split_once('[').ok_or("it is in no list of containers")?;
    if container.name.is_empty() || container.name.contains('*') {
        return Err("its container has no name that an exemption could give");
    }
    let image = normalised_image(&container.image).ok_or("its image is no image reference")?;
    Ok(Some(Container { list: list.to_owned(), name: container.name.clone(), image }))
}

/// The value as a pattern, which is the value itself; where other fields of the rule may hold the
/// same, with its field.
fn value(violation: &Violation) -> Result<String, &'static str> {
    let found = &violation.found;
    if found.contains([char::REPLACEMENT_CHARACTER, '…']) {
        return Err("the value is too long or has letters that are not shown, so none can name it");
    }
    if !found.is_empty() && found.chars().all(|letter| letter == '*') {
        return Err("the value as a pattern is every value");
    }
    let is_common = found.chars().all(|letter| letter.is_ascii_digit())
        || ["true", "false", "unset"].contains(&found.as_str());
    Ok(if is_common { format!("{}={found}", field(&violation.path)) } else { found.clone() })
}

/// The last key of a path: `add` of `spec.containers[0].securityContext.capabilities.add[1]`.
fn field(path: &str) -> &str {
    let path =
        path.strip_suffix(']').and_then(|path| path.rsplit_once('[')).map_or(path, |it| it.0);
    path.rsplit_once('.').map_or(path, |(_, last)| last)
}

/// Names of namespaces and service accounts have no other letters, which would mean something in
/// a pattern.
fn is_plain(name: &str) -> bool {
    let is_known = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.');
    !name.is_empty() && name.chars().all(is_known)
}

/// The path to the pod's `spec`, and the path in it.
fn split_pod(path: &str) -> Option<(&str, &str)> {
    match path.rfind(".spec.") {
        Some(at) => Some((&path[..at + ".spec".len()], &path[at + ".spec.".len()..])),
        None => path.strip_prefix("spec.").map(|rest| ("spec", rest)),
    }
}

fn pod_spec<'v>(object: &'v Value, path: &str) -> Option<&'v Value> {
    let spec = match path.rsplit_once("metadata.annotations[") {
        Some((base, _)) => format!("{base}spec"),
        None => split_pod(path)?.0.to_owned(),
    };
    look_up(object, &spec)
}

/// The value at a path as findings write it: `spec.tasks[0].template.spec`.
fn look_up<'v>(object: &'v Value, path: &str) -> Option<&'v Value> {
    let steps = path.split(['.', '[']).map(|step| step.strip_suffix(']').unwrap_or(step));
    steps.filter(|step| !step.is_empty()).try_fold(object, |value, step| match value {
        Value::Array(items) => items.get(step.parse::<usize>().ok()?),
        _ => value.get(step),
    })
}

impl Draft {
    fn exemption(&self, ids: &mut HashSet<String>, today: Date, expires: Option<Date>) -> Value {
        let Scope { rule, namespace, service_account, container } = &self.scope;
        let mut scope = Map::new();
        let account = format!("{namespace}/{service_account}");
        scope.insert("serviceAccounts".into(), json!([account]));
        match container {
            Some(Container { list, name, image }) => {
                scope.insert("containers".into(), json!([name]));
                scope.insert("containerLists".into(), json!([list]));
                scope.insert("images".into(), json!([image]));
            }
            // No list: the pod itself.
            None => {
                scope.insert("containerLists".into(), json!([]));
            }
        }
        let place = container.as_ref().map_or("pod", |container| &container.name);
        let mut exemption = Map::new();
        exemption.insert("id".into(), id(ids, &[rule, namespace, place]).into());
        exemption.insert("reason".into(), self.reason(today).into());
        if let Some(day) = expires {
            exemption.insert("expires".into(), day.to_string().into());
        }
        exemption.insert("rules".into(), json!([rule]));
        exemption.insert("values".into(), json!(self.values));
        exemption.insert("match".into(), scope.into());
        exemption.into()
    }

    fn reason(&self, today: Date) -> String {
        let named = self.workloads.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
        match self.workloads.len().saturating_sub(NAMED) {
            0 => format!("existing on {today}: {named}"),
            more => format!("existing on {today}: {named} and {more} more"),
        }
    }
}

/// An id from these parts that is not taken yet, and is then.
fn id(taken: &mut HashSet<String>, parts: &[&str]) -> String {
    let wanted = parts.join("-");
    let mut id = wanted.clone();
    let mut number = 2;
    while !taken.insert(id.clone()) {
        id = format!("{wanted}-{number}");
        number += 1;
    }
    id
}

/// Settings with more exemptions.
pub fn extend(settings: &Value, exemptions: &[Value]) -> Value {
    let mut settings = settings.clone();
    if let Some(fields) = settings.as_object_mut() {
        let list = fields.entry("exemptions").or_insert_with(|| json!([]));
        if list.is_null() {
            *list = json!([]);
        }
        if let Some(list) = list.as_array_mut() {
            list.extend_from_slice(exemptions);
        }
    }
    settings
}

/// The ids of the exemptions that settings have.
pub fn ids(settings: &Value) -> HashSet<String> {
    let list = settings.get("exemptions").and_then(Value::as_array);
    let ids = list.into_iter().flatten().filter_map(|exemption| exemption.get("id")?.as_str());
    ids.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::{look_up, split_pod};
    use serde_json::json;

    #[test]
    fn the_pod_around_a_path_is_the_innermost() {
        for (path, spec, rest) in [
            ("spec.hostPID", "spec", "hostPID"),
            ("spec.template.spec.hostPID", "spec.template.spec", "hostPID"),
            ("template.spec.volumes[0].nfs", "template.spec", "volumes[0].nfs"),
            (
                "spec.tasks[1].template.spec.containers[0].image",
                "spec.tasks[1].template.spec",
                "containers[0].image",
            ),
        ] {
            assert_eq!(split_pod(path), Some((spec, rest)), "{path}");
        }
        assert_eq!(split_pod("metadata.annotations[a]"), None);
    }

    #[test]
    fn paths_of_findings_are_followed() {
        let object =
            json!({"spec": {"tasks": [{"a": 1}, {"template": {"spec": 7}}], "m": {"W": 3}}});
        assert_eq!(look_up(&object, "spec.tasks[1].template.spec"), Some(&json!(7)));
        assert_eq!(look_up(&object, "spec.m[W]"), Some(&json!(3)));
        assert_eq!(look_up(&object, "spec.tasks[2]"), None);
        assert_eq!(look_up(&object, "spec.tasks.a"), None);
    }
}
