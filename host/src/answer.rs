//! The two answers of the Kubewarden protocol, as every engine of it gives them.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::Error;

/// Answer to `validate`.
#[derive(Clone, Debug, Deserialize)]
pub struct Answer {
    /// Whether the request is admitted.
    pub accepted: bool,
    /// Why not.
    #[serde(default)]
    pub message: Option<String>,
    /// HTTP status that goes with the message.
    #[serde(default)]
    pub code: Option<u16>,
    /// Goes to the audit log of the API server.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub audit_annotations: BTreeMap<String, String>,
    /// Shown to whoever sent the request.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub warnings: Vec<String>,
    /// The whole object as the policy wants it, untouched.
    #[serde(default)]
    pub mutated_object: Option<Box<RawValue>>,
}

impl Answer {
    /// Decodes the bytes of a [`Reply`](crate::Reply).
    ///
    /// # Errors
    /// [`Error::Answer`] when they are not an answer to `validate`.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        parse("validate", bytes)
    }
}

/// Answer to `validate_settings`.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct SettingsAnswer {
    /// Whether the policy can work with the settings.
    pub valid: bool,
    /// Why not.
    #[serde(default)]
    pub message: Option<String>,
}

impl SettingsAnswer {
    /// Decodes the bytes of a [`Reply`](crate::Reply).
    ///
    /// # Errors
    /// [`Error::Answer`] when they are not an answer to `validate_settings`.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        parse("validate_settings", bytes)
    }
}

pub(crate) fn parse<'de, T: Deserialize<'de>>(
    operation: &'static str,
    bytes: &'de [u8],
) -> Result<T, Error> {
    serde_json::from_slice(bytes)
        .map_err(|error| Error::Answer { operation, reason: error.to_string() })
}

/// The customary SDK writes `null` where it has nothing to say.
fn null_is_empty<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}
