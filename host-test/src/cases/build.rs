//! From a case's shorthand to payloads.

use super::{Expectation, State, Written, files};
use crate::kinds;
use crate::request::{self, Operation, Options};
use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

/// One payload of a case: its name, its bytes, what to expect.
pub(super) type Variant = (String, Vec<u8>, Expectation);

/// A container list and the name of the base container in it.
const LISTS: [(&str, &str); 3] =
    [("containers", "web"), ("initContainers", "init"), ("ephemeralContainers", "debug")];

/// A pod that the restricted level accepts at every version.
fn base_pod() -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {
            "securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [base_container("web")],
        },
    })
}

fn base_container(name: &str) -> Value {
    json!({
        "name": name,
        "image": "registry.example/web:1.0",
        "securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}},
    })
}

/// Every payload that a case stands for, under these settings.
pub(super) fn variants(
    case: &Written,
    written: &Value,
    expectation: &Expectation,
) -> Result<Vec<Variant>> {
    if let Some(payload) = &case.payload {
        let sent: Option<Value> = serde_json::from_str(payload).ok();
        let object = sent.as_ref().and_then(|sent| sent.pointer("/request/object"));
        let expectation = expectation.clone().of_object(object)?;
        return Ok(vec![(String::new(), payload.clone().into_bytes(), expectation)]);
    }
    // A container is tried in every list; everything else once.
    let by_container = is_by_container(case);
    let lists = if by_container { &LISTS[..] } else { &LISTS[..1] };
    let mut variants = Vec::new();
    for version in versions(case) {
        let settings = settings(written, version)?;
        for (list, _) in lists {
            let request = build_request(case, list)?;
            let payload = serde_json::to_vec(&json!({"request": request, "settings": settings}))?;
            let container = format!("spec.{list}[0]");
            let prefix = prefix(case)?;
            let expectation = expectation.clone().with_paths(|path| {
                let path = path.replace("{container}", &container);
                let in_pod = path.starts_with("spec") || path.starts_with("metadata");
                if in_pod { format!("{prefix}{path}") } else { path }
            });
            let expectation = expectation.of_object(request.get("object"))?;
            let position = by_container.then(|| format!("{list}[0]"));
            let name: Vec<String> =
                version.map(str::to_owned).into_iter().chain(position).collect();
            variants.push((name.join(" "), payload, expectation));
        }
    }
    Ok(variants)
}

/// The versions that a case runs with; none is what its settings say.
pub(super) fn versions(case: &Written) -> Vec<Option<&str>> {
    if case.versions.is_empty() {
        return vec![None];
    }
    case.versions.iter().map(|version| Some(version.as_str())).collect()
}

/// Whether a case is run with its container in each of the lists.
pub(super) fn is_by_container(case: &Written) -> bool {
    case.container.is_some() || case.old.as_ref().is_some_and(|old| old.container.is_some())
}

/// What stands before the paths of the pod.
pub(super) fn prefix(case: &Written) -> Result<String> {
    case.kind.as_deref().map_or(Ok(String::new()), template_prefix)
}

/// Refuses fields that do not go together.
pub(super) fn check_shape(case: &Written) -> Result<()> {
    let patched = case.pod.is_some() || case.container.is_some();
    let manifests = files::has_manifests(case);
    let inputs = [case.object.is_some(), patched, case.payload.is_some(), manifests];
    if inputs.iter().filter(|given| **given).count() != 1 {
        bail!(
            "give exactly one of `object`, `pod` and/or `container`, `payload`, `manifests` and/or `kustomize` and/or `helm`"
        );
    }
    if manifests && case.old.is_some() {
        bail!("`old` is of one object; write that into the case, too");
    }
    if case.kind.is_some() && !patched {
        bail!("`kind` wraps a `pod` or `container`; write the kind into the object itself");
    }
    let extras = case.old.is_some() || case.request.is_some() || !case.versions.is_empty();
    let with_settings = case.settings.as_ref().is_some_and(|settings| *settings != json!({}));
    if case.payload.is_some() && (extras || with_settings) {
        bail!("`payload` is sent as it is; write settings and request into it");
    }
    Ok(())
}

pub(super) fn settings(settings: &Value, version: Option<&str>) -> Result<Value> {
    let mut settings = settings.clone();
    if let Some(version) = version {
        let fields = settings.as_object_mut().context("`settings` is not a mapping")?;
        if fields.insert("version".into(), version.into()).is_some() {
            bail!("`versions` and `settings.version` contradict each other; keep one");
        }
    }
    Ok(settings)
}

fn build_request(case: &Written, list: &str) -> Result<Value> {
    let new = State {
        object: case.object.clone(),
        pod: case.pod.clone(),
        container: case.container.clone(),
    };
    let kind = case.kind.as_deref();
    let object = state(&new, kind, list)?;
    let old = case.old.as_ref().map(|old| state(old, kind, list)).transpose()?;
    let text =
        |field: &str| object.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (api_version, kind) = (text("apiVersion"), text("kind"));
    // As the API server sends it: what is deleted is the old object.
    let patch = case.request.as_ref();
    let deletes = patch.is_some_and(|patch| patch["operation"] == "DELETE");
    let is_told = patch.is_some_and(|patch| patch.get("object").is_some());
    let operation = (deletes && !is_told).then_some(Operation::Delete);
    let options = Options { operation, ..Options::default() };
    let (mut request, _) = request::build((&api_version, &kind), object, old, &options, 0);
    if let Some(patch) = &case.request {
        merge(&mut request, patch);
    }
    Ok(request)
}

fn state(state: &State, kind: Option<&str>, list: &str) -> Result<Value> {
    if let Some(object) = &state.object {
        if state.pod.is_some() || state.container.is_some() {
            bail!("`object` is complete; it goes without `pod` and `container`");
        }
        return Ok(object.clone());
    }
    let mut pod = base_pod();
    if let Some(patch) = &state.pod {
        merge(&mut pod, patch);
    }
    if let Some(patch) = &state.container {
        place_container(&mut pod, list, patch)?;
    }
    kind.map_or(Ok(pod.clone()), |kind| wrap(pod, kind))
}

/// Patches the first container, or puts a patched one in front of the other lists.
fn place_container(pod: &mut Value, list: &str, patch: &Value) -> Result<()> {
    let spec = pod
        .get_mut("spec")
        .and_then(Value::as_object_mut)
        .context("the patched pod has no spec")?;
    let containers = spec.entry(list).or_insert_with(|| json!([]));
    let containers =
        containers.as_array_mut().with_context(|| format!("`spec.{list}` is not a list"))?;
    if list != "containers" || containers.is_empty() {
        let name = LISTS.iter().find(|(name, _)| *name == list).map_or("web", |(_, name)| *name);
        containers.insert(0, base_container(name));
    }
    merge(&mut containers[0], patch);
    Ok(())
}

/// Puts the pod into an object of another kind that carries pods.
fn wrap(pod: Value, kind: &str) -> Result<Value> {
    let (group, path) = pod_bearing(kind)?;
    if path.is_empty() {
        return Ok(pod);
    }
    let api_version = if group.is_empty() { "v1".to_owned() } else { format!("{group}/v1") };
    let Value::Object(mut pod) = pod else { bail!("the patched pod is no object") };
    let mut metadata = pod.remove("metadata").unwrap_or_else(|| json!({}));
    let mut outer = Map::new();
    if let Some(fields) = metadata.as_object_mut() {
        for field in ["name", "namespace"] {
            outer.extend(fields.shift_remove(field).map(|value| (field.to_owned(), value)));
        }
    }
    let template = json!({"metadata": metadata, "spec": pod.remove("spec")});
    let body = path.iter().rev().fold(template, |inner, field| json!({*field: inner}));
    let mut object = json!({"apiVersion": api_version, "kind": kind, "metadata": outer});
    merge(&mut object, &body);
    Ok(object)
}

fn template_prefix(kind: &str) -> Result<String> {
    let (_, path) = pod_bearing(kind)?;
    Ok(path.iter().flat_map(|field| [*field, "."]).collect())
}

fn pod_bearing(kind: &str) -> Result<(&'static str, &'static [&'static str])> {
    kinds::POD_BEARING
        .iter()
        .find(|(_, name, _)| *name == kind)
        .map(|(group, _, path)| (*group, *path))
        .with_context(|| {
            let known: Vec<&str> = kinds::POD_BEARING.iter().map(|(_, name, _)| *name).collect();
            format!("unknown kind `{kind}`; one of {}", known.join(", "))
        })
}

/// RFC 7386: `null` removes, mappings merge, everything else replaces.
pub(super) fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    let Value::Object(target) = target else {
        return;
    };
    for (field, value) in patch {
        if value.is_null() {
            target.shift_remove(field);
        } else {
            merge(target.entry(field).or_insert(Value::Null), value);
        }
    }
}
