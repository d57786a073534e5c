//! `POST /admission`: an AdmissionReview v1 in and out, for webhook configurations of a cluster.
//!
//! Source: `k8s.io/api/admission/v1`. It judges by the provider's own settings, and is the one way
//! here on which an object can be filled in.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Response, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::app::{App, Moment, Reply, Trouble, json};
use crate::metrics::Endpoint;
use crate::service::{Payload, told};
use crate::text::bounded;
use crate::verdict::Rest;

const API_VERSION: &str = "admission.k8s.io/v1";
const KIND: &str = "AdmissionReview";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Review<'a> {
    api_version: String,
    kind: String,
    #[serde(borrow)]
    request: &'a RawValue,
}

#[derive(Deserialize)]
struct Uid {
    uid: String,
}

#[derive(Deserialize)]
struct Object {
    object: Value,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Reviewed<'a> {
    api_version: &'static str,
    kind: &'static str,
    response: Answer<'a>,
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    uid: &'a str,
    allowed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
    #[serde(skip_serializing_if = "Option::is_none")]
    patch: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    patch_type: Option<&'static str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    audit_annotations: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
}

#[derive(Serialize)]
struct Status {
    message: String,
    code: u16,
}

/// Answers an API server.
pub(crate) async fn handle(State(app): State<Arc<App>>, request: Request) -> Response<Body> {
    match app.work(Endpoint::Admission, request, answer).await {
        Ok(body) => json(StatusCode::OK, body),
        // No review to answer: for the API server a webhook that fails.
        Err(trouble) => json(trouble.status(), format!("{:?}", trouble.to_string())),
    }
}

fn answer(app: &App, body: &[u8], moment: Moment) -> Result<Reply, Trouble> {
    let wrong =
        |reason: String| Trouble::Malformed(bounded(format!("the request is no {KIND}: {reason}")));
    let review: Review<'_> =
        serde_json::from_slice(body).map_err(|error| wrong(error.to_string()))?;
    if review.api_version != API_VERSION || review.kind != KIND {
        return Err(wrong(format!("it is not of {API_VERSION}")));
    }
    let Uid { uid } =
        serde_json::from_str(review.request.get()).map_err(|error| wrong(error.to_string()))?;
    let (answered, trouble) = match judged(app, review.request, moment) {
        Ok(answer) => (Answer { uid: &uid, ..answer }, None),
        // Whatever the failure policy of the webhook is: no verdict, no admission.
        Err(trouble) => {
            app.log.key_error(Endpoint::Admission, &trouble.to_string());
            let message = format!("ringfence could not judge: {trouble}");
            let status = Some(Status { message, code: trouble.status().as_u16() });
            (Answer { uid: &uid, status, ..Answer::default() }, Some(trouble))
        }
    };
    let review = Reviewed { api_version: API_VERSION, kind: KIND, response: answered };
    let body =
        serde_json::to_vec(&review).map_err(|error| Trouble::Failed(error.to_string()))?.into();
    Ok(Reply { body, trouble })
}

fn judged(app: &App, request: &RawValue, moment: Moment) -> Result<Answer<'static>, Trouble> {
    let settings = app.settings.as_deref().ok_or_else(|| {
        Trouble::Failed("the provider has no settings of its own; start it with --settings".into())
    })?;
    let payload = Payload { settings, request };
    let judged = payload.bytes().and_then(|bytes| {
        app.judge.evaluate(&bytes, settings, None, moment.now).map_err(Trouble::from)
    });
    let (verdict, rest, _) =
        told(app, Endpoint::Admission, &payload, judged, |(verdict, ..)| verdict)?;
    let Rest { message, code, warnings, annotations, mutated } = rest;
    let patch = mutated.map(|mutated| patch(request, &mutated)).transpose()?;
    let patch_type = patch.is_some().then_some("JSONPatch");
    let status = message.map(|message| Status { message, code: code.unwrap_or(403) });
    Ok(Answer {
        uid: "",
        allowed: verdict.allowed,
        status,
        patch,
        patch_type,
        audit_annotations: annotations,
        warnings,
    })
}

/// What makes the request's object the one that the module wants, in base64.
fn patch(request: &RawValue, mutated: &RawValue) -> Result<String, Trouble> {
    let failed = |error: serde_json::Error| {
        Trouble::Failed(format!("what is to be filled in cannot be written: {error}"))
    };
    let Object { object } = serde_json::from_str(request.get()).map_err(failed)?;
    let mutated: Value = serde_json::from_str(mutated.get()).map_err(failed)?;
    let patch = serde_json::to_vec(&json_patch::diff(&object, &mutated)).map_err(failed)?;
    Ok(STANDARD.encode(patch))
}
