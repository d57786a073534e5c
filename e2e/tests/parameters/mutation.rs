//! What is filled in adds to the object, satisfies what asked for it, and is not filled twice.

use anyhow::{Result, ensure};
use e2e::pods::wide_pod;
use e2e::settings::settings;
use e2e::verdict::judge_text;
use proptest::prelude::*;
use ringfence_policy::{RULES, Rule};
use serde_json::Value;

use crate::hold;

/// Settings with `mutate`, under which most pods are admitted, so that they are answered.
pub(crate) fn mutating_settings() -> BoxedStrategy<Value> {
    (settings(), any::<bool>())
        .prop_map(|(mut settings, softly)| {
            settings["mutate"] = true.into();
            if softly {
                settings["action"] = "audit".into();
                let rules = settings["rules"].as_object_mut().into_iter().flatten();
                for (_, said) in rules {
                    match said {
                        Value::Object(said) => {
                            said.insert("action".to_owned(), "audit".into());
                        }
                        said => *said = "audit".into(),
                    }
                }
            }
            settings
        })
        .boxed()
}

/// What no decoder may lose: order, odd numbers, keys nobody knows.
const UNKNOWN: &str = r#"{"z":1e400,"a":[0.10,-0,{"b":null}],"\u0061\u0062":"\ud83d\ude00"}"#;

/// The pod's text with unknown fields at every level, and a place for them to be lost from.
fn text_with_unknown(pod: &Value) -> String {
    let mut pod = pod.clone();
    for pointer in ["", "/metadata", "/spec", "/spec/securityContext", "/spec/containers/0"] {
        if let Some(Value::Object(object)) = pod.pointer_mut(pointer) {
            object.insert("aUnknown".to_owned(), "@@".into());
        }
    }
    pod.to_string().replace(r#""@@""#, UNKNOWN)
}

/// Whether `long` is `short` with more text put in between, or in place of a `null`.
fn only_adds(mut long: &str, mut short: &str) -> bool {
    while let Some(letter) = long.chars().next() {
        if let Some(rest) = short.strip_prefix("null").filter(|_| !long.starts_with("null")) {
            short = rest;
        }
        short = short.strip_prefix(letter).unwrap_or(short);
        long = &long[letter.len_utf8()..];
    }
    short.is_empty()
}

/// The paths of what one value has and the other has not, or has as `null` or `[]`.
///
/// # Errors
/// Where something else differs.
fn added(old: &Value, new: &Value, path: &str, paths: &mut Vec<String>) -> Result<()> {
    match (old, new) {
        (old, new) if old == new => Ok(()),
        (Value::Object(old), Value::Object(new)) => {
            for key in old.keys() {
                ensure!(new.contains_key(key), "{path}.{key} is gone");
            }
            new.iter().try_for_each(|(key, value)| {
                added(old.get(key).unwrap_or(&Value::Null), value, &format!("{path}.{key}"), paths)
            })
        }
        (Value::Array(old), Value::Array(new)) if !old.is_empty() => {
            ensure!(old.len() == new.len(), "{path} is of another length");
            old.iter().zip(new).enumerate().try_for_each(|(index, (old, new))| {
                added(old, new, &format!("{path}[{index}]"), paths)
            })
        }
        (Value::Null, Value::Object(new)) if !new.is_empty() => {
            let absent = Value::Null;
            new.iter()
                .try_for_each(|(key, value)| added(&absent, value, &format!("{path}.{key}"), paths))
        }
        (Value::Null, new) => {
            ensure!(!new.is_null(), "{path} is filled with nothing");
            paths.push(path.trim_start_matches('.').to_owned());
            Ok(())
        }
        (Value::Array(old), Value::Array(_)) if old.is_empty() => {
            paths.push(path.trim_start_matches('.').to_owned());
            Ok(())
        }
        _ => anyhow::bail!("{path} changes from {old} to {new}"),
    }
}

#[test]
fn mutation_only_adds_and_what_it_adds_satisfies() -> Result<()> {
    hold(&(wide_pod(), mutating_settings()), |(pod, settings)| {
        let text = text_with_unknown(pod);
        let first = judge_text(&text, settings)?;
        let Some(mutated) = &first.mutated else {
            return Ok(false);
        };
        ensure!(only_adds(mutated, &text), "more than added: {mutated}");
        let plain = |text: &str| serde_json::from_str::<Value>(&text.replace("1e400", "1"));
        let mut paths = Vec::new();
        added(&plain(&text)?, &plain(mutated)?, "", &mut paths)?;
        ensure!(!paths.is_empty(), "nothing is added");

        let second = judge_text(mutated, settings)?;
        ensure!(second.mutated.is_none(), "filled twice: {:?}", second.mutated);
        ensure!(second.accepted, "what was filled is denied: {:?}", second.violations);
        ensure!(
            second.violations == first.violations,
            "{:?}\nthen {:?}",
            first.violations,
            second.violations
        );
        for path in &paths {
            let rules = filling(path);
            ensure!(!rules.is_empty(), "no rule says that it fills {path}");
            let of_them = |violation: &&Value| {
                violation["path"].as_str().is_some_and(|at| at.starts_with(path.as_str()))
                    && rules.iter().any(|rule| violation["rule"] == *rule)
            };
            let wrong = first.violations.iter().find(of_them);
            ensure!(wrong.is_none(), "{path} is filled and wrong: {wrong:?}");
        }
        Ok(true)
    })
}

/// The rules that say they fill what stands at the path.
fn filling(path: &str) -> Vec<&'static str> {
    let parts = path.split('[').map(|part| part.split_once(']').map_or(part, |(_, rest)| rest));
    let wild = parts.collect::<Vec<_>>().join("[*]");
    let wild = wild.replacen("initContainers[*]", "containers[*]", 1);
    let wild = wild.replacen("ephemeralContainers[*]", "containers[*]", 1);
    let fills = |rule: &&&Rule| rule.fills.iter().any(|field| wild.starts_with(field));
    RULES.iter().filter(fills).map(|rule| rule.id).collect()
}
