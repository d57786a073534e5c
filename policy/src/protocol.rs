//! The one protocol that every engine speaks: payload in, answer out, both JSON.
//!
//! It is Kubewarden's (`ValidationRequest`, `ValidationResponse`, `SettingsValidationResponse`),
//! because one of the engines is given and the others are ours. The entries carry these bytes and
//! know nothing of what is in them.

use crate::cluster;
use crate::json::{Decode, Error, Scanner, Writer, key, record, string_key};
use crate::judge::{self, Host, Outcome, Today, Verdict, describe};
use crate::message;
use crate::request::Request;
use crate::settings::{self, Settings, SettingsError};

/// The answer to `protocol_version`: a JSON string.
pub const PROTOCOL_VERSION: &str = "\"v1\"";

record! {
    /// `{"request": …, "settings": …}`
    struct Payload<'a> {
        request: Option<Request<'a>> = "request",
        settings: SettingsRead = "settings",
    }
}

/// Settings as they were read in passing, and every mistake in them.
#[derive(Debug, Default)]
struct SettingsRead {
    settings: Settings,
    errors: Vec<SettingsError>,
}

impl<'a> Decode<'a> for SettingsRead {
    fn decode(scanner: &mut Scanner<'a>) -> Result<Self, Error> {
        let mut read = Self::default();
        read.decode_into(scanner)?;
        Ok(read)
    }

    fn decode_into(&mut self, scanner: &mut Scanner<'a>) -> Result<(), Error> {
        self.errors = settings::read_into(scanner, &mut self.settings)?;
        Ok(())
    }
}

/// Answers `validate`: a `ValidationRequest` in, a `ValidationResponse` out. What cannot be read
/// is answered with a denial, never with silence.
///
/// `today` is asked for the date only where an exemption depends on it.
/// There is no cluster to ask: [`validate_in`] has one.
pub fn validate(payload: &[u8], today: Today<'_>) -> Vec<u8> {
    validate_in(payload, Host { today, ask: &cluster::nobody })
}

/// Answers `validate` where rules can ask about the cluster.
pub fn validate_in(payload: &[u8], host: Host<'_>) -> Vec<u8> {
    let answer = match simdutf8::compat::from_utf8(payload) {
        Ok(text) => validate_text(text, host),
        Err(error) => {
            let at = error.valid_up_to();
            malformed(&format!("malformed payload: invalid UTF-8 at byte {at}"))
        }
    };
    answer.into_bytes()
}

fn validate_text(text: &str, host: Host<'_>) -> String {
    let mut scanner = Scanner::new(text);
    // Where it stays: what is large is dear to move.
    let mut payload = Payload::default();
    if let Err(error) = payload.decode_into(&mut scanner).and_then(|()| scanner.end()) {
        return malformed(&misread(&error));
    }
    let Some(request) = &payload.request else {
        return malformed("malformed payload: it has no `request`");
    };
    let SettingsRead { settings, errors } = &payload.settings;
    if !errors.is_empty() {
        return denial(500, "invalid-settings", &["invalid settings: ", &list(errors)].concat());
    }
    judge::judge(request, settings, host, answer)
}

/// What is wrong with a payload. Of the object, which is its author's, by the object's own paths.
fn misread(error: &Error) -> String {
    let text = describe(error);
    match text.strip_prefix("request.object.") {
        Some(text) => ["malformed object: ", text].concat(),
        None => ["malformed payload: ", &text].concat(),
    }
}

/// Answers `validate_settings`: a settings document in, a `SettingsValidationResponse` out.
pub fn validate_settings(settings: &[u8]) -> Vec<u8> {
    let read = match std::str::from_utf8(settings) {
        Ok(text) => Settings::decode(text).map_err(|errors| list(&errors)),
        Err(error) => Err(format!("invalid UTF-8 at byte {}", error.valid_up_to())),
    };
    let mut out = Writer::default();
    out.open_object().key(key!("valid")).boolean(read.is_ok()).key(key!("message"));
    match read {
        Ok(_) => out.null(),
        Err(message) => out.string(&message),
    };
    out.close_object();
    out.finish().into_bytes()
}

/// One mistake a line.
fn list(errors: &[SettingsError]) -> String {
    let lines = errors.iter().map(|SettingsError { path, message }| {
        if path.is_empty() { message.clone() } else { [path, ": ", message].concat() }
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn answer(outcome: &Outcome<'_>) -> String {
    match outcome {
        Outcome::Judged(verdict) => judged(verdict),
        Outcome::Malformed(message) => malformed(message),
        Outcome::Skipped(reason) => {
            let mut out = Writer::default();
            out.open_object().key(key!("accepted")).boolean(true);
            out.key(key!("audit_annotations")).open_object();
            out.field(&string_key!("outcome"), "skipped").field(&string_key!("reason"), reason);
            out.close_object().close_object();
            out.finish()
        }
    }
}

fn judged(verdict: &Verdict<'_>) -> String {
    let items = verdict.violations.len() + verdict.waived.len();
    let mutated = verdict.mutated.map_or(0, str::len);
    let mut out = Writer::with_capacity(256 + 2 * verdict.message.len() + items * 512 + mutated);
    out.open_object().key(key!("accepted")).boolean(verdict.accepted);
    if !verdict.accepted {
        out.field(&string_key!("message"), &verdict.message).key(key!("code")).number(403);
    }
    out.key(key!("audit_annotations")).open_object();
    out.field(&string_key!("outcome"), "judged").field(&string_key!("policy"), &verdict.policy);
    if !verdict.violations.is_empty() {
        out.key(key!("violations")).open_nested();
        message::machine_readable(&mut out, &verdict.violations);
        out.close_nested();
    }
    if !verdict.waived.is_empty() {
        out.key(key!("waived")).open_nested();
        message::waived(&mut out, &verdict.waived);
        out.close_nested();
    }
    out.close_object();
    if let Some(object) = verdict.mutated {
        out.key(key!("mutated_object")).raw(object);
    }
    if !verdict.warnings.is_empty() {
        out.key(key!("warnings")).open_array();
        for warning in &verdict.warnings {
            out.string(warning);
        }
        out.close_array();
    }
    out.close_object();
    out.finish()
}

fn malformed(message: &str) -> String {
    denial(400, "malformed", message)
}

/// A denial without violations: nothing was judged.
fn denial(code: usize, outcome: &str, message: &str) -> String {
    let message = message::bounded(message);
    let mut out = Writer::default();
    out.open_object().key(key!("accepted")).boolean(false);
    out.field(&string_key!("message"), &message).key(key!("code")).number(code);
    out.key(key!("audit_annotations")).open_object();
    out.field(&string_key!("outcome"), outcome).field(&string_key!("reason"), &message);
    out.close_object().close_object();
    out.finish()
}
