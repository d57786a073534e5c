//! Where blocks run: in the root of the repository, or in a folder that a script of `folders` fills.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use xshell::Shell;

use crate::repository;

/// Bash with the commands of a block, at its place.
///
/// # Errors
///
/// When the folder cannot be filled.
pub(super) fn bash(shell: &Shell, folder: Option<&str>, script: &str) -> Result<Command> {
    let root = shell.current_dir();
    let programs = programs(shell)?;
    link(&root.join("dist/ringfence"), &programs.join("ringfence"))?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path: OsString =
        std::env::join_paths(std::iter::once(programs).chain(std::env::split_paths(&path)))?;
    let bash = |place: &Path, arguments: &[&str]| {
        let mut bash = Command::new("bash");
        bash.args(["-euo", "pipefail"]).args(arguments).current_dir(place).env("PATH", &path);
        bash
    };
    let Some(name) = folder else { return Ok(bash(&root, &["-c", script])) };
    let place = work(shell).join(name);
    if place.exists() {
        std::fs::remove_dir_all(&place)?;
    }
    std::fs::create_dir_all(&place)?;
    let filling = root.join("xtask/src/documented/folders").join(format!("{name}.sh"));
    let text = std::fs::read_to_string(&filling)
        .with_context(|| format!("`in {name}`: there is no {}", filling.display()))?;
    let status = bash(&place, &["-c", &text]).env("ROOT", &root).status()?;
    ensure!(status.success(), "{}: {status}", filling.display());
    Ok(bash(&place, &["-c", script]))
}

/// The folder of the programs that blocks find by their names.
pub(super) fn programs(shell: &Shell) -> Result<PathBuf> {
    let folder = work(shell).join("bin");
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Has a link lead to a program.
pub(super) fn link(program: &Path, link: &Path) -> Result<()> {
    if link.is_symlink() {
        std::fs::remove_file(link)?;
    }
    std::os::unix::fs::symlink(program, link)
        .with_context(|| format!("cannot link {}", link.display()))
}

fn work(shell: &Shell) -> PathBuf {
    repository::target_folder(shell).join("documented")
}
