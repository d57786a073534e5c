//! Where a module is: a file, a web server or a registry; and which one exactly.

use std::ffi::OsStr;
use std::fmt;
use std::path::PathBuf;

use reqwest::Url;

use crate::{Digest, Error, NoDigest};

/// Names a module, and with a digest one content of it.
///
/// | written | is |
/// |---|---|
/// | `dist/policy.wasm`, `file:///srv/policy.wasm` | a file |
/// | `https://example.org/policy.wasm` | what a web server answers |
/// | `registry://ghcr.io/org/ringfence:v1.0.0` | an OCI artifact; without tag and digest `latest` |
///
/// Each may end in `@sha256:…`: of files and web servers the digest of the module, of registries
/// that of the manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ModuleReference {
    /// A file of this machine.
    File {
        /// Its path.
        path: PathBuf,
        /// What it must contain.
        digest: Option<Digest>,
    },
    /// What a web server answers.
    Web {
        /// Its address, `https` or `http`.
        url: Url,
        /// What it must answer.
        digest: Option<Digest>,
    },
    /// An artifact in an OCI registry.
    Registry(RegistryReference),
}

impl ModuleReference {
    /// Reads a reference, as an argument or a setting gives it.
    ///
    /// # Errors
    /// [`Error::Reference`].
    pub fn parse(text: &OsStr) -> Result<Self, Error> {
        // What is not Unicode can only be a path.
        let Some(text) = text.to_str() else {
            return Ok(Self::File { path: text.into(), digest: None });
        };
        let wrong = |reason: String| Error::Reference { reference: text.to_owned(), reason };
        if text.is_empty() {
            return Err(wrong("it is empty".to_owned()));
        }
        let Some((scheme, rest)) = text.split_once("://") else {
            let (path, digest) = split_digest(text).map_err(wrong)?;
            return Ok(Self::File { path: path.into(), digest });
        };
        match scheme {
            "registry" => RegistryReference::parse(rest).map(Self::Registry).map_err(wrong),
            "file" => {
                let (url, digest) = split_digest(text).map_err(wrong)?;
                let path = Url::parse(url).ok().and_then(|url| url.to_file_path().ok());
                let path = path.ok_or_else(|| {
                    wrong(
                        "a file is named by its whole path, as in `file:///srv/policy.wasm`"
                            .to_owned(),
                    )
                })?;
                Ok(Self::File { path, digest })
            }
            "http" | "https" => {
                let (url, digest) = split_digest(text).map_err(wrong)?;
                let url = Url::parse(url).map_err(|error| wrong(error.to_string()))?;
                // They would end up in logs and in process lists.
                if !url.username().is_empty() || url.password().is_some() {
                    return Err(wrong("an address must not hold a name or a password".to_owned()));
                }
                Ok(Self::Web { url, digest })
            }
            _ => Err(wrong(format!(
                "unknown scheme `{scheme}`; there are registry://, https:// and file://"
            ))),
        }
    }
}

impl fmt::Display for ModuleReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (place, digest): (&dyn fmt::Display, _) = match self {
            Self::File { path, digest } => (&path.display(), digest),
            Self::Web { url, digest } => (url, digest),
            Self::Registry(reference) => return reference.fmt(f),
        };
        place.fmt(f)?;
        digest.as_ref().map_or(Ok(()), |digest| write!(f, "@{digest}"))
    }
}

/// An artifact in an OCI registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryReference {
    /// Has a tag or a digest.
    pub(crate) oci: oci_client::Reference,
    digest: Option<Digest>,
}

impl RegistryReference {
    /// Reads what follows `registry://`.
    fn parse(rest: &str) -> Result<Self, String> {
        // Container tools would look for a name without a host at docker.io.
        let host = rest.split_once('/').map(|(host, _)| host);
        if !host.is_some_and(|host| host.contains(['.', ':']) || host == "localhost") {
            return Err("it names no registry, as `registry://HOST/REPOSITORY:TAG` does".to_owned());
        }
        let oci: oci_client::Reference =
            rest.parse().map_err(|error: oci_client::ParseError| error.to_string())?;
        let digest = oci.digest().map(str::parse).transpose();
        let digest = digest.map_err(|error: NoDigest| error.to_string())?;
        Ok(Self { oci, digest })
    }

    /// The host of the registry, with its port where one is named.
    pub fn registry(&self) -> &str {
        self.oci.resolve_registry()
    }

    /// The name of the artifact, whatever its version.
    pub fn repository(&self) -> &str {
        self.oci.repository()
    }

    /// The tag, if there is one. Where there is a digest, too, the tag is only for readers.
    pub fn tag(&self) -> Option<&str> {
        self.oci.tag()
    }

    /// The digest of the manifest, if there is one.
    pub fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }

    /// The same artifact by the digest of its manifest, which names one content for ever.
    #[must_use]
    pub fn pinned(&self, digest: &Digest) -> Self {
        let oci = self.oci.clone_with_digest(digest.to_string());
        Self { oci, digest: Some(digest.clone()) }
    }

    /// Another artifact of the same repository.
    pub(crate) fn tagged(&self, tag: String) -> Self {
        let (registry, repository) = (self.oci.registry(), self.oci.repository());
        let oci = oci_client::Reference::with_tag(registry.into(), repository.into(), tag);
        Self { oci, digest: None }
    }
}

impl fmt::Display for RegistryReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "registry://{}", self.oci)
    }
}

/// Takes a digest off the end. A misspelt one is an error: as a part of the name it would be
/// something that nobody checks.
fn split_digest(text: &str) -> Result<(&str, Option<Digest>), String> {
    match text.rsplit_once('@') {
        Some((name, digest)) if digest.starts_with("sha") && digest.contains(':') => {
            let digest = digest.parse().map_err(|error: NoDigest| error.to_string())?;
            Ok((name, Some(digest)))
        }
        _ => Ok((text, None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

    fn parse(text: &str) -> Result<ModuleReference, String> {
        ModuleReference::parse(OsStr::new(text)).map_err(|error| error.to_string())
    }

    #[test]
    fn are_written_as_they_were_read() {
        for text in [
            "dist/policy.wasm".to_owned(),
            "user@host.wasm".to_owned(),
            format!("policy.wasm@{DIGEST}"),
            "https://example.org/a/policy.wasm?x=1".to_owned(),
            format!("https://example.org/policy.wasm@{DIGEST}"),
            "registry://ghcr.io/org/ringfence:v1.0.0".to_owned(),
            "registry://localhost/ringfence:v1".to_owned(),
            format!("registry://127.0.0.1:5000/ringfence@{DIGEST}"),
            format!("registry://127.0.0.1:5000/ringfence:v1@{DIGEST}"),
        ] {
            assert_eq!(parse(&text).map(|reference| reference.to_string()), Ok(text));
        }
    }

    #[test]
    fn files_by_address() {
        let file = |path: &str, digest: Option<Digest>| ModuleReference::File {
            path: path.into(),
            digest,
        };
        assert_eq!(parse("file:///srv/a%20b.wasm"), Ok(file("/srv/a b.wasm", None)));
        let pinned = format!("file:///srv/a.wasm@{DIGEST}");
        assert_eq!(parse(&pinned), Ok(file("/srv/a.wasm", DIGEST.parse().ok())));
    }

    #[test]
    fn a_registry_has_a_host_a_repository_and_a_version() {
        let Ok(ModuleReference::Registry(reference)) = parse("registry://ghcr.io/org/ringfence")
        else {
            panic!("a reference to a registry");
        };
        assert_eq!((reference.registry(), reference.repository()), ("ghcr.io", "org/ringfence"));
        assert_eq!((reference.tag(), reference.digest()), (Some("latest"), None));
        let digest = Digest::of(b"{}");
        let pinned = reference.pinned(&digest);
        assert_eq!(pinned.to_string(), format!("registry://ghcr.io/org/ringfence@{DIGEST}"));
        assert_eq!((pinned.tag(), pinned.digest()), (None, Some(&digest)));
        assert_eq!(reference.tagged("x".into()).to_string(), "registry://ghcr.io/org/ringfence:x");
    }

    #[test]
    fn what_is_none() {
        for (text, reason) in [
            ("", "empty"),
            ("oci://ghcr.io/org/ringfence:v1", "unknown scheme `oci`"),
            ("file://policy.wasm", "whole path"),
            ("https://", "empty host"),
            ("https://user:secret@example.org/policy.wasm", "password"),
            ("policy.wasm@sha256:44", "64 lower-case"),
            ("https://example.org/policy.wasm@sha512:44", "64 lower-case"),
            ("registry://", "names no registry"),
            ("registry://ringfence:v1", "names no registry"),
            ("registry://org/ringfence:v1", "names no registry"),
            ("registry://ghcr.io/Org/ringfence:v1", "invalid reference format"),
            ("registry://ghcr.io/../ringfence:v1", "invalid reference format"),
            ("registry://ghcr.io/org/ringfence:", "invalid reference format"),
            ("registry://ghcr.io/org/ringfence@sha256:44", "invalid reference format"),
        ] {
            let error = parse(text).expect_err(text);
            assert!(error.contains(reason), "{text}: {error}");
        }
        let sha512 = format!("registry://ghcr.io/org/ringfence@sha512:{}", "0".repeat(128));
        assert!(parse(&sha512).expect_err("sha256 only").contains("sha256:"), "{sha512}");
    }
}
