//! Case files: an input in shorthand and exactly what the policy must answer.
//!
//! The same cases run against every engine: the library, the module, and whatever carries it.
//! `build` turns the shorthand into payloads, `expect` compares an answer.

mod build;
pub mod coverage;
mod expect;
mod files;
mod mutated;
mod record;
mod resources;
pub mod run;
pub mod update;
mod waived;

pub use expect::{Expectation, ExpectedContainer, ExpectedViolation, Mismatch, compare};
pub use waived::ExpectedWaived;

use crate::engine::{Circumstances, Engine, In};
use crate::yaml::{self, Node, Value as Yaml};
use anyhow::{Context, Result, anyhow, bail};
use ringfence_host::HostCapabilities;
use ringfence_policy::Date;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// One case of a case file. It may stand for several payloads.
#[derive(Clone, Debug)]
pub struct Case {
    /// The file.
    pub file: PathBuf,
    /// The line the case begins on.
    pub line: usize,
    /// The rule the file is about.
    pub rule: String,
    /// The name, unique in the file.
    pub name: String,
    /// The settings, without the version of a variant.
    pub settings: Value,
    /// The day the case is about; none where the day does not matter to it.
    pub date: Option<Date>,
    /// What the policy can find out about the cluster; none where the case has no cluster.
    pub capabilities: Option<HostCapabilities>,
    /// The versions the case names; empty when it runs with what its settings say.
    pub versions: Vec<String>,
    variants: Vec<(String, Vec<u8>, Expectation)>,
    /// Resources that it names and that its manifests do not have.
    pub missing: Vec<String>,
    /// Whether it is about manifests, and a variant about a resource of them.
    has_manifests: bool,
    /// What is written under `expect`.
    expect: Value,
    /// Whether a variant is named by the container list it is about.
    by_container: bool,
    /// Where the pod is in the object that `kind` wraps it in.
    prefix: String,
}

impl Case {
    /// What to send and what to expect, one for each version and container list the case covers.
    /// The first part tells the variants apart and is empty when there is only one.
    pub fn payloads(&self) -> Vec<(String, Vec<u8>, Expectation)> {
        self.variants.clone()
    }

    /// The engine on the day and with the cluster of the case. No case depends on the day it is
    /// run on, nor on a cluster that it does not have.
    pub fn engine<'e>(&self, engine: &'e dyn Engine) -> In<'e> {
        let day = Some(self.date.unwrap_or(DATE));
        let capabilities = Some(self.capabilities.clone().unwrap_or_default());
        In { engine, context: Circumstances { day, capabilities } }
    }
}

/// The day of cases that name none: 2026-01-15.
const DATE: Date = Date::from_unix_seconds(1_768_435_200);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    settings: Option<Value>,
    #[serde(default)]
    versions: Vec<String>,
    object: Option<Value>,
    pod: Option<Value>,
    container: Option<Value>,
    kind: Option<String>,
    old: Option<State>,
    request: Option<Value>,
    payload: Option<String>,
    manifests: Option<files::OneOrMany<PathBuf>>,
    kustomize: Option<PathBuf>,
    helm: Option<files::Helm>,
    date: Option<String>,
    cluster: Option<Value>,
    grants: Option<Vec<String>>,
    expect: Option<Value>,
}

/// A state of the object: complete, or patches onto the base.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    object: Option<Value>,
    pod: Option<Value>,
    container: Option<Value>,
}

/// Loads a case file, or every `.yaml` file of a folder, sorted.
///
/// # Errors
/// When a file is no case file: file, line and what to mend.
pub fn load(path: &Path) -> Result<Vec<Case>> {
    load_all(path, false)
}

/// As [`load`]; cases need not expect anything yet, and then meet nothing.
///
/// # Errors
/// As there.
pub fn load_unfinished(path: &Path) -> Result<Vec<Case>> {
    load_all(path, true)
}

fn load_all(path: &Path, unfinished: bool) -> Result<Vec<Case>> {
    if !path.is_dir() {
        return load_file(path, unfinished);
    }
    let mut files = Vec::new();
    for entry in ignore::WalkBuilder::new(path).standard_filters(false).hidden(true).build() {
        let entry =
            entry.with_context(|| format!("the folder {} cannot be read", path.display()))?;
        if entry.path().extension().is_some_and(|extension| extension == "yaml") {
            files.push(entry.into_path());
        }
    }
    if files.is_empty() {
        bail!("no .yaml file in {}; name the folder with the case files", path.display());
    }
    files.sort();
    let loaded = files.iter().map(|file| load_file(file, unfinished)).collect::<Result<Vec<_>>>();
    loaded.map(|cases| cases.concat())
}

fn load_file(path: &Path, unfinished: bool) -> Result<Vec<Case>> {
    let name = path.display();
    let bytes = std::fs::read(path)
        .with_context(|| format!("the case file {name} cannot be read; check the path"))?;
    let mut documents = yaml::read(&bytes, false).into_iter();
    let document = documents
        .next()
        .ok_or_else(|| anyhow!("{name}: the file is empty; a case file has `rule` and `cases`"))?
        .with_context(|| name.to_string())?;
    if documents.next().is_some() {
        bail!("{name}: more than one document; a case file is one");
    }
    cases(path, &document, unfinished).with_context(|| name.to_string())
}

fn cases(path: &Path, document: &Node, unfinished: bool) -> Result<Vec<Case>> {
    let Yaml::Mapping(entries) = &document.value else {
        bail!("a case file is a mapping with `rule` and `cases`");
    };
    let unknown = |name: &str| !["rule", "settings", "cases"].contains(&name);
    if let Some((key, _)) = entries.iter().find(|(key, _)| unknown(&key.name)) {
        bail!(
            "line {}: unknown field `{}`; a case file has `rule`, `settings` and `cases`",
            key.at.line,
            key.name
        );
    }
    let rule =
        document.get("rule").and_then(Node::as_str).context("`rule` is missing or not text")?;
    let Some(Node { value: Yaml::Sequence(items), .. }) = document.get("cases") else {
        bail!("`cases` is missing or not a list");
    };
    let base = path.parent().unwrap_or(Path::new(""));
    let settings = document.get("settings").map_or_else(|| json!({}), Node::to_json);
    let settings = files::settings(base, &settings).context("`settings`")?;
    let of_file = OfFile { path, base, rule, settings };
    let mut names = HashSet::new();
    items
        .iter()
        .map(|item| {
            let case = case(&of_file, item, unfinished)
                .with_context(|| format!("line {}", item.at.line))?;
            if !names.insert(case.name.clone()) {
                bail!(
                    "line {}: a second case named `{}`; names are unique in a file",
                    item.at.line,
                    case.name
                );
            }
            Ok(case)
        })
        .collect()
}

/// What the cases of a file share.
struct OfFile<'f> {
    path: &'f Path,
    /// The folder that paths are relative to.
    base: &'f Path,
    rule: &'f str,
    settings: Value,
}

fn case(of_file: &OfFile<'_>, item: &Node, unfinished: bool) -> Result<Case> {
    let written: Written = serde_json::from_value(item.to_json())?;
    let named = || format!("case `{}`", written.name);
    if written.expect.is_none() && !unfinished {
        bail!("missing field `expect`; write it, or have `ringfence test --update` do it");
    }
    build::check_shape(&written).with_context(named)?;
    let settings = match &written.settings {
        Some(settings) => files::settings(of_file.base, settings).with_context(named)?,
        // A payload has its own.
        None if written.payload.is_some() => json!({}),
        None => of_file.settings.clone(),
    };
    let (variants, missing) = variants(of_file.base, &written, &settings).with_context(named)?;
    let date = written.date.as_deref().map(date).transpose().with_context(named)?;
    let capabilities = files::capabilities(of_file.base, &written).with_context(named)?;
    let (by_container, prefix) = (build::is_by_container(&written), build::prefix(&written)?);
    let has_manifests = files::has_manifests(&written);
    Ok(Case {
        file: of_file.path.to_owned(),
        line: item.at.line,
        rule: of_file.rule.to_owned(),
        name: written.name,
        settings,
        date,
        capabilities,
        versions: written.versions,
        variants,
        missing,
        has_manifests,
        by_container,
        prefix,
        expect: written.expect.unwrap_or_default(),
    })
}

/// The payloads of a case, and the resources that it lacks.
fn variants(
    base: &Path,
    case: &Written,
    settings: &Value,
) -> Result<(Vec<build::Variant>, Vec<String>)> {
    if files::has_manifests(case) {
        let expected = case.expect.as_ref().map(resources::parse).transpose()?;
        return resources::variants(base, case, settings, expected.as_ref());
    }
    let expected = case.expect.as_ref().map_or(Ok(Expectation::Nothing), expect::parse)?;
    Ok((build::variants(case, settings, &expected)?, Vec::new()))
}

fn date(text: &str) -> Result<Date> {
    let date = Date::parse(text).filter(|date| date.unix_seconds().is_some());
    date.with_context(|| format!("`date: {text}` is no day; write it as in 2026-01-15"))
}
