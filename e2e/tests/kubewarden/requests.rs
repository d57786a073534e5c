//! The requests, and what must come of each.

use anyhow::{Context, Result, ensure};
use e2e::kubewarden::{Configured, respond};
use ringfence_host::HostCapabilities;
use serde_json::{Value, json};

use crate::{Modules, read};

/// A request under certain settings.
pub(crate) struct Request {
    /// The file of `e2e/kubewarden` with the review.
    pub(crate) file: &'static str,
    pub(crate) settings: Value,
    pub(crate) allowed: bool,
    /// What the response has in it beside the verdict.
    pub(crate) has: &'static [&'static str],
}

/// All of them.
pub(crate) fn all() -> Vec<Request> {
    let request = |file, settings, allowed, has| Request { file, settings, allowed, has };
    vec![
        request("accepted.json", json!({}), true, &[]),
        request("denied.json", json!({}), false, &["status", "auditAnnotations"]),
        request("denied.json", json!({"profile": "privileged"}), true, &[]),
        request("denied.json", json!({"action": "warn"}), true, &["warnings"]),
        request("deleted.json", json!({}), true, &[]),
        request("incomplete.json", json!({}), false, &["status"]),
        request("incomplete.json", json!({"mutate": true}), true, &["patch", "patchType"]),
    ]
}

impl Request {
    pub(crate) fn review(&self) -> Result<Value> {
        read(self.file)
    }

    /// Checks a response against what must come of the request.
    pub(crate) fn check(&self, response: &Value) -> Result<()> {
        let name = format!("{} under {}", self.file, self.settings);
        ensure!(response["allowed"] == self.allowed, "{name}: {response:#}");
        for field in ["status", "warnings", "patch"] {
            let is_there = response.get(field).is_some_and(|value| !value.is_null());
            ensure!(is_there == self.has.contains(&field), "{name}: `{field}` in {response:#}");
        }
        for field in self.has {
            let value = response.get(*field).with_context(|| format!("{name}: no `{field}`"))?;
            ensure!(!value.is_null(), "{name}: `{field}` in {response:#}");
        }
        Ok(())
    }
}

#[test]
fn every_request_meets_its_end_in_this_host() -> Result<()> {
    let modules = Modules::make()?;
    let policy = Modules::load(&modules.policy, HostCapabilities::default())?;
    for request in all() {
        request.check(&respond(&policy, &request.review()?, &request.settings)?)?;
    }
    Ok(())
}

#[test]
fn the_same_request_gets_the_same_response() -> Result<()> {
    let modules = Modules::make()?;
    let policy = Modules::load(&modules.policy, HostCapabilities::default())?;
    for request in all() {
        let once = respond(&policy, &request.review()?, &request.settings)?;
        let twice = respond(&policy, &request.review()?, &request.settings)?;
        ensure!(once == twice, "{once:#} and {twice:#}");
    }
    Ok(())
}

#[test]
fn what_may_not_mutate_is_rejected_where_it_does() -> Result<()> {
    let modules = Modules::make()?;
    let policy = Modules::load(&modules.policy, HostCapabilities::default())?;
    let response = respond(&policy, &read("incomplete.json")?, &json!({"mutate": true}))?;
    let under = |monitor, may_mutate| {
        Configured { policy: "p", monitor, may_mutate }.constrain(response.clone())
    };
    let rejected = under(false, false);
    ensure!(rejected["allowed"] == false && rejected.get("patch").is_none(), "{rejected:#}");
    let passed = under(true, false);
    ensure!(passed["allowed"] == true && passed.get("patch").is_none(), "{passed:#}");
    ensure!(under(false, true) == response);
    Ok(())
}
