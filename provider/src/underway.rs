//! A request that is under way: counted once, however it ends.

use std::sync::Arc;
use std::time::Instant;

use crate::logs::Log;
use crate::metrics::{Ended, Endpoint, Metrics};

/// What a request is answered with, in the log and in metrics where nobody waits for it any more.
const ABANDONED: &str = "abandoned";

/// Counts a request when it is dropped. Whoever hangs up, as Gatekeeper does when its own time is up,
/// ends the future that would answer: without this nobody would know that there was such a request.
pub(crate) struct Underway {
    endpoint: Endpoint,
    pub(crate) started: Instant,
    ended: Ended,
    log: Arc<Log>,
    metrics: Arc<Metrics>,
}

impl Underway {
    pub(crate) fn begin(endpoint: Endpoint, log: Arc<Log>, metrics: Arc<Metrics>) -> Self {
        Self { endpoint, started: Instant::now(), ended: Ended::Abandoned, log, metrics }
    }

    /// It came to an answer.
    pub(crate) fn end(mut self, ended: Ended) {
        self.ended = ended;
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        let took = self.started.elapsed();
        self.metrics.request(self.endpoint, self.ended, took);
        if self.ended == Ended::Abandoned {
            let milliseconds = took.as_millis();
            let why = format!("the connection ended after {milliseconds} ms, before an answer");
            self.log.trouble(self.endpoint, ABANDONED, &why);
        }
    }
}
