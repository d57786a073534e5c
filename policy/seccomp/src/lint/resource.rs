//! What is particular to security-profiles-operator's resources.

use std::borrow::Cow;

use super::{Fact, Finding, Lint, Severities};
use crate::parse::Resource;
use crate::profile::{Place, Profile};

/// Looks for what concerns a `SeccompProfile` resource as such; [`super::lint`] looks at its profile.
/// Source: security-profiles-operator, the API types and the reconciler of seccomp profiles.
pub fn lint_resource(resource: &Resource<'_>, severities: &Severities) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |id: &str, at: usize, fact: Fact| {
        if let Some(lint) = Lint::from_id(id)
            && let Some(severity) = severities.of(lint, None, lint.severity)
        {
            let place = Place { at, ..Place::default() };
            findings.push(Finding { lint, severity, place, call: None, arch: None, fact });
        }
    };
    let profile = &resource.profile;
    if let Some(base) = &profile.base {
        for name in differing(profile) {
            add("SPO-BASE-ARGS", base.at, Fact::Text(name.into_owned()));
        }
        let is_loose = base.text.starts_with("oci://") && !base.text.contains("@sha256:");
        if is_loose || base.text.starts_with("oci://") && resource.resolved.is_none() {
            add("SPO-BASE-OCI", base.at, Fact::Text(base.text.clone().into_owned()));
        }
    }
    if resource.name.ends_with(".json") {
        add("SPO-NAME-COLLISION", 0, Fact::Text(resource.name.clone().into_owned()));
    }
    if resource.is_partial {
        add("SPO-STATE", 0, Fact::Text("partial".to_owned()));
    }
    if profile.state.as_deref() == Some("Disabled") {
        add("SPO-STATE", 0, Fact::Text("Disabled".to_owned()));
    }
    if resource.is_recorded {
        add("SPO-RECORDED", 0, Fact::None);
    }
    findings
}

/// Calls with conditions that differ from one rule to the next: a merge with a base drops them.
fn differing<'p, 'a>(profile: &'p Profile<'a>) -> Vec<Cow<'a, str>> {
    let mut found: Vec<Cow<'a, str>> = Vec::new();
    let all =
        || profile.rules.iter().flat_map(|rule| rule.names.iter().map(move |name| (name, rule)));
    for (name, rule) in all() {
        let plain = |rule: &crate::profile::Rule<'_>| {
            let arg = |arg: &crate::profile::Arg<'_>| {
                (arg.index, arg.value, arg.value_two, arg.op.as_ref().and_then(|op| op.value))
            };
            rule.args.iter().map(arg).collect::<Vec<_>>()
        };
        let mut others = all().filter(|(other, _)| other.text == name.text);
        if others.any(|(_, other)| plain(other) != plain(rule)) && !found.contains(&name.text) {
            found.push(name.text.clone());
        }
    }
    found
}
