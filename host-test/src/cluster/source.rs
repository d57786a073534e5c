//! A whole cluster to look at, for the commands that ask for its objects themselves.

use super::{Cluster, HEADING, Live, PATIENCE, Request, snapshot};
use anyhow::{Context, Result, anyhow};
use clap::Args;
use ringfence_host::cluster::ListResources;
use serde_json::Value;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

/// Where the cluster is.
#[derive(Args, Debug)]
pub struct SourceOptions {
    /// Manifests that are the cluster: files and folders. May be repeated
    #[arg(help_heading = HEADING, long, value_name = "PATH", default_value = ".", conflicts_with = "kubeconfig")]
    cluster: Vec<PathBuf>,
    /// Ask a live cluster instead
    #[arg(help_heading = HEADING, long, value_name = "FILE")]
    kubeconfig: Option<PathBuf>,
    /// The context of the kubeconfig; without it its current one
    #[arg(help_heading = HEADING, long, value_name = "NAME", requires = "kubeconfig")]
    context: Option<String>,
}

impl SourceOptions {
    /// The cluster that the options name.
    ///
    /// # Errors
    /// When a manifest or the kubeconfig cannot be used.
    pub fn connect(&self) -> Result<Arc<dyn Cluster>> {
        Ok(match &self.kubeconfig {
            Some(path) => Arc::new(Live::connect(path, self.context.as_deref())?),
            None => Arc::new(snapshot(&self.cluster)?),
        })
    }
}

/// The objects of a kind, in all namespaces.
///
/// # Errors
/// When the cluster does not list them.
pub fn list(cluster: &dyn Cluster, api_version: &str, kind: &str) -> Result<Vec<Value>> {
    let request = Request::ListResources(ListResources {
        api_version: api_version.to_owned(),
        kind: kind.to_owned(),
        namespace: None,
        label_selector: None,
        field_selector: None,
        field_masks: None,
    });
    let answer = cluster.answer(&request, Instant::now() + PATIENCE);
    let answer = answer.map_err(|error| anyhow!("{kind} objects cannot be listed: {error}"))?;
    let mut answer: Value = serde_json::from_slice(&answer)
        .with_context(|| format!("the list of {kind} objects is not JSON"))?;
    match answer.get_mut("items").map(Value::take) {
        Some(Value::Array(items)) => Ok(items),
        _ => Ok(Vec::new()),
    }
}
