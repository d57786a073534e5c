//! `/healthz`, `/readyz` and `/metrics`, over plain HTTP on a port of their own: the kubelet and
//! Prometheus have no client certificate, and what they are told names no object of the cluster.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::http::{Response, StatusCode};
use axum::routing::get;

use crate::metrics::Metrics;
use crate::tls::Reloading;

const STARTING: u8 = 0;
const LISTING: u8 = 1;
const SERVING: u8 = 2;
const ENDING: u8 = 3;

/// Whether requests should be sent here.
pub(crate) struct Health {
    stage: AtomicU8,
    identities: Mutex<Vec<Reloading>>,
    /// How long a certificate must be valid yet.
    margin: Duration,
    metrics: Arc<Metrics>,
}

impl Health {
    pub(crate) fn new(identities: Vec<Reloading>, margin: Duration, metrics: Arc<Metrics>) -> Self {
        let identities = Mutex::new(identities);
        Self { stage: AtomicU8::new(STARTING), identities, margin, metrics }
    }

    pub(crate) fn listing(&self) {
        self.stage.store(LISTING, Ordering::Relaxed);
    }

    pub(crate) fn serving(&self) {
        self.stage.store(SERVING, Ordering::Relaxed);
    }

    pub(crate) fn ending(&self) {
        self.stage.store(ENDING, Ordering::Relaxed);
    }

    /// Why not, if not.
    fn ready(&self, now: SystemTime) -> Result<(), &'static str> {
        match self.stage.load(Ordering::Relaxed) {
            SERVING => {}
            STARTING => return Err("the module is not compiled yet"),
            LISTING => return Err("what is watched in the cluster is not listed yet"),
            _ => return Err("the server ends"),
        }
        let identities = self.identities.lock().unwrap_or_else(PoisonError::into_inner);
        if identities.iter().any(|identity| identity.ends() < now + self.margin) {
            return Err("the server's certificate has ended or is about to");
        }
        Ok(())
    }

    /// What is served of it.
    pub(crate) fn router(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/healthz", get(async || "ok\n"))
            .route("/readyz", get(readyz))
            .route("/metrics", get(metrics))
            .with_state(self.clone())
    }
}

async fn readyz(State(health): State<Arc<Health>>) -> (StatusCode, String) {
    match health.ready(SystemTime::now()) {
        Ok(()) => (StatusCode::OK, "ok\n".to_owned()),
        Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n")),
    }
}

async fn metrics(State(health): State<Arc<Health>>) -> Response<Body> {
    const OPEN_METRICS: HeaderValue =
        HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    let text = health.metrics.text();
    let status = text.as_ref().map_or(StatusCode::INTERNAL_SERVER_ERROR, |_| StatusCode::OK);
    let mut response = Response::new(Body::from(text.unwrap_or_default()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, OPEN_METRICS);
    response
}
