//! Case files: an input in shorthand and exactly what the policy must answer.
//!
//! The same cases run against every engine: the library, the module, and whatever carries it.
//! `build` turns the shorthand into payloads, `expect` compares an answer.

mod build;
pub mod coverage;
mod expect;
mod mutated;
mod record;
pub mod run;
pub mod update;
mod waived;

pub use expect::{Expectation, ExpectedContainer, ExpectedViolation, Mismatch, compare};
pub use waived::ExpectedWaived;

use crate::cluster;
use crate::engine::{Circumstances, Engine, In};
use crate::yaml::{self, Node, Value as Yaml};
use anyhow::{Context, Result, anyhow, bail};
use ringfence_host::HostCapabilities;
use ringfence_policy::Date;
use serde::Deserialize;
use serde_json::Value;
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
    #[serde(default = "empty")]
    settings: Value,
    #[serde(default)]
    versions: Vec<String>,
    object: Option<Value>,
    pod: Option<Value>,
    container: Option<Value>,
    kind: Option<String>,
    old: Option<State>,
    request: Option<Value>,
    payload: Option<String>,
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

fn empty() -> Value {
    Value::Object(serde_json::Map::new())
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
    if let Some((key, _)) =
        entries.iter().find(|(key, _)| !["rule", "cases"].contains(&key.name.as_str()))
    {
        bail!(
            "line {}: unknown field `{}`; a case file has `rule` and `cases`",
            key.at.line,
            key.name
        );
    }
    let rule =
        document.get("rule").and_then(Node::as_str).context("`rule` is missing or not text")?;
    let Some(Node { value: Yaml::Sequence(items), .. }) = document.get("cases") else {
        bail!("`cases` is missing or not a list");
    };
    let mut names = HashSet::new();
    items
        .iter()
        .map(|item| {
            let case = case((path, rule), item, unfinished)
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

fn case((path, rule): (&Path, &str), item: &Node, unfinished: bool) -> Result<Case> {
    let written: Written = serde_json::from_value(item.to_json())?;
    let named = || format!("case `{}`", written.name);
    let expectation = match &written.expect {
        Some(expect) => expect::parse(expect).with_context(named)?,
        None if unfinished => Expectation::Nothing,
        None => {
            bail!("missing field `expect`; write it, or have `ringfence test --update` do it")
        }
    };
    let variants = build::variants(&written, &expectation).with_context(named)?;
    let date = written.date.as_deref().map(date).transpose().with_context(named)?;
    let capabilities = cluster::of_case(written.cluster.as_ref(), written.grants.as_deref());
    let capabilities = capabilities.with_context(named)?;
    let (by_container, prefix) = (build::is_by_container(&written), build::prefix(&written)?);
    Ok(Case {
        file: path.to_owned(),
        line: item.at.line,
        rule: rule.to_owned(),
        name: written.name,
        settings: written.settings,
        date,
        capabilities,
        versions: written.versions,
        variants,
        by_container,
        prefix,
        expect: written.expect.unwrap_or_default(),
    })
}

fn date(text: &str) -> Result<Date> {
    let date = Date::parse(text).filter(|date| date.unix_seconds().is_some());
    date.with_context(|| format!("`date: {text}` is no day; write it as in 2026-01-15"))
}
