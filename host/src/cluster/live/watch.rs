//! Objects of a kind as a list and the watch after it have them, so that the API server is not asked
//! for each. Whatever goes wrong ends in a state that says so, and in a new list.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use futures_util::TryStreamExt as _;
use kube::api::{WatchEvent, WatchParams};
use kube::core::DynamicObject;
use serde_json::Value;
use tokio::runtime::Runtime;
use tokio::time::{sleep, timeout};

use super::client::{Client, Resource, failure};
use crate::cluster::snapshot::{Snapshot, without_bookkeeping};
use crate::cluster::{Cluster, Request};

/// How long the API server keeps a watch open before it is asked for the next. Nothing that is held
/// is older than this and [`LATE`] without anybody knowing.
const OPEN: Duration = Duration::from_secs(30);

/// How much later something may come over the network.
const LATE: Duration = Duration::from_secs(10);

/// Pauses between attempts: the first, and where doubling ends.
const PAUSES: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));

/// What objects of a kind may have in sum, as JSON. More is left where it is.
const BYTES: usize = 64 << 20;

/// A kind of objects.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WatchedKind {
    /// Such as `v1` or `apps/v1`.
    pub api_version: String,
    /// Such as `Pod`.
    pub kind: String,
}

/// What became of a watch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Watching {
    /// The objects are known from now on: so many.
    Current(usize),
    /// They are not, and why; the API server is asked instead, and the watch is tried again.
    Failed(String),
}

/// Told of every change of a watch.
pub type Tell = dyn Fn(&WatchedKind, &Watching) + Send + Sync;

/// The kinds that are watched.
#[derive(Default)]
pub(super) struct Watches(HashMap<WatchedKind, Arc<Watched>>);

/// One of them.
struct Watched {
    kind: WatchedKind,
    state: RwLock<Option<Held>>,
    /// Whether the first attempt has ended, one way or the other.
    settled: AtomicBool,
}

/// Objects, and about their size.
#[derive(Default)]
struct Held {
    objects: Snapshot,
    bytes: usize,
}

/// A list, as far as the watch after it needs it.
struct Listed {
    resource: Resource,
    version: String,
    count: usize,
}

/// Why objects are not known, and whether there is no use in trying again.
struct Ended {
    reason: String,
    for_good: bool,
}

impl From<String> for Ended {
    fn from(reason: String) -> Self {
        Self { reason, for_good: false }
    }
}

impl Watches {
    /// Lists and watches these kinds until the runtime ends.
    pub(super) fn start(
        runtime: &Runtime,
        client: &Client,
        kinds: impl IntoIterator<Item = WatchedKind>,
        tell: &Arc<Tell>,
    ) -> Self {
        let mut watches = HashMap::new();
        for kind in kinds {
            let state = RwLock::default();
            let watched =
                Arc::new(Watched { kind: kind.clone(), state, settled: AtomicBool::new(false) });
            runtime.spawn(watched.clone().follow(client.clone(), tell.clone()));
            watches.insert(kind, watched);
        }
        Self(watches)
    }

    /// Whether each is known or has failed at least once.
    pub(super) fn are_settled(&self) -> bool {
        self.0.values().all(|watched| watched.settled.load(Ordering::Acquire))
    }

    /// The answer, where it is known for certain. What is not there is not: it may have been made a
    /// moment ago.
    pub(super) fn answer(&self, request: &Request) -> Option<Vec<u8>> {
        let (api_version, kind) = request.resource()?;
        let kind = WatchedKind { api_version: api_version.to_owned(), kind: kind.to_owned() };
        let state = self.0.get(&kind)?.state.read().unwrap_or_else(PoisonError::into_inner);
        state.as_ref()?.objects.answer(request, std::time::Instant::now()).ok()
    }
}

impl Watched {
    async fn follow(self: Arc<Self>, client: Client, tell: Arc<Tell>) {
        let mut pause = PAUSES.0;
        loop {
            let Ended { reason, for_good } = match self.list(&client).await {
                Err(ended) => ended,
                Ok(Listed { resource, version, count }) => {
                    pause = PAUSES.0;
                    self.settled.store(true, Ordering::Release);
                    tell(&self.kind, &Watching::Current(count));
                    self.watch(&client, &resource, version).await.into()
                }
            };
            // What is not followed any more is not known any more.
            *self.state.write().unwrap_or_else(PoisonError::into_inner) = None;
            self.settled.store(true, Ordering::Release);
            tell(&self.kind, &Watching::Failed(reason));
            if for_good {
                return;
            }
            sleep(pause).await;
            pause = (pause * 2).min(PAUSES.1);
        }
    }

    /// Takes in all objects.
    async fn list(&self, client: &Client) -> Result<Listed, Ended> {
        let WatchedKind { api_version, kind } = &self.kind;
        let resource = in_time(client.resource(api_version, kind)).await??;
        let (mut held, mut count, mut next) = (Held::default(), 0, None);
        loop {
            let page = in_time(client.page(&resource, next.take())).await??;
            for object in page.items {
                let put = held.put(self.object(object)?);
                put.map_err(|reason| Ended { reason, for_good: true })?;
                count += 1;
            }
            next = page.metadata.continue_.filter(|token| !token.is_empty());
            if next.is_none() {
                let version = page.metadata.resource_version.unwrap_or_default();
                *self.state.write().unwrap_or_else(PoisonError::into_inner) = Some(held);
                return Ok(Listed { resource, version, count });
            }
        }
    }

    /// Follows changes for as long as nothing goes wrong; gives what did.
    async fn watch(&self, client: &Client, resource: &Resource, mut version: String) -> String {
        loop {
            let opened = tokio::time::Instant::now();
            if let Err(reason) = self.watch_once(client, resource, &mut version).await {
                return reason;
            }
            // Not faster where the server ends watches at once.
            tokio::time::sleep_until(opened + PAUSES.0).await;
        }
    }

    /// One watch, until the server ends it.
    async fn watch_once(
        &self,
        client: &Client,
        resource: &Resource,
        version: &mut String,
    ) -> Result<(), String> {
        let seconds = u32::try_from(OPEN.as_secs()).unwrap_or(u32::MAX);
        let parameters = WatchParams::default().timeout(seconds);
        let api = client.api(resource, None);
        let events = in_time(api.watch(&parameters, version)).await?;
        let mut events = pin!(events.map_err(|error| failure(&error))?);
        loop {
            let event = timeout(OPEN + LATE, events.try_next()).await;
            let event = event.map_err(|_| "the watch fell silent".to_owned())?;
            let Some(event) = event.map_err(|error| failure(&error))? else { return Ok(()) };
            let (object, is_there) = match event {
                WatchEvent::Added(object) | WatchEvent::Modified(object) => (object, true),
                WatchEvent::Deleted(object) => (object, false),
                WatchEvent::Bookmark(mark) => {
                    *version = mark.metadata.resource_version;
                    continue;
                }
                WatchEvent::Error(status) => {
                    return Err(format!("the cluster ends the watch: {}", status.message));
                }
            };
            if let Some(changed) = &object.metadata.resource_version {
                version.clone_from(changed);
            }
            let object = self.object(object)?;
            let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
            let held = state.get_or_insert_default();
            if is_there {
                held.put(object)?;
            } else {
                held.objects.remove(&object);
            }
        }
    }

    /// The object as lists have it. Items of lists leave to them what they are.
    fn object(&self, mut object: DynamicObject) -> Result<Value, String> {
        object.types.get_or_insert_with(|| kube::core::TypeMeta {
            api_version: self.kind.api_version.clone(),
            kind: self.kind.kind.clone(),
        });
        let object = serde_json::to_value(object).map_err(|error| error.to_string())?;
        Ok(without_bookkeeping(&object))
    }
}

impl Held {
    /// Bytes only add up, until the next list; so does what is replaced.
    fn put(&mut self, object: Value) -> Result<(), String> {
        self.bytes += object.to_string().len();
        if self.bytes > BYTES {
            return Err(format!("the objects, and changes to them, are longer than {BYTES} bytes"));
        }
        self.objects.replace(object).map_err(|error| error.to_string())
    }
}

/// What comes, if it comes in time.
async fn in_time<T>(future: impl Future<Output = T>) -> Result<T, String> {
    timeout(LATE, future).await.map_err(|_| "the cluster did not answer in time".to_owned())
}
