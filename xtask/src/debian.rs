//! Fetches the sources of the standard library from the Debian archive.
//!
//! Everything happens under a private apt configuration in the target folder:
//! nothing is installed, and the machine's own package lists stay as they are.

mod sources;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use xshell::{Shell, cmd};

use sources::Source;

/// The suites that carry several minors of Rust, the smallest lists first.
const SUITES: [&str; 3] = ["trixie-backports", "trixie", "sid"];

/// Where Debian keeps the keys of its archive.
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// The unpacked packages.
pub(crate) struct Packages {
    /// Holds `library/`.
    pub(crate) rust_source: PathBuf,
    /// The root of the unpacked wasi-libc.
    pub(crate) wasi_libc: PathBuf,
}

/// Fetches and unpacks `rust-src` of this Rust `release`, and `wasi-libc`.
pub(crate) fn fetch_sources(shell: &Shell, work: &Path, release: &str) -> Result<Packages> {
    for tool in ["apt-get", "apt-cache", "dpkg"] {
        if cmd!(shell, "{tool} --version").quiet().read().is_err() {
            bail!("{tool} is not there, so the Debian archive cannot be asked: use rustup");
        }
    }
    let source = Source::of_this_machine(shell)?;
    let rust_source = {
        let package = unpack(shell, work, &source, "rust-src", Some(release))?;
        package.join(format!("usr/src/rustc-{release}"))
    };
    if !crate::wasm_target::has_library_sources(&rust_source) {
        bail!(
            "the package rust-src has no usr/src/rustc-{release}/library: its layout has changed, \
             use rustup"
        );
    }
    let wasi_libc = unpack(shell, work, &source, "wasi-libc", None)?;
    Ok(Packages { rust_source, wasi_libc })
}

/// Fetches and unpacks a package that needs nothing but the C library; gives the folder.
pub(crate) fn fetch_tool(shell: &Shell, work: &Path, package: &str) -> Result<PathBuf> {
    unpack(shell, work, &Source::of_this_machine(shell)?, package, None)
}

/// The folder that `package` is unpacked in; fetched when it is not there yet.
fn unpack(
    shell: &Shell,
    work: &Path,
    source: &Source,
    package: &str,
    wanted: Option<&str>,
) -> Result<PathBuf> {
    let folder = work
        .join(wanted.map_or_else(|| package.to_owned(), |wanted| format!("{package}-{wanted}")));
    if folder.is_dir() {
        return Ok(folder);
    }
    let archive = download(shell, work, source, package, wanted)?;
    let unfinished = folder.with_added_extension("unfinished");
    shell.remove_path(&unfinished)?;
    cmd!(shell, "dpkg -x {archive} {unfinished}")
        .run()
        .with_context(|| format!("cannot unpack the package {package}"))?;
    std::fs::rename(&unfinished, &folder)
        .with_context(|| format!("cannot move {package} to {}", folder.display()))?;
    Ok(folder)
}

/// Downloads from the first suite that has the wanted version.
fn download(
    shell: &Shell,
    work: &Path,
    source: &Source,
    package: &str,
    wanted: Option<&str>,
) -> Result<PathBuf> {
    let mut tried = Vec::new();
    for suite in SUITES {
        let apt = Apt::with_suite(shell, work, source, suite)?;
        let offered = match apt.versions(package) {
            Ok(offered) => offered,
            Err(error) => {
                tried.push(format!("{suite}: {error:#}"));
                continue;
            }
        };
        match newest_matching(&offered, wanted) {
            Some(version) => return apt.download(package, version),
            None => tried.push(format!("{suite}: has {}", or_nothing(&offered))),
        }
    }
    let wanted = wanted.map_or_else(String::new, |wanted| format!(" {wanted}"));
    bail!(
        "the Debian archive ({}) offers no {package}{wanted} ({}): install a toolchain of a \
         version that it has, or use rustup",
        source.uri,
        tried.join("; ")
    )
}

/// apt lists the newest version first.
fn newest_matching<'a>(offered: &'a [String], wanted: Option<&str>) -> Option<&'a String> {
    offered.iter().find(|version| {
        wanted.is_none_or(|wanted| {
            let upstream = version.split(['+', '-', '~']).next();
            upstream == Some(wanted)
        })
    })
}

fn or_nothing(versions: &[String]) -> String {
    if versions.is_empty() { "nothing".to_owned() } else { versions.join(", ") }
}

/// apt with one source, its lists and cache in a folder of its own.
struct Apt<'a> {
    shell: &'a Shell,
    folder: PathBuf,
    options: Vec<String>,
}

impl<'a> Apt<'a> {
    fn with_suite(shell: &'a Shell, work: &Path, source: &Source, suite: &str) -> Result<Self> {
        let folder = work.join("apt").join(suite);
        for part in ["parts", "lists/partial", "cache/archives/partial"] {
            shell.create_dir(folder.join(part))?;
        }
        shell.write_file(
            folder.join("parts/debian.sources"),
            source.with_suite(suite, Path::new(KEYRING)),
        )?;
        let at = |part: &str| folder.join(part).display().to_string();
        let options = [
            "Dir::Etc::sourcelist=/dev/null".to_owned(),
            format!("Dir::Etc::sourceparts={}", at("parts")),
            format!("Dir::State::lists={}", at("lists")),
            format!("Dir::Cache={}", at("cache")),
            "Acquire::Languages=none".to_owned(),
            "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false".to_owned(),
            // apt cannot hand a download in our folder to its own account.
            "APT::Sandbox::User=".to_owned(),
        ];
        let options = options.into_iter().flat_map(|option| ["-o".to_owned(), option]).collect();
        Ok(Self { shell, folder, options })
    }

    fn versions(&self, package: &str) -> Result<Vec<String>> {
        let (shell, options) = (self.shell, &self.options);
        cmd!(shell, "apt-get {options...} --quiet --error-on=any update")
            .quiet()
            .ignore_stdout()
            .run()
            .context("`apt-get update` failed")?;
        let text = cmd!(shell, "apt-cache {options...} madison {package}")
            .quiet()
            .read()
            .context("`apt-cache madison` failed")?;
        Ok(versions_in(&text, package))
    }

    fn download(&self, package: &str, version: &str) -> Result<PathBuf> {
        let shell = self.shell;
        let options = &self.options;
        println!("downloading {package} {version}");
        let inside = shell.push_dir(&self.folder);
        cmd!(shell, "apt-get {options...} --quiet download {package}={version}")
            .quiet()
            .run()
            .with_context(|| format!("`apt-get download {package}={version}` failed"))?;
        drop(inside);
        let prefix = format!("{package}_");
        shell
            .read_dir(&self.folder)?
            .into_iter()
            .find(|path| {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                name.starts_with(&prefix) && name.ends_with(".deb")
            })
            .with_context(|| format!("apt-get downloaded {package}, yet no .deb file is there"))
    }
}

/// The versions in what `apt-cache madison` prints, in its order.
fn versions_in(madison: &str, package: &str) -> Vec<String> {
    let mut versions: Vec<String> = madison
        .lines()
        .filter_map(|line| {
            let mut columns = line.split('|').map(str::trim);
            (columns.next()? == package).then_some(())?;
            columns.next().map(str::to_owned)
        })
        .collect();
    versions.dedup();
    versions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_versions_of_the_package_asked_for() {
        let text = "  tool | 1.96.1+dfsg1-2 | http://archive.test x/main amd64 Packages\n  \
                    tool | 1.95.0+dfsg1-2~bpo13+1 | http://archive.test x/main amd64 Packages\n \
                    tool-extra | 3 | http://archive.test x/main amd64 Packages\n";
        let versions = versions_in(text, "tool");
        assert_eq!(versions, ["1.96.1+dfsg1-2", "1.95.0+dfsg1-2~bpo13+1"]);
        assert_eq!(newest_matching(&versions, Some("1.95.0")), Some(&versions[1]));
        assert_eq!(newest_matching(&versions, Some("1.95")), None);
        assert_eq!(newest_matching(&versions, None), Some(&versions[0]));
        assert_eq!(newest_matching(&[], None), None);
    }
}
