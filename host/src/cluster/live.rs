//! A cluster that runs: asked through its API server, as policy-server asks it.

mod cache;
mod client;
mod proxy;
mod watch;

use std::fmt;
use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

use super::field_mask::FieldMask;
use super::{Cluster, ListResources, Page, PageError, Request};
use cache::Cache;
use client::Client;
use watch::{Watcher, Watches};

pub use watch::{Tell, WatchedKind, Watching};

/// How long a plugin that brings credentials may take; a person may have to log in.
const CREDENTIALS: Duration = Duration::from_secs(60);

/// Why there is no connection to a cluster.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The kubeconfig cannot be used.
    #[error("cannot use the kubeconfig {path}: {reason}; check file and context")]
    Config {
        /// The file as it was named.
        path: String,
        /// What the client said.
        reason: String,
    },
    /// There are no threads to wait on.
    #[error("cannot wait for a cluster: {reason}; check the limits on threads")]
    Runtime {
        /// What the operating system said.
        reason: String,
    },
}

/// An API server, named by a kubeconfig. Nothing is sent before something is asked.
///
/// Answers are kept for five seconds, as policy-server keeps them, unless they are
/// asked for anew; kinds that are watched are not asked for at all while the watch
/// goes well, except for objects that are not there.
pub struct Live {
    client: Client,
    cache: Cache,
    watches: Watches,
    /// None while it is being ended.
    runtime: Option<Runtime>,
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live").finish_non_exhaustive()
    }
}

impl Live {
    /// The cluster of a context of a kubeconfig; without one, of its current context.
    ///
    /// # Errors
    /// When the kubeconfig cannot be read or its credentials cannot be had.
    pub fn connect(kubeconfig: &Path, context: Option<&str>) -> Result<Self, ConnectError> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("ringfence-cluster")
            .enable_all()
            .build()
            .map_err(|error| ConnectError::Runtime { reason: error.to_string() })?;
        let config =
            |reason| ConnectError::Config { path: kubeconfig.display().to_string(), reason };
        let connecting = Client::connect(kubeconfig.to_owned(), context.map(str::to_owned));
        let connected = wait(&runtime, connecting, Instant::now() + CREDENTIALS);
        match connected.unwrap_or_else(|| Err("its credentials took too long".into())) {
            Ok(client) => {
                let (cache, watches) = (Cache::default(), Watches::default());
                Ok(Self { client, cache, watches, runtime: Some(runtime) })
            }
            Err(reason) => {
                runtime.shutdown_background();
                Err(config(reason))
            }
        }
    }

    /// Lists and watches the objects of these kinds, in all namespaces, from now on, and tells what
    /// becomes of it; if `asked`, of each kind that is asked about, too, from the first question on.
    /// It takes the verbs `list` and `watch`. A watch that fails is tried again after a pause; in
    /// between the API server is asked.
    pub fn watch(&mut self, kinds: Vec<WatchedKind>, asked: bool, tell: Arc<Tell>) {
        if let Some(runtime) = &self.runtime {
            let (runtime, client) = (runtime.handle().clone(), self.client.clone());
            self.watches = Watches::start(Watcher { runtime, client, tell }, kinds, asked);
        }
    }

    /// Whether of every kind that is watched since the start the first list has come, or has failed.
    pub fn is_settled(&self) -> bool {
        self.watches.are_settled()
    }

    /// The address of the API server.
    pub fn server(&self) -> &str {
        self.client.server()
    }

    fn ask(&self, request: &Request, until: Instant) -> Result<Value, String> {
        let (client, request) = (self.client.clone(), request.clone());
        self.wait(async move { client.ask(&request).await }, until)?
    }

    /// The outcome of a future, which runs elsewhere.
    fn wait<T: Send + 'static>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
        until: Instant,
    ) -> Result<T, String> {
        let runtime = self.runtime.as_ref().ok_or("the cluster is being left")?;
        wait(runtime, future, until).ok_or_else(|| "the cluster did not answer in time".into())
    }

    fn answer_by(&self, request: &Request, until: Instant, anew: bool) -> Result<Vec<u8>, String> {
        // What is kept is whole: masks only decide what a policy sees of it.
        let (key, masks, says_anew) = Cache::key(request);
        let anew = anew || says_anew;
        if !anew && let Some(answer) = self.watches.answer(request) {
            return Ok(answer);
        }
        let kept = if anew { None } else { self.cache.find(&key) };
        let answer = match kept {
            Some(answer) => answer,
            None => self.cache.keep(key.clone(), self.ask(&key, until)?),
        };
        let mask = FieldMask::new(masks.as_ref());
        let masked = match answer.get("items").and_then(Value::as_array) {
            Some(items) if matches!(key, Request::ListResources(_)) => {
                let mut list = answer.as_object().cloned().unwrap_or_default();
                list.insert("items".into(), items.iter().map(|item| mask.of(item)).collect());
                Value::Object(list)
            }
            _ => mask.of(&answer),
        };
        serde_json::to_vec(&masked).map_err(|error| error.to_string())
    }
}

impl Cluster for Live {
    fn answer(&self, request: &Request, until: Instant) -> Result<Vec<u8>, String> {
        self.answer_by(request, until, false)
    }

    fn answer_anew(&self, request: &Request, until: Instant) -> Result<Vec<u8>, String> {
        self.answer_by(request, until, true)
    }

    fn page(
        &self,
        list: &ListResources,
        next: Option<&str>,
        until: Instant,
    ) -> Result<Page, PageError> {
        let (client, list) = (self.client.clone(), list.clone());
        let next = next.map(str::to_owned);
        self.wait(async move { client.page(&list, next).await }, until)
            .unwrap_or_else(|late| Err(PageError::Failed(late)))
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        // Waiting for threads is forbidden where a runtime of the caller runs.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// The outcome of a future, unless it takes longer. It runs elsewhere, so that the
/// caller may be anywhere, on a thread of another runtime too.
fn wait<T: Send + 'static>(
    runtime: &Runtime,
    future: impl Future<Output = T> + Send + 'static,
    until: Instant,
) -> Option<T> {
    let (sender, outcome) = sync_channel(1);
    let task = runtime.spawn(async move {
        // The caller may have stopped waiting.
        let _ = sender.send(future.await);
    });
    let outcome = outcome.recv_timeout(until.saturating_duration_since(Instant::now()));
    if matches!(outcome, Err(RecvTimeoutError::Timeout)) {
        task.abort();
    }
    outcome.ok()
}
