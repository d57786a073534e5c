//! Compiles the standard library for a target and puts it where rustc looks.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use xshell::{Shell, cmd};

use crate::debian::Packages;
use crate::repository;
use crate::wasm_target::{Toolchain, has_library_sources};

/// A workspace of its own, so that ours does not claim it.
const EMPTY_MANIFEST: &str = "\
[package]
name = \"empty\"
version = \"0.0.0\"
edition = \"2024\"

[workspace]
";

/// Builds the standard library for `target` and installs it in the sysroot.
pub(crate) fn install(
    shell: &Shell,
    work: &Path,
    toolchain: &Toolchain,
    packages: &Packages,
    target: &str,
) -> Result<()> {
    let sources = SourceLink::create(toolchain, &packages.rust_source)?;
    let libraries = build(shell, work, toolchain, packages, target)?;
    drop(sources);

    // Filled under another name first: a folder with the target's name is
    // always whole.
    let rustlib = toolchain.rustlib();
    let unfinished = rustlib.join(format!(".{target}.unfinished"));
    shell.remove_path(&unfinished)?;
    let lib = unfinished.join("lib");
    copy(shell, &libraries, &lib)?;
    if target == "wasm32-wasip1" {
        copy(shell, &libc_files(shell, packages, target)?, &lib.join("self-contained"))?;
    }
    let finished = rustlib.join(target);
    shell.remove_path(&finished)?;
    std::fs::rename(&unfinished, &finished).with_context(|| {
        format!(
            "cannot move the standard library to {}: make the folder writable",
            finished.display()
        )
    })
}

/// Cargo finds the sources by a fixed path in the sysroot: a link stands there
/// for the time of the build.
struct SourceLink(Option<PathBuf>);

impl SourceLink {
    fn create(toolchain: &Toolchain, sources: &Path) -> Result<Self> {
        let link = toolchain.rustlib().join("src/rust");
        let leads_to = std::fs::read_link(&link).ok();
        let is_left_behind = leads_to.is_some_and(|to| to == sources || !to.exists());
        if is_left_behind {
            std::fs::remove_file(&link).with_context(|| {
                format!("cannot remove {}, left by a setup that was ended", link.display())
            })?;
        } else if has_library_sources(&link) {
            return Ok(Self(None));
        }
        let place = || {
            std::fs::create_dir_all(toolchain.rustlib().join("src"))?;
            std::os::unix::fs::symlink(sources, &link)
        };
        place().with_context(|| {
            format!(
                "cannot link {} to the library's sources: make the folder writable",
                link.display()
            )
        })?;
        Ok(Self(Some(link)))
    }
}

impl Drop for SourceLink {
    fn drop(&mut self) {
        if let Some(link) = &self.0 {
            // A link that stays is found and replaced by the next setup.
            let _ = std::fs::remove_file(link);
        }
    }
}

/// Builds an empty crate with its standard library; returns the latter's files.
fn build(
    shell: &Shell,
    work: &Path,
    toolchain: &Toolchain,
    packages: &Packages,
    target: &str,
) -> Result<Vec<PathBuf>> {
    let folder = work.join("build-std");
    shell.write_file(folder.join("Cargo.toml"), EMPTY_MANIFEST)?;
    shell.write_file(folder.join("src/lib.rs"), "")?;
    let output = folder.join("target");
    shell.remove_path(output.join(target))?;

    let inside = shell.push_dir(&folder);
    let built = cmd!(
        shell,
        "cargo build --release --target {target} --target-dir {output} -Zbuild-std=std,panic_abort"
    )
    .env("RUSTC_BOOTSTRAP", "1")
    .env("CARGO_ENCODED_RUSTFLAGS", flags(toolchain, packages)?)
    .run();
    drop(inside);
    built.with_context(|| format!("cannot compile the standard library for {target}"))?;

    let deps = output.join(target).join("release/deps");
    let libraries: Vec<PathBuf> = shell
        .read_dir(deps)?
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rlib"))
        .filter(|path| !name(path).starts_with("libempty-"))
        .collect();
    if !libraries.iter().any(|path| name(path).starts_with("libstd-")) {
        bail!("cargo built the standard library for {target}, yet there is no libstd among it");
    }
    Ok(libraries)
}

/// Bitcode is what our fat link-time optimisation reads, and the paths become
/// the ones of the official builds, so that no module tells where it was built.
fn flags(toolchain: &Toolchain, packages: &Packages) -> Result<String> {
    let official = format!("/rustc/{}", toolchain.commit);
    let remap = |from: &Path, to: &str| format!("--remap-path-prefix={}={to}", from.display());
    let flags = [
        "-Cembed-bitcode=yes".to_owned(),
        remap(&toolchain.rustlib().join("src/rust"), &official),
        remap(&packages.rust_source, &official),
        remap(&repository::unpacked_crates()?, "/rust/deps"),
    ];
    // Cargo separates its encoded flags by this character.
    Ok(flags.join("\x1f"))
}

/// The C library that std for WASI is linked with.
fn libc_files(shell: &Shell, packages: &Packages, target: &str) -> Result<Vec<PathBuf>> {
    let folder = packages.wasi_libc.join("usr/lib").join(target);
    let files: Vec<PathBuf> = shell
        .read_dir(&folder)
        .unwrap_or_default()
        .into_iter()
        .filter(|path| {
            path.extension().is_some_and(|extension| extension == "a" || extension == "o")
        })
        .collect();
    if !files.iter().any(|path| name(path) == "libc.a") {
        bail!("the package wasi-libc has no usr/lib/{target}/libc.a: its layout has changed");
    }
    Ok(files)
}

fn copy(shell: &Shell, files: &[PathBuf], folder: &Path) -> Result<()> {
    shell.create_dir(folder)?;
    for file in files {
        shell.copy_file(file, folder)?;
    }
    Ok(())
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}
