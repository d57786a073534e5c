//! What calls the command elsewhere: hooks of pre-commit, and the GitHub Action, whose scripts run
//! here as a runner would run them.

#[path = "common/mod.rs"]
mod common;
#[path = "common/process.rs"]
mod process;
#[path = "common/program.rs"]
mod program;

use host_test::yaml;
use process::folder;
use program::program;
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

const BAD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: bad}\nspec: {hostPID: true, containers: [{name: a}]}\n";

/// The document in a file of the repository.
fn document(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
    let bytes = std::fs::read(path).expect("a file");
    yaml::read(&bytes, false).remove(0).expect("YAML").to_json()
}

#[test]
fn hooks_call_what_there_is() {
    let hooks = document(".pre-commit-hooks.yaml");
    for hook in hooks.as_array().expect("a list") {
        let entry: Vec<&str> = hook["entry"].as_str().expect("a command").split(' ').collect();
        let (name, arguments) = entry.split_first().expect("a command");
        assert_eq!(*name, "ringfence");
        let here = folder(&[("bad.yaml", BAD)]);
        let module = common::module();
        let further = ["bad.yaml", "--module", module.to_str().expect("a path")];
        let run = process::run(here.path(), &[arguments, &further].concat(), "");
        assert_eq!(run.code, 1, "{}: {}", hook["id"], run.stderr);
        assert!(hook["types_or"].as_array().is_some_and(|types| types.len() == 2), "{hook}");
    }
}

/// The script of a step of the action.
fn script(step: &str) -> String {
    let action = document("action.yml");
    let steps = action["runs"]["steps"].as_array().expect("steps").clone();
    let step = steps.iter().find(|it| it["name"] == step).expect("the step");
    let script = step["run"].as_str().expect("a script");
    assert!(!script.contains("${{"), "what users write is no part of a script");
    script.to_owned()
}

/// Runs a script as GitHub's runner does, in a folder whose `bin` comes first.
fn bash(folder: &Path, script: &str, variables: &[(&str, &str)]) -> Output {
    let path = std::env::var("PATH").unwrap_or_default();
    Command::new("bash")
        .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script])
        .current_dir(folder)
        .env("PATH", format!("{}:{path}", folder.join("bin").display()))
        .env("RUNNER_TEMP", folder)
        .env("GITHUB_PATH", folder.join("path"))
        .env("GITHUB_STEP_SUMMARY", folder.join("summary.md"))
        .env("RUNNER_OS", "Linux")
        .env("RUNNER_ARCH", "X64")
        .envs(variables.iter().copied())
        .output()
        .expect("bash runs")
}

#[test]
fn the_action_checks() {
    let here = folder(&[("a b/bad.yaml", BAD), ("good.yaml", &BAD.replace("true", "false"))]);
    let (command, module) = (env!("CARGO_BIN_EXE_ringfence"), common::module());
    // The option stands before the `--` that ends them.
    let call = "command=$1; shift; exec";
    let call = format!("{call} '{command}' $command --module '{}' \"$@\"", module.display());
    program(here.path(), "ringfence", &call);
    let check = script("Check");
    let variables =
        [("PATHS", "a b\n\ngood.yaml\n"), ("ARGS", "--profile=baseline\n"), ("SARIF", "out.sarif")];
    let output = bash(here.path(), &check, &variables);
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(
        output.status.code(),
        Some(1),
        "{stdout}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(stdout.contains("::error file=a b/bad.yaml,line=4,"), "{stdout}");
    let read = |name: &str| std::fs::read_to_string(here.path().join(name)).expect("a file");
    assert!(
        read("summary.md").contains("2 resources: 1 accepted, 1 denied"),
        "{}",
        read("summary.md")
    );
    let log: Value = serde_json::from_str(&read("out.sarif")).expect("JSON");
    assert_eq!(log["version"], "2.1.0");

    let variables = [("PATHS", "good.yaml"), ("ARGS", "--profile=baseline"), ("SARIF", "")];
    assert_eq!(bash(here.path(), &check, &variables).status.code(), Some(0));
    // A path is never an option.
    let variables = [("PATHS", "--help"), ("ARGS", ""), ("SARIF", "")];
    let output = bash(here.path(), &check, &variables);
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn the_action_installs_what_its_checksum_is_of() {
    let here =
        folder(&[("release/ringfence", "the command"), ("release/policy.wasm", "the module")]);
    let name = "ringfence-x86_64-unknown-linux-gnu.tar.gz";
    let pack = format!(
        "cd release && tar -czf {name} ringfence policy.wasm && sha256sum {name} > {name}.sha256"
    );
    assert!(bash(here.path(), &pack, &[]).status.success());
    let release = here.path().join("release");
    let curl = format!(
        "for url; do :; done; case $url in https://github.com/ringfence-dev/ringfence/releases/download/v1.2.3/*) cp '{}'/$(basename $url) . ;; *) exit 22 ;; esac",
        release.display()
    );
    program(here.path(), "curl", &curl);
    let install = script("Install");
    let with = |version: &str| bash(here.path(), &install, &[("VERSION", version)]);
    assert!(with("v1.2.3").status.success());
    let folder = std::fs::read_to_string(here.path().join("path")).expect("GITHUB_PATH");
    assert_eq!(
        std::fs::read_to_string(Path::new(folder.trim()).join("ringfence")).expect("the command"),
        "the command"
    );
    for version in ["main", "", "972e583"] {
        let output = with(version);
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stdout).contains("is no release"));
    }
    assert_eq!(with("v9.9.9").status.code(), Some(22));
    let other = bash(here.path(), &install, &[("VERSION", "v1.2.3"), ("RUNNER_ARCH", "ARM64")]);
    assert_eq!(other.status.code(), Some(2));
    std::fs::write(release.join(name), "something else").expect("a file");
    assert!(!with("v1.2.3").status.success());
}

/// What the action downloads is what the release uploads.
#[test]
fn the_release_has_what_the_action_wants() {
    let release = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../.github/workflows/release.yml"),
    );
    let release = release.expect("the workflow");
    assert!(
        release
            .contains("tar -czf ringfence-x86_64-unknown-linux-gnu.tar.gz ringfence policy.wasm")
    );
    assert!(release.contains("> ringfence-x86_64-unknown-linux-gnu.tar.gz.sha256"));
    assert!(release.contains("dist/ringfence-x86_64-unknown-linux-gnu.tar.gz*"));
}
