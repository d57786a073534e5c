//! What has changed since a revision of the repository, asked of the user's own git.

use crate::manifest::Resource;
use crate::render::output;
use anyhow::{Context, Result, bail};
use std::collections::HashMap;
use std::io::Write;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// The files of a revision, in a folder that goes away with this. The repository, its index and its
/// working tree stay as they are.
#[derive(Debug)]
pub struct Tree {
    folder: TempDir,
    /// The root of the working tree.
    root: PathBuf,
}

impl Tree {
    /// Writes the files of `revision` that `is_wanted` by their paths.
    ///
    /// # Errors
    /// Without git, outside of a repository, and for a revision that is none.
    pub fn of(revision: &str, is_wanted: impl Fn(&Path) -> bool) -> Result<Self> {
        let named = || format!("--since {revision}");
        let root = git(&["rev-parse", "--show-toplevel"]).with_context(named)?;
        let root = PathBuf::from(line(&root)).canonicalize().with_context(named)?;
        let commit = format!("{revision}^{{commit}}");
        let commit = git(&["rev-parse", "--verify", "--end-of-options", &commit]);
        let commit = commit.with_context(|| {
            format!("--since {revision}: no such revision; a shallow clone may lack it")
        })?;
        let folder = TempDir::new().context("no temporary folder can be made")?;
        let tree = Self { folder, root };
        tree.write(&line(&commit), is_wanted).with_context(named)?;
        Ok(tree)
    }

    fn write(&self, commit: &str, is_wanted: impl Fn(&Path) -> bool) -> Result<()> {
        // An index of our own: the repository's is the user's.
        let in_index = |arguments: &[&str]| {
            let mut command = Command::new("git");
            command.arg("-C").arg(&self.root).args(arguments);
            command.env("GIT_INDEX_FILE", self.folder.path().join("index"));
            command
        };
        output(&mut in_index(&["read-tree", commit]))?;
        let listed = output(&mut in_index(&["ls-files", "-z"]))?.unwrap_or_default();
        let wanted = listed.split(|byte| *byte == 0).filter(|name| {
            !name.is_empty() && is_wanted(Path::new(&*String::from_utf8_lossy(name)))
        });
        let wanted: Vec<u8> = wanted.flat_map(|name| [name, b"\0"].concat()).collect();
        let prefix = format!("--prefix={}/", self.files().display());
        let mut child = in_index(&["checkout-index", "-z", "--stdin", "--quiet", &prefix])
            .stdin(Stdio::piped())
            .spawn()
            .context("git cannot be run")?;
        if let Some(mut names) = child.stdin.take() {
            names.write_all(&wanted).context("git does not read what it is asked")?;
        }
        let status = child.wait().context("git cannot be run")?;
        if !status.success() {
            bail!("git cannot write the files of the revision: {status}");
        }
        Ok(())
    }

    fn files(&self) -> PathBuf {
        self.folder.path().join("files")
    }

    /// Where a path of the working tree is in the revision, whether or not it is there.
    ///
    /// # Errors
    /// When it is outside of the repository.
    pub fn path(&self, path: &Path) -> Result<PathBuf> {
        let here = std::env::current_dir().and_then(|here| here.canonicalize());
        let whole = here.context("the current folder cannot be read")?.join(path);
        let mut clean = PathBuf::new();
        for part in whole.components() {
            match part {
                Component::ParentDir => {
                    clean.pop();
                }
                Component::CurDir => {}
                part => clean.push(part),
            }
        }
        let Ok(relative) = clean.strip_prefix(&self.root) else {
            bail!("--since: {} is not in the repository of this folder", path.display());
        };
        Ok(self.files().join(relative))
    }
}

/// The resources that were there before.
pub struct Before<'b>(HashMap<Identity<'b>, Vec<&'b Resource>>);

/// `apiVersion`, kind, namespace, name.
type Identity<'r> = (&'r str, &'r str, Option<&'r str>, Option<&'r str>);

impl<'b> Before<'b> {
    /// These.
    pub fn of(resources: &'b [Resource]) -> Self {
        let mut by_identity: HashMap<_, Vec<_>> = HashMap::new();
        for resource in resources {
            by_identity.entry(identity(resource)).or_default().push(resource);
        }
        Self(by_identity)
    }

    /// Whether a resource was there, and the same.
    pub fn has(&self, resource: &Resource) -> bool {
        let Some(before) = self.0.get(&identity(resource)) else { return false };
        let now = resource.node.to_json();
        let mut before = before.iter().filter(|it| it.request == resource.request);
        before.any(|it| it.node.to_json() == now)
    }
}

fn identity(resource: &Resource) -> Identity<'_> {
    let Resource { api_version, kind, namespace, name, .. } = resource;
    (api_version, kind, namespace.as_deref(), name.as_deref())
}

fn git(arguments: &[&str]) -> Result<Vec<u8>> {
    output(Command::new("git").args(arguments))?
        .context("git is not on PATH; install it, or judge everything")
}

fn line(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end_matches(['\r', '\n']).to_owned()
}
