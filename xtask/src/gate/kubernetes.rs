//! The steps that have a real API server ask the policy: etcd, kube-apiserver, Gatekeeper and
//! Kyverno, built from the Go module proxy and kept in the target folder.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, Result, bail, ensure};
use xshell::{Shell, cmd};

use super::{Gate, Verdict, kubewarden};
use crate::{artifacts, repository};

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

/// The command that scans it.
pub(super) fn scan(gate: &Gate<'_>) -> Result<Verdict> {
    artifacts::build_command(gate.shell)?;
    let command = std::path::absolute(gate.shell.current_dir().join("dist/ringfence"))?;
    run(gate, "scan_", None, vec![("RINGFENCE_E2E_RINGFENCE", command)])
}

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
    if cmd!(shell, "go version").quiet().read().is_err() {
        return Ok(Verdict::NotRun("go is not installed, and the servers are Go programs".into()));
    }
    let mut named: Vec<(String, PathBuf)> = Vec::new();
    for program in CONTROL_PLANE.iter().chain(engine.map(|engine| &engine.program)) {
        match program.get(shell)? {
            Ok(path) => named.push((program.variable(), path)),
            Err(reason) => return Ok(Verdict::NotRun(reason)),
        }
    }
    if let Some(Engine { program, module, manifests: (variable, path) }) = engine {
        let _in_its_folder = shell.push_dir(program.sources());
        let format = "{{.Dir}}";
        let folder = cmd!(shell, "go list -m -f {format} {module}").read()?;
        variables.push((variable, Path::new(&folder).join(path)));
    }
    variables.push(("RINGFENCE_E2E_PROVIDER", provider(shell)?));
    // One after the other: engines and API server give up on what takes seconds.
    gate.run_tests(
        cmd!(
            shell,
            "cargo test --workspace --test kubernetes -- --ignored --nocapture --test-threads 1 {tests}"
        )
        .envs(named)
        .envs(variables)
        .env("RUST_BACKTRACE", "0"),
    )?;
    Ok(Verdict::Passed)
}

/// The provider, as the tests of the workspace build it.
pub(crate) fn provider(shell: &Shell) -> Result<PathBuf> {
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

    /// Where it is: in the folder that `KUBEBUILDER_ASSETS` names, as for envtest, or built. Else why
    /// its sources cannot be had.
    fn get(&self, shell: &Shell) -> Result<Result<PathBuf, String>> {
        if let Some(folder) = std::env::var_os("KUBEBUILDER_ASSETS") {
            let ready = std::path::absolute(Path::new(&folder).join(self.name))?;
            if ready.is_file() {
                return Ok(Ok(ready));
            }
        }
        let built = repository::target_folder(shell).join("cluster").join(self.name);
        let built = std::path::absolute(built)?;
        let sources = shell.current_dir().join(self.sources());
        if is_newer(&built, &sources.join("go.mod")) && is_newer(&built, &sources.join("go.sum")) {
            return Ok(Ok(built));
        }
        let go = |arguments: &[&str]| {
            let mut go = Command::new("go");
            go.args(arguments).arg(self.package).current_dir(&sources).env("CGO_ENABLED", "0");
            go
        };
        // Looks at every package, and so brings every module that is not there yet.
        if let Some(reason) = self.missing_sources(&mut go(&["list", "-deps", "-f", "{{/**/}}"]))? {
            return Ok(Err(reason));
        }
        println!("building {}: minutes, unless Go has most of it in its cache", self.name);
        let output = built.to_str().context("the target folder's path is not UTF-8")?;
        let status = go(&["build", "-trimpath", "-ldflags", self.linker, "-o", output]).status()?;
        ensure!(status.success(), "cannot build {}: {status}", self.name);
        Ok(Ok(built))
    }

    /// Why modules cannot be had, if they cannot. Whatever else is wrong with them is an error.
    fn missing_sources(&self, list: &mut Command) -> Result<Option<String>> {
        let output = list.output()?;
        if output.status.success() {
            return Ok(None);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        match said.lines().find(|line| is_unreachable(line)) {
            Some(line) => {
                Ok(Some(format!("the sources of {} cannot be fetched: {}", self.name, line.trim())))
            }
            None => bail!("cannot build {}: {}", self.name, said.trim()),
        }
    }
}

/// Whether Go says that it cannot have a module from where modules come from.
fn is_unreachable(line: &str) -> bool {
    ["Get \"http", "reading http", "GOPROXY=off", "git ls-remote", "git fetch"]
        .iter()
        .any(|words| line.contains(words))
}

/// Whether a file was written after another.
fn is_newer(file: &Path, than: &Path) -> bool {
    let time = |path: &Path| -> Option<SystemTime> { path.metadata().ok()?.modified().ok() };
    time(file).is_some_and(|built| time(than).is_some_and(|changed| built >= changed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_fetched_is_told_from_what_is_wrong() -> Result<()> {
        let says = |text: &str| {
            let mut shell = Command::new("sh");
            shell.args(["-c", "echo go: downloading >&2; echo \"$0\" >&2; exit 1", text]);
            CONTROL_PLANE[0].missing_sources(&mut shell)
        };
        for text in [
            "go: a@v1: Get \"https://proxy.example/a/@v/v1.zip\": dial tcp: no such host",
            "a.go:3:2: a@v1: reading https://proxy.example/a/@v/v1.zip: 403 Forbidden",
            "a.go:3:2: module lookup disabled by GOPROXY=off",
        ] {
            let reason = says(text)?.context("a reason")?;
            assert!(
                reason.starts_with("the sources of etcd") && reason.ends_with(text),
                "{reason}"
            );
        }
        assert!(says("a.go:3:2: missing go.sum entry for module providing package a").is_err());
        assert!(CONTROL_PLANE[0].missing_sources(&mut Command::new("true"))?.is_none());
        Ok(())
    }

    #[test]
    fn what_is_not_there_is_not_newer() {
        let there = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        assert!(is_newer(&there, &there));
        assert!(!is_newer(&there.join("no"), &there) && !is_newer(&there, &there.join("no")));
    }
}
