//! What the three ways to ask have in common: a body, a worker, a time limit, counts.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::http::{Response, StatusCode};
use axum::routing::post;
use serde_json::value::RawValue;

use crate::body::{Bodies, Unread};
use crate::config::Config;
use crate::judge::Judge;
use crate::logs::Log;
use crate::metrics::{Ended, Endpoint, Metrics};
use crate::pool::{Pool, Refused};
use crate::underway::Underway;
use crate::{admission, protocol, service};

/// What every request needs.
pub(crate) struct App {
    pub(crate) config: Config,
    pub(crate) judge: Judge,
    /// For requests that bring none.
    pub(crate) settings: Option<Box<RawValue>>,
    pub(crate) log: Arc<Log>,
    pub(crate) metrics: Arc<Metrics>,
    gatekeeper: Room,
    services: Room,
}

/// What there is room for at one door. Whoever fills one up, slow callers of an open port say, leaves
/// the other as it was.
struct Room {
    pool: Pool,
    bodies: Bodies,
}

impl Room {
    fn new(config: &Config, metrics: &Arc<Metrics>) -> Self {
        Self {
            pool: Pool::new(config.workers, config.queue, metrics.clone()),
            bodies: Bodies::new(config.max_body, config.max_bodies),
        }
    }
}

/// A moment: when a request has to be answered by, and what day it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub(crate) until: Instant,
    pub(crate) now: SystemTime,
}

/// Why a request gets no verdict at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// It is not understood.
    Malformed(String),
    /// It holds more than it may.
    TooLarge(String),
    /// As much as there is room for is being done.
    Overloaded,
    /// There was not enough time.
    TimedOut,
    /// Something else that may pass.
    Failed(String),
}

impl Trouble {
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Overloaded | Self::TimedOut | Self::Failed(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn ended(&self) -> Ended {
        match self {
            Self::Malformed(_) => Ended::Malformed,
            Self::TooLarge(_) => Ended::TooLarge,
            Self::Overloaded => Ended::Overloaded,
            Self::TimedOut => Ended::TimedOut,
            Self::Failed(_) => Ended::Failed,
        }
    }

    /// One word for metrics and logs.
    fn reason(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed_request",
            Self::TooLarge(_) => "request_too_large",
            Self::Overloaded => "overloaded",
            Self::TimedOut => "timed_out",
            Self::Failed(_) => "failed",
        }
    }
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Malformed(what) | Self::TooLarge(what) | Self::Failed(what) => f.write_str(what),
            Self::Overloaded => f.write_str("the provider has as much to do as it can; try again"),
            Self::TimedOut => f.write_str("the provider did not get it done in time; try again"),
        }
    }
}

/// What a request is answered with.
pub(crate) struct Reply {
    pub(crate) body: Bytes,
    /// Why it is no verdict, which the body says in its own way.
    pub(crate) trouble: Option<Trouble>,
}

impl App {
    pub(crate) fn new(
        config: Config,
        judge: Judge,
        settings: Option<Box<RawValue>>,
        log: Arc<Log>,
        metrics: Arc<Metrics>,
    ) -> Arc<Self> {
        let [gatekeeper, services] = [(); 2].map(|()| Room::new(&config, &metrics));
        Arc::new(Self { config, judge, settings, log, metrics, gatekeeper, services })
    }

    /// What Gatekeeper is served.
    pub(crate) fn gatekeeper(self: &Arc<Self>) -> Router {
        let handler = post(protocol::handle).fallback(protocol::other_method);
        Router::new().route("/validate", handler).with_state(self.clone())
    }

    /// What callers without a client certificate are served.
    pub(crate) fn services(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/v1/validate", post(service::handle))
            .route("/admission", post(admission::handle))
            .with_state(self.clone())
    }

    /// Reads a body and works on it on a worker, within the time there is.
    pub(crate) async fn work(
        self: &Arc<Self>,
        endpoint: Endpoint,
        request: Request,
        work: impl FnOnce(&Self, &[u8], Moment) -> Result<Reply, Trouble> + Send + 'static,
    ) -> Result<Bytes, Trouble> {
        let underway = Underway::begin(endpoint, self.log.clone(), self.metrics.clone());
        let until = underway.started + self.config.timeout;
        let worked = self.worked(endpoint, request, until, work);
        let outcome = tokio::time::timeout_at(until.into(), worked).await;
        let outcome = outcome.unwrap_or(Err(Trouble::TimedOut));
        let trouble = outcome.as_ref().map_or_else(Some, |reply| reply.trouble.as_ref());
        underway.end(trouble.map_or(Ended::Answered, Trouble::ended));
        if let Err(trouble) = &outcome {
            self.metrics.refused(trouble.reason());
            self.log.trouble(endpoint, trouble.reason(), trouble);
        }
        outcome.map(|reply| reply.body)
    }

    async fn worked(
        self: &Arc<Self>,
        endpoint: Endpoint,
        request: Request,
        until: Instant,
        work: impl FnOnce(&Self, &[u8], Moment) -> Result<Reply, Trouble> + Send + 'static,
    ) -> Result<Reply, Trouble> {
        let Room { pool, bodies } = match endpoint {
            Endpoint::Gatekeeper => &self.gatekeeper,
            Endpoint::Service | Endpoint::Admission => &self.services,
        };
        let body = bodies.read(request).await.map_err(|unread| self.unread(unread))?;
        let app = self.clone();
        let work = move || {
            let moment = Moment { until, now: SystemTime::now() };
            work(&app, &body.bytes, moment)
        };
        match pool.run(work).await {
            Ok(outcome) => outcome,
            Err(Refused::Full) => Err(Trouble::Overloaded),
            Err(Refused::Lost) => Err(Trouble::Failed("the provider lost the request".to_owned())),
        }
    }

    fn unread(&self, unread: Unread) -> Trouble {
        match unread {
            Unread::TooLarge => Trouble::TooLarge(format!(
                "the request is larger than {} bytes; raise --max-body-mib",
                self.config.max_body
            )),
            Unread::NoRoom => Trouble::Overloaded,
            Unread::Broken => Trouble::Malformed("the request ended before its end".to_owned()),
        }
    }
}

impl Reply {
    /// One that answers what was asked.
    pub(crate) fn answer(body: impl Into<Bytes>) -> Self {
        Self { body: body.into(), trouble: None }
    }
}

/// A response in JSON.
pub(crate) fn json(status: StatusCode, body: impl Into<Bytes>) -> Response<Body> {
    let mut response = Response::new(Body::from(body.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
