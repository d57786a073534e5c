//! The steps that want Kubewarden's own programs, which no package registry has.

use std::path::PathBuf;

use anyhow::Result;
use xshell::cmd;

use super::{Gate, Verdict};

/// The version of bats that npm brings where none is installed.
const BATS: &str = "bats@1.13.0";

/// The script that calls kwctl, with this project's host in kwctl's place.
pub(super) fn script(gate: &Gate<'_>) -> Result<Verdict> {
    match bats(gate) {
        Some(bats) => tests(gate, "bats_", &[("BATS", bats)]),
        None => Ok(no_bats()),
    }
}

/// kwctl itself: the script, and its responses against the host's.
pub(super) fn kwctl(gate: &Gate<'_>) -> Result<Verdict> {
    let Some(kwctl) = find(gate, "KWCTL", "kwctl")? else {
        return Ok(Verdict::NotRun("kwctl is not there; KWCTL names it, or PATH has it".into()));
    };
    match bats(gate) {
        Some(bats) => tests(gate, "kwctl_itself", &[("BATS", bats), ("KWCTL", kwctl)]),
        None => Ok(no_bats()),
    }
}

/// policy-server itself, over HTTP.
pub(super) fn policy_server(gate: &Gate<'_>) -> Result<Verdict> {
    match policy_server_program(gate)? {
        Ok(server) => tests(gate, "policy_server_itself", &[("POLICY_SERVER", server)]),
        Err(reason) => Ok(Verdict::NotRun(reason)),
    }
}

/// policy-server, or why there is none.
pub(super) fn policy_server_program(gate: &Gate<'_>) -> Result<Result<PathBuf, String>> {
    let reason = "policy-server is not there; POLICY_SERVER names it, or PATH has it";
    Ok(find(gate, "POLICY_SERVER", "policy-server")?.ok_or_else(|| reason.to_owned()))
}

/// Runs the ignored tests of that name, with these programs.
fn tests(gate: &Gate<'_>, name: &str, programs: &[(&str, PathBuf)]) -> Result<Verdict> {
    let shell = gate.shell;
    // The whole workspace, for the same build as in the other steps.
    let tests = cmd!(shell, "cargo test --workspace --test kubewarden -- --ignored {name}");
    gate.run_tests(tests.envs(programs.iter().map(|(variable, path)| (variable, path))))?;
    Ok(Verdict::Passed)
}

/// The program that a variable names, wherever it is called from, or that PATH has. One that is
/// named and cannot be started is for its tests to say.
fn find(gate: &Gate<'_>, variable: &str, name: &str) -> Result<Option<PathBuf>> {
    if let Some(named) = std::env::var_os(variable) {
        let path = PathBuf::from(named);
        let is_path = path.components().count() > 1;
        return Ok(Some(if is_path { std::path::absolute(path)? } else { path }));
    }
    let is_there = cmd!(gate.shell, "{name} --version").quiet().read().is_ok();
    Ok(is_there.then(|| name.into()))
}

/// bats, from npm if it is not installed.
fn bats(gate: &Gate<'_>) -> Option<PathBuf> {
    let shell = gate.shell;
    if cmd!(shell, "bats --version").quiet().read().is_ok() {
        return Some("bats".into());
    }
    let folder = shell.current_dir().join("target/bats");
    let options = ["--silent", "--no-audit", "--no-fund", "--no-save", "--prefix"];
    cmd!(shell, "npm install {options...} {folder} {BATS}").quiet().run().ok()?;
    // The package names no program for npm to link.
    let bats = folder.join("node_modules/bats/bin/bats");
    bats.is_file().then_some(bats)
}

fn no_bats() -> Verdict {
    Verdict::NotRun(format!("bats is not installed, and `npm install {BATS}` brings none"))
}
