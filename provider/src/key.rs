//! What a verdict is asked for with: a request and the settings that it is judged by, in one text.
//!
//! Gatekeeper caches answers by the text of a key, so that everything a verdict depends on is in
//! it. It is Kubewarden's `ValidationRequest` with two fields more, which the module steps over:
//! so the bytes go to the module as they came, and nothing is read in two ways.
//!
//! ```json
//! {"version": "v1", "settings": {…}, "request": {…}, "namespaceObject": {"metadata": {…}}}
//! ```

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::text::{beginning, bounded};

/// The version of keys that is understood.
pub(crate) const VERSION: &str = "v1";

/// A key, read as far as the provider has to know it.
#[derive(Debug)]
pub(crate) struct Key<'a> {
    /// All of it, for the module.
    pub(crate) text: &'a str,
    pub(crate) settings: &'a RawValue,
    /// An admission request, as Kubernetes has it.
    pub(crate) request: &'a RawValue,
    /// The namespace that the request is in, as far as rules ask about it: name and labels.
    pub(crate) namespace: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Fields<'a> {
    #[serde(borrow)]
    version: Cow<'a, str>,
    #[serde(borrow)]
    settings: &'a RawValue,
    #[serde(borrow)]
    request: &'a RawValue,
    #[serde(borrow, default)]
    namespace_object: Option<&'a RawValue>,
}

impl<'a> Key<'a> {
    /// Reads a key.
    ///
    /// # Errors
    /// When it is none, or one of another version; the text says what a key is.
    pub(crate) fn parse(text: &'a str) -> Result<Self, String> {
        let fields: Fields<'_> = serde_json::from_str(text).map_err(|error| {
            let error = bounded(error.to_string());
            format!(
                "the key is not understood: {error}; it is {{\"version\":\"{VERSION}\",\
                 \"settings\":…,\"request\":…}}, as the ConstraintTemplate of this version makes it"
            )
        })?;
        if fields.version != VERSION {
            let found = beginning(&fields.version, 32);
            return Err(format!(
                "the key is of version `{}`, and this provider knows `{VERSION}`; apply the \
                 ConstraintTemplate of its version",
                found.escape_debug()
            ));
        }
        for (name, part) in [("settings", fields.settings), ("request", fields.request)] {
            if !part.get().starts_with('{') {
                return Err(format!("the key is not understood: its `{name}` is no object"));
            }
        }
        Ok(Self {
            text,
            settings: fields.settings,
            request: fields.request,
            namespace: fields.namespace_object,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_whole() {
        let text = r#"{"namespaceObject":{"metadata":{"name":"shop"}},"request":{"a":1},"settings":{},"version":"v1"}"#;
        let key = Key::parse(text).expect("a key");
        assert_eq!(key.request.get(), r#"{"a":1}"#);
        assert_eq!(key.settings.get(), "{}");
        assert_eq!(key.namespace.map(RawValue::get), Some(r#"{"metadata":{"name":"shop"}}"#));
        let null = r#"{"namespaceObject":null,"request":{},"settings":{},"version":"v1"}"#;
        assert!(Key::parse(null).expect("a key").namespace.is_none());
    }

    #[test]
    fn what_is_no_key_says_so() {
        for (text, says) in [
            ("", "not understood"),
            ("{}", "missing field"),
            (r#"{"version":"v2","settings":{},"request":{}}"#, "`v2`"),
            (r#"{"version":"v1","settings":[],"request":{}}"#, "`settings`"),
            (r#"{"version":"v1","settings":{},"request":null}"#, "`request`"),
            (r#"{"version":"v1","settings":{},"request":{},"reqeust":{}}"#, "unknown field"),
            (r#"{"version":"v1","settings":{},"settings":{},"request":{}}"#, "duplicate field"),
        ] {
            let error = Key::parse(text).expect_err(text);
            assert!(error.contains(says), "{text}: {error}");
            assert!(!error.contains('\n'), "{error}");
        }
    }
}
