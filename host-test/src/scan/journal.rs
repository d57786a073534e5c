//! What a scan has judged, as JSON lines in a file, so that one that was interrupted can be gone on
//! with: a line for the scan, then for each page of a list its resources and where it goes on, at the
//! end a summary.

use super::{Found, List, Rest, Scanned};
use crate::judge::Summary;
use crate::output::json;
use anyhow::{Context, Result, anyhow, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// What a scan is: one with anything else here is another.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Identity {
    /// The version of this command.
    pub ringfence: String,
    /// The digest of the module.
    pub module: String,
    /// The digest of the settings.
    pub settings: String,
    /// The day on which is judged.
    pub date: Option<String>,
    /// The address of the cluster, or the files that are it.
    pub cluster: String,
    /// The namespaces it is limited to.
    pub namespaces: Vec<String>,
    /// Whether what controllers have made is judged.
    pub owned: bool,
}

/// A line of the file. Resources and the summary have those of the form `jsonl`.
#[derive(Deserialize, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Line {
    /// The first.
    Scan(Identity),
    /// Of the page that ends with the next line of that kind.
    Resource(Value),
    /// Everything of a list up to here is in the file.
    Page {
        #[serde(flatten)]
        list: Named,
        /// How many objects are left out because what made them is judged.
        owned: usize,
        /// What brings the next page; the list has ended where there is none.
        next: Option<String>,
    },
    /// Everything of a list up to here does not count.
    Anew {
        #[serde(flatten)]
        list: Named,
    },
    /// The last.
    Summary(Value),
}

/// A list by its name.
#[derive(Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Named {
    api_version: String,
    kind: String,
    namespace: Option<String>,
}

impl Named {
    fn of(list: &List) -> Self {
        let (api_version, kind) = (list.api_version(), list.kind.kind.to_owned());
        Self { api_version, kind, namespace: list.namespace.clone() }
    }
}

/// The file, being written.
#[derive(Debug)]
pub struct Journal {
    file: File,
    path: PathBuf,
}

/// What a journal holds, and what it lacks.
#[derive(Debug, Default)]
pub struct Resumed {
    /// What was judged.
    pub scanned: Scanned,
    /// What is left to list.
    pub rest: Vec<Rest>,
}

impl Journal {
    /// Begins a journal, or goes on with one that an interrupted scan has left.
    ///
    /// # Errors
    /// When the file cannot be used: it is in use, of another scan, of one that has ended, or
    /// something else altogether.
    pub fn open(path: &Path, scan: &Identity, lists: &[List]) -> Result<(Self, Resumed)> {
        let shown = path.display();
        let unusable = || format!("the journal {shown} cannot be used; check path and permissions");
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false).open(path);
        let mut file = file.with_context(unusable)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => bail!("the journal {shown} is in use by another scan"),
            // Some file systems know no locks.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        let mut text = Vec::new();
        file.read_to_end(&mut text).with_context(unusable)?;
        let (resumed, length) = read(&text, scan, lists).map_err(|error| {
            anyhow!("the journal {shown} {error:#}; name another file, or remove it")
        })?;
        // What a scan was writing when it was interrupted is not whole.
        file.set_len(length as u64).with_context(unusable)?;
        file.seek(SeekFrom::End(0)).with_context(unusable)?;
        let mut journal = Self { file, path: path.to_owned() };
        if length == 0 {
            journal.write(&[Line::Scan(scan.clone())])?;
        }
        Ok((journal, resumed))
    }

    /// Writes a page of a list, all of it or nothing that counts.
    pub(super) fn page(
        &mut self,
        list: &List,
        found: &[Found],
        owned: usize,
        next: Option<&str>,
    ) -> Result<()> {
        let resource = |found: &Found| Line::Resource(json::without_places(&found.judged));
        let page = Line::Page { list: Named::of(list), owned, next: next.map(str::to_owned) };
        let lines: Vec<Line> = found.iter().map(resource).chain([page]).collect();
        self.write(&lines)
    }

    /// Takes back the pages of a list.
    pub(super) fn anew(&mut self, list: &List) -> Result<()> {
        self.write(&[Line::Anew { list: Named::of(list) }])
    }

    /// Ends it: everything is in it.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn end(mut self, summary: &Summary) -> Result<()> {
        let summary = serde_json::to_value(summary)?;
        self.write(&[Line::Summary(summary)])
    }

    fn write(&mut self, lines: &[Line]) -> Result<()> {
        let mut text = Vec::new();
        for line in lines {
            serde_json::to_writer(&mut text, line)?;
            text.push(b'\n');
        }
        self.file
            .write_all(&text)
            .with_context(|| format!("the journal {} cannot be written", self.path.display()))
    }
}

/// What a journal holds, and how many bytes of it count.
fn read(bytes: &[u8], scan: &Identity, lists: &[List]) -> Result<(Resumed, usize)> {
    // The last line may not be whole, nor its last letter.
    let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    let (whole, torn) = bytes.split_at(end);
    let first = serde_json::to_string(&Line::Scan(scan.clone()))?;
    if whole.is_empty() && !first.as_bytes().starts_with(torn) {
        bail!("is not one");
    }
    let text = std::str::from_utf8(whole).context("is not one")?;
    let mut rest: Vec<Option<Rest>> = super::everything(lists).into_iter().map(Some).collect();
    let mut scanned = Scanned { owned: vec![0; lists.len()], ..Scanned::default() };
    let number = |named: &Named| {
        let found = lists.iter().position(|list| Named::of(list) == *named);
        found.with_context(|| format!("is of another scan: it lists {} objects", named.kind))
    };
    let (mut page, mut counts, mut end) = (Vec::new(), 0, 0);
    for (index, line) in text.split_inclusive('\n').enumerate() {
        end += line.len();
        let line: Line = serde_json::from_str(line)
            .map_err(|error| anyhow!("is not one: line {}: {error}", index + 1))?;
        match line {
            Line::Scan(found) if index == 0 => same(&found, scan)?,
            _ if index == 0 => bail!("does not say in line 1 what was scanned"),
            Line::Scan(_) => bail!("has two scans in it, the second in line {}", index + 1),
            Line::Resource(resource) => {
                let judged = json::read(resource);
                page.push(judged.with_context(|| format!("is not one: line {}", index + 1))?);
                continue;
            }
            Line::Page { list, owned, next } => {
                let list = number(&list)?;
                let found = page.drain(..).map(|judged| Found { list, judged, prepared: None });
                scanned.found.extend(found);
                scanned.owned[list] += owned;
                rest[list] = next.map(|next| Rest { list, next: Some(next) });
            }
            Line::Anew { list } => {
                let list = number(&list)?;
                scanned.forget(list);
                rest[list] = Some(Rest { list, next: None });
            }
            Line::Summary(_) => bail!("holds a scan that has ended"),
        }
        counts = end;
    }
    Ok((Resumed { scanned, rest: rest.into_iter().flatten().collect() }, counts))
}

/// Refuses to go on with another scan, and says in what it differs.
fn same(found: &Identity, wanted: &Identity) -> Result<()> {
    let (found, wanted) = (serde_json::to_value(found)?, serde_json::to_value(wanted)?);
    let fields = wanted.as_object().into_iter().flatten();
    let differs = fields.into_iter().find(|(name, value)| found.get(*name) != Some(value));
    match differs {
        None => Ok(()),
        Some((name, value)) => {
            let other = found.get(name).unwrap_or(&Value::Null);
            bail!("is of another scan: `{name}` is {other} there, and {value} here")
        }
    }
}
