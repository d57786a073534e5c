//! The machine's own Debian source, in either of apt's two formats.

use std::path::Path;

use anyhow::{Result, bail};
use xshell::Shell;

/// One package archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    /// Where it is.
    pub(super) uri: String,
    suites: Vec<String>,
    components: Vec<String>,
    /// A keyring file, or a key as apt writes it between the lines.
    signed_by: Option<String>,
}

impl Source {
    /// The archive this machine takes Debian's `main` from.
    pub(super) fn of_this_machine(shell: &Shell) -> Result<Self> {
        let mut sources = Vec::new();
        let listed = shell.read_dir("/etc/apt/sources.list.d").unwrap_or_default();
        for path in listed.into_iter().chain(["/etc/apt/sources.list".into()]) {
            let Ok(text) = shell.read_file(&path) else {
                continue;
            };
            match path.extension().and_then(|extension| extension.to_str()) {
                Some("sources") => sources.extend(from_deb822(&text)),
                Some("list") => sources.extend(from_list(&text)),
                _ => {}
            }
        }
        let Some(source) = sources.into_iter().find(Self::is_debian_main) else {
            bail!(
                "neither /etc/apt/sources.list nor /etc/apt/sources.list.d names a Debian archive \
                 with the component main: add one, or use rustup"
            );
        };
        Ok(source)
    }

    /// Security updates live in an archive of their own, which lacks our suites.
    fn is_debian_main(&self) -> bool {
        self.uri.trim_end_matches('/').ends_with("/debian")
            && self.components.iter().any(|component| component == "main")
            && !self.suites.iter().any(|suite| suite.contains("security"))
    }

    /// The same archive with another suite, in the deb822 format.
    pub(super) fn with_suite(&self, suite: &str, keyring: &Path) -> String {
        let signed_by = self
            .signed_by
            .clone()
            .or_else(|| keyring.is_file().then(|| keyring.display().to_string()))
            .map_or_else(String::new, |key| format!("Signed-By: {key}\n"));
        format!("Types: deb\nURIs: {}\nSuites: {suite}\nComponents: main\n{signed_by}", self.uri)
    }
}

/// Reads the format of `*.sources`: fields in paragraphs.
fn from_deb822(text: &str) -> Vec<Source> {
    let uncommented: Vec<&str> =
        text.lines().filter(|line| !line.starts_with('#')).map(str::trim_end).collect();
    uncommented.split(|line| line.is_empty()).flat_map(from_paragraph).collect()
}

/// One paragraph may name several archives.
fn from_paragraph(lines: &[&str]) -> Vec<Source> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in lines {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push('\n');
                value.push_str(line);
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    let text = |name: &str| fields.iter().find(|(field, _)| field == name).map(|f| &f.1);
    let words = |name: &str| -> Vec<String> {
        text(name)
            .map_or_else(Vec::new, |value| value.split_whitespace().map(str::to_owned).collect())
    };
    let enabled = text("enabled").is_none_or(|value| !matches!(value.as_str(), "no" | "false"));
    if !enabled || !words("types").iter().any(|kind| kind == "deb") {
        return Vec::new();
    }
    let describe = |uri| Source {
        uri,
        suites: words("suites"),
        components: words("components"),
        signed_by: text("signed-by").cloned(),
    };
    words("uris").into_iter().map(describe).collect()
}

/// Reads the format of `*.list`: one archive a line.
fn from_list(text: &str) -> Vec<Source> {
    text.lines().filter_map(from_line).collect()
}

fn from_line(line: &str) -> Option<Source> {
    let line = line.split('#').next()?.trim();
    let rest = line.strip_prefix("deb")?;
    let rest = rest.strip_prefix([' ', '\t'])?.trim_start();
    let (options, rest) = match rest.strip_prefix('[') {
        Some(bracketed) => bracketed.split_once(']')?,
        None => ("", rest),
    };
    let signed_by = options.split_whitespace().find_map(|option| option.strip_prefix("signed-by="));
    let mut words = rest.split_whitespace().map(str::to_owned);
    Some(Source {
        uri: words.next()?,
        suites: vec![words.next()?],
        components: words.collect(),
        signed_by: signed_by.map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEB822: &str = "\
Types: deb deb-src
# a comment between fields
URIs: http://archive.test/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /keys/archive.gpg

types: deb
URIs: http://archive.test/debian-security
Suites: bookworm-security
Components: main

Enabled: no
Types: deb
URIs: http://other.test/debian
Suites: sid
Components: main
";

    #[test]
    fn deb822_paragraphs() {
        let sources = from_deb822(DEB822);
        assert_eq!(sources.len(), 2, "{sources:?}");
        assert_eq!(sources[0].uri, "http://archive.test/debian");
        assert_eq!(sources[0].suites, ["bookworm", "bookworm-updates"]);
        assert_eq!(sources[0].signed_by.as_deref(), Some("/keys/archive.gpg"));
        assert!(sources[0].is_debian_main());
        assert!(!sources[1].is_debian_main());
    }

    #[test]
    fn deb822_keys_between_the_lines_and_several_archives() {
        let text = "Types: deb\nURIs: http://a.test/debian/\n http://b.test/debian\nSuites: sid\n\
                    Components: main\nSigned-By:\n -----BEGIN-----\n .\n abc\n";
        let sources = from_deb822(text);
        assert_eq!(sources.len(), 2);
        assert!(sources.iter().all(Source::is_debian_main));
        let written = sources[1].with_suite("trixie", Path::new("/none"));
        assert!(written.ends_with("Signed-By: \n -----BEGIN-----\n .\n abc\n"), "{written}");
        assert_eq!(from_deb822(&written).len(), 1);
    }

    #[test]
    fn one_line_format() {
        let text = "# deb http://no.test/debian sid main\n\
                    deb-src http://archive.test/debian bookworm main\n\
                    deb [arch=amd64 signed-by=/keys/a.gpg] http://archive.test/debian bookworm main # why\n\
                    deb http://archive.test/debian-security bookworm-security main\n\
                    deb\n";
        let sources = from_list(text);
        assert_eq!(sources.len(), 2, "{sources:?}");
        assert_eq!(sources[0].suites, ["bookworm"]);
        assert_eq!(sources[0].components, ["main"]);
        assert_eq!(sources[0].signed_by.as_deref(), Some("/keys/a.gpg"));
        assert!(sources[0].is_debian_main());
        assert!(!sources[1].is_debian_main());
    }

    #[test]
    fn a_source_without_a_key_takes_the_keyring_that_exists() {
        let source = from_list("deb http://archive.test/debian sid main").remove(0);
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        assert!(source.with_suite("sid", &manifest).contains("Signed-By: "));
        assert!(!source.with_suite("sid", Path::new("/none")).contains("Signed-By"));
    }
}
