//! `cargo xtask playground`: the rules for JavaScript, and the page that runs them.

use std::path::Path;

use anyhow::{Context, Result, bail};
use xshell::{Shell, cmd};

use crate::{repository, wasm_target};

const TARGET: &str = "wasm32-unknown-unknown";

/// Where the npm package and the page are.
pub(crate) const FOLDER: &str = "playground";

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

/// The browser for the tests: the one that CHROMIUM names, or Debian's, or Google's.
pub(crate) fn chromium(shell: &Shell) -> Option<String> {
    let named = std::env::var("CHROMIUM").ok();
    let installed = ["/usr/bin/chromium", "/usr/bin/google-chrome"].map(str::to_owned);
    let runs = |program: &String| {
        cmd!(shell, "{program} --version").quiet().ignore_stderr().read().is_ok()
    };
    // One that is named and does not run is for the tests to say.
    named.or_else(|| installed.into_iter().find(runs))
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
