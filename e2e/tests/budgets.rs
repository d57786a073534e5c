//! What the module may cost: in bytes, and in wasmtime fuel, which is the same on every machine.
//!
//! `cargo xtask bench` prints what it does cost; ARCHITECTURE.md says where the limits come from.

use anyhow::{Context as _, Result, ensure};
use e2e::requests::{self, Request};
use e2e::{profiles, workspace};
use ringfence_host::{Options, Policy};

/// Fuel of the requests of `e2e::requests`, in their order, with settings that ask every rule.
const EVERY_RULE: [u64; 8] =
    [150_000, 170_000, 195_000, 240_000, 1_250_000, 1_650_000, 2_400_000, 3_100_000];
/// The same with the Pod Security Standards alone.
const STANDARDS: [u64; 8] =
    [150_000, 150_000, 220_000, 220_000, 2_200_000, 2_200_000, 4_400_000, 4_400_000];
/// Fuel of reading a profile as large as the runtimes': hosts let a module run for a second, which
/// is some three thousand million, and it takes a hundredth of that.
const PROFILE: u64 = 30_000_000;
/// Bytes of the module.
const MODULE: u64 = 768 << 10;

#[test]
fn the_module_keeps_to_its_budgets() -> Result<()> {
    let module = workspace().join("dist/policy.wasm");
    ensure!(module.exists(), "no module at {}: `cargo xtask build` makes it", module.display());
    let size = std::fs::metadata(&module)?.len();
    let policy = Policy::from_file(&module, &Options { fuel: true, ..Options::default() })?;
    let fuel = |payload: &[u8]| policy.validate(payload)?.fuel.context("fuel was asked for");
    let mut over = Vec::new();
    let mut hold = |what: String, found: u64, most: u64| {
        if found > most {
            over.push(format!("{what}: {found} instead of {most}"));
        }
    };
    hold("bytes of the module".to_owned(), size, MODULE);
    let rows = |requests: Vec<Request>, budgets: [u64; 8]| requests.into_iter().zip(budgets);
    let every_rule = rows(requests::all(), EVERY_RULE).map(|row| ("every rule", row));
    let standards = rows(requests::of_standards(), STANDARDS).map(|row| ("standards", row));
    for (asked, (request, most)) in every_rule.chain(standards) {
        let accepted = if request.accepted { "accepted" } else { "denied" };
        let what = format!("{asked}, {} {accepted}", request.name);
        hold(what, fuel(&request.payload)?, most);
    }
    for judged in profiles::all() {
        hold(judged.name.to_owned(), fuel(&judged.payload)?, PROFILE);
    }
    ensure!(over.is_empty(), "over budget:\n{}", over.join("\n"));
    Ok(())
}
