//! Which files are manifests to be judged.

use crate::settings;
use anyhow::{Context, Result, bail};
use globset::{Glob, GlobBuilder, GlobMatcher, GlobSet, GlobSetBuilder};
use ignore::WalkBuilder;
use ignore::gitignore::GitignoreBuilder;
use std::path::{Component, Path, PathBuf};

/// The file that says, as `.gitignore` does, what of a folder is no manifest to be judged.
pub const IGNORE_FILE: &str = ".ringfenceignore";

/// The characters that make a path a pattern.
const PATTERN: [char; 4] = ['*', '?', '[', '{'];

/// What of folders and patterns is left out.
#[derive(Debug)]
pub struct Selection {
    exclude: GlobSet,
    with_ignore_files: bool,
    of_named: bool,
}

/// The files that a path stands for.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) files: Vec<PathBuf>,
    pub(super) errors: Vec<String>,
    /// How many manifests are left out on purpose.
    pub(super) left_out: usize,
}

impl Selection {
    /// Leaves out what `.ringfenceignore` says, and the files that match one of the patterns, which are relative to the folder or to
    /// the place that the pattern of the path begins at.
    ///
    /// # Errors
    /// When a pattern is none.
    pub fn without(patterns: &[String]) -> Result<Self> {
        let mut set = GlobSetBuilder::new();
        for pattern in patterns {
            set.add(glob(pattern).with_context(|| format!("--exclude {pattern}"))?);
        }
        let exclude = set.build().context("--exclude")?;
        Ok(Self { exclude, with_ignore_files: true, of_named: false })
    }

    /// Whether files that are named are left out, too: whoever calls the command with all that has
    /// changed has chosen none of them.
    #[must_use]
    pub fn of_named(self, of_named: bool) -> Self {
        Self { of_named, ..self }
    }

    /// Leaves out nothing, whatever `.ringfenceignore` says.
    pub fn everything() -> Self {
        Self { exclude: GlobSet::empty(), with_ignore_files: false, of_named: false }
    }

    /// The files that `path` stands for: itself, those in it, or those that match it.
    pub(super) fn find(&self, path: &Path) -> Result<Found> {
        if path.is_dir() {
            let found = self.walk(path, |_| true);
            if found.files.is_empty() && found.left_out == 0 {
                bail!(
                    "no .yaml, .yml or .json file in {}; name the folder with the manifests",
                    path.display()
                );
            }
            return Ok(found);
        }
        if self.of_named && self.leaves_out(path)? {
            return Ok(Found { left_out: 1, ..Found::default() });
        }
        if !is_pattern(path) {
            return Ok(Found { files: vec![path.to_owned()], ..Found::default() });
        }
        let text = path.to_string_lossy();
        let pattern = normal(path);
        let matcher = glob(&pattern.to_string_lossy())?.compile_matcher();
        let mut found = self.walk(&base(path), |file| is_match(&matcher, file));
        found.files.iter_mut().for_each(|file| *file = normal(file));
        if found.files.is_empty() && found.left_out == 0 {
            bail!(
                "no .yaml, .yml or .json file matches {text}; `*` stops at a slash, `**` does not"
            );
        }
        Ok(found)
    }

    fn walk(&self, folder: &Path, is_wanted: impl Fn(&Path) -> bool) -> Found {
        let (all, errors) = manifests(walker(folder, false));
        let wanted = all.into_iter().filter(|file| is_wanted(file)).collect::<Vec<_>>();
        let (mut files, _) = manifests(walker(folder, self.with_ignore_files));
        files.retain(|file| is_wanted(file) && !self.excludes(folder, file));
        Found { left_out: wanted.len() - files.len(), files, errors }
    }

    /// Whether a file would be left out of the folders above it.
    fn leaves_out(&self, file: &Path) -> Result<bool> {
        if self.exclude.is_match(normal(file)) || settings::is_settings(file) {
            return Ok(true);
        }
        // What is not there is said later.
        let Ok(whole) = file.canonicalize() else { return Ok(false) };
        for folder in whole.ancestors().skip(1).filter(|_| self.with_ignore_files) {
            let list = folder.join(IGNORE_FILE);
            if !list.is_file() {
                continue;
            }
            let mut ignored = GitignoreBuilder::new(folder);
            if let Some(error) = ignored.add(list) {
                return Err(error.into());
            }
            // The nearest that says something decides.
            let said = ignored.build()?;
            let said = said.matched_path_or_any_parents(&whole, false);
            if !said.is_none() {
                return Ok(said.is_ignore());
            }
        }
        Ok(false)
    }

    fn excludes(&self, folder: &Path, file: &Path) -> bool {
        let relative = file.strip_prefix(folder).unwrap_or(file);
        self.exclude.is_match(relative) || self.exclude.is_match(normal(file))
    }
}

/// The `.yaml`, `.yml` and `.json` files in a folder, sorted, and what of it cannot be looked into.
pub fn files(folder: &Path) -> (Vec<PathBuf>, Vec<String>) {
    manifests(walker(folder, false))
}

fn walker(folder: &Path, with_ignore_files: bool) -> WalkBuilder {
    let mut walk = WalkBuilder::new(folder);
    // Only hidden files are left out: a manifest that git ignores is applied all the same.
    walk.standard_filters(false).hidden(true).follow_links(true);
    if with_ignore_files {
        walk.add_custom_ignore_filename(IGNORE_FILE).parents(true);
    }
    walk
}

fn manifests(walk: WalkBuilder) -> (Vec<PathBuf>, Vec<String>) {
    let (mut files, mut errors) = (Vec::new(), Vec::new());
    for entry in walk.build() {
        match entry {
            Ok(entry) => {
                let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
                let is_one = is_file && is_manifest(entry.path());
                if is_one && !settings::is_settings(entry.path()) {
                    files.push(entry.into_path());
                }
            }
            Err(error) => errors.push(error.to_string()),
        }
    }
    files.sort();
    (files, errors)
}

fn glob(pattern: &str) -> Result<Glob> {
    GlobBuilder::new(pattern)
        .literal_separator(true)
        .build()
        .with_context(|| format!("the pattern {pattern} cannot be read"))
}

fn is_match(matcher: &GlobMatcher, file: &Path) -> bool {
    matcher.is_match(normal(file))
}

/// The path without `.` in it.
fn normal(path: &Path) -> PathBuf {
    path.components().filter(|part| !matches!(part, Component::CurDir)).collect()
}

/// Whether a path stands for others; a file may be called like a pattern.
fn is_pattern(path: &Path) -> bool {
    !path.exists() && path.to_string_lossy().contains(PATTERN)
}

/// The file or folder that holds all a path can stand for.
pub fn beginning(path: &Path) -> PathBuf {
    if is_pattern(path) { base(path) } else { path.to_owned() }
}

/// The folder that a pattern begins in.
fn base(pattern: &Path) -> PathBuf {
    let is_literal = |part: &Component<'_>| !part.as_os_str().to_string_lossy().contains(PATTERN);
    let base: PathBuf = pattern.components().take_while(is_literal).collect();
    if base.as_os_str().is_empty() { PathBuf::from(".") } else { base }
}

/// Whether a file is one, by its name.
pub fn is_manifest(path: &Path) -> bool {
    path.extension().and_then(|extension| extension.to_str()).is_some_and(|extension| {
        ["yaml", "yml", "json"].contains(&extension.to_ascii_lowercase().as_str())
    })
}
