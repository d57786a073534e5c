//! `cargo xtask workflows`: what continuous integration runs, held against its own language.

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::repository;

/// The folder of the Go module that names the version of actionlint.
const FOLDER: &str = "xtask/actionlint";

const PACKAGE: &str = "github.com/rhysd/actionlint/cmd/actionlint";

/// Has actionlint read `.github/workflows`; or says why it cannot.
///
/// # Errors
/// When it finds something, or cannot be built.
pub(crate) fn check(shell: &Shell) -> Result<Option<String>> {
    if cmd!(shell, "go version").quiet().ignore_stdout().ignore_stderr().run().is_err() {
        return Ok(Some("go is not installed, and actionlint is a Go program".to_owned()));
    }
    let program = std::path::absolute(repository::target_folder(shell).join("actionlint"))?;
    {
        let _in_its_folder = shell.push_dir(FOLDER);
        cmd!(shell, "go build -trimpath -o {program} {PACKAGE}")
            .env("CGO_ENABLED", "0")
            .run()
            .context("cannot build actionlint")?;
    }
    // Without what else it would run where that is installed: the same is found everywhere.
    cmd!(shell, "{program} -shellcheck= -pyflakes=")
        .run()
        .context("the workflows are not as GitHub wants them")?;
    Ok(None)
}
