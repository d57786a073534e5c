//! Values of options, read from text.

use std::time::Duration;

use ringfence_host::cluster::WatchedKind;
use ringfence_registry::ModuleReference;

pub(super) fn reference(text: &str) -> Result<ModuleReference, String> {
    ModuleReference::parse(text.as_ref()).map_err(|error| error.to_string())
}

/// A part of what is watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Watch {
    /// Whatever is asked about.
    Asked,
    /// Nothing, beside what else is named.
    None,
    /// A kind, from the start.
    Kind(WatchedKind),
}

pub(super) fn watch(text: &str) -> Result<Watch, String> {
    match (text, text.rsplit_once('/')) {
        ("asked", _) => Ok(Watch::Asked),
        ("none", _) => Ok(Watch::None),
        (_, Some((api_version, kind))) if !api_version.is_empty() && !kind.is_empty() => {
            let (api_version, kind) = (api_version.to_owned(), kind.to_owned());
            Ok(Watch::Kind(WatchedKind { api_version, kind }))
        }
        _ => Err("expected asked, none, or an apiVersion and a kind such as v1/Namespace".into()),
    }
}

/// A number of at least one and at most a year of seconds, a size of terabytes.
fn number(text: &str, least: u64) -> Result<u64, String> {
    const MOST: u64 = 1 << 25;
    match text.parse() {
        Ok(number) if (least..=MOST).contains(&number) => Ok(number),
        _ => Err(format!("expected a whole number from {least} to {MOST}")),
    }
}

pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    number(text, 1).map(Duration::from_secs)
}

pub(super) fn seconds_or_none(text: &str) -> Result<Duration, String> {
    number(text, 0).map(Duration::from_secs)
}

pub(super) fn milliseconds(text: &str) -> Result<Duration, String> {
    number(text, 1).map(Duration::from_millis)
}

pub(super) fn mebibytes(text: &str) -> Result<usize, String> {
    number(text, 1).and_then(in_bytes)
}

pub(super) fn mebibytes_or_none(text: &str) -> Result<usize, String> {
    number(text, 0).and_then(in_bytes)
}

fn in_bytes(mebibytes: u64) -> Result<usize, String> {
    let bytes = usize::try_from(mebibytes).ok().and_then(|number| number.checked_mul(1 << 20));
    bytes.filter(|bytes| *bytes <= 1 << 40).ok_or_else(|| "more than 1 TiB".to_owned())
}
