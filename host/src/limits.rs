//! What a call may use: memory, time, payload.

use std::ops::Range;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use wasmtime::{Engine, ResourceLimiter};

use crate::Error;

/// How finely the deadline is watched.
const TICK: Duration = Duration::from_millis(10);

/// Elements of all tables of a call. Large policies have some thousands; without
/// a limit a module could take 32 GiB by its tables alone.
pub(crate) const TABLE_ELEMENTS: usize = 100_000;

/// What one call may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Linear memory in bytes.
    pub memory_bytes: usize,
    /// Time from the first instruction to the answer.
    pub deadline: Duration,
    /// Size of the payload in bytes.
    pub payload_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { memory_bytes: 256 << 20, deadline: Duration::from_secs(2), payload_bytes: 8 << 20 }
    }
}

/// Counts what the instance of one call holds. An overrun ends the call instead
/// of failing the one instruction: a policy that goes on without the memory it
/// wanted would end in a trap that does not tell why.
pub(crate) struct Meter {
    limit: usize,
    memory: usize,
    elements: usize,
}

impl Meter {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { limit: limits.memory_bytes, memory: 0, elements: 0 }
    }

    /// Linear memory held; it never shrinks, so this is also the most held.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.memory
    }
}

impl ResourceLimiter for Meter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let limit = self.limit;
        grow(&mut self.memory, limit, current..desired, maximum)
            .ok_or_else(|| Error::OutOfMemory { limit }.into())
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let limit = TABLE_ELEMENTS;
        grow(&mut self.elements, limit, current..desired, maximum)
            .ok_or_else(|| Error::TableTooLarge { limit }.into())
    }
}

/// Whether one memory or table may grow; nothing if all together would be over
/// the limit.
fn grow(
    held: &mut usize,
    limit: usize,
    sizes: Range<usize>,
    maximum: Option<usize>,
) -> Option<bool> {
    // A smaller maximum is the module's own business: it sees -1. A greater one
    // may come from the pool and must not hide the limit.
    if maximum.is_some_and(|maximum| maximum < limit && sizes.end > maximum) {
        return Some(false);
    }
    let total = held.saturating_add(sizes.end.saturating_sub(sizes.start));
    if total > limit {
        return None;
    }
    *held = total;
    Some(true)
}

/// Makes running code look at the clock: it advances the engine's epoch as long
/// as it lives, from a thread that ends with it.
pub(crate) struct Ticker {
    _alive: Sender<()>,
}

impl Ticker {
    pub(crate) fn start(engine: &Engine) -> Result<Self, Error> {
        let engine = engine.clone();
        let (alive, ended) = channel();
        thread::Builder::new()
            .name("ringfence-ticker".into())
            .spawn(move || {
                // Nothing is ever sent; the other end going away is the message.
                while ended.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                    engine.increment_epoch();
                }
            })
            .map_err(|error| Error::Engine {
                reason: format!("no thread to watch the deadline: {error}"),
            })?;
        Ok(Self { _alive: alive })
    }
}
