//! The steps that hold a crate of the policy against somebody else's code.

use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use xshell::{Shell, cmd};

use super::{Gate, Verdict};
use crate::{debian, repository};

/// Network policies against a Go program's evaluator.
pub(super) fn network(gate: &Gate<'_>) -> Result<Verdict> {
    let shell = gate.shell;
    if cmd!(shell, "go version").quiet().read().is_err() {
        return Ok(Verdict::NotRun(
            "go is not installed, and the oracle is a Go program".to_owned(),
        ));
    }
    let program = std::path::absolute(repository::target_folder(shell).join("network-oracle"))?;
    {
        let _in_its_folder = shell.push_dir("e2e/network-oracle");
        cmd!(shell, "go build -trimpath -o {program} .").env("CGO_ENABLED", "0").run()?;
    }
    gate.run_tests(
        cmd!(shell, "cargo test -p ringfence-network --test evaluator -- --ignored")
            .env("RINGFENCE_NETWORK_ORACLE", program),
    )?;
    Ok(Verdict::Passed)
}

/// Seccomp profiles against libseccomp.
pub(super) fn seccomp(gate: &Gate<'_>) -> Result<Verdict> {
    let shell = gate.shell;
    let test =
        cmd!(shell, "cargo test -p ringfence-seccomp-oracle --features libseccomp --no-fail-fast");
    if Path::new("/usr/include/seccomp.h").is_file() {
        gate.run_tests(test)?;
        return Ok(Verdict::Passed);
    }
    match fetched_library(shell) {
        Ok(folder) => gate.run_tests(
            test.env("LIBSECCOMP_LIB_PATH", folder).env("LIBSECCOMP_LINK_TYPE", "static"),
        )?,
        Err(error) => {
            return Ok(Verdict::NotRun(format!("there is no libseccomp-dev: {error:#}")));
        }
    }
    Ok(Verdict::Passed)
}

/// The folder of `libseccomp.a`, from Debian's package, which is not installed for it.
fn fetched_library(shell: &Shell) -> Result<PathBuf> {
    let work = repository::target_folder(shell).join("setup");
    let package = debian::fetch_tool(shell, &work, "libseccomp-dev")?;
    let folders = shell.read_dir(package.join("usr/lib"))?;
    let folder = folders.into_iter().find(|folder| folder.join("libseccomp.a").is_file());
    std::path::absolute(folder.context("the package holds no libseccomp.a")?).map_err(Into::into)
}
