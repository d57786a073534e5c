//! Files whose changes matter, and waiting for one.

use crate::manifest::{IGNORE_FILE, is_manifest};
use crate::settings::CONFIG;
use crate::yaml::{self, Value};
use anyhow::{Context, Result, bail};
use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// How long nothing must happen before a change is over: editors write a file in several steps.
const QUIET: Duration = Duration::from_millis(50);

/// How long a change may go on before it is looked at all the same.
const PATIENCE: Duration = Duration::from_secs(1);

/// The files that say what a kustomization is.
///
/// Source: kustomize, `konfig.RecognizedKustomizationFileNames`.
const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// The lists of a kustomization that may name folders outside of it.
const BASES: [&str; 3] = ["resources", "components", "bases"];

/// What of a folder matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Matters {
    /// Manifests, and what says which of them are judged.
    Manifests,
    /// Every file, as in a chart.
    All,
}

/// What to watch. All paths are absolute and without symbolic links.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Watched {
    /// Folders with all that is in them.
    trees: BTreeMap<PathBuf, Matters>,
    /// Folders, and the entries of them that matter.
    entries: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
}

/// Changes since [`Watched::begin`].
#[derive(Debug)]
pub struct Changes {
    events: Receiver<notify::Result<Event>>,
    /// Ends the watching when it goes.
    _watcher: RecommendedWatcher,
}

impl Watched {
    /// The files that may say something in this folder and those above it, whether they are there
    /// or not.
    ///
    /// # Errors
    /// When this folder is not known.
    pub fn here() -> Result<Self> {
        let here = std::env::current_dir().and_then(|here| here.canonicalize());
        let mut watched = Self::default();
        watched.add_above(&here.context("the current folder cannot be read")?);
        Ok(watched)
    }

    /// Adds a file, or a folder with its manifests; one that is not there as well.
    pub fn add(&mut self, path: &Path) {
        self.add_tree(path, Matters::Manifests);
    }

    /// Adds a folder with all that is in it, or a file.
    pub fn add_all(&mut self, path: &Path) {
        self.add_tree(path, Matters::All);
    }

    /// Adds a kustomization, and those that it is built on.
    pub fn add_kustomization(&mut self, folder: &Path) {
        let mut todo = vec![folder.to_owned()];
        let mut seen = BTreeSet::new();
        while let Some(folder) = todo.pop() {
            self.add_all(&folder);
            if seen.insert(folder.canonicalize().unwrap_or_else(|_| folder.clone())) {
                let named = bases(&folder).into_iter().map(|name| folder.join(name));
                todo.extend(named.filter(|path| path.is_dir()));
            }
        }
    }

    fn add_tree(&mut self, path: &Path, matters: Matters) {
        let Ok(whole) = std::path::absolute(path) else { return };
        // A link may come to lead elsewhere, so both ends of it matter.
        self.add_entry(&whole);
        let Ok(real) = whole.canonicalize() else { return };
        if real.is_dir() {
            self.add_above(&real);
            let before = self.trees.entry(real).or_insert(matters);
            *before = matters.max(*before);
        } else {
            self.add_entry(&real);
        }
    }

    /// A path by the nearest folder above it that is there.
    fn add_entry(&mut self, path: &Path) {
        let mut path = path;
        while let (Some(folder), Some(name)) = (path.parent(), path.file_name()) {
            if let Ok(real) = folder.canonicalize().and_then(|real| real.read_dir().map(|_| real)) {
                let entry = real.join(name);
                self.entries.entry(real).or_default().insert(entry);
                return;
            }
            path = folder;
        }
    }

    fn add_above(&mut self, folder: &Path) {
        for folder in folder.ancestors() {
            let names = [CONFIG, IGNORE_FILE].map(|name| folder.join(name));
            self.entries.entry(folder.to_owned()).or_default().extend(names);
        }
    }

    /// Begins to notice changes.
    ///
    /// # Errors
    /// When the system does not tell of changes.
    pub fn begin(&self) -> Result<Changes> {
        let (sender, events) = channel();
        let mut watcher =
            notify::recommended_watcher(sender).context("changes of files cannot be noticed")?;
        for folder in self.trees.keys().filter(|folder| !self.is_in_other_tree(folder)) {
            watch(&mut watcher, folder, RecursiveMode::Recursive)?;
        }
        for folder in self.entries.keys() {
            if !self.trees.contains_key(folder) && !self.is_in_other_tree(folder) {
                watch(&mut watcher, folder, RecursiveMode::NonRecursive)?;
            }
        }
        Ok(Changes { events, _watcher: watcher })
    }

    fn is_in_other_tree(&self, folder: &Path) -> bool {
        folder.ancestors().skip(1).any(|above| self.trees.contains_key(above))
    }

    fn concerns(&self, event: &Event) -> bool {
        let is_change = match event.kind {
            EventKind::Access(access) => access == AccessKind::Close(AccessMode::Write),
            _ => true,
        };
        // Where the system lost count, anything may have changed.
        is_change && (event.need_rescan() || event.paths.iter().any(|path| self.holds(path)))
    }

    fn holds(&self, path: &Path) -> bool {
        let is_entry = |folder: &Path| self.entries.get(folder).is_some_and(|it| it.contains(path));
        // A folder that goes takes its entries along, those that are not there yet, too.
        let is_watched = self.trees.contains_key(path) || self.entries.contains_key(path);
        if is_watched || path.parent().is_some_and(is_entry) {
            return true;
        }
        let mut trees = path.ancestors().filter_map(|above| self.trees.get_key_value(above));
        trees.any(|(tree, matters)| {
            let inner = path.strip_prefix(tree).unwrap_or(path);
            // A folder that is renamed or removed takes its files along without a word.
            let may_be_folder = path.extension().is_none();
            !is_hidden(inner) && (*matters == Matters::All || is_manifest(path) || may_be_folder)
                || path.file_name().is_some_and(|name| name == IGNORE_FILE)
        })
    }
}

fn is_hidden(path: &Path) -> bool {
    path.components().any(|part| match part {
        Component::Normal(name) => name.as_encoded_bytes().starts_with(b"."),
        _ => false,
    })
}

fn watch(watcher: &mut RecommendedWatcher, folder: &Path, mode: RecursiveMode) -> Result<()> {
    match watcher.watch(folder, mode) {
        // It went away since; somebody above it is watched.
        Err(error) if matches!(error.kind, notify::ErrorKind::PathNotFound) => Ok(()),
        Err(notify::Error { kind: notify::ErrorKind::Io(error), .. })
            if error.kind() == std::io::ErrorKind::PermissionDenied =>
        {
            // What cannot be read cannot be judged either, which is told then.
            Ok(())
        }
        watched => watched.with_context(|| {
            format!(
                "{} cannot be watched; name fewer folders, or let the system watch more files",
                folder.display()
            )
        }),
    }
}

/// What a kustomization names that may be folders; nothing where it cannot be read, which
/// kustomize tells.
fn bases(folder: &Path) -> Vec<String> {
    let read = |name| std::fs::read(folder.join(name)).ok();
    let Some(bytes) = KUSTOMIZATIONS.into_iter().find_map(read) else { return Vec::new() };
    let documents = yaml::read(&bytes, false).into_iter().flatten();
    let lists = documents.flat_map(|node| BASES.map(|name| node.get(name).cloned()));
    let items = lists.flatten().flat_map(|node| match node.value {
        Value::Sequence(items) => items,
        _ => Vec::new(),
    });
    items.filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

impl Changes {
    /// Waits until something that matters has changed, and the change is over.
    ///
    /// # Errors
    /// When the system no longer tells of changes.
    pub fn wait(&self, watched: &Watched) -> Result<()> {
        for event in &self.events {
            // An error is something that was missed.
            if event.is_err() || event.is_ok_and(|event| watched.concerns(&event)) {
                self.settle();
                return Ok(());
            }
        }
        bail!("the system no longer tells of changes; start again")
    }

    fn settle(&self) {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if let Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) =
                self.events.recv_timeout(QUIET)
            {
                break;
            }
        }
    }
}
