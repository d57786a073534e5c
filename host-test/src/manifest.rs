//! Finds manifests and reads the resources in them.

use crate::kinds;
use crate::yaml::{self, Node, Value};
use anyhow::{Context, Result, bail};
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
}

/// Reads files, folders (all `.yaml`, `.yml` and `.json` files in them) and `-`, standard input.
///
/// # Errors
/// When nothing at all is there to judge.
pub fn read(paths: &[PathBuf]) -> Result<Manifests> {
    let mut manifests = Manifests::default();
    let mut stdin_taken = false;
    for path in paths {
        if path.as_os_str() == "-" {
            if std::mem::replace(&mut stdin_taken, true) {
                bail!("`-` was given twice; standard input can be read once");
            }
            let mut bytes = Vec::new();
            std::io::stdin().read_to_end(&mut bytes).context("standard input cannot be read")?;
            manifests.add_file(STDIN, &bytes, false);
        } else if path.is_dir() {
            manifests.add_folder(path)?;
        } else {
            manifests.add_path(path);
        }
    }
    if manifests.resources.is_empty() && manifests.unread.is_empty() {
        let names: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
        bail!("no resource in {}; there is nothing to judge", names.join(", "));
    }
    Ok(manifests)
}

impl Manifests {
    fn add_folder(&mut self, folder: &Path) -> Result<()> {
        let (files, errors) = files(folder);
        for error in errors {
            self.fail(&folder.display().to_string(), None, error);
        }
        if files.is_empty() {
            bail!(
                "no .yaml, .yml or .json file in {}; name the folder with the manifests",
                folder.display()
            );
        }
        for file in files {
            self.add_path(&file);
        }
        Ok(())
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

    fn fail(&mut self, file: &str, line: Option<usize>, what: String) {
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

    fn add_request(&mut self, file: &Arc<str>, document: usize, request: &Node) {
        // On DELETE the object is the old one.
        let node = ["object", "oldObject"]
            .iter()
            .filter_map(|name| request.get(name))
            .find(|node| node.value != Value::Null)
            .unwrap_or(request)
            .clone();
        let part =
            |name: &str| request.get("kind").and_then(|kind| text(kind, name)).unwrap_or_default();
        let (group, version) = (part("group"), part("version"));
        self.resources.push(Resource {
            file: file.clone(),
            line: node.at.line,
            document,
            api_version: if group.is_empty() { version } else { format!("{group}/{version}") },
            kind: part("kind"),
            namespace: text(request, "namespace"),
            name: text(request, "name"),
            node,
            request: Some(request.to_json()),
        });
    }
}

/// The `.yaml`, `.yml` and `.json` files in a folder, sorted, and what of it cannot be looked into.
pub fn files(folder: &Path) -> (Vec<PathBuf>, Vec<String>) {
    let (mut files, mut errors) = (Vec::new(), Vec::new());
    // Only hidden files are left out: a manifest that git ignores is applied all the same.
    let walk = ignore::WalkBuilder::new(folder)
        .standard_filters(false)
        .hidden(true)
        .follow_links(true)
        .build();
    for entry in walk {
        match entry {
            Ok(entry)
                if entry.file_type().is_some_and(|kind| kind.is_file())
                    && is_manifest(entry.path()) =>
            {
                files.push(entry.into_path());
            }
            Ok(_) => {}
            Err(error) => errors.push(error.to_string()),
        }
    }
    files.sort();
    (files, errors)
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

fn is_manifest(path: &Path) -> bool {
    path.extension().and_then(|extension| extension.to_str()).is_some_and(|extension| {
        ["yaml", "yml", "json"].contains(&extension.to_ascii_lowercase().as_str())
    })
}
