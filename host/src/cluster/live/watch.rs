//! Objects of a kind as kube's watcher has them, so that the API server is not asked for each. Whatever
//! goes wrong ends in a state that says so, and in a new list.

use std::collections::HashMap;
use std::convert::Infallible;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use futures_util::TryStreamExt as _;
use kube::core::DynamicObject;
use kube::runtime::watcher::{self, Event, watcher};
use serde_json::Value;
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep, timeout};

use super::client::{Client, PAGE, in_words, plain};
use crate::cluster::snapshot::Snapshot;
use crate::cluster::{Cluster, Request};

/// How long the API server keeps a watch open before it is asked for the next, in seconds. The watcher
/// takes one that is silent for five seconds longer for dead, and [`Client`] limits how long it may
/// take to open the next: nothing that is held is older than a minute without anybody knowing.
const OPEN: u32 = 15;

/// How long a page of the first list may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Kinds that are watched because they were asked about. There are as many as rules ask for.
const ASKED: usize = 32;

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
pub(super) struct Watches {
    kinds: RwLock<HashMap<WatchedKind, Arc<Watched>>>,
    /// What watches those that are asked about, if any does.
    on_demand: Option<Watcher>,
}

/// What starts watches.
pub(super) struct Watcher {
    pub(super) runtime: Handle,
    pub(super) client: Client,
    pub(super) tell: Arc<Tell>,
}

/// One kind.
struct Watched {
    kind: WatchedKind,
    state: RwLock<Option<Held>>,
    /// Whether the first attempt has ended, one way or the other, and was told of.
    settled: AtomicBool,
}

/// Objects, how many there were in the list, and about their size.
#[derive(Default)]
struct Held {
    objects: Snapshot,
    count: usize,
    bytes: usize,
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
    /// Lists and watches these kinds until the runtime ends; if `asked`, each that is asked about,
    /// too, from the first question on.
    pub(super) fn start(watcher: Watcher, kinds: Vec<WatchedKind>, asked: bool) -> Self {
        let kinds = kinds.into_iter().map(|kind| (kind.clone(), watcher.watch(kind))).collect();
        Self { kinds: RwLock::new(kinds), on_demand: asked.then_some(watcher) }
    }

    /// Whether each is known or has failed at least once.
    pub(super) fn are_settled(&self) -> bool {
        let kinds = self.kinds.read().unwrap_or_else(PoisonError::into_inner);
        kinds.values().all(|watched| watched.settled.load(Ordering::Acquire))
    }

    /// The answer, where it is known for certain. What is not there is not: it may have been made a
    /// moment ago.
    pub(super) fn answer(&self, request: &Request) -> Option<Vec<u8>> {
        let (api_version, kind) = request.resource()?;
        let kind = WatchedKind { api_version: api_version.to_owned(), kind: kind.to_owned() };
        let watched = self.kinds.read().unwrap_or_else(PoisonError::into_inner).get(&kind).cloned();
        let Some(watched) = watched else {
            self.demand(kind);
            return None;
        };
        let state = watched.state.read().unwrap_or_else(PoisonError::into_inner);
        state.as_ref()?.objects.answer(request, std::time::Instant::now()).ok()
    }

    /// Watches a kind from now on.
    fn demand(&self, kind: WatchedKind) {
        let Some(watcher) = &self.on_demand else { return };
        let mut kinds = self.kinds.write().unwrap_or_else(PoisonError::into_inner);
        if kinds.len() < ASKED {
            kinds.entry(kind).or_insert_with_key(|kind| {
                let watched = watcher.watch(kind.clone());
                // Nobody waits for what was not announced.
                watched.settled.store(true, Ordering::Release);
                watched
            });
        }
    }
}

impl Watcher {
    fn watch(&self, kind: WatchedKind) -> Arc<Watched> {
        let (state, settled) = (RwLock::default(), AtomicBool::new(false));
        let watched = Arc::new(Watched { kind, state, settled });
        self.runtime.spawn(watched.clone().follow(self.client.clone(), self.tell.clone()));
        watched
    }
}

impl Watched {
    async fn follow(self: Arc<Self>, client: Client, tell: Arc<Tell>) {
        // Kube's watcher takes no break between a watch that has ended and the next.
        let client = client.paced();
        let (mut pause, mut told, mut since) = (PAUSES.0, None, None);
        loop {
            let current = |count| {
                (told, since) = (None, Some(Instant::now()));
                tell(&self.kind, &Watching::Current(count));
                self.settled.store(true, Ordering::Release);
            };
            let Err(Ended { reason, for_good }) = self.watch(&client, current).await;
            // Who may list and not watch gets nowhere faster than who may do neither.
            if since.take().is_some_and(|since: Instant| since.elapsed() > PAUSES.1) {
                pause = PAUSES.0;
            }
            // What is not followed any more is not known any more.
            self.know(None);
            // A kind that the cluster does not have fails twice a minute for ever.
            if told.as_ref() != Some(&reason) {
                tell(&self.kind, &Watching::Failed(reason.clone()));
                told = Some(reason);
            }
            self.settled.store(true, Ordering::Release);
            if for_good {
                return;
            }
            sleep(pause).await;
            pause = (pause * 2).min(PAUSES.1);
        }
    }

    /// Lists the objects, calls `current` with how many they are, and takes in changes for as long as
    /// nothing goes wrong.
    async fn watch(
        &self,
        client: &Client,
        mut current: impl FnMut(usize),
    ) -> Result<Infallible, Ended> {
        let WatchedKind { api_version, kind } = &self.kind;
        let resource = in_time(client.resource(api_version, kind)).await??;
        let options = watcher::Config::default().page_size(PAGE).timeout(OPEN);
        let mut events = pin!(watcher(client.api(&resource, None), options));
        let (mut listed, mut is_listed) = (Held::default(), false);
        loop {
            let next = events.try_next();
            let event = if is_listed { next.await } else { in_time(next).await? };
            let event = event.map_err(|error| in_words(&error))?;
            match event.ok_or_else(|| "the watch has ended".to_owned())? {
                Event::Init => (listed, is_listed) = (Held::default(), false),
                Event::InitApply(object) => {
                    let put = listed.put(self.plain(object)?);
                    put.map_err(|reason| Ended { reason, for_good: true })?;
                    listed.count += 1;
                }
                Event::InitDone => {
                    is_listed = true;
                    let count = listed.count;
                    self.know(Some(std::mem::take(&mut listed)));
                    current(count);
                }
                Event::Apply(object) => {
                    let object = self.plain(object)?;
                    self.change(|held| held.put(object))?;
                }
                Event::Delete(object) => {
                    let object = self.plain(object)?;
                    self.change(|held| {
                        held.remove(&object);
                        Ok(())
                    })?;
                }
            }
        }
    }

    fn know(&self, held: Option<Held>) {
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = held;
    }

    fn change(&self, change: impl FnOnce(&mut Held) -> Result<(), String>) -> Result<(), String> {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        state.as_mut().map_or_else(|| Err("a change came before the list".into()), change)
    }

    fn plain(&self, object: DynamicObject) -> Result<Value, String> {
        plain(object, &self.kind.api_version, &self.kind.kind)
    }
}

impl Held {
    fn put(&mut self, object: Value) -> Result<(), String> {
        self.bytes += object.to_string().len();
        let before = self.objects.replace(object).map_err(|error| error.to_string())?;
        self.forget(before);
        if self.bytes > BYTES {
            return Err(format!("the objects are longer than {BYTES} bytes"));
        }
        Ok(())
    }

    fn remove(&mut self, object: &Value) {
        let before = self.objects.remove(object);
        self.forget(before);
    }

    fn forget(&mut self, object: Option<Value>) {
        let bytes = object.map_or(0, |object| object.to_string().len());
        self.bytes = self.bytes.saturating_sub(bytes);
    }
}

/// What comes, if it comes in time.
async fn in_time<T>(future: impl Future<Output = T>) -> Result<T, String> {
    timeout(PATIENCE, future).await.map_err(|_| "the cluster did not answer in time".to_owned())
}
