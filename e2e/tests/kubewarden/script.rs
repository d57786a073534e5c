//! `e2e/kubewarden.bats`, with kwctl and with what stands in for it.

use std::process::Output;

use anyhow::{Context, Result, ensure};

use crate::{Modules, command, program, stand_in};

fn script(kwctl: &std::ffi::OsStr, lies: bool) -> Result<Output> {
    let modules = Modules::make()?;
    let mut bats = command(program("BATS", "bats"));
    if lies {
        bats.env("STAND_IN_LIES", "1");
    }
    bats.args(["--formatter", "tap"])
        .arg(e2e::workspace().join("e2e/kubewarden.bats"))
        .env("KWCTL", kwctl)
        .env("POLICY", &modules.policy)
        .env("ASKING", &modules.asking)
        .current_dir(modules.folder.path())
        .output()
        .context("cannot run bats; BATS names it")
}

/// The results that TAP lines tell: passed, failed.
fn results(output: &Output) -> (usize, usize) {
    let text = String::from_utf8_lossy(&output.stdout);
    let count = |start: &str| text.lines().filter(|line| line.starts_with(start)).count();
    (count("ok "), count("not ok "))
}

/// How many tests the script has.
fn tests() -> Result<usize> {
    let text = std::fs::read_to_string(e2e::workspace().join("e2e/kubewarden.bats"))?;
    Ok(text.lines().filter(|line| line.starts_with("@test ")).count())
}

fn all_pass(output: &Output) -> Result<()> {
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success() && results(output) == (tests()?, 0), "{said}{errors}");
    Ok(())
}

#[test]
#[ignore = "needs kwctl and bats; KWCTL names kwctl"]
fn kwctl_itself_passes_bats() -> Result<()> {
    all_pass(&script(program("KWCTL", "kwctl").as_os_str(), false)?)
}

#[test]
#[ignore = "needs bats; BATS names it"]
fn bats_passes_with_this_host() -> Result<()> {
    all_pass(&script(stand_in().as_ref(), false)?)
}

/// Every test that looks at a verdict fails when all of them are turned round; the one about
/// settings has no verdict.
#[test]
#[ignore = "needs bats; BATS names it"]
fn bats_fails_where_verdicts_are_wrong() -> Result<()> {
    let output = script(stand_in().as_ref(), true)?;
    let text = String::from_utf8_lossy(&output.stdout);
    ensure!(!output.status.success() && results(&output) == (1, tests()? - 1), "{text}");
    Ok(())
}

/// Nor does it pass where there is no kwctl at all.
#[test]
#[ignore = "needs bats; BATS names it"]
fn bats_fails_without_kwctl() -> Result<()> {
    let output = script("no/such/kwctl".as_ref(), false)?;
    let text = String::from_utf8_lossy(&output.stdout);
    ensure!(results(&output) == (0, tests()?), "{text}");
    Ok(())
}
