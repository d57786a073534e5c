//! Where the repository is.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xshell::Shell;

/// The root of the repository: the parent of this crate.
pub(crate) fn root() -> Result<PathBuf> {
    // Cargo sets the variable when it runs us; the constant serves a binary
    // that is started by hand.
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    manifest
        .parent()
        .map(Path::to_owned)
        .with_context(|| format!("{} has no parent folder", manifest.display()))
}

/// A shell which stands in the root of the repository.
pub(crate) fn shell() -> Result<Shell> {
    let shell = Shell::new().context("cannot open the working folder")?;
    shell.change_dir(root()?);
    Ok(shell)
}

/// Cargo's target folder.
pub(crate) fn target_folder(shell: &Shell) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || shell.current_dir().join("target"),
        |folder| shell.current_dir().join(folder),
    )
}

/// Where cargo unpacks the crates it downloads.
pub(crate) fn unpacked_crates() -> Result<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(std::env::home_dir()?.join(".cargo")));
    let home = home.context("there is neither CARGO_HOME nor a home folder: set CARGO_HOME")?;
    Ok(home.join("registry/src"))
}
