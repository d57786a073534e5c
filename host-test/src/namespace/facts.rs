//! What is there, in words: beside each row, whether something is wrong or not.

use super::concern::custom_kinds;
use super::place::{Item, Place, subjects};
use crate::reach::world::World;
use ringfence_network::{Answer, Direction, Labels, Openness, from_json, isolation};
use serde_json::Value;
use std::collections::BTreeSet;

/// What the facts of a cluster are told from.
#[derive(Debug)]
pub struct Facts<'w> {
    /// Its policies.
    pub world: &'w World<'w>,
}

/// A text field, by its path.
pub(super) fn text<'v>(value: &'v Value, path: &[&str]) -> Option<&'v str> {
    path.iter().try_fold(value, |value, field| value.get(field))?.as_str()
}

impl Facts<'_> {
    /// Those beside the row of that id.
    pub(super) fn of(&self, concern: &str, place: &Place, settings: &Value) -> Vec<String> {
        let workloads = place.workloads(&custom_kinds(settings));
        match concern {
            "quota" => place.of_kind("ResourceQuota").map(quota).collect(),
            "limitRange" => place.of_kind("LimitRange").map(Item::words).collect(),
            "rbac" => rights(place, &workloads),
            "network" => workloads.iter().filter_map(|item| self.openness(place, item)).collect(),
            "podSecurity" => vec![labels(place)],
            "placement" => workloads.iter().filter_map(|item| placement(item)).collect(),
            "serviceAccountToken" => workloads.iter().filter_map(|it| token(place, it)).collect(),
            _ => Vec::new(),
        }
    }

    /// How open the pods of a workload are, and by which policies.
    fn openness(&self, place: &Place, item: &Item) -> Option<String> {
        let pod = item.pod()?;
        if pod["spec"]["hostNetwork"] == true {
            return Some(format!("{}: on the host network, where no policy holds", item.words()));
        }
        let labels = pod.get("metadata").and_then(|metadata| metadata.get("labels"));
        let labels = labels.map_or_else(|| "{}".into(), Value::to_string);
        let labels: Labels<'_> = from_json(&labels).ok()?;
        let isolated = isolation(self.world.snapshot().policies, &place.name, &labels);
        let told = Direction::BOTH.map(|direction| {
            let word = match (isolated.isolates(direction), isolated.openness(direction)) {
                (Answer::Unknown(_), _) => "open or not",
                (Answer::No, _) | (_, Openness::Everything) => "open to everyone",
                (_, Openness::Closed) => "closed",
                (_, Openness::Partly) => "partly open",
                (_, Openness::EveryPod) => "open to every pod",
            };
            let policies = isolated.by(direction);
            let names = policies.map(|selecting| &*selecting.policy.metadata.name);
            let names = names.collect::<Vec<_>>().join(", ");
            let by = if names.is_empty() { names } else { format!(" ({names})") };
            format!("{} {word}{by}", direction.field())
        });
        Some(format!("{}: {}", item.words(), told.join(", ")))
    }
}

fn quota(item: &Item) -> String {
    let hard = item.object.get("spec").and_then(|spec| spec.get("hard")?.as_object());
    let amount = |(name, amount): (&String, &Value)| {
        format!("{name} {}", amount.as_str().map_or_else(|| amount.to_string(), str::to_owned))
    };
    let hard = hard.map(|hard| hard.iter().map(amount).collect::<Vec<_>>().join(", "));
    format!("{}: {}", item.words(), hard.unwrap_or_default())
}

/// What bindings give, and which service accounts have nothing.
fn rights(place: &Place, workloads: &[&Item]) -> Vec<String> {
    let bindings = place.items.iter().filter(|item| item.resource.kind.ends_with("RoleBinding"));
    let mut facts = Vec::new();
    let mut without: BTreeSet<&str> = accounts(place, workloads);
    for item in bindings {
        let binding = &item.object;
        let role = |field| text(binding, &["roleRef", field]).unwrap_or_default();
        let who = subjects(binding).map(|subject| {
            let [kind, name] =
                ["kind", "name"].map(|field| text(subject, &[field]).unwrap_or_default());
            match text(subject, &["namespace"]) {
                Some(namespace) if kind == "ServiceAccount" => format!("{kind} {namespace}/{name}"),
                _ => format!("{kind} {name}"),
            }
        });
        let who = who.collect::<Vec<_>>().join(", ");
        for subject in subjects(binding) {
            if text(subject, &["kind"]) == Some("ServiceAccount")
                && text(subject, &["namespace"]).unwrap_or(&place.name) == place.name
            {
                without.remove(text(subject, &["name"]).unwrap_or_default());
            }
        }
        let what = match item.elsewhere {
            None => permissions(place, role("kind"), role("name")),
            Some(_) => String::new(),
        };
        facts.push(format!("{}: {} {}{what} to {who}", item.words(), role("kind"), role("name")));
    }
    if !without.is_empty() {
        let without = without.into_iter().collect::<Vec<_>>().join(", ");
        facts.push(format!("service accounts that no binding names: {without}"));
    }
    facts
}

/// What a Role of the namespace permits, in short.
fn permissions(place: &Place, kind: &str, name: &str) -> String {
    let mut roles = place.of_kind(kind).filter(|item| item.resource.name.as_deref() == Some(name));
    let Some(role) = roles.next() else { return String::new() };
    let list = |rule: &Value, field: &str| {
        let items = rule.get(field).and_then(Value::as_array).into_iter().flatten();
        items.filter_map(Value::as_str).collect::<Vec<_>>().join(",")
    };
    let rules = role.object.get("rules").and_then(Value::as_array).into_iter().flatten();
    let rules = rules.map(|rule| format!("{} {}", list(rule, "verbs"), list(rule, "resources")));
    let rules = rules.collect::<Vec<_>>().join("; ");
    if rules.is_empty() { " (nothing)".into() } else { format!(" ({rules})") }
}

/// The service accounts of the namespace: those that are there, and those that workloads name.
fn accounts<'p>(place: &'p Place, workloads: &[&'p Item]) -> BTreeSet<&'p str> {
    let there = place.of_kind("ServiceAccount").filter_map(|item| item.resource.name.as_deref());
    there.chain(workloads.iter().map(|item| account(item))).chain(["default"]).collect()
}

/// The service account of a workload's pods.
pub(super) fn account(item: &Item) -> &str {
    let pod = item.pod().unwrap_or(&Value::Null);
    let name = |field| text(pod, &["spec", field]).filter(|name| !name.is_empty());
    name("serviceAccountName").or_else(|| name("serviceAccount")).unwrap_or("default")
}

fn labels(place: &Place) -> String {
    let labels = place.namespace.object.get("metadata").and_then(|metadata| metadata.get("labels"));
    let label = |name: &str| {
        let key = format!("pod-security.kubernetes.io/{name}");
        labels.and_then(|labels| text(labels, &[&key]))
    };
    let modes = ["enforce", "warn", "audit"].map(|mode| {
        let version = label(&format!("{mode}-version")).map(|version| format!(" {version}"));
        format!("{mode} {}{}", label(mode).unwrap_or("unset"), version.unwrap_or_default())
    });
    let absent = if place.namespace.is_made_up { "no Namespace in the manifests; " } else { "" };
    format!("{absent}{}", modes.join(", "))
}

fn placement(item: &Item) -> Option<String> {
    let spec = item.pod()?.get("spec")?;
    let mut parts = Vec::new();
    let selector = spec.get("nodeSelector").and_then(Value::as_object).into_iter().flatten();
    parts.extend(
        selector.map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default())),
    );
    let tolerations = spec.get("tolerations").and_then(Value::as_array).into_iter().flatten();
    parts.extend(tolerations.map(|toleration| {
        format!("tolerates {}", text(toleration, &["key"]).unwrap_or("every taint"))
    }));
    parts.extend(text(spec, &["nodeName"]).map(|name| format!("on node {name}")));
    (!parts.is_empty()).then(|| format!("{}: {}", item.words(), parts.join(", ")))
}

/// Whether pods of a workload get a token, and who says so. Source: KEP-1205, "the pod's field has
/// precedence"; unset in both is `true`.
fn token(place: &Place, item: &Item) -> Option<String> {
    let of = |value: &Value| value.get("automountServiceAccountToken").and_then(Value::as_bool);
    let name = account(item);
    let pod = of(item.pod()?.get("spec")?);
    let mut accounts = place.of_kind("ServiceAccount");
    let account = accounts.find(|account| account.resource.name.as_deref() == Some(name));
    let of_account = account.and_then(|account| of(&account.object));
    let by = match (pod, of_account, account) {
        (Some(_), ..) => "the pod says so".to_owned(),
        (None, Some(_), _) => format!("service account {name} says so"),
        (None, None, Some(_)) => format!("neither the pod nor service account {name} says no"),
        (None, None, None) => {
            format!("the pod does not say no, and there is no service account {name}")
        }
    };
    let word = if pod.or(of_account).unwrap_or(true) { "a token" } else { "no token" };
    Some(format!("{}: {word}, {by}", item.words()))
}
