//! Work off the async threads: so much at a time, so much that waits, and no more.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::metrics::{Counted, Metrics};

/// Why work was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// As much waits as may.
    Full,
    /// The work panicked, or the server ends.
    Lost,
}

/// A bounded number of workers, with a bounded queue before them.
#[derive(Clone)]
pub(crate) struct Pool {
    /// Places of workers and of the queue.
    places: Arc<Semaphore>,
    workers: Arc<Semaphore>,
    metrics: Arc<Metrics>,
}

impl Pool {
    pub(crate) fn new(workers: usize, queue: usize, metrics: Arc<Metrics>) -> Self {
        let places = workers.saturating_add(queue).min(Semaphore::MAX_PERMITS);
        Self {
            places: Arc::new(Semaphore::new(places)),
            workers: Arc::new(Semaphore::new(workers)),
            metrics,
        }
    }

    /// Does the work on a thread that may block. Who stops waiting before it has begun gives its
    /// place away; work that has begun keeps its worker until it ends.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refused> {
        let place = self.places.clone().try_acquire_owned().map_err(|_| Refused::Full)?;
        let waiting = Counted::new(&self.metrics.waiting);
        let worker = self.workers.clone().acquire_owned().await.map_err(|_| Refused::Lost)?;
        drop(waiting);
        let judging = Counted::new(&self.metrics.judging);
        let done = tokio::task::spawn_blocking(move || {
            let outcome = work();
            drop((judging, worker, place));
            outcome
        });
        done.await.map_err(|_| Refused::Lost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;
    use std::time::Duration;

    #[tokio::test]
    async fn what_does_not_fit_is_told_so_at_once() {
        let pool = Pool::new(1, 1, Arc::default());
        let (go, held) = mpsc::channel::<()>();
        let (began, has_begun) = mpsc::channel();
        let first = tokio::spawn({
            let pool = pool.clone();
            async move {
                let work = move || {
                    began.send(()).expect("the test waits");
                    held.recv().is_ok()
                };
                pool.run(work).await
            }
        });
        tokio::task::spawn_blocking(move || has_begun.recv()).await.expect("joins").expect("begun");
        let second = tokio::spawn({
            let pool = pool.clone();
            async move { pool.run(|| 2).await }
        });
        // The second is on its way into the queue.
        while pool.places.available_permits() > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert_eq!(pool.run(|| 3).await, Err(Refused::Full));
        go.send(()).expect("the first waits");
        assert_eq!(first.await.expect("joins"), Ok(true));
        assert_eq!(second.await.expect("joins"), Ok(2));
        assert_eq!(pool.run(|| 4).await, Ok(4));
    }

    #[tokio::test]
    async fn a_panic_is_one_answer_less_and_nothing_more() {
        let pool = Pool::new(1, 0, Arc::default());
        let lost = pool.run(|| std::panic::resume_unwind(Box::new("a fault"))).await;
        assert_eq!(lost, Err::<(), _>(Refused::Lost));
        assert_eq!(pool.run(|| 1).await, Ok(1));
        assert_eq!(pool.metrics.judging.get(), 0);
    }

    #[tokio::test]
    async fn who_stops_waiting_gives_the_place_away() {
        let pool = Pool::new(1, 1, Arc::default());
        let worker = pool.workers.clone().acquire_owned().await.expect("a worker");
        let waited = tokio::time::timeout(Duration::from_millis(20), pool.run(|| 1)).await;
        assert!(waited.is_err());
        assert_eq!(pool.metrics.waiting.get(), 0);
        drop(worker);
        assert_eq!(pool.run(|| 2).await, Ok(2));
    }
}
