//! The steps, in the order they run: what is quick to say no comes first.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use xshell::{Shell, cmd};

use super::oracles::{self, POD_SECURITY};
use super::{Gate, Verdict, kubernetes, kubewarden};
use crate::documented::{self, Count};
use crate::{artifacts, debian, demo, package, playground, repository, wasm_target, workflows};

/// One step of the gate.
pub(super) struct Step {
    pub(super) name: &'static str,
    /// The steps without whose products this one cannot judge.
    pub(super) needs: &'static [&'static str],
    pub(super) run: fn(&Gate<'_>) -> Result<Verdict>,
}

impl Step {
    const fn new(name: &'static str, run: fn(&Gate<'_>) -> Result<Verdict>) -> Self {
        let needs = &[];
        Self { name, needs, run }
    }

    const fn after(self, needs: &'static [&'static str]) -> Self {
        Self { needs, ..self }
    }

    /// Whether `name` means this step: its whole name, or a part of it unless
    /// that is the whole name of another.
    pub(super) fn answers_to(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        let is_whole = |step: &Self| step.name.to_lowercase() == name;
        if STEPS.iter().any(is_whole) {
            return is_whole(self);
        }
        self.name.to_lowercase().contains(&name)
    }
}

const MODULE: &str = "module";

/// Part of the names of the tests that talk to Debian's `docker-registry`, and of those that have
/// cosign do it.
const REGISTRY: &str = "docker_registry";
const COSIGN: &str = "cosign_";

/// All of them.
pub(super) const STEPS: &[Step] = &[
    Step::new("fmt", fmt),
    Step::new("clippy", clippy),
    Step::new(MODULE, module),
    Step::new("reproducible package", package_again).after(&[MODULE]),
    Step::new("unit, case and property tests", unit_tests).after(&[MODULE]),
    Step::new("cases through the module", cases).after(&[MODULE]),
    Step::new("demo", judge_examples).after(&[MODULE]),
    Step::new("PSA oracle", oracles::pod_security).after(&[MODULE]),
    Step::new("network oracle", oracles::network),
    Step::new("RBAC oracle", oracles::rbac),
    Step::new("seccomp oracle", oracles::seccomp),
    Step::new("Rego", oracles::rego).after(&[MODULE]),
    Step::new("Gatekeeper's client", oracles::gatekeeper).after(&[MODULE]),
    Step::new("Helm chart", oracles::chart).after(&[MODULE]),
    Step::new("registry", registry).after(&[MODULE]),
    Step::new("cosign", cosign),
    Step::new("workflows", workflows_are_valid),
    Step::new("kwctl's script", kubewarden::script).after(&[MODULE]),
    Step::new("kwctl", kubewarden::kwctl).after(&[MODULE]),
    Step::new("policy-server", kubewarden::policy_server).after(&[MODULE]),
    Step::new("API server: scan", kubernetes::scan).after(&[MODULE]),
    Step::new("API server: webhook", kubernetes::webhook).after(&[MODULE]),
    Step::new("API server: policy-server", kubernetes::policy_server).after(&[MODULE]),
    Step::new("API server: Gatekeeper", kubernetes::gatekeeper).after(&[MODULE]),
    Step::new("API server: Kyverno", kubernetes::kyverno).after(&[MODULE]),
    Step::new("playground", playground).after(&[MODULE]),
    Step::new("playground in Chromium", playground_in_chromium).after(&["playground"]),
    Step::new("fuzz, bounded", fuzz),
    Step::new("documented commands", documented_commands).after(&[MODULE]),
];

fn fmt(gate: &Gate<'_>) -> Result<Verdict> {
    let shell = gate.shell;
    if let Some(reason) = missing_component(shell, "fmt", "rustfmt") {
        return Ok(Verdict::NotRun(reason));
    }
    cmd!(shell, "cargo fmt --all --check").run().context("run `cargo fmt --all`")?;
    Ok(Verdict::Passed)
}

fn clippy(gate: &Gate<'_>) -> Result<Verdict> {
    let shell = gate.shell;
    if let Some(reason) = missing_component(shell, "clippy", "clippy") {
        return Ok(Verdict::NotRun(reason));
    }
    cmd!(shell, "cargo clippy --workspace --all-targets -- -D warnings").run()?;
    let target = wasm_target::MODULE_TARGET;
    wasm_target::ensure(shell, &[target.to_owned()])?;
    cmd!(shell, "cargo clippy -p ringfence-kubewarden --target {target} -- -D warnings").run()?;
    Ok(Verdict::Passed)
}

fn workflows_are_valid(gate: &Gate<'_>) -> Result<Verdict> {
    Ok(workflows::check(gate.shell)?.map_or(Verdict::Passed, Verdict::NotRun))
}

/// Why `cargo <command>` cannot run even after asking rustup for its component.
fn missing_component(shell: &Shell, command: &str, component: &str) -> Option<String> {
    let is_there = || cmd!(shell, "cargo {command} --version").quiet().read().is_ok();
    if is_there() {
        return None;
    }
    let added = cmd!(shell, "rustup component add {component}").run();
    (added.is_err() || !is_there()).then(|| {
        format!("{component} is not installed and `rustup component add {component}` cannot add it")
    })
}

fn module(gate: &Gate<'_>) -> Result<Verdict> {
    artifacts::build_module(gate.shell)?;
    package::run(gate.shell)?;
    artifacts::build_command(gate.shell)?;
    Ok(Verdict::Passed)
}

fn package_again(gate: &Gate<'_>) -> Result<Verdict> {
    package::again(gate.shell)?;
    Ok(Verdict::Passed)
}

fn unit_tests(gate: &Gate<'_>) -> Result<Verdict> {
    let shell = gate.shell;
    // The whole workspace in this step and in those of the oracle and the registry: another
    // selection of packages is another selection of features, and wasmtime would be built twice.
    gate.run_tests(cmd!(
        shell,
        "cargo test --workspace --no-fail-fast -- --skip {POD_SECURITY} --skip {REGISTRY} --skip {COSIGN}"
    ))?;
    Ok(Verdict::Passed)
}

fn cases(gate: &Gate<'_>) -> Result<Verdict> {
    let shell = gate.shell;
    cmd!(shell, "dist/ringfence test cases/").run()?;
    Ok(Verdict::Passed)
}

fn judge_examples(gate: &Gate<'_>) -> Result<Verdict> {
    match demo::judge(gate.shell)? {
        1 => Ok(Verdict::Passed),
        code => bail!(
            "judging the examples ended with exit code {code} instead of 1: some of them are \
             wrong on purpose and must be denied"
        ),
    }
}

fn registry(gate: &Gate<'_>) -> Result<Verdict> {
    let shell = gate.shell;
    if let Some(reason) = missing_registry(shell) {
        return Ok(Verdict::NotRun(reason));
    }
    gate.run_tests(cmd!(
        shell,
        "cargo test --workspace --test registry --test registry_signatures --test registry_publish --test registry_command --no-fail-fast -- {REGISTRY}"
    ))?;
    Ok(Verdict::Passed)
}

fn cosign(gate: &Gate<'_>) -> Result<Verdict> {
    let shell = gate.shell;
    if let Some(reason) = missing_registry(shell) {
        return Ok(Verdict::NotRun(reason));
    }
    let cosign = match installed_or_fetched(shell, "cosign", "version") {
        Ok(cosign) => cosign,
        Err(error) => return Ok(Verdict::NotRun(format!("there is no cosign: {error:#}"))),
    };
    gate.run_tests(
        cmd!(shell, "cargo test --workspace --test registry_signatures --no-fail-fast -- {COSIGN}")
            .env("COSIGN", cosign),
    )?;
    Ok(Verdict::Passed)
}

fn missing_registry(shell: &Shell) -> Option<String> {
    let is_there = cmd!(shell, "docker-registry --version").quiet().ignore_stdout().run().is_ok();
    (!is_there)
        .then(|| "docker-registry is not installed: `apt-get install docker-registry`".to_owned())
}

/// A tool on the path, or the one of a Debian package by its name, which is not installed for it.
fn installed_or_fetched(shell: &Shell, tool: &str, says: &str) -> Result<PathBuf> {
    if cmd!(shell, "{tool} {says}").quiet().ignore_stdout().ignore_stderr().run().is_ok() {
        return Ok(tool.into());
    }
    let work = repository::target_folder(shell).join("setup");
    let fetched = debian::fetch_tool(shell, &work, tool)?.join("usr/bin").join(tool);
    cmd!(shell, "{fetched} {says}").quiet().ignore_stdout().ignore_stderr().run()?;
    Ok(fetched)
}

fn playground(gate: &Gate<'_>) -> Result<Verdict> {
    let shell = gate.shell;
    if let Some(reason) = playground::missing_node(shell) {
        return Ok(Verdict::NotRun(reason));
    }
    playground::build(shell)?;
    let _in_its_folder = shell.push_dir(playground::FOLDER);
    cmd!(shell, "npm run --silent check").run().context("the types do not fit")?;
    gate.run_tests(cmd!(shell, "npm run --silent test"))?;
    Ok(Verdict::Passed)
}

fn playground_in_chromium(gate: &Gate<'_>) -> Result<Verdict> {
    let shell = gate.shell;
    if let Some(reason) = playground::missing_node(shell) {
        return Ok(Verdict::NotRun(reason));
    }
    let Some(chromium) = playground::chromium(shell) else {
        let reason = "chromium is not installed: `apt-get install chromium`, or CHROMIUM names it";
        return Ok(Verdict::NotRun(reason.into()));
    };
    let _in_its_folder = shell.push_dir(playground::FOLDER);
    gate.run_tests(cmd!(shell, "npm run --silent test:browser").env("CHROMIUM", chromium))?;
    Ok(Verdict::Passed)
}

fn fuzz(gate: &Gate<'_>) -> Result<Verdict> {
    let shell = gate.shell;
    let is_there = || cmd!(shell, "cargo fuzz --version").quiet().read().is_ok();
    if !is_there() && cmd!(shell, "cargo install cargo-fuzz --locked").run().is_err() {
        return Ok(Verdict::NotRun(
            "cargo-fuzz is not installed and `cargo install cargo-fuzz --locked` failed".to_owned(),
        ));
    }
    let targets = cmd!(shell, "cargo fuzz list").read()?;
    if targets.trim().is_empty() {
        bail!("`cargo fuzz list` names no target");
    }
    let seconds = gate.fuzz_seconds.to_string();
    for target in targets.lines() {
        // Instrumenting is for nightly only, unless asked like this. The address
        // sanitizer needs more than that, and finds little without `unsafe`.
        let (corpus, seeds) = (format!("fuzz/corpus/{target}"), format!("fuzz/seeds/{target}"));
        shell.create_dir(&corpus)?;
        cmd!(
            shell,
            "cargo fuzz run {target} {corpus} {seeds} --sanitizer none -- -dict=fuzz/keys.dict -timeout=25 -max_total_time={seconds} -verbosity=0 -print_final_stats=1"
        )
        .env("RUSTC_BOOTSTRAP", "1")
        .run()
        .with_context(|| format!("the fuzz target {target} found a failure"))?;
    }
    Ok(Verdict::Passed)
}

fn documented_commands(gate: &Gate<'_>) -> Result<Verdict> {
    let Count { passed, failed, not_run } = documented::run(gate.shell)?;
    let tally = &mut gate.seen.borrow_mut().tally;
    tally.passed += passed;
    tally.failed += failed;
    tally.ignored += not_run;
    println!("{passed} blocks did what they say; {not_run} were not run, as told above");
    if failed > 0 {
        bail!("{failed} commands of the documentation do not do what they say, as told above");
    }
    Ok(Verdict::Passed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Vec<&str> {
        let steps = STEPS.iter().filter(|step| step.answers_to(name));
        steps.map(|step| step.name).collect()
    }

    #[test]
    fn a_whole_name_wins_over_a_part() {
        assert_eq!(named("module"), ["module"]);
        assert_eq!(named("psa"), ["PSA oracle"]);
        assert_eq!(named("cases"), ["cases through the module"]);
        assert!(named("nothing").is_empty());
    }

    #[test]
    fn names_are_unique_and_needs_come_earlier() {
        for (index, step) in STEPS.iter().enumerate() {
            let earlier: Vec<_> = STEPS[..index].iter().map(|step| step.name).collect();
            assert!(!earlier.contains(&step.name), "{}", step.name);
            for needed in step.needs {
                assert!(earlier.contains(needed), "{} needs {needed}", step.name);
            }
        }
    }
}
