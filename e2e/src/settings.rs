//! Generated settings: any rule of the registry with any of its parameters, made from the schema
//! that documents them, so that a new parameter is generated without a change here.

mod steps;
mod texts;

use proptest::prelude::*;
use ringfence_policy::{Field, RULES, Rule, Schema, Settings, Version};
use serde_json::{Map, Value, json};

pub use steps::{Kind, Step, stricter, weaker};

const ACTIONS: &[&str] = &["deny", "warn", "audit", "ignore"];
const LEVELS: &[&str] = &["privileged", "baseline", "restricted", "hardened"];

/// Settings that the policy accepts. They ask for no mutation.
pub fn settings() -> BoxedStrategy<Value> {
    let version = prop_oneof![
        3 => Just("latest".to_owned()),
        2 => (0..=Version::LATEST.minor).prop_map(|minor| format!("v1.{minor}")),
    ];
    let common = (
        prop::sample::select(LEVELS),
        version,
        prop_oneof![6 => Just("deny"), 1 => prop::sample::select(ACTIONS)],
        prop::sample::select(&["significant", "new", "all"][..]),
    );
    (common, rules(), prop::collection::vec(exemption(), 0..=3))
        .prop_map(|((profile, version, action, updates), rules, exemptions)| {
            let mut settings = json!({
                "profile": profile,
                "version": version,
                "action": action,
                "updates": updates,
                "rules": rules,
            });
            if !exemptions.is_empty() {
                settings["exemptions"] = with_ids(exemptions);
            }
            repaired(settings)
        })
        .boxed()
}

/// Gives each exemption a name of its own.
pub fn with_ids(exemptions: Vec<Value>) -> Value {
    let named = exemptions.into_iter().enumerate().map(|(index, mut exemption)| {
        exemption["id"] = format!("exemption-{index}").into();
        exemption
    });
    named.collect()
}

/// An exemption without its name.
pub fn exemption() -> BoxedStrategy<Value> {
    let ids = RULES
        .iter()
        .flat_map(|rule| std::iter::once(rule.id).chain(rule.checks.iter().map(|check| check.id)));
    let ids = prop::sample::select(ids.collect::<Vec<_>>());
    let some = |values: &'static [&'static str]| {
        prop::collection::vec(prop::sample::select(values), 1..=2)
    };
    let lists = &["containers", "initContainers", "ephemeralContainers"];
    let scope = [
        ("namespaces", some(&["shop", "sh*", "other"])),
        ("serviceAccounts", some(&["shop/web", "shop/*", "shop/debugger"])),
        ("users", some(&["alice", "bob"])),
        ("groups", some(&["debuggers", "system:masters"])),
        ("containers", some(&["app-*", "app-0", "init-0", "debug-0"])),
        ("containerLists", some(lists)),
        (
            "images",
            some(&["registry.example/*", "docker.io/library/nginx", "registry.example/app:1"]),
        ),
    ];
    let keys = scope.each_ref().map(|(key, _)| *key);
    let scope = scope.map(|(_, values)| prop::option::weighted(0.15, values)).to_vec();
    let values = some(&[
        "SYS_ADMIN",
        "add=NET_*",
        "unset",
        "runAsNonRoot=*",
        "true",
        "0",
        "Unconfined",
        "/data*",
    ]);
    let expires = prop::sample::select(&["2020-01-01", "2030-01-01"][..]);
    (
        prop::collection::vec(ids, 1..=10),
        prop::option::weighted(0.3, values),
        prop::option::weighted(0.3, expires),
        scope,
    )
        .prop_map(move |(rules, values, expires, scope)| {
            let mut exemption = json!({"reason": "generated", "rules": rules, "match": {}});
            for (key, list) in keys.iter().zip(scope) {
                if let Some(list) = list {
                    exemption["match"][*key] = json!(list);
                }
            }
            if exemption["match"].as_object().is_none_or(Map::is_empty) {
                exemption["match"] = json!({"namespaces": ["shop"]});
            }
            if let Some(values) = values {
                exemption["values"] = json!(values);
            }
            if let Some(day) = expires {
                exemption["expires"] = json!(day);
            }
            exemption
        })
        .boxed()
}

/// Whether a rule denies every pod where no cluster answers; and none is generated.
fn asks_cluster(rule: &Rule) -> bool {
    matches!(rule.id, "networkIsolation" | "resourceBoundaries")
}

/// `rules`: a few of them.
fn rules() -> BoxedStrategy<Map<String, Value>> {
    let rules = RULES.iter().copied().filter(|rule| !asks_cluster(rule)).collect::<Vec<_>>();
    let rule = prop::sample::select(rules)
        .prop_flat_map(|rule| of_rule(rule).prop_map(move |said| (rule.id.to_owned(), said)));
    prop::collection::vec(rule, 0..=8).prop_map(|rules| rules.into_iter().collect()).boxed()
}

fn of_rule(rule: &'static Rule) -> BoxedStrategy<Value> {
    let action = prop::sample::select(ACTIONS).prop_map(Value::from);
    let parameters = object(rule.id, rule.parameters());
    let level = prop::option::weighted(0.3, prop::sample::select(LEVELS));
    let said = prop::option::weighted(0.2, prop::sample::select(ACTIONS));
    let object = (parameters, level, said).prop_map(|(mut parameters, level, action)| {
        if let Some(level) = level.filter(|_| rule.is_of_standards()) {
            parameters["level"] = level.into();
        }
        if let Some(action) = action {
            parameters["action"] = action.into();
        }
        parameters
    });
    prop_oneof![1 => action, 5 => object].boxed()
}

fn object(rule: &'static str, fields: &'static [Field]) -> BoxedStrategy<Value> {
    let values = fields.iter().map(|field| {
        let value = any_of(rule, field.key, field.schema);
        if field.required { value.prop_map(Some).boxed() } else { prop::option::of(value).boxed() }
    });
    values
        .collect::<Vec<_>>()
        .prop_map(|values| {
            let given = fields.iter().zip(values);
            let given = given.filter_map(|(field, value)| Some((field.key.to_owned(), value?)));
            Value::Object(given.collect())
        })
        .boxed()
}

/// A value of the schema, for that key of that rule.
fn any_of(rule: &'static str, key: &'static str, schema: &'static Schema) -> BoxedStrategy<Value> {
    match schema {
        Schema::Boolean => any::<bool>().prop_map(Value::from).boxed(),
        Schema::Integer { min, max } => {
            let usual = [*min, *max, 0, 1, 80, 1000, 2000, 3600, 8443, 65_534];
            let usual = usual.into_iter().filter(|number| (*min..=*max).contains(number));
            prop::sample::select(usual.collect::<Vec<_>>()).prop_map(Value::from).boxed()
        }
        Schema::Text(_) => prop::sample::select(texts::of(rule, key)).prop_map(Value::from).boxed(),
        Schema::Choice(words) => prop::sample::select(*words).prop_map(Value::from).boxed(),
        Schema::List(item) => {
            prop::collection::vec(any_of(rule, key, item), 0..=3).prop_map(Value::Array).boxed()
        }
        Schema::Object(fields) => object(rule, fields),
        Schema::Rules => unreachable!("rules stand at the top only"),
    }
}

/// The settings without what is a mistake in them: what a parameter makes of another is its own
/// matter, and is not repeated here.
pub fn repaired(mut settings: Value) -> Value {
    for _ in 0..8 {
        let Err(mistakes) = Settings::decode(&settings.to_string()) else {
            return settings;
        };
        for mistake in &mistakes {
            remove(&mut settings, &mistake.path);
        }
    }
    panic!("settings that stay wrong: {settings:#}, {:?}", Settings::decode(&settings.to_string()))
}

/// Takes away the parameter, exemption or setting at a path.
fn remove(settings: &mut Value, path: &str) {
    let mut keys = path.split(['.', '[']).filter(|key| !key.is_empty());
    let (first, second, third) = (keys.next(), keys.next(), keys.next());
    let of = |value: &mut Value, key: Option<&str>| {
        if let (Some(object), Some(key)) = (value.as_object_mut(), key) {
            object.remove(key);
        }
    };
    match (first, second) {
        (Some("rules"), Some(rule)) if settings["rules"][rule].is_object() => {
            if third.is_some() {
                of(&mut settings["rules"][rule], third);
            } else {
                of(&mut settings["rules"], second);
            }
        }
        (first, _) => of(settings, first),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::strategy::ValueTree;
    use proptest::test_runner::{Config, RngSeed, TestRunner};

    use super::*;

    #[test]
    fn every_parameter_occurs_in_settings_that_are_accepted() {
        let config = Config { rng_seed: RngSeed::Fixed(1), ..Config::default() };
        let mut runner = TestRunner::new(config);
        let mut seen = BTreeSet::new();
        for _ in 0..2000 {
            let settings = settings().new_tree(&mut runner).expect("settings").current();
            for (rule, said) in settings["rules"].as_object().into_iter().flatten() {
                let keys = said.as_object().into_iter().flat_map(Map::keys);
                seen.extend(keys.map(|key| format!("{rule}.{key}")));
            }
        }
        let generated = RULES.iter().filter(|rule| !asks_cluster(rule));
        let missing = generated.flat_map(|rule| {
            rule.parameters().iter().map(|field| format!("{}.{}", rule.id, field.key))
        });
        let missing = missing.filter(|name| !seen.contains(name)).collect::<Vec<_>>();
        assert!(missing.is_empty(), "never generated: {missing:?}");
    }
}
