//! Image references as container runtimes read them, and patterns of them.
//!
//! The grammar and the defaults (`nginx` is `docker.io/library/nginx:latest`) are those of
//! <https://github.com/distribution/reference>, by which the kubelet and the runtimes read images.
//! Case is kept: a mirror may be configured for one spelling of a registry. Why there is no
//! library for it: docs/adr/0004.

use crate::text;
use std::borrow::Cow;
use std::fmt;

const DEFAULT_REGISTRY: &str = "docker.io";
const LEGACY_REGISTRY: &str = "index.docker.io";
const DEFAULT_TAG: &str = "latest";
const LONGEST_NAME: usize = 255;
const LONGEST_TAG: usize = 128;

/// The digests that registries compute, with the number of their hexadecimal digits.
const DIGESTS: &[(&str, usize)] = &[("sha256:", 64), ("sha384:", 96), ("sha512:", 128)];

/// Registries in which everybody may have repositories.
const PUBLIC_REGISTRIES: &[&str] = &[
    DEFAULT_REGISTRY,
    LEGACY_REGISTRY,
    "gcr.io",
    "ghcr.io",
    "public.ecr.aws",
    "quay.io",
    "registry.gitlab.com",
];

/// An image, normalised: two references to one image are equal.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Image<'a> {
    /// The host, with the port where one is given.
    registry: &'a str,
    /// The path in the registry.
    repository: Cow<'a, str>,
    /// Empty where there is only a digest.
    tag: &'a str,
    /// `sha256:…`, or empty.
    digest: &'a str,
}

impl<'a> Image<'a> {
    /// Reads a reference; none where no runtime could pull it.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let mut image = Self::read(text)?;
        if image.tag.is_empty() && image.digest.is_empty() {
            image.tag = DEFAULT_TAG;
        }
        Some(image)
    }

    /// Reads a reference without the tag that stands for none.
    fn read(text: &'a str) -> Option<Self> {
        let (rest, digest) = match text::cut(text, b'@') {
            Some((rest, digest)) => (rest, is_digest(digest).then_some(digest)?),
            None => (text, ""),
        };
        // What follows the last colon is a tag, unless it is a port and a path.
        let (name, tag) = match rest.rsplit_once(':') {
            Some((name, tag)) if !text::has(tag, b'/') => (name, is_tag(tag).then_some(tag)?),
            _ => (rest, ""),
        };
        let (registry, path) = match text::cut(name, b'/') {
            Some((first, path)) if is_no_account(first) => (first, path),
            _ => (DEFAULT_REGISTRY, name),
        };
        let is_name = registry.len() + path.len() < LONGEST_NAME
            && is_registry(registry)
            && is_path(path)
            && !is_identifier(text);
        let registry = if registry == LEGACY_REGISTRY { DEFAULT_REGISTRY } else { registry };
        let repository = if registry == DEFAULT_REGISTRY && !text::has(path, b'/') {
            ["library/", path].concat().into()
        } else {
            path.into()
        };
        is_name.then_some(Self { registry, repository, tag, digest })
    }
}

impl fmt::Display for Image<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let colon = if self.tag.is_empty() { "" } else { ":" };
        let at = if self.digest.is_empty() { "" } else { "@" };
        for part in [self.registry, "/", &self.repository, colon, self.tag, at, self.digest] {
            f.write_str(part)?;
        }
        Ok(())
    }
}

/// Which images are meant: `[registry/]repository[:tag][@digest]`, or every repository below one,
/// `registry/repository/*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImagePattern {
    registry: String,
    /// Of a pattern with `*` what stands before it, with the slash.
    repository: String,
    below: bool,
    tag: String,
    digest: String,
}

impl ImagePattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it and how to mend it.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        let below = text.strip_suffix("/*");
        if text::has(below.unwrap_or(text), b'*') {
            return Err(
                "`*` stands at the end only, behind a registry or repository and a slash, \
                        as in `registry.example/team/*`",
            );
        }
        if below.is_some_and(|base| PUBLIC_REGISTRIES.contains(&base)) {
            return Err("everybody may push to this registry; name an account of it, as in \
                        `docker.io/istio/*`");
        }
        // A place for repositories is read by the name of one in it.
        let full = below.map(|base| [base, "/x"].concat());
        let image = Image::read(full.as_deref().unwrap_or(text)).ok_or(
            "no image reference; expected `[registry/]repository[:tag][@digest]`, or \
             `registry/repository/*`",
        )?;
        let repository = match below {
            Some(_) => image.repository.strip_suffix('x').unwrap_or_default(),
            None => &image.repository,
        };
        Ok(Self {
            registry: image.registry.to_owned(),
            repository: repository.to_owned(),
            below: below.is_some(),
            tag: image.tag.to_owned(),
            digest: image.digest.to_owned(),
        })
    }

    /// Whether the pattern covers the image; never where that cannot be read.
    ///
    /// A tag alone covers no image that has a digest too, for then the digest decides what runs.
    pub(crate) fn matches(&self, image: &str) -> bool {
        Image::parse(image).is_some_and(|image| self.covers(&image))
    }

    pub(super) fn covers(&self, image: &Image<'_>) -> bool {
        let repository = if self.below {
            image.repository.starts_with(&self.repository)
        } else {
            image.repository == self.repository
        };
        let tag = self.tag.is_empty() || self.tag == image.tag;
        let digest = if self.digest.is_empty() {
            self.tag.is_empty() || image.digest.is_empty()
        } else {
            self.digest == image.digest
        };
        repository && self.registry == image.registry && tag && digest
    }
}

/// Whether the first component of a name is a registry and no account of the default one.
fn is_no_account(first: &str) -> bool {
    let by_looks = |byte: u8| matches!(byte, b'.' | b':') || byte.is_ascii_uppercase();
    first == "localhost" || first.bytes().any(by_looks)
}

/// `host[:port]`, the host being a name or an IPv6 address in brackets.
fn is_registry(text: &str) -> bool {
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(text) = text.strip_prefix('[') {
        let Some((address, rest)) = text.split_once(']') else {
            return false;
        };
        let is_address = |byte: u8| byte.is_ascii_hexdigit() || byte == b':';
        return !address.is_empty()
            && address.bytes().all(is_address)
            && (rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port));
    }
    match text.split_once(':') {
        Some((host, port)) => is_host(host) && is_port(port),
        None => is_host(text),
    }
}

/// What a name ends with, for what may follow.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// Nothing, or what only a letter or digit follows.
    Open,
    /// A letter or digit.
    Letter,
    Dash,
    Underscore,
}

/// Letters, digits and inner dashes between dots.
fn is_host(text: &str) -> bool {
    let end = text.bytes().try_fold(End::Open, |end, byte| match (byte, end) {
        (b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9', _) => Some(End::Letter),
        (b'-', End::Letter | End::Dash) => Some(End::Dash),
        (b'.', End::Letter) => Some(End::Open),
        _ => None,
    });
    end == Some(End::Letter)
}

/// Components between slashes: small letters and digits, separated by `.`, `_`, `__` or dashes.
fn is_path(text: &str) -> bool {
    let end = text.bytes().try_fold(End::Open, |end, byte| match (byte, end) {
        (b'a'..=b'z' | b'0'..=b'9', _) => Some(End::Letter),
        (b'-', End::Letter | End::Dash) => Some(End::Dash),
        (b'_', End::Letter) => Some(End::Underscore),
        (b'_', End::Underscore) | (b'.' | b'/', End::Letter) => Some(End::Open),
        _ => None,
    });
    end == Some(End::Letter)
}

fn is_tag(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let mut bytes = text.bytes();
    text.len() <= LONGEST_TAG
        && bytes.next().is_some_and(is_word)
        && bytes.all(|byte| is_word(byte) || matches!(byte, b'.' | b'-'))
}

fn is_digest(text: &str) -> bool {
    DIGESTS.iter().any(|(algorithm, length)| {
        text.strip_prefix(algorithm).is_some_and(|hex| hex.len() == *length && is_hex(hex))
    })
}

/// An image by its bare identifier, which is no reference.
fn is_identifier(text: &str) -> bool {
    text.len() == 64 && is_hex(text)
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests;
