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
    against_go_program(gate, "network-oracle", |program| {
        cmd!(shell, "cargo test -p ringfence-network --test evaluator -- --ignored")
            .env("RINGFENCE_NETWORK_ORACLE", program)
    })
}

/// RBAC objects against Kubernetes' own authorizer.
pub(super) fn rbac(gate: &Gate<'_>) -> Result<Verdict> {
    let shell = gate.shell;
    against_go_program(gate, "rbac-oracle", |program| {
        cmd!(shell, "cargo test -p ringfence-rbac --test grants -- --ignored")
            .env("RINGFENCE_RBAC_ORACLE", program)
    })
}

/// Builds the program of that folder of `e2e`, and runs the tests that ask it.
fn against_go_program<'a>(
    gate: &Gate<'_>,
    name: &str,
    tests: impl FnOnce(PathBuf) -> xshell::Cmd<'a>,
) -> Result<Verdict> {
    let program = match go_program(gate.shell, name, ".")? {
        Ok(program) => program,
        Err(reason) => return Ok(Verdict::NotRun(reason)),
    };
    gate.run_tests(tests(program))?;
    Ok(Verdict::Passed)
}

/// Builds the package of that folder of `e2e`; else why it cannot.
pub(crate) fn go_program(
    shell: &Shell,
    folder: &str,
    package: &str,
) -> Result<Result<PathBuf, String>> {
    if let Some(reason) = missing_go(shell) {
        return Ok(Err(reason));
    }
    let program = std::path::absolute(repository::target_folder(shell).join(folder))?;
    let _in_its_folder = shell.push_dir(Path::new("e2e").join(folder));
    cmd!(shell, "go build -trimpath -o {program} {package}").env("CGO_ENABLED", "0").run()?;
    Ok(Ok(program))
}

/// Gatekeeper's template by OPA, with the provider behind it.
pub(super) fn rego(gate: &Gate<'_>) -> Result<Verdict> {
    provider_with(gate, "rego-oracle", ".", "RINGFENCE_REGO_ORACLE", "rego_")
}

/// Gatekeeper's own client, with template, constraints and provider.
pub(super) fn gatekeeper(gate: &Gate<'_>) -> Result<Verdict> {
    let variable = "RINGFENCE_GATEKEEPER_DRIVER";
    provider_with(gate, "gatekeeper-driver", ".", variable, "gatekeeper_driver_")
}

/// The provider's chart, rendered by Helm.
pub(super) fn chart(gate: &Gate<'_>) -> Result<Verdict> {
    provider_with(gate, "helm", "helm.sh/helm/v4/cmd/helm", "RINGFENCE_HELM", "helm_")
}

/// The tests of the provider of that name that are ignored without a Go program: the package of a
/// folder of e2e/, which a variable names to them.
fn provider_with(
    gate: &Gate<'_>,
    folder: &str,
    package: &str,
    variable: &str,
    tests: &str,
) -> Result<Verdict> {
    let shell = gate.shell;
    let program = match go_program(shell, folder, package)? {
        Ok(program) => program,
        Err(reason) => return Ok(Verdict::NotRun(reason)),
    };
    // The whole workspace, for the same build as in the other steps.
    gate.run_tests(
        cmd!(shell, "cargo test --workspace --test server -- --ignored {tests}")
            .env(variable, program),
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
