//! Builds what is shipped: `dist/policy.wasm` and `dist/ringfence`.

use std::path::Path;

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::{repository, wasm_target};

/// Builds the module, small and free of the builder's paths.
pub(crate) fn build_module(shell: &Shell) -> Result<()> {
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
        .run()
        .context("cannot build the module")?;
    let built =
        repository::target_folder(shell).join(target).join("release/ringfence_kubewarden.wasm");
    ship(shell, &built, "dist/policy.wasm")
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
    let destination = shell.current_dir().join(to);
    let unfinished = destination.with_added_extension("unfinished");
    shell.create_dir("dist")?;
    shell
        .copy_file(built, &unfinished)
        .with_context(|| format!("the build left no {}", built.display()))?;
    std::fs::rename(&unfinished, &destination)
        .with_context(|| format!("cannot write {}", destination.display()))?;
    let size = std::fs::metadata(&destination)?.len();
    println!("{to}: {}", readable(size));
    Ok(())
}

/// A size with its unit, exact bytes included.
fn readable(bytes: u64) -> String {
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
