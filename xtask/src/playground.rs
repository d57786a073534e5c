//! `cargo xtask playground`: the rules for JavaScript, and the page that runs them.

use std::path::Path;

use anyhow::{Context, Result, bail};
use xshell::{Shell, cmd};

use crate::{repository, wasm_target};

const TARGET: &str = "wasm32-unknown-unknown";

/// Where the npm package and the page are.
const FOLDER: &str = "playground";

/// The oldest Node that runs the scripts and the tests.
const NODE: u32 = 20;

/// Builds playground/policy/dist, the npm package, and playground/dist, the page.
pub(crate) fn build(shell: &Shell) -> Result<()> {
    if let Some(reason) = missing_node(shell) {
        bail!("{reason}");
    }
    module(shell)?;
    let _in_its_folder = shell.push_dir(FOLDER);
    install(shell)?;
    cmd!(shell, "npm run --silent build").run().context("cannot build the page")
}

/// Why the scripts cannot run.
pub(crate) fn missing_node(shell: &Shell) -> Option<String> {
    let Ok(version) = cmd!(shell, "node --version").quiet().ignore_stderr().read() else {
        return Some("node is not installed; version 20 or later is needed".to_owned());
    };
    let major = version.trim_start_matches('v').split('.').next();
    let is_new_enough = major.and_then(|major| major.parse::<u32>().ok()) >= Some(NODE);
    (!is_new_enough).then(|| format!("node is {version}; version {NODE} or later is needed"))
}

/// Why the tests in a browser cannot run.
pub(crate) fn missing_chromium(shell: &Shell) -> Option<String> {
    let chromium = chromium();
    let is_there = cmd!(shell, "{chromium} --version").quiet().ignore_stderr().read().is_ok();
    (!is_there).then(|| {
        "chromium is not installed: `apt-get install chromium`, or CHROMIUM names it".to_owned()
    })
}

fn chromium() -> String {
    std::env::var("CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".to_owned())
}

/// Checks the types and runs the tests that need Node alone, on what was built.
pub(crate) fn test(shell: &Shell) -> Result<()> {
    let _in_its_folder = shell.push_dir(FOLDER);
    cmd!(shell, "npm run --silent check").run().context("the types do not fit")?;
    cmd!(shell, "npm run --silent test").run().context("tests of the playground failed")
}

/// Runs the tests in a browser, on what was built.
pub(crate) fn test_in_chromium(shell: &Shell) -> Result<()> {
    let _in_its_folder = shell.push_dir(FOLDER);
    cmd!(shell, "npm run --silent test:browser")
        .env("CHROMIUM", chromium())
        .run()
        .context("tests of the playground in Chromium failed")
}

/// Builds the module and what wasm-bindgen makes of it: playground/policy/src/wasm.
fn module(shell: &Shell) -> Result<()> {
    wasm_target::ensure(shell, &[TARGET.to_owned()])?;
    // As for the module of clusters: panic messages would tell where the builder keeps crates.
    let crates = repository::unpacked_crates()?;
    let remap =
        format!("target.{TARGET}.rustflags=['--remap-path-prefix={}=/crates']", crates.display());
    cmd!(
        shell,
        "cargo build --profile browser --target {TARGET} -p ringfence-browser --config {remap}"
    )
    .env_remove("RUSTFLAGS")
    .env_remove("CARGO_ENCODED_RUSTFLAGS")
    .run()
    .context("cannot build the module for browsers")?;
    let built =
        repository::target_folder(shell).join(TARGET).join("browser/ringfence_browser.wasm");
    let folder = Path::new(FOLDER).join("policy/src/wasm");
    cmd!(
        shell,
        "cargo run --quiet -p ringfence-browser-package -- {built} docs/settings.schema.json {folder}"
    )
    .run()
    .context("cannot make JavaScript of the module")
}

/// Brings the packages of the lock file, unless they are there.
fn install(shell: &Shell) -> Result<()> {
    let lock = shell.read_file("package-lock.json")?;
    let stamp = "node_modules/.installed-lock";
    if shell.read_file(stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    cmd!(shell, "npm ci --no-audit --no-fund --loglevel error")
        .run()
        .context("`npm ci` brings the packages of playground/package-lock.json")?;
    shell.write_file(stamp, lock)?;
    Ok(())
}
