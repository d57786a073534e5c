//! The steps that hold a crate of the policy against somebody else's code.

use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use xshell::{Shell, cmd};

use super::{Gate, Verdict};
use crate::{debian, repository};

/// Part of the names of the tests that ask Pod Security Admission itself.
pub(super) const POD_SECURITY: &str = "pod_security_admission";

/// Pods against Pod Security Admission.
pub(super) fn pod_security(gate: &Gate<'_>) -> Result<Verdict> {
    let shell = gate.shell;
    if let Some(reason) = missing_go(shell) {
        return Ok(Verdict::NotRun(reason));
    }
    gate.run_tests(cmd!(
        shell,
        "cargo test --workspace --test psa --test module --no-fail-fast -- {POD_SECURITY}"
    ))?;
    Ok(Verdict::Passed)
}

/// Network policies against a Go program's evaluator.
pub(super) fn network(gate: &Gate<'_>) -> Result<Verdict> {
    let shell = gate.shell;
    if let Some(reason) = missing_go(shell) {
        return Ok(Verdict::NotRun(reason));
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

/// Gatekeeper's template by OPA, with the provider behind it.
pub(super) fn rego(gate: &Gate<'_>) -> Result<Verdict> {
    let shell = gate.shell;
    if let Some(reason) = missing_go(shell) {
        return Ok(Verdict::NotRun(reason));
    }
    let program = std::path::absolute(repository::target_folder(shell).join("rego-oracle"))?;
    {
        let _in_its_folder = shell.push_dir("e2e/rego-oracle");
        cmd!(shell, "go build -trimpath -o {program} .").env("CGO_ENABLED", "0").run()?;
    }
    // The whole workspace, for the same build as in the other steps.
    gate.run_tests(
        cmd!(shell, "cargo test --workspace --test server -- --ignored rego_")
            .env("RINGFENCE_REGO_ORACLE", program),
    )?;
    Ok(Verdict::Passed)
}

/// The provider's chart, rendered by Helm.
pub(super) fn chart(gate: &Gate<'_>) -> Result<Verdict> {
    let shell = gate.shell;
    if let Some(reason) = missing_go(shell) {
        return Ok(Verdict::NotRun(reason));
    }
    let helm = std::path::absolute(repository::target_folder(shell).join("helm"))?;
    {
        let _in_its_folder = shell.push_dir("e2e/helm");
        cmd!(shell, "go build -trimpath -o {helm} helm.sh/helm/v4/cmd/helm")
            .env("CGO_ENABLED", "0")
            .run()?;
    }
    gate.run_tests(
        cmd!(shell, "cargo test --workspace --test server -- --ignored helm_")
            .env("RINGFENCE_HELM", helm),
    )?;
    Ok(Verdict::Passed)
}

/// Seccomp profiles against libseccomp.
pub(super) fn seccomp(gate: &Gate<'_>) -> Result<Verdict> {
    let shell = gate.shell;
    let mut test =
        cmd!(shell, "cargo test -p ringfence-seccomp-oracle --features libseccomp --no-fail-fast");
    if !Path::new("/usr/include/seccomp.h").is_file() {
        let folder = match fetched_library(shell) {
            Ok(folder) => folder,
            Err(error) => {
                return Ok(Verdict::NotRun(format!("there is no libseccomp-dev: {error:#}")));
            }
        };
        test = test.env("LIBSECCOMP_LIB_PATH", folder).env("LIBSECCOMP_LINK_TYPE", "static");
    }
    gate.run_tests(test)?;
    Ok(Verdict::Passed)
}

fn missing_go(shell: &Shell) -> Option<String> {
    let is_there = cmd!(shell, "go version").quiet().read().is_ok();
    (!is_there).then(|| "go is not installed, and the oracle is a Go program".to_owned())
}

/// The folder of `libseccomp.a`, from Debian's package, which is not installed for it.
fn fetched_library(shell: &Shell) -> Result<PathBuf> {
    let work = repository::target_folder(shell).join("setup");
    let package = debian::fetch_tool(shell, &work, "libseccomp-dev")?;
    let folders = shell.read_dir(package.join("usr/lib"))?;
    let folder = folders.into_iter().find(|folder| folder.join("libseccomp.a").is_file());
    std::path::absolute(folder.context("the package holds no libseccomp.a")?).map_err(Into::into)
}
