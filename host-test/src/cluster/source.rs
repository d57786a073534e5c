//! A whole cluster to look at, for the commands that ask for its objects themselves.

use super::{Cluster, HEADING, HostCapabilities, Limits, Live, PATIENCE, snapshot};
use crate::engine::Loaded;
use crate::manifest::shown;
use anyhow::{Result, anyhow, bail};
use clap::Args;
use ringfence_host::cluster::ListResources;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

/// Where the cluster is.
#[derive(Args, Debug)]
pub struct SourceOptions {
    /// Manifests that are the cluster: files and folders. May be repeated
    #[arg(help_heading = HEADING, long, value_name = "PATH", conflicts_with = "kubeconfig")]
    cluster: Vec<PathBuf>,
    /// Ask a live cluster instead
    #[arg(help_heading = HEADING, long, value_name = "FILE")]
    kubeconfig: Option<PathBuf>,
    /// The context of the kubeconfig; without it its current one
    #[arg(help_heading = HEADING, long, value_name = "NAME", conflicts_with = "cluster")]
    context: Option<String>,
}

impl SourceOptions {
    /// The cluster that the options name; without any, the manifests in this folder.
    ///
    /// # Errors
    /// When a manifest or the kubeconfig cannot be used.
    pub fn connect(&self) -> Result<Arc<dyn Cluster>> {
        Ok(match &self.kubeconfig {
            Some(path) => Arc::new(self.live(path)?),
            None if self.cluster.is_empty() => Arc::new(snapshot(&[PathBuf::from(".")])?),
            None => Arc::new(snapshot(&self.cluster)?),
        })
    }

    /// The cluster that the options name, with its address, or the files that are it; without any,
    /// the one that kubectl would ask.
    ///
    /// # Errors
    /// As above, and when there is no kubeconfig, or more than one.
    pub fn connect_live(&self) -> Result<(Arc<dyn Cluster>, String)> {
        let live = match &self.kubeconfig {
            Some(path) => self.live(path)?,
            None if self.cluster.is_empty() => self.live(&usual_kubeconfig()?)?,
            None => return Ok((Arc::new(snapshot(&self.cluster)?), shown(&self.cluster))),
        };
        let server = live.server().to_owned();
        Ok((Arc::new(live), server))
    }

    fn live(&self, path: &Path) -> Result<Live> {
        Ok(Live::connect(path, self.context.as_deref())?)
    }
}

/// The file that kubectl reads.
///
/// Source: Kubernetes documentation, "Organizing Cluster Access Using kubeconfig Files".
fn usual_kubeconfig() -> Result<PathBuf> {
    let named = std::env::var_os("KUBECONFIG").filter(|named| !named.is_empty());
    let candidates: Vec<PathBuf> = match &named {
        Some(named) => std::env::split_paths(named).collect(),
        None => std::env::home_dir().into_iter().map(|home| home.join(".kube/config")).collect(),
    };
    let mut files = candidates.into_iter().filter(|path| path.is_file());
    match (files.next(), files.next()) {
        (Some(file), None) => Ok(file),
        (Some(_), Some(_)) => {
            bail!("KUBECONFIG names several files; name the one to use with --kubeconfig FILE")
        }
        _ => bail!(
            "there is no kubeconfig in KUBECONFIG nor in ~/.kube/config; name one with --kubeconfig FILE, or a cluster in files with --cluster PATH"
        ),
    }
}

/// The policy with a cluster behind it, which may take its time.
pub fn give(cluster: Arc<dyn Cluster>, policy: Loaded) -> Loaded {
    let limits = Limits { deadline: PATIENCE, ..Limits::default() };
    policy.with_cluster(HostCapabilities::new(cluster), limits)
}

/// The objects of a kind, in all namespaces.
///
/// # Errors
/// When the cluster does not list them.
pub fn list(cluster: &dyn Cluster, api_version: &str, kind: &str) -> Result<Vec<Value>> {
    let list = ListResources::of(api_version, kind, None);
    let (mut items, mut next) = (Vec::new(), None);
    loop {
        let page = cluster.page(&list, next.as_deref(), Instant::now() + PATIENCE);
        let page = page.map_err(|error| anyhow!("{kind} objects cannot be listed: {error}"))?;
        items.extend(page.items);
        next = page.next;
        if next.is_none() {
            return Ok(items);
        }
    }
}
