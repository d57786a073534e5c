//! What is logged: one JSON object a line, with the same few fields.
//!
//! A denial is told with what was denied and where, never with what was found there: values of a
//! pod may be secrets. What anybody can cause in any number is told once for many.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Display;
use std::net::SocketAddr;
use std::sync::Mutex;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use tracing::level_filters::LevelFilter;

use crate::metrics::Endpoint;
use crate::text::beginning;
use crate::throttle::Throttle;
use crate::verdict::Verdict;

/// Bytes of a text of somebody else's.
const TEXT: usize = 512;

/// Sets up where lines go: standard output. A second call changes nothing.
pub(crate) fn start(level: LevelFilter, for_people: bool) {
    let lines = tracing_subscriber::fmt().with_max_level(level);
    if for_people {
        let _ = lines.with_ansi(false).try_init();
    } else {
        let _ = lines.json().flatten_event(true).with_current_span(false).try_init();
    }
}

/// Writes lines.
#[derive(Default)]
pub(crate) struct Log {
    throttles: Mutex<HashMap<&'static str, Throttle>>,
}

/// As much of a request as a line tells. A part that is not as it should be, such as the object of a
/// deletion, which is null, hides no other.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Request<'a> {
    #[serde(borrow, deserialize_with = "readable")]
    kind: Kind<'a>,
    #[serde(borrow, deserialize_with = "readable")]
    namespace: Cow<'a, str>,
    #[serde(borrow, deserialize_with = "readable")]
    name: Cow<'a, str>,
    #[serde(borrow, deserialize_with = "readable")]
    operation: Cow<'a, str>,
    #[serde(borrow, deserialize_with = "readable")]
    sub_resource: Cow<'a, str>,
    #[serde(borrow, deserialize_with = "readable")]
    user_info: User<'a>,
    #[serde(borrow, deserialize_with = "readable")]
    object: Object<'a>,
    #[serde(borrow, deserialize_with = "readable")]
    old_object: Object<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Kind<'a> {
    #[serde(borrow, deserialize_with = "readable")]
    group: Cow<'a, str>,
    #[serde(borrow, deserialize_with = "readable")]
    kind: Cow<'a, str>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct User<'a> {
    #[serde(borrow, deserialize_with = "readable")]
    username: Cow<'a, str>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Object<'a> {
    #[serde(borrow, deserialize_with = "readable")]
    metadata: Metadata<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Metadata<'a> {
    #[serde(borrow, deserialize_with = "readable")]
    name: Cow<'a, str>,
    #[serde(borrow, deserialize_with = "readable")]
    generate_name: Cow<'a, str>,
}

/// A part, or nothing where it is of another form.
fn readable<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    let part = <&RawValue>::deserialize(deserializer)?;
    Ok(serde_json::from_str(part.get()).unwrap_or_default())
}

impl Request<'_> {
    /// What it is about: an object that is created may have no name yet, and of several that are
    /// deleted at once each has its own.
    fn name(&self) -> &str {
        let Self { name, object, old_object, .. } = self;
        let names =
            [&object.metadata, &old_object.metadata].map(|it| [&it.name, &it.generate_name]);
        let mut names = [name].into_iter().chain(names.into_iter().flatten());
        names.find(|name| !name.is_empty()).map_or("", |name| name)
    }
}

impl Log {
    /// A verdict: denials are told, the rest is for whoever looks closely.
    pub(crate) fn verdict(
        &self,
        endpoint: Endpoint,
        request: &RawValue,
        verdict: &Verdict,
        cached: bool,
    ) {
        if verdict.allowed && !tracing::enabled!(tracing::Level::DEBUG) {
            return;
        }
        // What cannot be read has been denied, and is told without its name.
        let request: Request<'_> = serde_json::from_str(request.get()).unwrap_or_default();
        let denying = verdict.found.iter().filter(|found| found.action == "deny");
        let rules: Vec<&str> = denying.map(|found| found.rule.as_str()).collect();
        macro_rules! tell {
            ($level:ident, $event:literal) => {
                tracing::$level!(
                    event = $event,
                    endpoint = endpoint.name(),
                    group = cut(&request.kind.group),
                    kind = cut(&request.kind.kind),
                    namespace = cut(&request.namespace),
                    name = cut(request.name()),
                    operation = cut(&request.operation),
                    subresource = cut(&request.sub_resource),
                    user = cut(&request.user_info.username),
                    outcome = verdict.outcome,
                    rules = rules.join(","),
                    violations = verdict.places.join("; "),
                    cached,
                )
            };
        }
        if verdict.allowed {
            tell!(debug, "allowed");
        } else {
            tell!(info, "denied");
        }
    }

    /// A key without a verdict.
    pub(crate) fn key_error(&self, endpoint: Endpoint, error: &str) {
        if let Some(more) = self.pass("key_error") {
            let (endpoint, error) = (endpoint.name(), cut(error));
            tracing::warn!(event = "key_error", endpoint, error, more);
        }
    }

    /// A request without an answer to what it asks.
    pub(crate) fn trouble(&self, endpoint: Endpoint, reason: &'static str, error: &dyn Display) {
        if let Some(more) = self.pass(reason) {
            let (endpoint, error) = (endpoint.name(), error.to_string());
            tracing::warn!(event = "request_refused", endpoint, reason, error = cut(&error), more);
        }
    }

    /// A connection that was not made, or was ended.
    pub(crate) fn refused(
        &self,
        listener: &'static str,
        peer: SocketAddr,
        reason: &'static str,
        error: &dyn Display,
    ) {
        if let Some(more) = self.pass(reason) {
            let error = error.to_string();
            let error = cut(&error);
            tracing::warn!(event = "connection_refused", listener, %peer, reason, error, more);
        }
    }

    fn pass(&self, kind: &'static str) -> Option<u64> {
        let mut throttles =
            self.throttles.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        throttles.entry(kind).or_default().pass()
    }
}

/// As much of a text as a line has.
fn cut(text: &str) -> &str {
    beginning(text, TEXT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Request<'_> {
        serde_json::from_str(text).expect("a request")
    }

    #[test]
    fn what_is_of_another_form_hides_nothing_else() {
        let request = read(
            r#"{"kind":{"group":null,"kind":"Pod"},"namespace":7,"operation":"DELETE","object":null,
                "userInfo":{"username":"a\u00e4"},"oldObject":{"metadata":{"name":"web","labels":[]}}}"#,
        );
        assert_eq!((&*request.kind.group, &*request.kind.kind), ("", "Pod"));
        assert_eq!((&*request.namespace, &*request.operation), ("", "DELETE"));
        assert_eq!((&*request.user_info.username, request.name()), ("aä", "web"));
    }

    #[test]
    fn a_name_is_the_first_that_there_is() {
        for (text, name) in [
            (r#"{"name":"a","object":{"metadata":{"name":"b"}}}"#, "a"),
            (r#"{"name":"","object":{"metadata":{"name":"b","generateName":"c"}}}"#, "b"),
            (
                r#"{"object":{"metadata":{"generateName":"c"}},"oldObject":{"metadata":{"name":"d"}}}"#,
                "c",
            ),
            (r#"{"name":null,"object":null,"oldObject":{"metadata":{"name":"d"}}}"#, "d"),
            (r#"{"name":[],"object":[],"oldObject":{"metadata":null}}"#, ""),
            ("{}", ""),
        ] {
            assert_eq!(read(text).name(), name, "{text}");
        }
    }
}
