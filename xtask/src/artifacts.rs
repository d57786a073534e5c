//! Builds what is shipped: `dist/policy.wasm` and `dist/ringfence`.

use std::path::Path;

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::package::module::export_protocol_only;
use crate::{repository, wasm_target};

/// The module as it was built.
pub(crate) const MODULE: &str = "dist/policy.wasm";

/// Builds the module, small and free of the builder's paths.
pub(crate) fn build_module(shell: &Shell) -> Result<()> {
    let bytes = compile_module(shell, &repository::target_folder(shell))?;
    place(shell, MODULE, |unfinished| {
        std::fs::write(unfinished, &bytes)
            .with_context(|| format!("cannot write {}", unfinished.display()))
    })?;
    println!("{MODULE}: {}", readable(bytes.len() as u64));
    Ok(())
}

/// Builds the module below a folder.
pub(crate) fn compile_module(shell: &Shell, folder: &Path) -> Result<Vec<u8>> {
    let target = wasm_target::MODULE_TARGET;
    wasm_target::ensure(shell, &[target.to_owned()])?;
    // Panic messages carry the paths of our dependencies: without this the
    // module would tell, and depend on, where the builder keeps them.
    let crates = repository::unpacked_crates()?;
    // As configuration it adds to the flags of .cargo/config.toml; as environment it would hide them.
    let remap =
        format!("target.{target}.rustflags=['--remap-path-prefix={}=/crates']", crates.display());
    cmd!(shell, "cargo build --release --target {target} -p ringfence-kubewarden --config {remap}")
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env("CARGO_TARGET_DIR", folder)
        .run()
        .context("cannot build the module")?;
    let built = folder.join(target).join("release/ringfence_kubewarden.wasm");
    let bytes =
        std::fs::read(&built).with_context(|| format!("cannot read {}", built.display()))?;
    export_protocol_only(&bytes).with_context(|| format!("{}", built.display()))
}

/// Builds the command.
pub(crate) fn build_command(shell: &Shell) -> Result<()> {
    cmd!(shell, "cargo build --profile dist -p host-test")
        .run()
        .context("cannot build the command")?;
    let built = repository::target_folder(shell).join("dist/ringfence");
    ship(shell, &built, "dist/ringfence")
}

/// Copies through a temporary name: whoever runs the old file keeps it.
fn ship(shell: &Shell, built: &Path, to: &str) -> Result<()> {
    place(shell, to, |unfinished| {
        shell
            .copy_file(built, unfinished)
            .with_context(|| format!("the build left no {}", built.display()))
    })?;
    let size = std::fs::metadata(shell.current_dir().join(to))?.len();
    println!("{to}: {}", readable(size));
    Ok(())
}

/// Puts a file in its place once `write` has finished it under another name.
pub(crate) fn place(
    shell: &Shell,
    to: &str,
    write: impl FnOnce(&Path) -> Result<()>,
) -> Result<()> {
    let destination = shell.current_dir().join(to);
    let unfinished = destination.with_added_extension("unfinished");
    shell.create_dir("dist")?;
    write(&unfinished)?;
    std::fs::rename(&unfinished, &destination)
        .with_context(|| format!("cannot write {}", destination.display()))
}

/// A size with its unit, exact bytes included.
pub(crate) fn readable(bytes: u64) -> String {
    format!("{} KiB ({bytes} bytes)", bytes.div_ceil(1024))
}

#[cfg(test)]
mod tests {
    use super::readable;

    #[test]
    fn sizes_are_rounded_up() {
        assert_eq!(readable(0), "0 KiB (0 bytes)");
        assert_eq!(readable(1025), "2 KiB (1025 bytes)");
    }
}
