//! `updates: new` counts every violation that the old object did not have.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use e2e::pods::{mutations, wide_pod};
use e2e::settings::settings;
use e2e::verdict::{POD, TEMPLATES, judge, request, wrapped};
use proptest::prelude::*;
use serde_json::Value;

use crate::hold;

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
    let workload = prop::sample::select(vec![POD, TEMPLATES[3]]);
    hold(
        &(wide_pod(), mutations(), settings(), workload),
        |(old, mutations, settings, workload)| {
            let mut new = old.clone();
            mutations.iter().cloned().for_each(|mutation| mutation.apply(&mut new));
            let workload = *workload;
            let (old, new) = (&wrapped(old, workload), &wrapped(&new, workload));
            let under = |updates: &str| {
                let mut settings = settings.clone();
                settings["updates"] = updates.into();
                settings
            };
            let before = judge(&request(old, None, workload), &under("all"))?;
            let after = judge(&request(new, Some(old), workload), &under("all"))?;
            let only_new = judge(&request(new, Some(old), workload), &under("new"))?;
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
            let same = judge(&request(old, Some(old), workload), &under("new"))?;
            ensure!(same.outcome != "judged" || same.accepted, "unchanged: {:?}", same.violations);
            Ok(!only_new.violations.is_empty()
                && only_new.violations.len() < after.violations.len())
        },
    )
}
