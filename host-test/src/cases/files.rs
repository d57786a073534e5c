//! What cases take from other files: settings, a cluster, and manifests as users keep or render them.
//! Paths are relative to the case file.

use super::Written;
use crate::cluster;
use crate::manifest::{Manifests, Resource, Selection};
use crate::render::{self, Chart};
use crate::settings;
use anyhow::{Context, Result, bail};
use ringfence_host::HostCapabilities;
use serde::Deserialize;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// One of something, or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    fn all(&self) -> &[T] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}

/// A chart, and what it is rendered with.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Helm {
    /// A folder or an archive.
    chart: PathBuf,
    /// Files of values.
    #[serde(default = "none")]
    values: OneOrMany<PathBuf>,
    /// Values by themselves, `KEY=VALUE`.
    #[serde(default = "none")]
    set: OneOrMany<String>,
    /// The namespace of the release.
    pub(super) namespace: Option<String>,
}

fn none<T>() -> OneOrMany<T> {
    OneOrMany::Many(Vec::new())
}

/// Settings as a case or its file has them: the mapping itself, or the path of a file with it.
pub(super) fn settings(base: &Path, written: &Value) -> Result<Value> {
    match written {
        Value::String(path) => {
            let path = base.join(path);
            let path = path.to_str().context("`settings` is a path in UTF-8")?;
            settings::assemble(Some(path), None, None)
        }
        written => Ok(written.clone()),
    }
}

/// What a case may find out about the cluster.
pub(super) fn capabilities(base: &Path, case: &Written) -> Result<Option<HostCapabilities>> {
    let cluster = case.cluster.as_ref();
    let read = match cluster {
        Some(Value::String(path)) if path != "unreachable" => {
            let manifests = read(base, &[PathBuf::from(path)]).context("`cluster`")?;
            Some(Value::Array(cluster::objects(&manifests.resources, None)))
        }
        _ => None,
    };
    cluster::of_case(base, read.as_ref().or(cluster), case.grants.as_deref())
}

/// Whether the case is about manifests.
pub(super) fn has_manifests(case: &Written) -> bool {
    case.manifests.is_some() || case.kustomize.is_some() || case.helm.is_some()
}

/// The resources of a case's manifests, as they are and as kustomize and Helm render them.
pub(super) fn resources(base: &Path, case: &Written) -> Result<Vec<Resource>> {
    let paths = case.manifests.as_ref().map_or(&[][..], OneOrMany::all);
    let mut manifests = if paths.is_empty() { Manifests::default() } else { read(base, paths)? };
    if let Some(folder) = &case.kustomize {
        let rendered = render::kustomize(&base.join(folder))?;
        manifests.add_file(&format!("<kustomize {}>", folder.display()), &rendered, false);
    }
    if let Some(helm) = &case.helm {
        let values: Vec<PathBuf> = helm.values.all().iter().map(|file| base.join(file)).collect();
        let chart = base.join(&helm.chart);
        let rendered = render::helm(&Chart {
            chart: chart.as_os_str(),
            values: &values,
            set: helm.set.all(),
            namespace: helm.namespace.as_deref(),
        })?;
        manifests.add_file(&format!("<helm {}>", helm.chart.display()), &rendered, false);
    }
    let manifests = manifests.whole()?;
    // Nothing would be as expected, whatever is expected.
    if manifests.resources.is_empty() {
        bail!("there is no resource in the manifests, so nothing is tried");
    }
    Ok(manifests.resources)
}

fn read(base: &Path, paths: &[PathBuf]) -> Result<Manifests> {
    let paths: Vec<PathBuf> = paths.iter().map(|path| base.join(path)).collect();
    let mut manifests = Manifests::default();
    // Whatever .ringfenceignore says: a case names what it is about, and a cluster has all of it.
    manifests.add(&paths, &Selection::everything())?;
    manifests.whole()
}
