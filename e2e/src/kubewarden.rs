//! What Kubewarden's hosts make of a policy's answer: the AdmissionResponse that kwctl prints and
//! policy-server sends.
//!
//! Source: policy-evaluator's `admission_response.rs`, `admission_response_handler.rs` and
//! `runtimes/wapc/runtime.rs`.

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ringfence_host::{Answer, Error, Policy, SettingsAnswer};
use serde_json::{Map, Value, json};

/// A module as it was built, with this in its section of annotations.
///
/// # Errors
/// When it has annotations: hosts read the first section and would not see these.
pub fn annotate(module: &[u8], metadata: &Value) -> Result<Vec<u8>> {
    const SECTION: &str = "io.kubewarden.metadata";
    let is_annotated = module.windows(SECTION.len()).any(|bytes| bytes == SECTION.as_bytes());
    ensure!(!is_annotated, "the module has annotations");
    let metadata = metadata.to_string();
    let name = [leb(SECTION.len()), SECTION.into()].concat();
    let content = [name, metadata.into_bytes()].concat();
    Ok([module.to_vec(), vec![0], leb(content.len()), content].concat())
}

/// A number as WebAssembly writes lengths.
fn leb(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

/// Why a policy does not take these settings, in kwctl's words; nothing if it does.
pub fn refused_settings(policy: &Policy, settings: &Value) -> Option<String> {
    let reply = match policy.validate_settings(settings.to_string().as_bytes()) {
        Ok(reply) => reply,
        Err(error) => return Some(format!("Error invoking settings validation callback: {error}")),
    };
    match SettingsAnswer::parse(&reply.bytes) {
        Ok(answer) if answer.valid => None,
        Ok(answer) => Some(answer.message.unwrap_or_default()),
        Err(error) => Some(format!("error: {error}")),
    }
}

/// What the policy says to an AdmissionReview, as a host puts it.
///
/// # Errors
/// When the review holds no request.
pub fn respond(policy: &Policy, review: &Value, settings: &Value) -> Result<Value> {
    let request = review.get("request").context("the review has no request")?;
    let uid = request.get("uid").and_then(Value::as_str).context("the request has no uid")?;
    let payload = json!({"request": request, "settings": settings}).to_string();
    let mut response = Map::new();
    response.insert("uid".into(), uid.into());
    let answer = match policy.validate(payload.as_bytes()) {
        Ok(reply) => Answer::parse(&reply.bytes).map_err(|error| error.to_string()),
        Err(Error::Guest { text }) => Err(format!("Guest call failure: {text}")),
        Err(error) => Err(error.to_string()),
    };
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => {
            response.insert("allowed".into(), false.into());
            let message = format!("internal server error: {error}");
            response.insert("status".into(), json!({"message": message, "code": 500}));
            response.insert("auditAnnotations".into(), Value::Null);
            response.insert("warnings".into(), Value::Null);
            return Ok(Value::Object(response));
        }
    };
    response.insert("allowed".into(), answer.accepted.into());
    if let Some(mutated) = &answer.mutated_object {
        let object = request.get("object").context("an object is made of none")?;
        let patch = json_patch::diff(object, &serde_json::from_str(mutated.get())?);
        if !patch.0.is_empty() {
            let patch = STANDARD.encode(serde_json::to_string(&patch)?);
            response.insert("patchType".into(), "JSONPatch".into());
            response.insert("patch".into(), patch.into());
        }
    }
    let mut status = Map::new();
    status.extend(answer.message.map(|message| ("message".to_owned(), message.into())));
    status.extend(answer.code.map(|code| ("code".to_owned(), code.into())));
    if !status.is_empty() {
        response.insert("status".into(), status.into());
    }
    // What a policy leaves out is null; an empty list it writes stays one.
    let annotations = (!answer.audit_annotations.is_empty()).then_some(answer.audit_annotations);
    response.insert("auditAnnotations".into(), json!(annotations));
    let warnings = (!answer.warnings.is_empty()).then_some(answer.warnings);
    response.insert("warnings".into(), json!(warnings));
    Ok(Value::Object(response))
}

/// What a policy may do where it is configured.
#[derive(Clone, Copy, Debug)]
pub struct Configured<'a> {
    /// The name of the policy.
    pub policy: &'a str,
    /// Whether everything passes as it is.
    pub monitor: bool,
    /// Whether objects may be mutated.
    pub may_mutate: bool,
}

impl Configured<'_> {
    /// The response of a host to a review, made of what the policy says.
    #[must_use]
    pub fn constrain(self, mut response: Value) -> Value {
        let Some(fields) = response.as_object_mut() else {
            return response;
        };
        let rejected = !self.monitor && !self.may_mutate && fields.contains_key("patch");
        if self.monitor || rejected {
            fields.retain(|name, _| !["patch", "patchType", "status"].contains(&&**name));
            fields.insert("allowed".into(), self.monitor.into());
        }
        if rejected {
            let message = format!(
                "Request rejected by policy {}. The policy attempted to mutate the request, but it is currently configured to not allow mutations.",
                self.policy
            );
            fields.insert("status".into(), json!({"message": message}));
        }
        response
    }
}

/// A response in the one form in which two can be compared byte by byte: keys sorted, what is
/// null or empty left out, the object in place of the patch that makes it.
///
/// # Errors
/// When a patch cannot be read or does not fit the object.
pub fn canonical(response: &Value, review: &Value) -> Result<String> {
    let mut response = response.clone();
    let fields = response.as_object_mut().context("the response is no object")?;
    fields.retain(|_, value| match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        _ => true,
    });
    if let Some(patch) = fields.get("patch") {
        let patch = STANDARD.decode(patch.as_str().context("the patch is no text")?)?;
        let patch: json_patch::Patch = serde_json::from_slice(&patch)?;
        let mut object = review.pointer("/request/object").cloned().unwrap_or_default();
        json_patch::patch(&mut object, &patch)?;
        fields.insert("patch".into(), object);
    }
    response.sort_all_objects();
    Ok(response.to_string())
}
