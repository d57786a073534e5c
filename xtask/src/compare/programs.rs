//! The programs that are compared: where they come from, how they are called, and what they find.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use xshell::{Shell, cmd};

use crate::{artifacts, repository};

/// The command as it is shipped.
const COMMAND: &str = "dist/ringfence";

/// A program, and how it is called in the folder with `manifests/` and its own rules.
pub(crate) struct Program {
    /// What people type.
    pub(crate) name: &'static str,
    pub(crate) version: String,
    path: PathBuf,
    arguments: &'static [&'static str],
    findings: Findings,
}

/// Reads `namespace/name` of whatever violates from what a program prints.
type Findings = fn(&Value) -> Result<BTreeSet<String>>;

/// What a run took, and whom it found violating.
pub(crate) struct Run {
    pub(crate) took: Duration,
    pub(crate) found: BTreeSet<String>,
}

/// Someone else's program, written in Go.
struct Other {
    name: &'static str,
    /// The folder of the Go module that names its version, the module and the package.
    folder: &'static str,
    module: &'static str,
    package: &'static str,
    arguments: &'static [&'static str],
    findings: Findings,
}

const OTHERS: &[Other] = &[
    Other {
        name: "gator test",
        folder: "e2e/cluster/gatekeeper",
        module: "github.com/open-policy-agent/gatekeeper/v3",
        package: "github.com/open-policy-agent/gatekeeper/v3/cmd/gator",
        arguments: &["test", "-f", "manifests", "-f", "constraints.yaml", "-o", "json"],
        findings: of_gator,
    },
    Other {
        name: "kyverno apply",
        folder: "xtask/compare/kyverno",
        module: "github.com/kyverno/kyverno",
        package: "github.com/kyverno/kyverno/cmd/cli/kubectl-kyverno",
        arguments: &[
            "apply",
            "policy.yaml",
            "-r",
            "manifests",
            "--policy-report",
            "--output-format",
            "json",
        ],
        findings: of_kyverno,
    },
];

/// All that can be built here; what cannot is told, and left out.
pub(crate) fn all(shell: &Shell, is_built: bool) -> Result<Vec<Program>> {
    if !is_built {
        artifacts::build_module(shell)?;
        artifacts::build_command(shell)?;
    }
    let mut programs = vec![ours(shell)?];
    for other in OTHERS {
        match other.build(shell) {
            Ok(program) => programs.push(program),
            Err(error) => println!("{} is left out: {error:#}", other.name),
        }
    }
    Ok(programs)
}

fn ours(shell: &Shell) -> Result<Program> {
    let path = std::path::absolute(shell.current_dir().join(COMMAND))?;
    let version = cmd!(shell, "{path} --version").read()?.replace("ringfence ", "v");
    let arguments = &["check", "manifests", "--settings", "settings.json", "-o", "json"];
    Ok(Program { name: "ringfence check", version, path, arguments, findings: of_ringfence })
}

impl Other {
    /// Where it is built.
    fn path(&self, shell: &Shell) -> Result<PathBuf> {
        let folder = repository::target_folder(shell).join("compare");
        shell.create_dir(&folder)?;
        Ok(std::path::absolute(folder.join(self.name.replace(' ', "-")))?)
    }

    fn build(&self, shell: &Shell) -> Result<Program> {
        let path = self.path(shell)?;
        let _in_its_folder = shell.push_dir(self.folder);
        let (module, package, format) = (self.module, self.package, "{{.Version}}");
        let version = cmd!(shell, "go list -m -f {format} {module}").quiet().read()?;
        println!("building {package} {version}: minutes, unless Go has it in its cache");
        cmd!(shell, "go build -trimpath -o {path} {package}")
            .env("CGO_ENABLED", "0")
            .quiet()
            .run()?;
        let Self { name, arguments, findings, .. } = *self;
        Ok(Program { name, version, path, arguments, findings })
    }
}

/// How often ours is started for one manifest; the middle counts.
const STARTS: usize = 31;

/// What our command takes for one manifest, once it has the compiled module in its cache.
pub(crate) fn start_up(shell: &Shell, folder: &Path) -> Result<Duration> {
    let command = std::path::absolute(shell.current_dir().join(COMMAND))?;
    shell.write_file(folder.join("one.yaml"), super::manifests::manifest(0).text)?;
    let mut times = Vec::new();
    for _ in 0..=STARTS {
        let start = Instant::now();
        let ended = Command::new(&command)
            .args(["check", "one.yaml", "--settings", "settings.json", "--no-config"])
            .current_dir(folder)
            .stdin(Stdio::null())
            .output()
            .with_context(|| command.display().to_string())?;
        times.push(start.elapsed());
        if !matches!(ended.status.code(), Some(0 | 1)) {
            bail!("{}: {}", ended.status, String::from_utf8_lossy(&ended.stderr));
        }
    }
    // The first may have filled the cache.
    times.remove(0);
    times.sort();
    times.get(STARTS / 2).copied().context("no start")
}

impl Program {
    /// Runs it once, as a process; both that something is denied and that nothing is are fine.
    pub(crate) fn run(&self, folder: &Path) -> Result<Run> {
        let output = folder.join("output.json");
        let file = std::fs::File::create(&output).with_context(|| output.display().to_string())?;
        let mut command = Command::new(&self.path);
        command.args(self.arguments).current_dir(folder);
        command.stdin(Stdio::null()).stdout(file).stderr(Stdio::piped());
        let start = Instant::now();
        let ended = command.output().with_context(|| self.path.display().to_string())?;
        let took = start.elapsed();
        if !matches!(ended.status.code(), Some(0 | 1)) {
            bail!("{}: {}: {}", self.name, ended.status, String::from_utf8_lossy(&ended.stderr));
        }
        let text = std::fs::read_to_string(&output)?;
        // Whoever has something else to say says it before.
        let json = text.lines().position(|line| line.starts_with(['{', '[']));
        let json: Vec<&str> = text.lines().skip(json.unwrap_or_default()).collect();
        let said = serde_json::from_str(&json.join("\n"));
        let said = said.with_context(|| format!("{} printed no JSON: {:.200}", self.name, text))?;
        let found = (self.findings)(&said).with_context(|| self.name.to_owned())?;
        Ok(Run { took, found })
    }
}

fn of_ringfence(said: &Value) -> Result<BTreeSet<String>> {
    let summary = &said["summary"];
    if summary["notJudged"] != 0 || summary["unread"] != 0 {
        bail!("not everything was judged: {summary}");
    }
    let all = said["resources"].as_array().context("no `resources`")?;
    all.iter().filter(|it| it["verdict"] == "denied").map(full_name).collect()
}

fn of_gator(said: &Value) -> Result<BTreeSet<String>> {
    // Without any violation it prints `null`.
    let all = said.as_array().map_or(&[][..], Vec::as_slice);
    all.iter().map(|it| full_name(&it["violatingObject"]["metadata"])).collect()
}

fn of_kyverno(said: &Value) -> Result<BTreeSet<String>> {
    let summary = &said["summary"];
    if summary["error"] != 0 || summary["skip"] != 0 {
        bail!("not everything was judged: {summary}");
    }
    let all = said["results"].as_array().context("no `results`")?;
    let failed = all.iter().filter(|it| it["result"] == "fail");
    failed.map(|it| full_name(&it["resources"][0])).collect()
}

fn full_name(object: &Value) -> Result<String> {
    let part =
        |name: &str| object[name].as_str().with_context(|| format!("no `{name}` in {object}"));
    Ok(format!("{}/{}", part("namespace")?, part("name")?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::{agree, write};
    use serde_json::json;

    /// With whatever of the programs is built; `cargo xtask compare` builds them, and compares more.
    #[test]
    fn what_is_built_agrees_with_how_the_manifests_were_made() -> Result<()> {
        let shell = repository::shell()?;
        let folder = std::path::absolute(repository::target_folder(&shell).join("compare/few"))?;
        let expected = write(&shell, &folder, 100)?;
        let others = OTHERS.iter().map(|other| {
            let Other { name, arguments, findings, .. } = *other;
            Ok(Program {
                name,
                version: String::new(),
                path: other.path(&shell)?,
                arguments,
                findings,
            })
        });
        for program in others.chain([ours(&shell)]) {
            match program {
                Ok(program) if program.path.is_file() => {
                    agree(program.name, &program.run(&folder)?.found, &expected)?;
                }
                Ok(Program { name, .. }) => println!("not run: {name} is not built"),
                Err(error) => println!("not run: {error:#}"),
            }
        }
        Ok(())
    }

    #[test]
    fn findings_of_each() -> Result<()> {
        let named = |name: &str| json!({"namespace": "a", "name": name});
        let ringfence = json!({
            "summary": {"notJudged": 0, "unread": 0},
            "resources": [
                {"namespace": "a", "name": "x", "verdict": "denied"},
                {"namespace": "a", "name": "y", "verdict": "accepted"},
            ],
        });
        let gator = json!([{"violatingObject": {"metadata": named("x")}}]);
        let kyverno = json!({
            "summary": {"error": 0, "skip": 0},
            "results": [
                {"result": "fail", "resources": [named("x")]},
                {"result": "pass", "resources": [named("y")]},
            ],
        });
        let expected = BTreeSet::from(["a/x".to_owned()]);
        assert_eq!(of_ringfence(&ringfence)?, expected);
        assert_eq!(of_gator(&gator)?, expected);
        assert_eq!(of_kyverno(&kyverno)?, expected);
        assert_eq!(of_gator(&Value::Null)?, BTreeSet::new());
        assert!(of_ringfence(&json!({"summary": {"notJudged": 1, "unread": 0}})).is_err());
        assert!(of_kyverno(&json!({"summary": {"error": 1, "skip": 0}})).is_err());
        Ok(())
    }
}
