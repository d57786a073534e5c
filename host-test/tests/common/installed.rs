//! The command somewhere else than where it was built.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Puts the command into a folder.
///
/// It is linked, or where that is another file system, copied by another process: see
/// `common/program.rs`.
pub(crate) fn installed(folder: &Path) -> PathBuf {
    let (built, path) = (env!("CARGO_BIN_EXE_ringfence"), folder.join("ringfence"));
    std::fs::create_dir_all(folder).expect("a folder");
    if std::fs::hard_link(built, &path).is_err() {
        let copied = Command::new("cp").arg(built).arg(&path).status().expect("cp runs");
        assert!(copied.success());
    }
    path
}
