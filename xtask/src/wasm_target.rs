//! Makes `--target wasm32-…` work with the active toolchain.
//!
//! rustup is asked first. Where it cannot fetch anything, a Debian machine
//! still has the sources of the standard library in its package archive: see
//! `debian` (fetches them) and `std_from_source` (compiles them).

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use xshell::{Shell, cmd};

use crate::{debian, repository, std_from_source};

/// The target of the policy module.
pub(crate) const MODULE_TARGET: &str = "wasm32-wasip1";

/// Uses the standard library, an allocation and formatting, so that linking it
/// proves more than an empty crate would.
const HELLO: &str = "#[unsafe(no_mangle)]\npub extern \"C\" fn hello() {\n    \
                     println!(\"{:?}\", std::env::args().collect::<Vec<_>>());\n}\n";

/// Makes each of the `targets` usable; does nothing for those which are.
pub(crate) fn ensure(shell: &Shell, targets: &[String]) -> Result<()> {
    for target in targets {
        if link_hello(shell, target).is_ok() {
            println!("{target}: ready");
            continue;
        }
        install(shell, target)?;
        println!("{target}: ready");
    }
    Ok(())
}

fn install(shell: &Shell, target: &str) -> Result<()> {
    let Err(refusal) = ask_rustup(shell, target) else {
        return Ok(());
    };
    println!("{target}: {refusal}; trying the Debian archive");
    build_from_debian(shell, target).with_context(|| {
        format!("neither rustup ({refusal}) nor the Debian archive brought {target}")
    })?;
    link_hello(shell, target)
        .with_context(|| format!("the standard library was built for {target}, yet does not link"))
}

/// Asks rustup, and checks that what it installed serves the rustc in use.
fn ask_rustup(shell: &Shell, target: &str) -> Result<()> {
    cmd!(shell, "rustup target add {target}")
        // Its stack traces would bury its message.
        .env_remove("RUST_BACKTRACE")
        .run()
        .with_context(|| format!("`rustup target add {target}` failed"))?;
    link_hello(shell, target)
        .with_context(|| format!("`rustup target add {target}` does not serve the rustc in use"))
}

fn build_from_debian(shell: &Shell, target: &str) -> Result<()> {
    let toolchain = Toolchain::active(shell)?;
    let work = repository::target_folder(shell).join("setup");
    shell.create_dir(&work)?;
    let packages = debian::fetch_sources(shell, &work, &toolchain.release)?;
    std_from_source::install(shell, &work, &toolchain, &packages, target)
}

/// Links a small dynamic library; the compiler's own words are in the error.
fn link_hello(shell: &Shell, target: &str) -> Result<()> {
    let folder = repository::target_folder(shell).join("setup/hello");
    shell.create_dir(&folder)?;
    let (source, output) = (folder.join("hello.rs"), folder.join(format!("{target}.wasm")));
    shell.write_file(&source, HELLO)?;
    let rustc = cmd!(
        shell,
        "rustc --edition 2024 --crate-type cdylib -O --target {target} -o {output} {source}"
    );
    let result = rustc.quiet().ignore_status().output()?;
    if !result.status.success() {
        let words = String::from_utf8_lossy(&result.stderr);
        bail!("rustc cannot link for {target}: {}", words.trim());
    }
    Ok(())
}

/// What there is to know about the active rustc.
pub(crate) struct Toolchain {
    /// Such as `1.95.0`.
    pub(crate) release: String,
    /// The commit that rustc was built from.
    pub(crate) commit: String,
    /// The folder that holds `lib/rustlib`.
    pub(crate) sysroot: PathBuf,
}

impl Toolchain {
    /// Asks rustc.
    fn active(shell: &Shell) -> Result<Self> {
        let text = cmd!(shell, "rustc --version --verbose").quiet().read()?;
        let field = |name: &str| {
            text.lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
                .map(str::to_owned)
                .with_context(|| format!("`rustc -vV` does not print its {name}"))
        };
        let sysroot = cmd!(shell, "rustc --print sysroot").quiet().read()?;
        Ok(Self {
            release: field("release")?,
            commit: field("commit-hash")?,
            sysroot: PathBuf::from(sysroot.trim()),
        })
    }

    /// Where rustc looks for the libraries of a target, and for its own sources.
    pub(crate) fn rustlib(&self) -> PathBuf {
        self.sysroot.join("lib/rustlib")
    }
}

/// Whether `folder` holds the standard library's sources.
pub(crate) fn has_library_sources(folder: &Path) -> bool {
    folder.join("library/std/Cargo.toml").is_file()
}
