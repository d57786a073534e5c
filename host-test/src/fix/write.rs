//! Replaces files so that nothing is lost when it fails half way.

use anyhow::{Context, Result, bail};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A file that is to get another text.
#[derive(Clone, Copy, Debug)]
pub struct Change<'c> {
    /// The file.
    pub path: &'c Path,
    /// What it holds.
    pub before: &'c str,
    /// What it is to hold.
    pub after: &'c str,
}

/// Writes every new text beside its file, then moves them all into place: no file is ever half
/// written, and one that cannot be written leaves all as they are. Permissions stay; a link stays
/// a link to the file it names.
///
/// # Errors
/// Where a file cannot be written, or is not what it was: which one, and which were replaced.
pub fn replace(changes: &[Change<'_>]) -> Result<()> {
    let staged: Result<Vec<(PathBuf, NamedTempFile)>> = changes.iter().map(stage).collect();
    let mut done = Vec::new();
    for (path, file) in staged? {
        if let Err(error) = file.persist(&path) {
            let done = if done.is_empty() { "no file".into() } else { done.join(", ") };
            bail!(
                "{} cannot be replaced: {}; replaced before it: {done}",
                path.display(),
                error.error
            );
        }
        done.push(path.display().to_string());
    }
    Ok(())
}

fn stage(change: &Change<'_>) -> Result<(PathBuf, NamedTempFile)> {
    let name = change.path.display();
    let path = fs::canonicalize(change.path).with_context(|| format!("{name} is not there"))?;
    // A file that its owner protects is not replaced behind the protection's back.
    OpenOptions::new()
        .write(true)
        .open(&path)
        .with_context(|| format!("{name} cannot be written"))?;
    if fs::read(&path).with_context(|| format!("{name} cannot be read"))?
        != change.before.as_bytes()
    {
        bail!("{name} changed while it was judged; run the command again");
    }
    let folder = path.parent().unwrap_or(Path::new("/"));
    let beside = || format!("no file can be written in {}", folder.display());
    let mut file = NamedTempFile::new_in(folder).with_context(beside)?;
    file.write_all(change.after.as_bytes()).with_context(beside)?;
    let permissions =
        fs::metadata(&path).with_context(|| format!("{name} cannot be read"))?.permissions();
    file.as_file().set_permissions(permissions).with_context(beside)?;
    file.as_file().sync_all().with_context(beside)?;
    Ok((path, file))
}
