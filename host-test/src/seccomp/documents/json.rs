//! JSON: values in a row, lists of resources, entries of ConfigMaps, each where it stands.

use super::{Broken, Part, Text, checked, entry, is_of_profile};
use crate::seccomp::places::{Places, position};
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::sync::Arc;

type Object<'a> = BTreeMap<String, &'a RawValue>;

/// Whether the text is JSON, whatever is in it.
pub(super) fn is_json(text: &str) -> bool {
    let values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    values.into_iter().all(|value| value.is_ok())
}

/// The keys of an object; else the byte of the mistake, and what it is.
pub(super) fn keys(text: &str) -> Result<Vec<String>, (usize, String)> {
    let object: BTreeMap<String, IgnoredAny> =
        serde_json::from_str(text).map_err(|error| describe(text, &error))?;
    Ok(object.into_keys().collect())
}

pub(super) fn read(file: &Arc<str>, text: &str) -> Vec<Part> {
    let whole: Arc<str> = text.into();
    let mut parts = Vec::new();
    for value in serde_json::Deserializer::from_str(text).into_iter::<&RawValue>() {
        match value {
            Ok(value) => value_of(file, &whole, offset(text, value.get()), &mut parts),
            Err(error) => {
                let (at, what) = describe(text, &error);
                let at = Some(position(text, at));
                parts.push(Part::Broken(Broken { file: file.clone(), at, what }));
            }
        }
    }
    parts
}

/// Where a part of a text begins.
fn offset(text: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize)
}

/// Sorts a value of the file by what it is; `from` is the byte at which it begins.
fn value_of(file: &Arc<str>, whole: &Arc<str>, from: usize, parts: &mut Vec<Part>) {
    // Its end is found again by reading it: a slice would borrow from the text that is shared.
    let rest = whole.get(from..).unwrap_or_default();
    let mut values = serde_json::Deserializer::from_str(rest).into_iter::<&RawValue>();
    let Some(Ok(value)) = values.next() else { return };
    let text = value.get();
    let places = Places::Part { file: whole.clone(), from };
    let Ok(object) = serde_json::from_str::<Object<'_>>(text) else {
        let what = "a profile is an object, this is none".to_owned();
        let at = Some(places.find(0));
        return parts.push(Part::Broken(Broken { file: file.clone(), at, what }));
    };
    let kind = object.get("kind").and_then(|kind| serde_json::from_str::<String>(kind.get()).ok());
    match kind.as_deref() {
        Some("ConfigMap") => config_map(file, whole, &object, parts),
        Some(kind) if kind.ends_with("List") && object.contains_key("items") => {
            let items = object.get("items").map_or("[]", |items| items.get());
            for item in serde_json::from_str::<Vec<&RawValue>>(items).unwrap_or_default() {
                value_of(file, whole, offset(whole, item.get()), parts);
            }
        }
        Some(kind) if kind != "SeccompProfile" => parts.push(Part::Other(kind.to_owned())),
        kind => parts.push(checked(Text {
            file: file.clone(),
            name: None,
            json: text.to_owned(),
            resolved: None,
            is_certain: kind.is_some() || object.keys().any(|key| is_of_profile(key)),
            places,
            whole: whole.clone(),
        })),
    }
}

fn config_map(file: &Arc<str>, whole: &Arc<str>, object: &Object<'_>, parts: &mut Vec<Part>) {
    let data = object.get("data").map_or("{}", |data| data.get());
    let before = parts.len();
    for (name, value) in serde_json::from_str::<Object<'_>>(data).unwrap_or_default() {
        // In a string of JSON every line break is escaped: its place is that of the string.
        let places = Places::At(position(whole, offset(whole, value.get())));
        let text = serde_json::from_str::<String>(value.get()).unwrap_or_default();
        parts.extend(entry(file, whole, &name, &text, places));
    }
    if parts.len() == before {
        parts.push(Part::Other("ConfigMap without a profile".to_owned()));
    }
}

/// A mistake in JSON: its byte, and what it is.
fn describe(text: &str, error: &serde_json::Error) -> (usize, String) {
    let said = error.to_string();
    let what = said.split(" at line ").next().unwrap_or(&said);
    let what = if error.is_eof() {
        format!("{what}; the JSON ends too early, is the file complete?")
    } else {
        format!("broken JSON: {what}")
    };
    let lines = text.split_inclusive('\n').take(error.line().saturating_sub(1));
    let before: usize = lines.map(str::len).sum();
    (before + error.column().saturating_sub(1), what)
}
