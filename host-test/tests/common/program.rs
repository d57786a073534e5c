//! Programs that stand in for others.

use assert_cmd::Command;
use std::path::Path;

/// A shell script in the folder `bin`, to be found by its name.
///
/// Another process writes it. Were it open for writing here, whatever other tests start meanwhile would
/// have it open for a moment, too, and no file is run that somebody may write to (`ETXTBSY`, execve(2)).
pub(crate) fn program(folder: &Path, name: &str, script: &str) {
    let path = folder.join("bin").join(name);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    let mut writing = Command::new("sh");
    writing.args(["-c", "cat > \"$0\" && chmod 755 \"$0\""]).arg(path);
    writing.write_stdin(format!("#!/bin/sh\n{script}\n")).assert().success();
}
