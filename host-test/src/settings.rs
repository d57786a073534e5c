//! The policy's settings, from a file, from the command line, or both.

use crate::engine::Engine;
use crate::yaml::{self, Node, Value as Yaml};
use anyhow::{Context, Result, bail};
use ringfence_host::SettingsAnswer;
use ringfence_policy::{Settings, SettingsError};
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};

/// The name of a file with settings that is found without being named.
pub const CONFIG: &str = "ringfence.yaml";

/// Puts the settings together: `source` is a file or a document, the other two override it.
///
/// # Errors
/// When the source cannot be read. Whether the settings mean anything is for the policy to say.
pub fn assemble(
    source: Option<&str>,
    profile: Option<&str>,
    version: Option<&str>,
) -> Result<Value> {
    let mut settings = source.map(read).transpose()?.unwrap_or_default();
    for (name, value) in [("profile", profile), ("version", version)] {
        if let Some(value) = value {
            settings.insert(name.into(), value.into());
        }
    }
    Ok(Value::Object(settings))
}

/// The file with settings that applies where none is named: `ringfence.yaml` in this folder, or the
/// nearest above it; not above the root of a git repository.
///
/// # Errors
/// When this folder is not known.
pub fn discover() -> Result<Option<String>> {
    let here = std::env::current_dir().context("the current folder cannot be read")?;
    let mut shown = PathBuf::new();
    for folder in here.ancestors() {
        if folder.join(CONFIG).is_file() {
            return Ok(Some(shown.join(CONFIG).display().to_string()));
        }
        if folder.join(".git").exists() {
            break;
        }
        shown.push("..");
    }
    Ok(None)
}

/// Whether a file is one with settings, which stands among manifests and is none: by its name, and
/// because it is no object of a cluster.
pub fn is_settings(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == CONFIG)
        && std::fs::read(path).is_ok_and(|bytes| {
            let document = yaml::read(&bytes, false).into_iter().next();
            let is_object = |it: &Node| it.get("apiVersion").is_some() || it.get("kind").is_some();
            // What cannot be read is told, not left out.
            document.is_none_or(|document| document.is_ok_and(|document| !is_object(&document)))
        })
}

fn read(source: &str) -> Result<Map<String, Value>> {
    let path = Path::new(source);
    let inline =
        source.trim_start().starts_with('{') || source.contains(": ") || source.contains('\n');
    if inline && !path.is_file() {
        return parse(source.as_bytes(), false).context("the settings given on the command line");
    }
    let bytes = std::fs::read(path)
        .with_context(|| format!("the settings file {source} cannot be read; check the path"))?;
    let json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    parse(&bytes, json).with_context(|| format!("the settings file {source}"))
}

fn parse(bytes: &[u8], json: bool) -> Result<Map<String, Value>> {
    match document(bytes, json)?.map(|document| document.to_json()) {
        Some(Value::Object(settings)) => Ok(settings),
        _ => Ok(Map::new()),
    }
}

/// The mapping in a settings file; none where the file says nothing.
fn document(bytes: &[u8], json: bool) -> Result<Option<Node>> {
    let mut documents = yaml::read(bytes, json).into_iter();
    let Some(document) = documents.next().transpose()? else {
        return Ok(None);
    };
    if documents.next().is_some() {
        bail!("there is more than one document; settings are one mapping");
    }
    match &document.value {
        Yaml::Mapping(_) => Ok(Some(document)),
        _ => bail!("settings are a mapping, as in `profile: restricted`"),
    }
}

/// A mistake in a settings file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Mistake {
    /// The line it stands on.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
    /// Where in the settings; empty for the document.
    pub path: String,
    /// What is wrong and how to mend it.
    pub message: String,
}

/// What a settings file asks, or every mistake in it, in the order of the file.
///
/// # Errors
/// When it is no settings file: no YAML or JSON, or no mapping.
pub fn check(bytes: &[u8], json: bool) -> Result<std::result::Result<Settings, Vec<Mistake>>> {
    let document = document(bytes, json)?;
    let text = document.as_ref().map_or_else(String::new, |node| node.to_json().to_string());
    Ok(Settings::decode(&text).map_err(|errors| {
        let mut mistakes: Vec<Mistake> = errors
            .into_iter()
            .map(|SettingsError { path, message }| {
                let at = document.as_ref().map(|node| node.locate(&path));
                let (line, column) = at.map_or((1, 1), |at| (at.line, at.column));
                Mistake { line, column, path, message }
            })
            .collect();
        mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
        mistakes
    }))
}

/// The rules that the settings ignore.
pub fn ignored(settings: &Value) -> Vec<&'static str> {
    let settings = Settings::decode(&settings.to_string()).unwrap_or_default();
    settings.ignored().map(|rule| rule.id).collect()
}

/// Asks the policy whether it can work with the settings.
///
/// # Errors
/// With every complaint of the policy, one a line.
pub fn validate(engine: &dyn Engine, settings: &Value) -> Result<()> {
    let bytes = engine.validate_settings(settings.to_string().as_bytes())?;
    let answer = SettingsAnswer::parse(&bytes)?;
    if answer.valid {
        return Ok(());
    }
    let message = answer.message.unwrap_or_else(|| "the policy does not say why".into());
    let lines: Vec<&str> = message.lines().collect();
    bail!("invalid settings\n  {}", lines.join("\n  "))
}
