//! Gatekeeper's external data: `externaldata.gatekeeper.sh`, versions v1beta1 and v1alpha1.
//!
//! Source: `pkg/externaldata` of the constraint framework. The body of a response tells what is wrong
//! and its status is always 200; item errors are kept as long as values are, system errors are not.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Response, StatusCode};
use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::app::{App, Moment, Reply, Trouble, json};
use crate::judge::{Fault, Judged};
use crate::key::Key;
use crate::metrics::{Came, Endpoint};
use crate::text::bounded;

const VERSIONS: [&str; 2] =
    ["externaldata.gatekeeper.sh/v1beta1", "externaldata.gatekeeper.sh/v1alpha1"];

/// Keys that are read of a request, however many may be asked; the rest is counted.
const READ: usize = 1 << 16;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProviderRequest {
    api_version: String,
    kind: String,
    request: Keys,
}

#[derive(Deserialize)]
struct Keys {
    #[serde(default)]
    keys: KeyList,
}

/// Some keys, and how many there are in all.
#[derive(Default)]
struct KeyList {
    keys: Vec<String>,
    count: usize,
}

impl<'de> Deserialize<'de> for KeyList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(KeyVisitor)
    }
}

struct KeyVisitor;

impl<'de> Visitor<'de> for KeyVisitor {
    type Value = KeyList;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of keys")
    }

    // An empty slice of Go's.
    fn visit_unit<E>(self) -> Result<KeyList, E> {
        Ok(KeyList::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<KeyList, A::Error> {
        let mut list = KeyList::default();
        while list.keys.len() < READ {
            let Some(key) = items.next_element()? else { break };
            list.keys.push(key);
            list.count += 1;
        }
        if list.count == READ {
            while items.next_element::<IgnoredAny>()?.is_some() {
                list.count += 1;
            }
        }
        Ok(list)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProviderResponse<'a> {
    api_version: &'a str,
    kind: &'static str,
    response: Items<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Items<'a> {
    /// The same key has the same answer; Gatekeeper asks for it where it mutates.
    idempotent: bool,
    items: &'a [Item<'a>],
    system_error: &'a str,
}

#[derive(Serialize)]
struct Item<'a> {
    key: &'a str,
    #[serde(flatten)]
    outcome: Outcome,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Outcome {
    Value(Box<RawValue>),
    Error(String),
}

/// Answers Gatekeeper: whatever is wrong is said in the body, with status 200.
pub(crate) async fn handle(State(app): State<Arc<App>>, request: Request) -> Response<Body> {
    // Known once the body is understood so far, also to whoever has to be told that time is up.
    let version = Arc::new(OnceLock::new());
    let found = version.clone();
    let work = move |app: &App, body: &[u8], moment| answer(app, body, moment, &found);
    let body = app.work(Endpoint::Gatekeeper, request, work).await.unwrap_or_else(|trouble| {
        system_error(version.get().unwrap_or(&VERSIONS[0]), &trouble.to_string()).into()
    });
    json(StatusCode::OK, body)
}

/// Answers whoever comes with another method than POST.
pub(crate) async fn other_method() -> Response<Body> {
    json(StatusCode::METHOD_NOT_ALLOWED, system_error(VERSIONS[0], "only POST is understood"))
}

fn system_error(version: &str, text: &str) -> Vec<u8> {
    response(version, &[], text)
}

fn response(api_version: &str, items: &[Item<'_>], system_error: &str) -> Vec<u8> {
    let response = Items { idempotent: true, items, system_error };
    let response = ProviderResponse { api_version, kind: "ProviderResponse", response };
    // Nothing in it can fail to be written; without it Gatekeeper reports what it cannot read.
    serde_json::to_vec(&response).unwrap_or_default()
}

/// The response to a request, on a worker.
fn answer(
    app: &App,
    body: &[u8],
    moment: Moment,
    found: &OnceLock<&'static str>,
) -> Result<Reply, Trouble> {
    let request = serde_json::from_slice::<ProviderRequest>(body);
    let version = match &request {
        Ok(request) => known(&request.api_version),
        Err(_) => version(body),
    };
    let version_or_first = version.unwrap_or(VERSIONS[0]);
    let _ = found.set(version_or_first);
    let request = request.map_err(|error| {
        Trouble::Malformed(bounded(format!("the request is no ProviderRequest: {error}")))
    })?;
    if version.is_none() || request.kind != "ProviderRequest" {
        let wrong = format!("the request is no ProviderRequest of {version_or_first}");
        return Err(Trouble::Malformed(wrong));
    }
    let KeyList { keys, count } = request.request.keys;
    if count > app.config.max_keys {
        return Err(Trouble::TooLarge(format!(
            "the request has {count} keys and may have {}; raise --max-keys",
            app.config.max_keys
        )));
    }
    let mut seen = HashSet::new();
    let mut items = Vec::with_capacity(keys.len());
    for key in keys.iter().filter(|key| seen.insert(key.as_str())) {
        match item(app, key, moment)? {
            Ok(value) => items.push(Item { key, outcome: Outcome::Value(value) }),
            Err(error) => items.push(Item { key, outcome: Outcome::Error(error) }),
        }
    }
    Ok(Reply::answer(response(version_or_first, &items, "")))
}

fn known(api_version: &str) -> Option<&'static str> {
    VERSIONS.into_iter().find(|known| *known == api_version)
}

/// The version of what is no request otherwise, if it is JSON.
fn version(body: &[u8]) -> Option<&'static str> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Versioned {
        api_version: String,
    }
    let Versioned { api_version } = serde_json::from_slice(body).ok()?;
    known(&api_version)
}

/// The value of a key, or why it has none and will have none.
fn item(app: &App, key: &str, moment: Moment) -> Result<Result<Box<RawValue>, String>, Trouble> {
    if Instant::now() >= moment.until {
        return Err(Trouble::TimedOut);
    }
    let error = |error: String| {
        app.metrics.verdict(Endpoint::Gatekeeper, Came::Error, &[]);
        app.log.key_error(Endpoint::Gatekeeper, &error);
        Ok(Err(error))
    };
    if key.len() > app.config.max_key {
        let most = app.config.max_key;
        return error(format!("the key is larger than {most} bytes; raise --max-key-mib"));
    }
    let key = match Key::parse(key) {
        Ok(key) => key,
        Err(reason) => return error(reason),
    };
    match app.judge.key(&key, moment.now) {
        Ok(Judged { verdict, cached }) => {
            app.metrics.verdict(
                Endpoint::Gatekeeper,
                if verdict.allowed { Came::Allowed } else { Came::Denied },
                &verdict.found,
            );
            app.log.verdict(Endpoint::Gatekeeper, key.request, &verdict, cached);
            Ok(Ok(verdict.value.clone()))
        }
        Err(Fault::Lasting(reason)) => error(reason),
        Err(Fault::Passing(reason)) => {
            app.metrics.verdict(Endpoint::Gatekeeper, Came::Error, &[]);
            Err(Trouble::Failed(reason))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_beyond_what_is_read_are_counted() {
        let text = |count: usize| format!("[{}\"a\"]", "\"a\",".repeat(count - 1));
        for (count, read) in [(1, 1), (READ, READ), (READ + 3, READ)] {
            let list: KeyList = serde_json::from_str(&text(count)).expect("keys");
            assert_eq!((list.count, list.keys.len()), (count, read));
        }
        assert_eq!(serde_json::from_str::<KeyList>("null").expect("none").count, 0);
        assert!(serde_json::from_str::<KeyList>("[1]").is_err());
    }

    #[test]
    fn an_item_has_a_value_or_an_error() {
        let value = RawValue::from_string("{\"allowed\":true}".to_owned()).expect("JSON");
        let items = [
            Item { key: "a", outcome: Outcome::Value(value) },
            Item { key: "b", outcome: Outcome::Error("why".to_owned()) },
        ];
        let text = String::from_utf8(response(VERSIONS[1], &items, "")).expect("UTF-8");
        assert_eq!(
            text,
            r#"{"apiVersion":"externaldata.gatekeeper.sh/v1alpha1","kind":"ProviderResponse","response":{"idempotent":true,"items":[{"key":"a","value":{"allowed":true}},{"key":"b","error":"why"}],"systemError":""}}"#
        );
    }
}
