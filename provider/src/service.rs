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

use crate::app::{App, Moment, Trouble, json};
use crate::judge::{Fault, NO_MUTATION, mutates};
use crate::key;
use crate::metrics::{Came, Endpoint};

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
        Ok(value) => json(StatusCode::OK, String::from(Box::<str>::from(value))),
        Err(trouble) => {
            let message = trouble.to_string();
            let body = NoVerdict { allowed: false, message: &message };
            json(trouble.status(), serde_json::to_vec(&body).unwrap_or_default())
        }
    }
}

fn answer(app: &App, body: &[u8], moment: Moment) -> Result<Box<RawValue>, Trouble> {
    let asked: Asked<'_> = serde_json::from_slice(body).map_err(|error| {
        let form = "{\"settings\":…,\"request\":…}";
        Trouble::Malformed(format!("the request is not understood: {error}; it is {form}"))
    })?;
    if let Some(version) = asked.version.filter(|version| version != key::VERSION) {
        let found: String = version.chars().take(32).collect();
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
    if mutates(settings) {
        return Err(Trouble::Malformed(NO_MUTATION.to_owned()));
    }
    let payload = Payload { settings, request: asked.request };
    let (verdict, rest) =
        evaluate(app, Endpoint::Service, &payload, asked.namespace_object, moment)?;
    if rest.mutated.is_some() {
        return Err(Trouble::Malformed(NO_MUTATION.to_owned()));
    }
    Ok(verdict.value)
}

/// Judges a payload, counts and logs.
pub(crate) fn evaluate(
    app: &App,
    endpoint: Endpoint,
    payload: &Payload<'_>,
    namespace: Option<&RawValue>,
    moment: Moment,
) -> Result<(crate::verdict::Verdict, crate::verdict::Rest), Trouble> {
    let bytes = serde_json::to_vec(payload)
        .map_err(|error| Trouble::Failed(format!("the payload cannot be written: {error}")))?;
    match app.judge.evaluate(&bytes, payload.settings, namespace, moment.now) {
        Ok((verdict, rest, _)) => {
            let came = if verdict.allowed { Came::Allowed } else { Came::Denied };
            app.metrics.verdict(endpoint, came, &verdict.found);
            app.log.verdict(endpoint, payload.request, &verdict, false);
            Ok((verdict, rest))
        }
        Err(fault) => {
            app.metrics.verdict(endpoint, Came::Error, &[]);
            Err(match fault {
                Fault::Lasting(reason) => Trouble::Malformed(reason),
                Fault::Passing(reason) => Trouble::Failed(reason),
            })
        }
    }
}
