//! What must hold for every pod under all settings: parameters, exemptions, mutation, updates.
//!
//! `RINGFENCE_SEED` repeats a run, `RINGFENCE_CASES` makes it longer or shorter.

mod exemptions;
mod mutation;
mod stricter;
mod updates;

use std::cell::Cell;
use std::fmt::Debug;
use std::path::PathBuf;

use anyhow::{Result, ensure};
use e2e::generator;
use e2e::pods::wide_pod;
use e2e::settings::settings;
use e2e::verdict::{CUSTOM, POD, TEMPLATES, answer, judge, payload, request, wrapped};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};
use ringfence_host::{Options, Policy};
use ringfence_policy::validate_settings;
use serde_json::{Value, json};

/// Tries the property on generated values; says the smallest one for which it does not hold. The
/// property tells whether the value was one that it is about: too few of those are no proof.
fn hold<S: Strategy>(strategy: &S, property: impl Fn(&S::Value) -> Result<bool>) -> Result<()>
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
    let telling = Cell::new(0);
    let run = runner.run(strategy, |value| match property(&value) {
        Ok(is_telling) => {
            telling.set(telling.get() + u64::from(is_telling));
            Ok(())
        }
        Err(error) => Err(TestCaseError::fail(format!("{error:#}"))),
    });
    run.map_err(|error| anyhow::anyhow!("RINGFENCE_SEED={seed}: {error}"))?;
    println!("{} of {cases} cases tell something", telling.get());
    ensure!(telling.get() >= cases / 20, "only {} of {cases} cases tell something", telling.get());
    Ok(())
}

#[test]
fn a_pod_and_each_workload_around_it_agree_under_all_settings() -> Result<()> {
    let settings = prop_oneof![settings(), mutation::mutating_settings()];
    hold(&(wide_pod(), settings), |(pod, settings)| {
        let mut settings = settings.clone();
        let (group, _, kind, _, path) = CUSTOM;
        let template = json!({"group": group, "kind": kind, "paths": [path.join(".")]});
        settings["podTemplates"] = json!([template]);
        let mut alone = judge(&request(pod, None, POD), &settings)?;
        let filled = alone.mutated.take().map(|pod| serde_json::from_str::<Value>(&pod));
        let filled = filled.transpose()?;
        for workload in TEMPLATES.into_iter().chain([CUSTOM]) {
            let mut inside = judge(&request(&wrapped(pod, workload), None, workload), &settings)?;
            let mutated = inside.mutated.take();
            let inside = inside.inside(workload);
            ensure!(inside == alone, "{}: {inside:?}\nalone: {alone:?}", workload.2);
            // Who makes these, or what they become, is not to be changed: they are judged as filled.
            let is_left = ["ReplicaSet", "ReplicationController", kind].contains(&workload.2);
            let expected = filled.as_ref().filter(|_| !is_left).map(|pod| wrapped(pod, workload));
            let mutated = mutated.map(|object| serde_json::from_str(&object)).transpose()?;
            ensure!(mutated == expected, "{}: {mutated:?}\nnot {expected:?}", workload.2);
        }
        Ok(!alone.violations.is_empty())
    })
}

#[test]
fn settings_that_are_accepted_judge_and_the_module_judges_alike() -> Result<()> {
    let named = std::env::var_os("RINGFENCE_MODULE").map(PathBuf::from);
    let file = named.unwrap_or_else(|| e2e::workspace().join("dist/policy.wasm"));
    let module =
        file.exists().then(|| Policy::from_file(&file, &Options::default())).transpose()?;
    let left = Cell::new(200);
    hold(&(wide_pod(), settings(), any::<bool>()), |(pod, settings, mutate)| {
        let mut settings = settings.clone();
        settings["mutate"] = (*mutate).into();
        // Exemptions that end ask the host for the date, which is not this test's.
        for exemption in settings["exemptions"].as_array_mut().into_iter().flatten() {
            exemption.as_object_mut().map(|exemption| exemption.remove("expires"));
        }
        let text = settings.to_string();
        let valid: Value = serde_json::from_slice(&validate_settings(text.as_bytes()))?;
        ensure!(valid["valid"] == true, "{valid}");
        let request = request(pod, None, POD);
        let native = judge(&request, &settings)?;
        ensure!(native.outcome != "invalid-settings", "{native:?}");
        if let Some(module) = module.as_ref().filter(|_| left.get() > 0) {
            left.set(left.get() - 1);
            let reply = module.validate(payload(&request, &settings).as_bytes())?;
            ensure!(
                answer(&reply.bytes)? == native,
                "{native:?}\nmodule: {}",
                String::from_utf8_lossy(&reply.bytes)
            );
            let reply = module.validate_settings(text.as_bytes())?;
            ensure!(serde_json::from_slice::<Value>(&reply.bytes)? == valid);
        }
        Ok(!native.violations.is_empty())
    })
}
