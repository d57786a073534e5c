//! Reads the resources in manifests.

mod find;
mod secret;
mod sources;

pub use find::{IGNORE_FILE, Selection, beginning, files, is_manifest};
pub use sources::Sources;

use crate::kinds;
use crate::yaml::{self, Node, Value};
use anyhow::{Context, Result, bail};
use rayon::prelude::*;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How standard input is called in findings.
pub const STDIN: &str = "<stdin>";

/// One object of a manifest and where it comes from.
#[derive(Clone, Debug)]
pub struct Resource {
    /// The file as the user named it, or [`STDIN`].
    pub file: Arc<str>,
    /// The line it begins on.
    pub line: usize,
    /// The number of its document in the file, from 0.
    pub document: usize,
    /// `apiVersion`.
    pub api_version: String,
    /// `kind`.
    pub kind: String,
    /// `metadata.namespace`.
    pub namespace: Option<String>,
    /// `metadata.name`, or `metadata.generateName`.
    pub name: Option<String>,
    /// The object, with positions.
    pub node: Node,
    /// The request of an AdmissionReview, to be judged as it is; `node` is then the object in it.
    pub request: Option<serde_json::Value>,
}

/// A document that could not be read.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}: {what}", line.map_or_else(|| file.to_string(), |line| format!("{file}:{line}")))]
pub struct Unread {
    /// The file as the user named it.
    pub file: Arc<str>,
    /// The line, where there is one.
    pub line: Option<usize>,
    /// What is wrong and how to mend it.
    pub what: String,
}

/// All that was found under the paths of one command.
#[derive(Debug, Default)]
pub struct Manifests {
    /// The resources, files sorted, documents in order.
    pub resources: Vec<Resource>,
    /// What could not be read; it never hides a resource.
    pub unread: Vec<Unread>,
    /// The text it was read from.
    pub sources: Sources,
}

/// Reads files, folders (all `.yaml`, `.yml` and `.json` files in them) and `-`, standard input.
///
/// # Errors
/// When nothing at all is there to judge.
pub fn read(paths: &[PathBuf]) -> Result<Manifests> {
    let (manifests, _) = read_selected(paths, &Selection::everything())?;
    Ok(manifests)
}

/// As [`read`], but for what the selection leaves out, and how many files that is.
///
/// # Errors
/// As there; not where all are left out.
pub fn read_selected(paths: &[PathBuf], selection: &Selection) -> Result<(Manifests, usize)> {
    let mut manifests = Manifests::default();
    let left_out = manifests.add(paths, selection)?;
    if left_out == 0 {
        manifests.or_nothing(&shown(paths))?;
    }
    Ok((manifests, left_out))
}

/// Paths as an error names them.
pub fn shown(paths: &[PathBuf]) -> String {
    let names: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
    names.join(", ")
}

impl Manifests {
    /// Adds what `paths` name: files, folders, patterns such as `'shop/**/*.yaml'`, and `-`. Of
    /// folders and patterns come the files that are selected; returns how many are left out.
    ///
    /// # Errors
    /// When a folder holds no manifest, a pattern matches none, or `-` comes twice.
    pub fn add(&mut self, paths: &[PathBuf], selection: &Selection) -> Result<usize> {
        let mut left_out = 0;
        let mut stdin_taken = false;
        for path in paths {
            if path.as_os_str() == "-" {
                if std::mem::replace(&mut stdin_taken, true) {
                    bail!("`-` was given twice; standard input can be read once");
                }
                let mut bytes = Vec::new();
                std::io::stdin()
                    .read_to_end(&mut bytes)
                    .context("standard input cannot be read")?;
                self.add_file(STDIN, &bytes, false);
                continue;
            }
            let found = selection.find(path)?;
            left_out += found.left_out;
            for error in found.errors {
                self.fail(&path.display().to_string(), None, error);
            }
            let read = |file: &PathBuf| {
                let mut manifests = Self::default();
                manifests.add_path(file);
                manifests
            };
            let all: Vec<Self> = found.files.par_iter().map(read).collect();
            all.into_iter().for_each(|manifests| self.extend(manifests));
        }
        Ok(left_out)
    }

    /// Itself, unless there is nothing at all.
    ///
    /// # Errors
    /// With where nothing was found.
    pub fn or_nothing(&self, shown: &str) -> Result<()> {
        if self.resources.is_empty() && self.unread.is_empty() {
            bail!("no resource in {shown}; there is nothing to judge");
        }
        Ok(())
    }

    /// Itself, if all of it could be read: what could not might be what matters.
    ///
    /// # Errors
    /// What could not be read first.
    pub fn whole(self) -> Result<Self> {
        match self.unread.first() {
            Some(unread) => bail!("{unread}"),
            None => Ok(self),
        }
    }

    fn extend(&mut self, other: Self) {
        self.resources.extend(other.resources);
        self.unread.extend(other.unread);
        self.sources.extend(other.sources);
    }

    fn add_path(&mut self, path: &Path) {
        let name = path.display().to_string();
        match std::fs::read(path) {
            Ok(bytes) => {
                let json = path
                    .extension()
                    .is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
                self.add_file(&name, &bytes, json);
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                self.fail(&name, None, "no such file or folder; check the path".into());
            }
            Err(error) => self.fail(&name, None, format!("cannot be read: {error}")),
        }
    }

    /// Adds the documents in `bytes`; `json` says that the file's name promises JSON.
    pub fn add_file(&mut self, name: &str, bytes: &[u8], json: bool) {
        let file: Arc<str> = name.into();
        self.sources.add(&file, bytes);
        for (document, node) in yaml::read(bytes, json).into_iter().enumerate() {
            match node {
                Ok(node) => self.add_object(&file, document, node, None),
                Err(error) => self.unread.push(Unread {
                    file: file.clone(),
                    line: Some(error.at.line),
                    what: format!("column {}: {}", error.at.column, error.what),
                }),
            }
        }
    }

    /// Adds what could not be read.
    pub(crate) fn fail(&mut self, file: &str, line: Option<usize>, what: String) {
        self.unread.push(Unread { file: file.into(), line, what });
    }

    /// Adds an object, or the items of a list. Items of a typed list may leave out what the list
    /// says: `inherited` is their `apiVersion` and `kind`.
    fn add_object(
        &mut self,
        file: &Arc<str>,
        document: usize,
        node: Node,
        inherited: Option<(&str, &str)>,
    ) {
        let line = node.at.line;
        if !matches!(node.value, Value::Mapping(_)) {
            return self.fail(
                file,
                Some(line),
                "a kubernetes object is a mapping with `apiVersion` and `kind`, this is not".into(),
            );
        }
        if is_request(&node) {
            return self.add_request(file, document, &node);
        }
        let (inherited_version, inherited_kind) = inherited.unzip();
        let api_version = text(&node, "apiVersion").or(inherited_version.map(str::to_owned));
        let kind = text(&node, "kind").or(inherited_kind.map(str::to_owned));
        let (Some(api_version), Some(kind)) = (api_version, kind) else {
            return self.fail(file, Some(line), not_kubernetes(&node));
        };
        if kind == "AdmissionReview" && kinds::group_version(&api_version).0 == "admission.k8s.io" {
            return match node.get("request") {
                Some(request) => self.add_request(file, document, request),
                None => self.fail(
                    file,
                    Some(line),
                    "this AdmissionReview has no `request`; only requests can be judged".into(),
                ),
            };
        }
        if let Some(item_kind) = kind.strip_suffix("List")
            && let Some(Node { value: Value::Sequence(items), .. }) = node.get("items")
        {
            let inherited = (!item_kind.is_empty()).then_some((api_version.as_str(), item_kind));
            for item in items {
                self.add_object(file, document, item.clone(), inherited);
            }
            return;
        }
        let node = self.without_secrets(file, &api_version, &kind, node);
        let metadata = node.get("metadata");
        let name = metadata
            .and_then(|metadata| text(metadata, "name").or_else(|| text(metadata, "generateName")));
        let namespace = metadata.and_then(|metadata| text(metadata, "namespace"));
        self.resources.push(Resource {
            file: file.clone(),
            line,
            document,
            api_version,
            kind,
            namespace,
            name,
            node,
            request: None,
        });
    }

    /// The object without what it holds, if it is a Secret: nothing that comes after can tell it.
    fn without_secrets(
        &mut self,
        file: &Arc<str>,
        api_version: &str,
        kind: &str,
        mut node: Node,
    ) -> Node {
        if secret::is_secret(api_version, kind) {
            self.sources.hide(file, node.at.line..=node.last_line());
            secret::empty(&mut node);
        }
        node
    }

    fn add_request(&mut self, file: &Arc<str>, document: usize, request: &Node) {
        let part =
            |name: &str| request.get("kind").and_then(|kind| text(kind, name)).unwrap_or_default();
        let (group, version, kind) = (part("group"), part("version"), part("kind"));
        let api_version = if group.is_empty() { version } else { format!("{group}/{version}") };
        let request = &if secret::is_in(request) {
            self.sources.hide(file, request.at.line..=request.last_line());
            secret::empty_request(request)
        } else {
            request.clone()
        };
        // On DELETE the object is the old one.
        let node = ["object", "oldObject"]
            .iter()
            .filter_map(|name| request.get(name))
            .find(|node| node.value != Value::Null)
            .unwrap_or(request)
            .clone();
        self.resources.push(Resource {
            file: file.clone(),
            line: node.at.line,
            document,
            api_version,
            kind,
            namespace: text(request, "namespace"),
            name: text(request, "name"),
            node,
            request: Some(request.to_json()),
        });
    }
}

/// A bare AdmissionRequest: `kind` is a mapping only there.
fn is_request(node: &Node) -> bool {
    node.get("uid").is_some()
        && node.get("operation").is_some()
        && node.get("kind").is_some_and(|kind| matches!(kind.value, Value::Mapping(_)))
}

fn text(node: &Node, name: &str) -> Option<String> {
    node.get(name).and_then(Node::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn not_kubernetes(node: &Node) -> String {
    let missing: Vec<&str> =
        ["apiVersion", "kind"].into_iter().filter(|name| text(node, name).is_none()).collect();
    let missing = missing.join("` and no `");
    format!(
        "not a kubernetes object: it has no `{missing}`; add what is missing, or leave the file out"
    )
}
