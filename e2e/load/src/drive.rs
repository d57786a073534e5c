//! Sends requests, as fast as they are answered or at a pace, and looks at every answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use tokio::task::JoinSet;

use crate::client::{Client, verdict};
use crate::corpus::Body;

/// What came of a run. Every answer was right.
pub struct Outcome {
    /// From the first request to the last answer.
    pub took: Duration,
    /// Of each request, sorted.
    latencies: Vec<Duration>,
}

impl Outcome {
    /// Requests a second.
    pub fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.took.as_secs_f64()
    }

    /// The latency that this part of the requests does not exceed; 0.99 is p99.
    pub fn quantile(&self, part: f64) -> Duration {
        let last = self.latencies.len().saturating_sub(1);
        let at = (last as f64 * part).round() as usize;
        self.latencies.get(at).copied().unwrap_or_default()
    }
}

/// What is sent.
pub struct Load {
    /// In turn.
    pub bodies: Vec<Body>,
    /// How many requests.
    pub requests: usize,
    /// On how many connections.
    pub connections: usize,
    /// Requests a second; none is as many as are answered, one at a time on each connection.
    pub pace: Option<f64>,
    /// The number of the first request: the same numbers are the same questions.
    pub first: usize,
}

impl Load {
    /// Waits until it is a request's turn; gives the moment that its latency counts from. At a pace
    /// that is when it was due, however long it waited for a connection; that the clock of a client
    /// with nothing to do wakes it late is not the server's doing.
    async fn turn(&self, started: Instant, number: usize) -> Instant {
        let Some(pace) = self.pace else { return Instant::now() };
        let due = started + Duration::from_secs_f64(number as f64 / pace);
        if due <= Instant::now() {
            return due;
        }
        tokio::time::sleep_until(due.into()).await;
        Instant::now()
    }
}

/// Sends it all.
///
/// # Errors
/// The first answer that does not come or is wrong.
pub async fn run(client: &Client, load: Load) -> Result<Outcome> {
    let load = Arc::new(load);
    let next = Arc::new(AtomicUsize::new(0));
    let mut connections = Vec::new();
    for _ in 0..load.connections {
        connections.push(client.connect().await.context("no connection")?);
    }
    let started = Instant::now();
    let mut running = JoinSet::new();
    for mut connection in connections {
        let (load, next) = (load.clone(), next.clone());
        running.spawn(async move {
            let mut latencies = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= load.requests {
                    return Ok(latencies);
                }
                let body = load.bodies.get(number % load.bodies.len()).context("no bodies")?;
                let text = body.numbered(load.first + number);
                let since = load.turn(started, number).await;
                let response = connection.send(text.clone()).await;
                latencies.push(since.elapsed());
                let verdict = response.and_then(|response| verdict(&text, &response));
                let verdict = verdict.with_context(|| format!("request {number}"))?;
                ensure!(verdict.allowed == body.allowed, "request {number}: {verdict:?}");
            }
        });
    }
    let mut latencies = Vec::with_capacity(load.requests);
    while let Some(ended) = running.join_next().await {
        let own: Result<Vec<Duration>> = ended?;
        latencies.extend(own?);
    }
    latencies.sort_unstable();
    Ok(Outcome { took: started.elapsed(), latencies })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn at_a_pace_a_request_that_waited_is_late() {
        let load = |pace| Load { bodies: vec![], requests: 2, connections: 1, pace, first: 0 };
        let started = Instant::now() - Duration::from_secs(10);
        let since = load(Some(1.0)).turn(started, 4).await;
        assert_eq!(since, started + Duration::from_secs(4));
        let began = Instant::now();
        assert!(load(Some(50.0)).turn(began, 1).await >= began + Duration::from_millis(20));
        assert!(load(None).turn(started, 4).await >= began);
    }

    #[test]
    fn quantiles_are_of_what_was_measured() {
        let latencies: Vec<_> = (1..=101).map(Duration::from_millis).collect();
        let outcome = Outcome { took: Duration::from_secs(1), latencies };
        assert_eq!(outcome.quantile(0.5), Duration::from_millis(51));
        assert_eq!(outcome.quantile(0.99), Duration::from_millis(100));
        assert_eq!(outcome.quantile(1.0), Duration::from_millis(101));
        assert!((outcome.rate() - 101.0).abs() < f64::EPSILON);
    }
}
