//! From settings to settings that are stricter, or weaker, by one step: what must hold between
//! them is known by how they were made.

use ringfence_policy::{RULES, Rule, Settings, find_rule};
use serde_json::{Value, json};

use super::{ACTIONS, LEVELS};

/// Settings that differ from others by one step.
#[derive(Debug, Clone)]
pub struct Step {
    /// What is changed.
    pub kind: Kind,
    /// The change, in words.
    pub what: String,
    /// The settings after it.
    pub settings: Value,
}

/// What a step changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The profile, or the level of a rule.
    Level,
    /// What follows from a violation.
    Action,
    /// Which rules are named.
    Rule,
    /// A parameter of a rule.
    Parameter,
    /// Which updates are judged.
    Updates,
}

/// What more of a parameter does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    /// More is let pass.
    Allows,
    /// More is asked.
    Asks,
    /// Something else is asked.
    Neither,
}

/// What more of a parameter does.
///
/// # Panics
/// If nobody has said so of this parameter: say it here.
fn effect(rule: &str, key: &str) -> Effect {
    match (rule, key) {
        ("hostPathVolumes", "kubeletRoot")
        | ("runtimeClass", "default")
        // Of namespaces, none of which is generated.
        | ("podSecurityLabels", "minimum" | "minimums" | "oldestVersion")
        // A pool asks its own namespaces for one thing, and others for another.
        | ("nodePlacement", "pools")
        | ("rbac" | "seccompContent", "denyFrom")
        | ("seccompContent", "baseline" | "baselineProfile" | "runtime" | "resourceVersion") => {
            Effect::Neither
        }
        ("podSecurityLabels", "pinned")
        | ("defaultNamespace" | "protectedNamespaces", "namespaces")
        | ("protectedNamespaces", "labels")
        | ("namespaceMetadata", "protectedKeys")
        | ("networkIsolation", "directions")
        | ("seccompContent", "architectures")
        | ("resourceBoundaries", "quotaBounds") => Effect::Asks,
        (_, key) if key.starts_with("require") || key.starts_with("forbid") => Effect::Asks,
        (_, key) if key.starts_with("allow") => Effect::Allows,
        ("runAsNonRoot", "acceptRunAsUser")
        | ("appArmorProfile" | "seccompProfile", "types")
        | ("appArmorProfile", "localhostProfiles")
        | ("seccompLocalhost", "inventory")
        | ("seccompContent", "catalogue")
        | ("seccompProfile", "seccompDefault")
        | ("restrictedVolumes", "flexVolumeDrivers" | "csiDrivers")
        | ("serviceAccountToken", "audiences" | "lookUp" | "maxExpirationSeconds")
        | ("ephemeralContainers", "users" | "groups" | "images")
        | (_, "ranges") => Effect::Allows,
        _ => panic!("nobody has said whether more of `{rule}.{key}` allows or asks"),
    }
}

/// The settings that are stricter by one step.
pub fn stricter(settings: &Value) -> Vec<Step> {
    let mut steps = Steps { from: settings, all: Vec::new() };
    steps.level(1);
    steps.action(-1);
    for rule in RULES {
        if settings["rules"].get(rule.id).is_none() {
            let mut named = settings.clone();
            named["rules"][rule.id] = "deny".into();
            steps.push(Kind::Rule, format!("{} is named", rule.id), named);
        }
    }
    steps.parameters(true);
    if settings["updates"] != "all" {
        let mut all = settings.clone();
        all["updates"] = "all".into();
        steps.push(Kind::Updates, "every update".to_owned(), all);
    }
    steps.all
}

/// The settings that are weaker by one step.
pub fn weaker(settings: &Value) -> Vec<Step> {
    let mut steps = Steps { from: settings, all: Vec::new() };
    steps.level(-1);
    steps.action(1);
    steps.parameters(false);
    if settings["updates"] == "all" {
        for updates in ["significant", "new"] {
            let mut fewer = settings.clone();
            fewer["updates"] = updates.into();
            steps.push(Kind::Updates, format!("{updates} updates"), fewer);
        }
    }
    steps.all
}

struct Steps<'s> {
    from: &'s Value,
    all: Vec<Step>,
}

impl Steps<'_> {
    /// Keeps a step, if the settings it leads to are none that the policy refuses.
    fn push(&mut self, kind: Kind, what: String, settings: Value) {
        if Settings::decode(&settings.to_string()).is_ok() {
            self.all.push(Step { kind, what, settings });
        }
    }

    /// Profile and levels, one higher or lower.
    fn level(&mut self, by: isize) {
        let places = [vec!["profile"]].into_iter();
        let places = places.chain(self.rules("level").map(|rule| vec!["rules", rule, "level"]));
        self.shift(Kind::Level, LEVELS, by, places.collect());
    }

    /// Actions, one harder or softer.
    fn action(&mut self, by: isize) {
        let rules = self.from["rules"].as_object().into_iter().flatten();
        let plain = rules.filter(|(_, said)| said.is_string());
        let plain = plain.map(|(rule, _)| vec!["rules", rule.as_str()]);
        let objects = self.rules("action").map(|rule| vec!["rules", rule, "action"]);
        let places = [vec!["action"]].into_iter().chain(plain).chain(objects).collect();
        self.shift(Kind::Action, ACTIONS, by, places);
    }

    /// The rules whose object has the key.
    fn rules(&self, key: &'static str) -> impl Iterator<Item = &'static str> {
        let named = RULES.iter().filter(move |rule| self.from["rules"][rule.id].get(key).is_some());
        named.map(|rule| rule.id).collect::<Vec<_>>().into_iter()
    }

    /// At each place the word of the scale that stands so far from the one there.
    fn shift(&mut self, kind: Kind, scale: &[&str], by: isize, places: Vec<Vec<&str>>) {
        for place in places {
            let pointer = format!("/{}", place.join("/"));
            let mut settings = self.from.clone();
            let Some(word) = settings.pointer_mut(&pointer) else {
                continue;
            };
            let at = scale.iter().position(|name| *word == **name);
            let next = at.and_then(|at| at.checked_add_signed(by)).and_then(|at| scale.get(at));
            if let Some(next) = next {
                *word = json!(next);
                self.push(kind, format!("{} is {next}", place.join(".")), settings);
            }
        }
    }

    fn parameters(&mut self, is_stricter: bool) {
        let from = self.from;
        for (rule, said) in from["rules"].as_object().into_iter().flatten() {
            let fields = find_rule(rule).map(Rule::parameters).unwrap_or_default();
            for field in fields {
                let less = match (effect(rule, field.key), is_stricter) {
                    (Effect::Allows, true) | (Effect::Asks, false) => true,
                    (Effect::Allows, false) | (Effect::Asks, true) => false,
                    (Effect::Neither, _) => continue,
                };
                let Some(value) = said.get(field.key).filter(|_| !does_both(rule, said, field.key))
                else {
                    continue;
                };
                let values = if less { reduced(rule, value) } else { increased(value) };
                for value in values {
                    let what = format!("{rule}.{} is {value}", field.key);
                    let mut settings = from.clone();
                    settings["rules"][rule][field.key] = value;
                    self.push(Kind::Parameter, what, settings);
                }
            }
        }
    }
}

/// Whether more of a parameter both allows and asks, because of another: a label that is required is
/// one by which nodes may be chosen, where only some are; and a profile that is not in the catalogue is
/// not judged, where those that are unknown may be named.
fn does_both(rule: &str, said: &Value, key: &str) -> bool {
    match (rule, key) {
        (_, "require") => said.get("allowLabels").is_some(),
        ("seccompContent", "catalogue") => said["allowUnknown"] == true,
        _ => false,
    }
}

/// The values with less in them.
fn reduced(rule: &str, value: &Value) -> Vec<Value> {
    match value {
        Value::Bool(true) => vec![json!(false)],
        Value::Number(number) => {
            number.as_i64().map(|number| json!(number / 2)).into_iter().collect()
        }
        Value::Array(list) => {
            let without = (0..list.len()).filter(|index| is_alone(rule, list, *index));
            let without = without.map(|index| {
                let rest = list.iter().enumerate().filter(|(other, _)| *other != index);
                rest.map(|(_, item)| item.clone()).collect()
            });
            let narrowed = list.iter().enumerate().flat_map(|(index, item)| {
                narrowed(item).into_iter().map(move |item| {
                    let mut list = list.clone();
                    list[index] = item;
                    Value::Array(list)
                })
            });
            without.chain(narrowed).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether a list without this item has less in it. Of folders the deepest one decides: without it,
/// one above would.
fn is_alone(rule: &str, list: &[Value], index: usize) -> bool {
    let folder = |item: &Value| {
        item["pathPrefix"].as_str().map(|path| format!("{}/", path.trim_end_matches('/')))
    };
    let own = list.get(index).and_then(folder);
    rule != "hostPathVolumes"
        || !list.iter().enumerate().any(|(other, item)| {
            other != index
                && own
                    .as_ref()
                    .zip(folder(item))
                    .is_some_and(|(own, other)| own.starts_with(&other))
        })
}

/// An item of a list that allows less.
fn narrowed(item: &Value) -> Vec<Value> {
    let change = |key: &str, value: Value| {
        let mut item = item.clone();
        item[key] = value;
        item
    };
    let (min, max) = (item["min"].as_i64(), item["max"].as_i64());
    let range = min.zip(max).filter(|(min, max)| min < max).into_iter();
    let range = range
        .flat_map(|(min, max)| [change("min", (min + 1).into()), change("max", (max - 1).into())]);
    let read_only = (item["readOnly"] == false).then(|| change("readOnly", true.into()));
    range.chain(read_only).collect()
}

/// The values with more in them, as far as they can be told from the value alone.
fn increased(value: &Value) -> Vec<Value> {
    match value {
        Value::Bool(false) => vec![json!(true)],
        Value::Number(number) => {
            number.as_i64().map(|number| json!(number.saturating_mul(2))).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parameter_has_an_effect() {
        for rule in RULES {
            for field in rule.parameters() {
                effect(rule.id, field.key);
            }
        }
    }

    #[test]
    fn what_is_stricter_in_one_way_and_weaker_in_another_is_no_step() {
        let profile =
            json!({"path": "a.json", "profile": "{\"defaultAction\": \"SCMP_ACT_ALLOW\"}"});
        let words = |allow_unknown: bool| {
            let content = json!({"catalogue": [profile], "allowUnknown": allow_unknown});
            let steps = stricter(&json!({"rules": {"seccompContent": content}})).into_iter();
            steps.map(|step| step.what).filter(|what| what.contains("catalogue")).count()
        };
        assert_eq!((words(false), words(true)), (1, 0));
    }

    #[test]
    fn steps_shorten_what_allows_and_lengthen_what_asks() {
        let settings = json!({
            "profile": "baseline",
            "action": "warn",
            "updates": "all",
            "rules": {"capabilities": {"allowAdd": ["CHOWN"], "forbid": ["SYS_ADMIN"]}},
        });
        let words = |steps: Vec<Step>| steps.into_iter().map(|step| step.what).collect::<Vec<_>>();
        let stricter = words(stricter(&settings));
        for expected in [
            "profile is restricted",
            "action is deny",
            "privileged is named",
            "capabilities.allowAdd is []",
        ] {
            assert!(stricter.iter().any(|what| what == expected), "{expected}: {stricter:?}");
        }
        let weaker = words(weaker(&settings));
        let expected = ["profile is privileged", "action is audit", "capabilities.forbid is []"];
        for expected in expected.into_iter().chain(["significant updates", "new updates"]) {
            assert!(weaker.iter().any(|what| what == expected), "{expected}: {weaker:?}");
        }
    }
}
