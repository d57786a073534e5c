//! Cluster data: where the policy's questions about the cluster are answered from.

pub mod source;

use crate::engine::{Circumstances, Engine, In, Loaded};
use crate::kinds;
use crate::manifest::{self, Manifests, Resource};
use anyhow::{Context, Result, bail};
use clap::Args;
use rayon::prelude::*;
use ringfence_host::cluster::{Cluster, Live, Recorder, Replay, Request, Snapshot};
use ringfence_host::{Allowed, Grant, Grants, HostCapabilities, Limits};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a request may take while a live cluster is asked: the first question waits for
/// connection and discovery, which a policy server has behind it.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where the options stand in the help.
const HEADING: &str = "Cluster data";

/// Where cluster data comes from: of every subcommand that judges.
#[derive(Args, Debug, Default)]
pub struct ClusterOptions {
    /// Manifests that are the cluster; without it the judged files are. May be repeated
    #[arg(help_heading = HEADING, long, value_name = "PATH", conflicts_with_all = ["kubeconfig", "replay"])]
    cluster: Vec<PathBuf>,
    /// Ask a live cluster
    #[arg(help_heading = HEADING, long, value_name = "FILE", conflicts_with = "replay")]
    kubeconfig: Option<PathBuf>,
    /// The context of the kubeconfig; without it its current one
    #[arg(help_heading = HEADING, long, value_name = "NAME", requires = "kubeconfig")]
    context: Option<String>,
    /// Write questions and answers to a session file, as kwctl does
    #[arg(help_heading = HEADING, long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Answer from a session file, of kwctl or of --record
    #[arg(help_heading = HEADING, long, value_name = "FILE")]
    replay: Option<PathBuf>,
    /// The policy may ask for this kind, such as v1/Namespace, and for no other that is not named;
    /// without it for every kind. May be repeated
    #[arg(help_heading = HEADING, long = "grant", value_name = "KIND")]
    grants: Vec<Grant>,
    /// Host calls the policy may make, such as kubernetes/*; without it every one. May be repeated
    #[arg(help_heading = HEADING, long, value_name = "PATTERN")]
    allowed_host_capabilities: Vec<String>,
}

/// Cluster data for one run of the command.
pub struct Connection {
    capabilities: HostCapabilities,
    recorder: Option<(Arc<Recorder>, PathBuf)>,
    replay: Option<Arc<Replay>>,
    limits: Limits,
}

impl ClusterOptions {
    /// What the options name. `judged` is the cluster where they name none, with its objects in
    /// `namespace` where that is given.
    ///
    /// # Errors
    /// When a manifest, a kubeconfig or a session cannot be used.
    pub fn connect(&self, judged: &[Resource], namespace: Option<&str>) -> Result<Connection> {
        let limits = self.limits();
        let mut replay = None;
        let mut cluster: Arc<dyn Cluster> = if let Some(path) = &self.replay {
            let session = Replay::read(path);
            let session =
                Arc::new(session.with_context(|| format!("--replay {}", path.display()))?);
            replay = Some(session.clone());
            session
        } else if let Some(path) = &self.kubeconfig {
            Arc::new(Live::connect(path, self.context.as_deref())?)
        } else if self.cluster.is_empty() {
            Arc::new(Snapshot::new(objects(judged, namespace))?)
        } else {
            Arc::new(snapshot(&self.cluster)?)
        };
        let mut recorder = None;
        if let Some(path) = &self.record {
            let recording = Arc::new(Recorder::new(cluster));
            recorder = Some((recording.clone(), path.clone()));
            cluster = recording;
        }
        let mut capabilities = HostCapabilities::new(cluster);
        if !self.grants.is_empty() {
            capabilities = capabilities.grant(Grants::Only(self.grants.iter().cloned().collect()));
        }
        if !self.allowed_host_capabilities.is_empty() {
            let allowed = Allowed::parse(&self.allowed_host_capabilities);
            capabilities = capabilities.allow(allowed.context("--allowed-host-capabilities")?);
        }
        Ok(Connection { capabilities, recorder, replay, limits })
    }

    /// What a request may use, which is more time where a live cluster is asked.
    pub fn limits(&self) -> Limits {
        let limits = Limits::default();
        if self.kubeconfig.is_none() {
            return limits;
        }
        Limits { deadline: PATIENCE, ..limits }
    }

    /// The files and folders that the options name.
    pub fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        self.cluster.iter().chain(&self.kubeconfig).chain(&self.replay)
    }
}

impl Connection {
    /// The policy with this cluster behind it.
    pub fn give(&self, policy: Loaded) -> Loaded {
        policy.with_cluster(self.capabilities.clone(), self.limits)
    }

    /// The engine with this cluster behind it, under limits of its own.
    pub fn behind<'e>(&self, engine: &'e dyn Engine) -> In<'e> {
        let capabilities = Some(self.capabilities.clone());
        In { engine, context: Circumstances { day: None, capabilities } }
    }

    /// Judges, one request after the other where a session is recorded, whose order would
    /// otherwise be anyone's.
    ///
    /// # Errors
    /// When there is no thread for it.
    pub fn judging<T: Send>(&self, judge: impl FnOnce() -> T + Send) -> Result<T> {
        if self.recorder.is_none() {
            return Ok(judge());
        }
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build();
        Ok(one.context("no thread to judge on")?.install(judge))
    }

    /// Writes the session that was recorded; tells what of a replayed one nobody asked for.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn finish(&self) -> Result<Option<String>> {
        if let Some((recorder, path)) = &self.recorder {
            recorder.save(path)?;
        }
        let unused = self.replay.as_ref().map_or(0, |replay| replay.unused());
        Ok((unused > 0).then(|| format!("of the session {unused} answers were not asked for")))
    }
}

/// A cluster that nobody can reach.
struct Unreachable;

impl Cluster for Unreachable {
    fn answer(&self, _: &Request, _: Instant) -> Result<Vec<u8>, String> {
        Err("the cluster did not answer in time".into())
    }
}

/// What a case may find out: from its `cluster`, a list of objects, `unreachable`, or a recorded
/// session in a file of the folder `base`, and by its `grants`, without which it may ask for every
/// kind.
///
/// # Errors
/// When the fields are not of that form.
pub fn of_case(
    base: &Path,
    cluster: Option<&Value>,
    grants: Option<&[String]>,
) -> Result<Option<HostCapabilities>> {
    let capabilities = match cluster {
        None if grants.is_some() => bail!("`grants` are for a `cluster`; add one"),
        None => return Ok(None),
        Some(Value::String(text)) if text == "unreachable" => {
            HostCapabilities::new(Arc::new(Unreachable))
        }
        Some(Value::Array(objects)) => {
            let snapshot = Snapshot::new(objects.iter().cloned()).context("`cluster`")?;
            HostCapabilities::new(Arc::new(snapshot))
        }
        Some(Value::Object(fields)) if fields.len() == 1 && fields.contains_key("session") => {
            let path = fields["session"].as_str().context("`cluster.session` is a path")?;
            let session = Replay::read(&base.join(path)).context("`cluster`")?;
            HostCapabilities::new(Arc::new(session))
        }
        Some(_) => bail!(
            "`cluster` is a list of objects, a path of manifests, `session: PATH`, or `unreachable`"
        ),
    };
    let Some(grants) = grants else {
        return Ok(Some(capabilities));
    };
    let grants = grants.iter().map(|grant| grant.parse()).collect::<Result<_, _>>();
    Ok(Some(capabilities.grant(Grants::Only(grants.context("`grants`")?))))
}

/// The snapshot of manifests that are read for nothing else. What cannot be read might be what
/// the policy asks for.
fn snapshot(paths: &[PathBuf]) -> Result<Snapshot> {
    let manifests = manifest::read(paths).and_then(Manifests::whole).context("--cluster")?;
    Ok(Snapshot::new(objects(&manifests.resources, None))?)
}

/// The objects of resources; an admission review is about to change the cluster, not in it.
pub(crate) fn objects(resources: &[Resource], namespace: Option<&str>) -> Vec<Value> {
    let of_cluster = resources.par_iter().filter(|resource| resource.request.is_none());
    of_cluster.map(|resource| object(resource, namespace)).collect()
}

fn object(resource: &Resource, namespace: Option<&str>) -> Value {
    let mut object = resource.node.to_json();
    // An item of a list may leave these to it.
    object["apiVersion"] = resource.api_version.clone().into();
    object["kind"] = resource.kind.clone().into();
    if let Some(namespace) = namespace.filter(|_| kinds::is_namespaced(&resource.kind)) {
        let metadata = &mut object["metadata"];
        if !metadata.is_object() {
            *metadata = json!({});
        }
        metadata["namespace"] = namespace.into();
    }
    object
}
