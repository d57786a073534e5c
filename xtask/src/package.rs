//! `cargo xtask package`: the module with its metadata in it, as hosts of Kubewarden load it.
//!
//! `kwctl annotate` does the same by other means: it writes the module anew, so that other bytes come
//! out and the reader of metadata has to trust the rewriting. Here a section is appended, and nothing
//! else is touched.

mod metadata;
pub(crate) mod module;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};
use xshell::Shell;

use crate::artifacts::{self, MODULE, readable};
use crate::repository;
use module::Module;

/// The module with its metadata.
const ANNOTATED: &str = "dist/annotated-policy.wasm";

/// Packages `dist/policy.wasm`, and prints what an outsider would ask of it.
pub(crate) fn run(shell: &Shell) -> Result<()> {
    let bytes = std::fs::read(shell.current_dir().join(MODULE))
        .with_context(|| format!("cannot read {MODULE}"))?;
    let annotated = annotate(shell, &bytes)?;
    artifacts::place(shell, ANNOTATED, |unfinished| {
        std::fs::write(unfinished, &annotated)
            .with_context(|| format!("cannot write {}", unfinished.display()))
    })?;
    println!("{ANNOTATED}: {}", readable(annotated.len() as u64));
    let hex: String = Sha256::digest(&annotated).iter().map(|byte| format!("{byte:02x}")).collect();
    println!("  digest   sha256:{hex}");
    let module = Module::read(&annotated)?;
    println!("  imports  {}", module.imports.join(", "));
    println!("  exports  {}", module.exports.join(", "));
    Ok(())
}

/// The module with the metadata of this repository.
fn annotate(shell: &Shell, bytes: &[u8]) -> Result<Vec<u8>> {
    Module::read(bytes)
        .and_then(|module| module.check())
        .with_context(|| format!("{MODULE} cannot be packaged"))?;
    let yaml = shell.read_file("artifacthub/metadata.yml")?;
    let usage = shell.read_file("artifacthub/README.md")?;
    let metadata = metadata::section(&yaml, usage).context("artifacthub/metadata.yml")?;
    module::annotate(bytes, metadata.as_bytes())
}

/// Builds and packages the module a second time, from nothing but the same source, and compares: the
/// bytes must not depend on where they are built.
pub(crate) fn again(shell: &Shell) -> Result<()> {
    let folder = repository::target_folder(shell).join("again");
    let bytes = artifacts::compile_module(shell, &folder)?;
    let annotated = annotate(shell, &bytes)?;
    for (name, again) in [(MODULE, &bytes), (ANNOTATED, &annotated)] {
        let first = std::fs::read(shell.current_dir().join(name))
            .with_context(|| format!("cannot read {name}"))?;
        if first != *again {
            let at = first.iter().zip(again).position(|(a, b)| a != b);
            let at = at.unwrap_or(first.len().min(again.len()));
            bail!(
                "{name} is not reproducible: built again in {}, it differs from byte {at} on \
                 ({} and {} bytes)",
                folder.display(),
                first.len(),
                again.len()
            );
        }
        println!("{name}: built twice, the same {} bytes", first.len());
    }
    Ok(())
}
