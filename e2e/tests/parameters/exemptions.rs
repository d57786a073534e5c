//! Exemptions let pass what one of them covers, and nothing besides.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use e2e::pods::wide_pod;
use e2e::settings::{self, settings};
use e2e::verdict::{POD, judge, request};
use proptest::prelude::*;
use ringfence_policy::Settings;
use serde_json::Value;

use crate::hold;

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
    hold(&(wide_pod(), settings(), exemptions), |(pod, settings, exemptions)| {
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
        Ok(!all.waived.is_empty())
    })
}
