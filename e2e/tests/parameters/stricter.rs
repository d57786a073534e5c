//! Settings that are stricter by one step never admit more.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use e2e::pods::{mutations, persistent_volume, wide_pod};
use e2e::settings::{Kind, Step, settings, stricter, weaker};
use e2e::verdict::{POD, Verdict, Workload, judge, request};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

use crate::hold;

const PERSISTENT_VOLUME: Workload = ("", "v1", "PersistentVolume", "persistentvolumes", &[]);

/// Rules named in each case: there are too many to try each.
const NAMED: usize = 4;

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
    let named = prop::collection::vec(any::<Index>(), NAMED);
    hold(
        &(objects, mutations(), settings(), named),
        |((object, workload), mutations, settings, named)| {
            // What waives a check at one level does not at another: exemptions have their own property.
            let mut settings = settings.clone();
            settings.as_object_mut().map(|settings| settings.remove("exemptions"));
            let mut new = object.clone();
            mutations.iter().cloned().for_each(|mutation| mutation.apply(&mut new));
            let created = request(object, None, *workload);
            let updated = request(&new, Some(object), *workload);
            let is_asked_less = is_asked_less_when_restricted(&created)?;

            let up = stricter(&settings).into_iter().map(|step| (step, true));
            let steps = up.chain(weaker(&settings).into_iter().map(|step| (step, false)));
            let (some, others): (Vec<_>, Vec<_>) =
                steps.partition(|(step, _)| step.kind == Kind::Rule);
            let some = if some.is_empty() {
                Vec::new()
            } else {
                named.iter().map(|at| at.get(&some).clone()).collect()
            };
            let mut is_telling = false;
            for (step, is_stricter) in others.into_iter().chain(some) {
                let request = if step.kind == Kind::Updates && *workload == POD {
                    &updated
                } else {
                    &created
                };
                if step.kind == Kind::Level && is_asked_less {
                    continue;
                }
                // It decides of folders of the node in place of `restrictedVolumes` only while it is asked
                // as strictly: what its parameters allow, is denied again where it only warns.
                if step.what.starts_with("rules.hostPathVolumes.action") {
                    continue;
                }
                let (before, after) = (judge(request, &settings)?, judge(request, &step.settings)?);
                is_telling |= denying(&before) != denying(&after);
                let (weak, strict) = if is_stricter { (before, after) } else { (after, before) };
                admits_no_more(&step, &weak, &strict)?;
            }
            Ok(is_telling)
        },
    )
}

fn admits_no_more(step: &Step, weak: &Verdict, strict: &Verdict) -> Result<()> {
    ensure!(weak.accepted || !strict.accepted, "{}: {:?}", step.what, weak.violations);
    let (weak, strict) = (denying(weak), denying(strict));
    ensure!(weak.is_subset(&strict), "{}: {weak:?}, though {strict:?}", step.what);
    Ok(())
}

/// Whether the standards' restricted level asks less of a pod than their baseline: of Windows pods
/// from v1.25 on, and where a volume that has two sources, which the API server refuses, is taken
/// for the harmless one.
fn is_asked_less_when_restricted(request: &Value) -> Result<bool> {
    let verdict = judge(request, &json!({"profile": "baseline"}))?;
    let is_sound = verdict.violations.iter().all(|violation| violation["rule"] != "wellFormed");
    Ok(!is_sound || request["object"]["spec"]["os"]["name"] == "windows")
}
