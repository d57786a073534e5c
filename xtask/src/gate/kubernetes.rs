//! The steps that have a real API server ask the policy: etcd, kube-apiserver, Gatekeeper and
//! Kyverno, built from the Go module proxy and kept in the target folder.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use super::{Gate, Verdict, kubewarden};
use crate::repository;

/// Part of the names of these steps.
pub(crate) const STEPS: &str = "API server";

/// A Go program, of a folder of `e2e/cluster`.
struct Program {
    name: &'static str,
    folder: &'static str,
    package: &'static str,
    /// What the linker writes into it: servers that do not know their version are not believed.
    linker: &'static str,
}

const KUBERNETES: &str = "-s -w -X k8s.io/component-base/version.gitVersion=v1.36.3 -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=36";
const STRIPPED: &str = "-s -w";

const CONTROL_PLANE: &[Program] = &[
    Program {
        name: "etcd",
        folder: "etcd",
        package: "go.etcd.io/etcd/server/v3",
        linker: STRIPPED,
    },
    Program {
        name: "kube-apiserver",
        folder: "kubernetes",
        package: "k8s.io/kubernetes/cmd/kube-apiserver",
        linker: KUBERNETES,
    },
    Program {
        name: "kubectl",
        folder: "kubernetes",
        package: "k8s.io/kubernetes/cmd/kubectl",
        linker: KUBERNETES,
    },
];

/// Who stands between the API server and the provider, and what the tests need of its module.
struct Engine {
    program: Program,
    module: &'static str,
    /// A path in the module, and the variable that names it.
    manifests: (&'static str, &'static str),
}

const GATEKEEPER: Engine = Engine {
    program: Program {
        name: "gatekeeper",
        folder: "gatekeeper",
        package: "github.com/open-policy-agent/gatekeeper/v3",
        linker: STRIPPED,
    },
    module: "github.com/open-policy-agent/gatekeeper/v3",
    manifests: ("RINGFENCE_E2E_GATEKEEPER_MANIFESTS", "deploy/gatekeeper.yaml"),
};

const KYVERNO: Engine = Engine {
    program: Program {
        name: "kyverno",
        folder: "kyverno",
        package: "github.com/kyverno/kyverno/cmd/kyverno",
        linker: STRIPPED,
    },
    module: "github.com/kyverno/kyverno",
    manifests: ("RINGFENCE_E2E_KYVERNO_MANIFESTS", "config"),
};

/// A ValidatingWebhookConfiguration that points at the provider.
pub(super) fn webhook(gate: &Gate<'_>) -> Result<Verdict> {
    run(gate, "webhook_", None, Vec::new())
}

/// One that points at policy-server.
pub(super) fn policy_server(gate: &Gate<'_>) -> Result<Verdict> {
    match kubewarden::policy_server_program(gate)? {
        Ok(program) => run(gate, "policy_server_objects", None, vec![("POLICY_SERVER", program)]),
        Err(reason) => Ok(Verdict::NotRun(reason)),
    }
}

/// Gatekeeper with template, constraints and provider.
pub(super) fn gatekeeper(gate: &Gate<'_>) -> Result<Verdict> {
    run(gate, "gatekeeper_", Some(&GATEKEEPER), Vec::new())
}

/// Kyverno with its policy and the provider.
pub(super) fn kyverno(gate: &Gate<'_>) -> Result<Verdict> {
    run(gate, "kyverno_", Some(&KYVERNO), Vec::new())
}

/// Runs the tests of that name with the control plane, and an engine.
fn run(
    gate: &Gate<'_>,
    tests: &str,
    engine: Option<&Engine>,
    mut variables: Vec<(&'static str, PathBuf)>,
) -> Result<Verdict> {
    let shell = gate.shell;
    if gate.build_limit.is_some() {
        let reason =
            "a control plane takes long to build; `cargo xtask e2e` builds it and runs this";
        return Ok(Verdict::NotRun(reason.into()));
    }
    if cmd!(shell, "go version").quiet().read().is_err() {
        return Ok(Verdict::NotRun("go is not installed, and the servers are Go programs".into()));
    }
    let mut named: Vec<(String, PathBuf)> = Vec::new();
    for program in CONTROL_PLANE.iter().chain(engine.map(|engine| &engine.program)) {
        match program.get(shell, gate.build_limit)? {
            Some(path) => named.push((program.variable(), path)),
            None => return Ok(Verdict::NotRun(program.is_late(gate.build_limit))),
        }
    }
    if let Some(Engine { program, module, manifests: (variable, path) }) = engine {
        let _in_its_folder = shell.push_dir(program.sources());
        let format = "{{.Dir}}";
        let folder = cmd!(shell, "go list -m -f {format} {module}").read()?;
        variables.push((variable, Path::new(&folder).join(path)));
    }
    variables.push(("RINGFENCE_E2E_PROVIDER", provider(shell)?));
    // Most of the time is spent waiting, for what is to be noticed.
    gate.run_tests(
        cmd!(
            shell,
            "cargo test --workspace --test kubernetes -- --ignored --nocapture --test-threads 2 {tests}"
        )
        .envs(named)
        .envs(variables)
        .env("RUST_BACKTRACE", "0"),
    )?;
    Ok(Verdict::Passed)
}

/// The provider, as the tests of the workspace build it.
fn provider(shell: &Shell) -> Result<PathBuf> {
    cmd!(shell, "cargo test --quiet --workspace --test server --test kubernetes --no-run").run()?;
    let path = repository::target_folder(shell).join("debug/ringfence-provider");
    ensure!(path.is_file(), "the build left no {}", path.display());
    Ok(std::path::absolute(path)?)
}

impl Program {
    fn variable(&self) -> String {
        format!("RINGFENCE_E2E_{}", self.name.to_uppercase().replace('-', "_"))
    }

    fn sources(&self) -> PathBuf {
        Path::new("e2e/cluster").join(self.folder)
    }

    /// Where it is: in the folder that `KUBEBUILDER_ASSETS` names, as for envtest, or built. Nothing
    /// if the build takes longer than it may.
    fn get(&self, shell: &Shell, limit: Option<Duration>) -> Result<Option<PathBuf>> {
        if let Some(folder) = std::env::var_os("KUBEBUILDER_ASSETS") {
            let ready = std::path::absolute(Path::new(&folder).join(self.name))?;
            if ready.is_file() {
                return Ok(Some(ready));
            }
        }
        let built = repository::target_folder(shell).join("cluster").join(self.name);
        let built = std::path::absolute(built)?;
        let sources = shell.current_dir().join(self.sources());
        if is_newer(&built, &sources.join("go.mod")) && is_newer(&built, &sources.join("go.sum")) {
            return Ok(Some(built));
        }
        println!("building {}: minutes, unless Go has most of it in its cache", self.name);
        let mut go = Command::new("go");
        go.args(["build", "-trimpath", "-ldflags", self.linker, "-o"])
            .arg(&built)
            .arg(self.package)
            .current_dir(&sources)
            .env("CGO_ENABLED", "0");
        Ok(finished(&mut go, limit)
            .with_context(|| format!("cannot build {}", self.name))?
            .then_some(built))
    }

    fn is_late(&self, limit: Option<Duration>) -> String {
        let minutes = limit.unwrap_or_default().as_secs() / 60;
        format!(
            "building {} takes longer than {minutes} minutes; `cargo xtask e2e` takes its time, and what is built is kept",
            self.name
        )
    }
}

/// Whether a file was written after another.
fn is_newer(file: &Path, than: &Path) -> bool {
    let time = |path: &Path| -> Option<SystemTime> { path.metadata().ok()?.modified().ok() };
    time(file).is_some_and(|built| time(than).is_some_and(|changed| built >= changed))
}

/// Runs a command; whether it finished in time.
fn finished(command: &mut Command, limit: Option<Duration>) -> Result<bool> {
    let started = Instant::now();
    let mut child = command.spawn()?;
    loop {
        if let Some(status) = child.try_wait()? {
            ensure!(status.success(), "{command:?}: {status}");
            return Ok(true);
        }
        if limit.is_some_and(|limit| started.elapsed() > limit) {
            child.kill()?;
            child.wait()?;
            return Ok(false);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_that_takes_too_long_is_given_up() -> Result<()> {
        let limit = Some(Duration::from_millis(200));
        assert!(!finished(Command::new("sleep").arg("60"), limit)?);
        assert!(finished(&mut Command::new("true"), limit)?);
        assert!(finished(&mut Command::new("false"), None).is_err());
        Ok(())
    }

    #[test]
    fn what_is_not_there_is_not_newer() {
        let there = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        assert!(is_newer(&there, &there));
        assert!(!is_newer(&there.join("no"), &there) && !is_newer(&there, &there.join("no")));
    }
}
