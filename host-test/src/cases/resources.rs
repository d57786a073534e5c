//! Cases about manifests: an expectation for each resource.

use super::build::{self, Variant};
use super::{Expectation, Written, expect, files};
use crate::judge;
use crate::kinds;
use crate::manifest::Resource;
use crate::request::Options;
use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::path::Path;

/// What is expected of resources by name, and of the others.
#[derive(Debug, Default)]
pub(super) struct Expected {
    named: Vec<(String, Expectation)>,
    others: Option<Expectation>,
}

/// Reads `expect` of a case about manifests.
pub(super) fn parse(expect: &Value) -> Result<Expected> {
    const FORM: &str = "`expect` of manifests is pass, or a mapping with `resources` and `others`";
    let fields = match expect {
        Value::String(text) if text == "pass" => {
            return Ok(Expected { named: Vec::new(), others: Some(Expectation::Quiet) });
        }
        Value::Object(fields) => fields,
        _ => bail!(FORM),
    };
    if let Some(name) = fields.keys().find(|name| !["resources", "others"].contains(&name.as_str()))
    {
        bail!("unknown field `expect.{name}`; {FORM}");
    }
    let others = match fields.get("others") {
        None => None,
        Some(Value::String(text)) if text == "pass" => Some(Expectation::Quiet),
        Some(_) => bail!("`expect.others` is pass, or left out"),
    };
    let named = match fields.get("resources") {
        None => Vec::new(),
        Some(Value::Object(resources)) => resources
            .iter()
            .map(|(name, value)| {
                let expected = expect::parse(value);
                let expected = expected.with_context(|| format!("`expect.resources`: `{name}`"))?;
                Ok((name.clone(), expected))
            })
            .collect::<Result<_>>()?,
        Some(_) => bail!("`expect.resources` is a mapping, as in `Deployment shop/web: pass`"),
    };
    Ok(Expected { named, others })
}

/// Every payload of a case about manifests, and the resources that it names and that are not there.
pub(super) fn variants(
    base: &Path,
    case: &Written,
    settings: &Value,
    expected: Option<&Expected>,
) -> Result<(Vec<Variant>, Vec<String>)> {
    let resources = files::resources(base, case)?;
    let namespace = case.helm.as_ref().and_then(|helm| helm.namespace.as_deref());
    let mut missing: HashMap<&str, &Expectation> = expected
        .into_iter()
        .flat_map(|expected| &expected.named)
        .map(|(name, expectation)| (name.as_str(), expectation))
        .collect();
    let mut named: Vec<(String, Value, Expectation)> = Vec::new();
    for (ordinal, resource) in resources.iter().enumerate() {
        let name = title(resource, namespace);
        if named.iter().any(|(other, ..)| *other == name) {
            bail!("there are two resources named `{name}`; make two cases of them");
        }
        let others = expected.and_then(|expected| expected.others.as_ref());
        let expectation = missing.remove(name.as_str()).or(others).cloned();
        let request = build_request(case, resource, namespace, ordinal);
        named.push((name, request, expectation.unwrap_or(Expectation::Nothing)));
    }
    let mut missing: Vec<String> = missing.into_keys().map(str::to_owned).collect();
    missing.sort();
    let mut variants = Vec::new();
    for version in build::versions(case) {
        let settings = build::settings(settings, version)?;
        for (name, request, expectation) in &named {
            let payload = serde_json::to_vec(&json!({"request": request, "settings": settings}))?;
            let words: Vec<&str> = version.into_iter().chain([name.as_str()]).collect();
            let expectation = expectation.clone().of_object(request.get("object"));
            let expectation = expectation.with_context(|| format!("`{name}`"))?;
            variants.push((words.join(" "), payload, expectation));
        }
    }
    Ok((variants, missing))
}

/// `Deployment shop/web`, as findings name it.
fn title(resource: &Resource, namespace: Option<&str>) -> String {
    let Resource { kind, name, .. } = resource;
    let name = name.as_deref().unwrap_or("(no name)");
    match home(resource, namespace) {
        Some(namespace) => format!("{kind} {namespace}/{name}"),
        None => format!("{kind} {name}"),
    }
}

/// The namespace that a resource comes into, if it says, or the release does.
fn home<'r>(resource: &'r Resource, namespace: Option<&'r str>) -> Option<&'r str> {
    let of_release = namespace.filter(|_| kinds::is_namespaced(&resource.kind));
    resource.namespace.as_deref().or(of_release)
}

fn build_request(
    case: &Written,
    resource: &Resource,
    namespace: Option<&str>,
    ordinal: usize,
) -> Value {
    let mut request = resource.request.clone().unwrap_or_else(|| {
        let namespace = home(resource, namespace).map(str::to_owned);
        let options = Options { namespace, ..Options::default() };
        judge::prepare_object(resource.clone(), resource.node.to_json(), &options, ordinal).request
    });
    if let Some(patch) = &case.request {
        build::merge(&mut request, patch);
    }
    request
}

/// What `expect` says of answers by resource: all that is not quiet by name, and of those that were
/// named before.
pub(super) fn recorded(answers: Vec<(String, Value)>, before: &Value) -> Value {
    let was_named = |name: &str| before["resources"].get(name).is_some();
    let is_quiet = |value: &Value| *value == "pass" || *value == "skip";
    let (others, named): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|(name, value)| is_quiet(value) && !was_named(name));
    if named.is_empty() {
        return "pass".into();
    }
    let mut expect = Map::new();
    expect.insert("resources".into(), named.into_iter().collect::<Map<_, _>>().into());
    if !others.is_empty() {
        expect.insert("others".into(), "pass".into());
    }
    expect.into()
}
