//! What must hold for every pod under all settings: parameters, exemptions, mutation, updates.
//!
//! `RINGFENCE_SEED` repeats a run, `RINGFENCE_CASES` makes it longer or shorter.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::path::PathBuf;

use anyhow::{Result, ensure};
use e2e::generator;
use e2e::pods::{Mutation, mutations, persistent_volume, wide_pod};
use e2e::settings::{self, Kind, Step, stricter, weaker};
use e2e::verdict::{POD, TEMPLATES, Verdict, Workload, answer, judge, payload, request, wrapped};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};
use ringfence_host::{Options, Policy};
use ringfence_policy::Settings;
use serde_json::{Value, json};

const PERSISTENT_VOLUME: Workload = ("", "v1", "PersistentVolume", "persistentvolumes", &[]);

/// Tries the property on generated values; says the smallest one for which it does not hold.
fn hold<S: Strategy>(
    strategy: &S,
    property: impl Fn(&S::Value) -> Result<()>,
) -> Result<()>
where
    S::Value: Debug,
{
    let seed = generator::seed()?;
    let cases = generator::number("RINGFENCE_CASES")?.unwrap_or(1_000);
    println!("RINGFENCE_SEED={seed}");
    let mut runner = TestRunner::new(Config {
        cases: u32::try_from(cases)?,
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        max_shrink_iters: 4096,
        ..Config::default()
    });
    let run = runner.run(strategy, |value| {
        property(&value).map_err(|error| TestCaseError::fail(format!("{error:#}")))
    });
    run.map_err(|error| anyhow::anyhow!("RINGFENCE_SEED={seed}: {error}"))
}

/// Settings with `mutate`, under which most pods are admitted, so that they are answered.
fn mutating_settings() -> impl Strategy<Value = Value> {
    (settings::settings(), any::<bool>()).prop_map(|(mut settings, softly)| {
        settings["mutate"] = true.into();
        if softly {
            settings["action"] = "audit".into();
            let rules = settings["rules"].as_object_mut().into_iter().flatten();
            for (_, said) in rules {
                match said {
                    Value::Object(said) => drop(said.insert("action".to_owned(), "audit".into())),
                    said => *said = "audit".into(),
                }
            }
        }
        settings
    })
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

fn payload_of_text(object: &str, settings: &Value) -> String {
    payload(&request(&json!("@object"), None, POD), settings).replace(r#""@object""#, object)
}

fn judge_text(object: &str, settings: &Value) -> Result<Verdict> {
    answer(&ringfence_policy::validate(payload_of_text(object, settings).as_bytes(), &|| {
        ringfence_policy::Date::parse("2026-01-15")
    }))
}

/// Whether `long` is `short` with more text put in between.
fn only_adds(long: &str, short: &str) -> bool {
    let mut left = short.bytes().peekable();
    for byte in long.bytes() {
        left.next_if_eq(&byte);
    }
    left.peek().is_none()
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
            new.iter().try_for_each(|(key, value)| added(&absent, value, &format!("{path}.{key}"), paths))
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
            return Ok(());
        };
        ensure!(only_adds(mutated, &text), "more than added: {mutated}");
        let plain = |text: &str| serde_json::from_str::<Value>(&text.replace("1e400", "1"));
        let mut paths = Vec::new();
        added(&plain(&text)?, &plain(mutated)?, "", &mut paths)?;
        ensure!(!paths.is_empty(), "nothing is added");

        let second = judge_text(mutated, settings)?;
        ensure!(second.mutated.is_none(), "filled twice: {:?}", second.mutated);
        ensure!(second.accepted, "what was filled is denied: {:?}", second.violations);
        ensure!(second.violations == first.violations, "{:?}\nthen {:?}", first.violations, second.violations);
        for path in &paths {
            let at = |violation: &&Value| violation["path"].as_str().is_some_and(|at| at.starts_with(path.as_str()));
            let wrong = first.violations.iter().find(at);
            ensure!(wrong.is_none(), "{path} is filled and wrong: {wrong:?}");
        }
        Ok(())
    })
}

/// What makes a violation the same one, whoever waives it.
fn identity(violation: &Value) -> String {
    let key = |key: &str| violation[key].to_string();
    [key("check"), key("path"), key("found"), key("action")].concat()
}

fn identities(violations: &[Value]) -> Vec<String> {
    let mut all = violations.iter().map(identity).collect::<Vec<_>>();
    all.sort_unstable();
    all
}

#[test]
fn exemptions_never_add_up() -> Result<()> {
    let exemptions = prop::collection::vec(settings::exemption(), 1..=4);
    hold(&(wide_pod(), settings::settings(), exemptions), |(pod, settings, exemptions)| {
        let with = |exemptions: &[Value]| {
            let mut settings = settings.clone();
            settings["exemptions"] = settings::with_ids(exemptions.to_vec());
            settings
        };
        let request = request(pod, None, POD);
        let valid = |exemption: &&Value| {
            let alone = with(&[(*exemption).clone()]).to_string();
            Settings::decode(&alone).is_ok()
        };
        let exemptions = exemptions.iter().filter(valid).cloned().collect::<Vec<_>>();
        let none = judge(&request, &with(&[]))?;
        let all = judge(&request, &with(&exemptions))?;

        let mut of_each = BTreeSet::new();
        for exemption in &exemptions {
            let one = judge(&request, &with(std::slice::from_ref(exemption)))?;
            of_each.extend(identities(&one.waived));
        }
        let of_all = identities(&all.waived).into_iter().collect::<BTreeSet<_>>();
        ensure!(of_all == of_each, "together {of_all:?}\none by one {of_each:?}");

        let mut everything = identities(&all.violations);
        everything.extend(identities(&all.waived));
        everything.sort_unstable();
        ensure!(everything == identities(&none.violations), "a violation is lost or made");
        ensure!(all.accepted || !none.accepted, "without exemptions more is admitted");
        Ok(())
    })
}

/// A violation as an update sees it: indices do not count, names do.
fn grievance(violation: &Value) -> String {
    let path = violation["path"].as_str().unwrap_or_default();
    let path: String = path
        .split('[')
        .map(|part| match part.split_once(']') {
            Some((index, rest)) if index.bytes().all(|byte| byte.is_ascii_digit()) => rest,
            _ => part,
        })
        .collect();
    let name = &violation["container"]["name"];
    format!("{} {path} {name} {}", violation["check"], violation["found"])
}

fn count(violations: &[Value]) -> BTreeMap<String, usize> {
    let mut count = BTreeMap::new();
    for violation in violations {
        *count.entry(grievance(violation)).or_default() += 1;
    }
    count
}

#[test]
fn updates_admit_no_violation_that_the_old_object_did_not_have() -> Result<()> {
    hold(&(wide_pod(), mutations(), settings::settings()), |(old, mutations, settings)| {
        let mut new = old.clone();
        mutations.iter().cloned().for_each(|mutation: Mutation| mutation.apply(&mut new));
        let under = |updates: &str| {
            let mut settings = settings.clone();
            settings["updates"] = updates.into();
            settings
        };
        let before = judge(&request(old, None, POD), &under("all"))?;
        let after = judge(&request(&new, Some(old), POD), &under("all"))?;
        let only_new = judge(&request(&new, Some(old), POD), &under("new"))?;
        ensure!(after.outcome == only_new.outcome, "{after:?}\n{only_new:?}");

        let (had, has) = (count(&before.violations), count(&after.violations));
        let told = count(&only_new.violations);
        for (grievance, times) in &has {
            let least = times.saturating_sub(had.get(grievance).copied().unwrap_or_default());
            let told = told.get(grievance).copied().unwrap_or_default();
            ensure!(told >= least, "{grievance}: {told} of at least {least}");
        }
        for (grievance, times) in &told {
            let most = has.get(grievance).copied().unwrap_or_default();
            ensure!(*times <= most, "{grievance} is made up");
        }
        // The unchanged object never gets stuck.
        let same = judge(&request(old, Some(old), POD), &under("new"))?;
        ensure!(same.outcome != "judged" || same.accepted, "unchanged: {:?}", same.violations);
        Ok(())
    })
}

/// The rules that deny. Two rules answer for folders of the node, one in place of the other.
fn denying(verdict: &Verdict) -> BTreeSet<String> {
    let denied = verdict.violations.iter().filter(|violation| violation["action"] == "deny");
    let rules = denied.map(|violation| match violation["rule"].as_str().unwrap_or_default() {
        "hostPathVolumes" | "restrictedVolumes" => "volumes".to_owned(),
        rule => rule.to_owned(),
    });
    rules.collect()
}

#[test]
fn stricter_settings_never_admit_more() -> Result<()> {
    let objects = prop_oneof![
        8 => wide_pod().prop_map(|pod| (pod, POD)),
        1 => persistent_volume().prop_map(|volume| (volume, PERSISTENT_VOLUME)),
    ];
    let case = (objects, mutations(), settings::settings(), any::<(Index, Index, bool)>());
    hold(&case, |((object, workload), mutations, settings, (kind, step, up))| {
        // What waives a check at one level does not at another: exemptions have their own property.
        let mut settings = settings.clone();
        settings.as_object_mut().map(|settings| settings.remove("exemptions"));
        let Some(step) = choose(if *up { stricter(&settings) } else { weaker(&settings) }, kind, step) else {
            return Ok(());
        };
        // At the restricted level the standards ask Windows pods less than at baseline, from v1.25.
        if step.kind == Kind::Level && object["spec"]["os"]["name"] == "windows" {
            return Ok(());
        }
        let (weak, strict) =
            if *up { (&settings, &step.settings) } else { (&step.settings, &settings) };
        let request = if step.kind == Kind::Updates && *workload == POD {
            let mut new = object.clone();
            mutations.iter().cloned().for_each(|mutation: Mutation| mutation.apply(&mut new));
            request(&new, Some(object), *workload)
        } else {
            request(object, None, *workload)
        };
        let (weak, strict) = (judge(&request, weak)?, judge(&request, strict)?);
        ensure!(weak.accepted || !strict.accepted, "{}: {:?}", step.what, weak.violations);
        let (weak, strict) = (denying(&weak), denying(&strict));
        ensure!(weak.is_subset(&strict), "{}: {weak:?}, though {strict:?}", step.what);
        Ok(())
    })
}

/// One of the steps: first its kind, so that the many of one kind do not crowd out the others.
fn choose(steps: Vec<Step>, kind: &Index, step: &Index) -> Option<Step> {
    let kinds = steps.iter().map(|step| step.kind).collect::<BTreeSet<_>>();
    let kinds = kinds.into_iter().collect::<Vec<_>>();
    if kinds.is_empty() {
        return None;
    }
    let kind = *kind.get(&kinds);
    let steps = steps.into_iter().filter(|step| step.kind == kind).collect::<Vec<_>>();
    Some(step.get(&steps).clone())
}

#[test]
fn a_pod_and_each_workload_around_it_agree_under_all_settings() -> Result<()> {
    hold(&(wide_pod(), settings::settings()), |(pod, settings)| {
        let alone = judge(&request(pod, None, POD), settings)?;
        for workload in TEMPLATES {
            let inside = judge(&request(&wrapped(pod, workload), None, workload), settings)?;
            let inside = inside.inside(workload);
            ensure!(inside == alone, "{}: {inside:?}\nalone: {alone:?}", workload.2);
        }
        Ok(())
    })
}

#[test]
fn settings_that_are_accepted_judge_and_the_module_judges_alike() -> Result<()> {
    let named = std::env::var_os("RINGFENCE_MODULE").map(PathBuf::from);
    let file = named.unwrap_or_else(|| e2e::workspace().join("dist/policy.wasm"));
    let module = file.exists().then(|| Policy::from_file(&file, &Options::default())).transpose()?;
    let left = std::cell::Cell::new(200);
    hold(&(wide_pod(), settings::settings(), any::<bool>()), |(pod, settings, mutate)| {
        let mut settings = settings.clone();
        settings["mutate"] = (*mutate).into();
        // Exemptions that end ask the host for the date, which is not this test's.
        for exemption in settings["exemptions"].as_array_mut().into_iter().flatten() {
            exemption.as_object_mut().map(|exemption| exemption.remove("expires"));
        }
        let text = settings.to_string();
        let valid: Value = serde_json::from_slice(&ringfence_policy::validate_settings(text.as_bytes()))?;
        ensure!(valid["valid"] == true, "{valid}");
        let request = request(pod, None, POD);
        let native = judge(&request, &settings)?;
        ensure!(native.outcome != "invalid-settings", "{native:?}");
        if let Some(module) = module.as_ref().filter(|_| left.get() > 0) {
            left.set(left.get() - 1);
            let reply = module.validate(payload(&request, &settings).as_bytes())?;
            ensure!(answer(&reply.bytes)? == native, "{native:?}\nmodule: {}", String::from_utf8_lossy(&reply.bytes));
            let reply = module.validate_settings(text.as_bytes())?;
            ensure!(serde_json::from_slice::<Value>(&reply.bytes)? == valid);
        }
        Ok(())
    })
}
