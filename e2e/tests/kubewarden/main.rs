//! Kubewarden's own hosts against this project's: the same requests, the same responses.
//!
//! Every request goes through `host`. Where `KWCTL` and `POLICY_SERVER` name the real programs (or
//! PATH has them), they get it too, and their responses are compared byte by byte. These tests are
//! ignored unless asked for, as `cargo xtask test` does where the programs are.

mod kwctl;
mod requests;
mod script;
mod server;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context, Result, ensure};
use e2e::kubewarden::annotate;
use ringfence_host::{Cache, HostCapabilities, Options, Policy};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The modules that the hosts run.
struct Modules {
    /// Kept for its files.
    folder: TempDir,
    policy: PathBuf,
    /// The policy of `kubewarden/asks.wat`, with the grant it needs in its annotations.
    asking: PathBuf,
}

impl Modules {
    fn make() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let named = std::env::var_os("RINGFENCE_MODULE").map(PathBuf::from);
        let built = named.unwrap_or_else(|| e2e::workspace().join("dist/policy.wasm"));
        let module = std::fs::read(&built).with_context(|| {
            format!("no module at {}: `cargo xtask build` makes it", built.display())
        })?;
        // policy-server runs annotated modules only. One that is annotated stays as it is.
        let module = annotate(&module, &metadata(true, &json!([]))).unwrap_or(module);
        let policy = folder.path().join("policy.wasm");
        std::fs::write(&policy, module)?;
        let asking = folder.path().join("asking.wasm");
        let module = wat::parse_file(file("asks.wat"))?;
        let grants = json!([{"apiVersion": "v1", "kind": "Namespace"}]);
        std::fs::write(&asking, annotate(&module, &metadata(false, &grants))?)?;
        Ok(Self { folder, policy, asking })
    }

    fn load(path: &Path, capabilities: HostCapabilities) -> Result<Policy> {
        let options = Options { capabilities, cache: Cache::Default, ..Options::default() };
        Ok(Policy::from_file(path, &options)?)
    }
}

fn metadata(mutating: bool, grants: &Value) -> Value {
    json!({
        "protocolVersion": "v1",
        "rules": [{
            "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"],
            "operations": ["CREATE", "UPDATE"],
        }],
        "annotations": {"io.kubewarden.policy.title": "ringfence"},
        "mutating": mutating,
        "backgroundAudit": true,
        "executionMode": "kubewarden-wapc",
        "policyType": "kubernetes",
        "contextAwareResources": grants,
    })
}

/// A file of `e2e/kubewarden`.
fn file(name: &str) -> PathBuf {
    e2e::workspace().join("e2e/kubewarden").join(name)
}

fn read(name: &str) -> Result<Value> {
    Ok(serde_json::from_slice(&std::fs::read(file(name))?)?)
}

/// The program that a variable names, or the one on the PATH.
fn program(variable: &str, name: &str) -> PathBuf {
    std::env::var_os(variable).map_or_else(|| name.into(), PathBuf::from)
}

/// The program that stands in for the real ones.
fn stand_in() -> &'static str {
    env!("CARGO_BIN_EXE_kubewarden-stand-in")
}

/// A command whose errors have no backtrace in them.
fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env_remove("RUST_BACKTRACE").env_remove("STAND_IN_LIES");
    command
}

/// Checks that two did not respond alike, and not that something else went wrong.
fn differ(compared: Result<()>) -> Result<()> {
    let error = compared.err().context("wrong verdicts are taken for right ones")?;
    ensure!(format!("{error:#}").contains("accepted.json under {}"), "{error:#}");
    Ok(())
}

fn succeed(command: &mut Command) -> Result<Output> {
    let output = command.output().with_context(|| format!("cannot run {command:?}"))?;
    ensure!(
        output.status.success(),
        "{command:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(output)
}
