//! `POST /v1/validate`: a request with its settings in, a verdict out. Kyverno's service calls.
//!
//! The body is a key, except that `version` may be left out, and `settings` where the provider has
//! some of its own. The answer is the value that Gatekeeper gets. A status other than 200 is no
//! verdict: Kyverno takes it for an error of the rule.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Response, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::app::{App, Moment, Reply, Trouble, json};
use crate::judge::Fault;
use crate::key;
use crate::metrics::{Came, Endpoint};
use crate::text::{beginning, bounded};
use crate::verdict::Verdict;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Asked<'a> {
    version: Option<String>,
    #[serde(borrow)]
    settings: Option<&'a RawValue>,
    #[serde(borrow)]
    request: &'a RawValue,
    #[serde(borrow)]
    namespace_object: Option<&'a RawValue>,
}

/// The payload of the module.
#[derive(Serialize)]
pub(crate) struct Payload<'a> {
    /// First, so that the module has read them when it comes to the request.
    pub(crate) settings: &'a RawValue,
    pub(crate) request: &'a RawValue,
}

#[derive(Serialize)]
struct NoVerdict<'a> {
    allowed: bool,
    message: &'a str,
}

/// Answers a service call.
pub(crate) async fn handle(State(app): State<Arc<App>>, request: Request) -> Response<Body> {
    match app.work(Endpoint::Service, request, answer).await {
        Ok(body) => json(StatusCode::OK, body),
        Err(trouble) => {
            let message = trouble.to_string();
            let body = NoVerdict { allowed: false, message: &message };
            json(trouble.status(), serde_json::to_vec(&body).unwrap_or_default())
        }
    }
}

fn answer(app: &App, body: &[u8], moment: Moment) -> Result<Reply, Trouble> {
    let asked: Asked<'_> = serde_json::from_slice(body).map_err(|error| {
        let (form, error) = ("{\"settings\":…,\"request\":…}", bounded(error.to_string()));
        Trouble::Malformed(format!("the request is not understood: {error}; it is {form}"))
    })?;
    if let Some(version) = asked.version.filter(|version| version != key::VERSION) {
        let found = beginning(&version, 32);
        return Err(Trouble::Malformed(format!(
            "the request is of version `{}`, and this provider knows `{}`",
            found.escape_debug(),
            key::VERSION
        )));
    }
    let settings = asked.settings.or(app.settings.as_deref()).ok_or_else(|| {
        let none = "the request has no `settings`, and the provider none of its own (--settings)";
        Trouble::Malformed(none.to_owned())
    })?;
    let payload = Payload { settings, request: asked.request };
    let namespace = asked.namespace_object;
    let judged = payload.bytes().and_then(|bytes| {
        let judged = app.judge.unchanging(&bytes, settings, namespace, moment.now);
        judged.map_err(Trouble::from)
    });
    let (verdict, _) = told(app, Endpoint::Service, &payload, judged, |(verdict, _)| verdict)?;
    Ok(Reply::answer(String::from(Box::<str>::from(verdict.value))))
}

impl Payload<'_> {
    pub(crate) fn bytes(&self) -> Result<Vec<u8>, Trouble> {
        serde_json::to_vec(self)
            .map_err(|error| Trouble::Failed(format!("the payload cannot be written: {error}")))
    }
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Lasting(reason) => Self::Malformed(reason),
            Fault::Passing(reason) => Self::Failed(reason),
        }
    }
}

/// The same outcome, counted and logged.
pub(crate) fn told<T>(
    app: &App,
    endpoint: Endpoint,
    payload: &Payload<'_>,
    judged: Result<T, Trouble>,
    verdict: impl Fn(&T) -> &Verdict,
) -> Result<T, Trouble> {
    match &judged {
        Ok(judged) => {
            let verdict = verdict(judged);
            let came = if verdict.allowed { Came::Allowed } else { Came::Denied };
            app.metrics.verdict(endpoint, came, &verdict.found);
            app.log.verdict(endpoint, payload.request, verdict, false);
        }
        Err(_) => app.metrics.verdict(endpoint, Came::Error, &[]),
    }
    judged
}
