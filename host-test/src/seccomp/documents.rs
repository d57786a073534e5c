//! What a file holds: profiles, resources with profiles, lists of them, ConfigMaps.

mod json;
mod yaml;

use super::places::Places;
use crate::yaml::Position;
use ringfence_seccomp::parse::{self, Document};
use std::sync::Arc;

/// A profile's text and where it stands.
#[derive(Clone, Debug)]
pub struct Text {
    /// The file as the user named it.
    pub file: Arc<str>,
    /// The name of the resource, or of the entry of a ConfigMap.
    pub name: Option<String>,
    /// What the library reads: a profile or a `SeccompProfile`, as JSON.
    pub json: String,
    /// What stands in a resource's annotation `syscalls`: its rules once the operator has merged base
    /// profiles.
    pub resolved: Option<String>,
    /// Whether it says that it is a profile, and does not only lie where one is expected.
    pub is_certain: bool,
    /// Where the bytes of `json` come from.
    pub places: Places,
    /// The text of the whole file.
    pub whole: Arc<str>,
}

/// What cannot be read, and where.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}: {what}", place(file, *at))]
pub struct Broken {
    /// The file as the user named it.
    pub file: Arc<str>,
    /// The place in it.
    pub at: Option<Position>,
    /// What is wrong, and how to mend it.
    pub what: String,
}

fn place(file: &str, at: Option<Position>) -> String {
    match at {
        Some(Position { line, column }) => format!("{file}:{line}:{column}"),
        None => file.to_owned(),
    }
}

/// A part of a file.
#[derive(Clone, Debug)]
pub enum Part {
    /// A profile that can be parsed.
    Profile(Box<Text>),
    /// An object of this kind, which is no profile and holds none.
    Other(String),
    /// Something unreadable.
    Broken(Broken),
}

/// Reads a file. Its name says what is tried: JSON for `.json`; YAML beside it for `.yaml` and
/// `.yml`; without either, what begins with a bracket is JSON.
pub fn read(file: &str, bytes: &[u8]) -> Vec<Part> {
    let file: Arc<str> = file.into();
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(error) => {
            let at = error.valid_up_to();
            let before = String::from_utf8_lossy(bytes.get(..at).unwrap_or_default());
            let at = super::places::position(&before, before.len());
            let what = "invalid UTF-8; save the file as UTF-8".to_owned();
            return vec![Part::Broken(Broken { file, at: Some(at), what })];
        }
    };
    let extension = file.rsplit_once('.').map_or("", |(_, end)| end).to_ascii_lowercase();
    let is_yaml = matches!(&*extension, "yaml" | "yml");
    let has_bracket = text.trim_start().starts_with(['{', '[']);
    if extension == "json" || has_bracket && (!is_yaml || json::is_json(text)) {
        json::read(&file, text)
    } else {
        yaml::read(&file, text)
    }
}

/// A profile's text, once it is known to be one.
fn checked(text: Text) -> Part {
    let document = parse::document(&text.json);
    let (name, resolved) = match &document {
        Ok(Document::Resource(resource)) => {
            let name = Some(resource.name.clone().into_owned()).filter(|name| !name.is_empty());
            (name, resource.resolved.as_ref().map(|rules| rules.clone().into_owned()))
        }
        Ok(_) => (None, None),
        Err(error) => {
            let path = error.path();
            let colon = if path.is_empty() { "" } else { ": " };
            return Part::Broken(Broken {
                at: Some(text.places.find(error.offset())),
                file: text.file,
                what: format!("{path}{colon}{}", error.message()),
            });
        }
    };
    Part::Profile(Box::new(Text { name: text.name.or(name), resolved, ..text }))
}

/// The profile in an entry of a ConfigMap; `None` where it is something else. What names an action of
/// seccomp and cannot be read is told.
fn entry(
    file: &Arc<str>,
    whole: &Arc<str>,
    name: &str,
    text: &str,
    places: Places,
) -> Option<Part> {
    match json::keys(text) {
        Ok(keys) if keys.iter().any(|key| is_of_profile(key)) => Some(checked(Text {
            file: file.clone(),
            name: Some(name.to_owned()),
            json: text.to_owned(),
            resolved: None,
            is_certain: true,
            places,
            whole: whole.clone(),
        })),
        Err((offset, what)) if text.contains("SCMP_ACT_") => {
            let at = Some(places.find(offset));
            let what = format!("`{name}`: {what}");
            Some(Part::Broken(Broken { file: file.clone(), at, what }))
        }
        _ => None,
    }
}

/// Whether a key makes an object a profile, as Go reads keys.
fn is_of_profile(key: &str) -> bool {
    ["defaultAction", "syscalls"].iter().any(|known| known.eq_ignore_ascii_case(key))
}
