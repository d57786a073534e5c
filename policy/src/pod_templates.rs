//! `podTemplates`: where custom resources carry pod templates.
//!
//! Settings are read with every request, so nothing is split or copied here: a path is kept as it
//! was written, and found sound.

use crate::json::{Error, Scanner};
use crate::settings::{Decoder, Path, Schema, Setting, settings, shown};
use crate::text::{cut, has, parts, position};

settings! {
    /// A kind of custom resource, and where it carries pod templates.
    #[derive(Default)]
    pub struct PodTemplates {
        /// The API group, without a version: `batch.volcano.sh`.
        group: ApiGroup = "group",
        /// The kind, as manifests write it: `Job`.
        kind: KindName = "kind",
        /// Paths of the templates in the object, such as `spec.tasks[*].template`. `[*]` stands for
        /// every item of a list, or every value of an object. An object in which none of them leads
        /// to a template is a violation. An empty list: the kind carries none.
        paths: TemplatePaths = "paths",
    }
}

/// Every kind of custom resource that settings name.
#[derive(Debug, Clone, Default)]
pub struct CustomKinds(Vec<PodTemplates>);

impl CustomKinds {
    /// What the settings say of a kind.
    pub(crate) fn find(&self, group: &str, kind: &str) -> Option<&PodTemplates> {
        self.0.iter().find(|known| known.kind.0 == kind && known.group.0 == group)
    }
}

impl Setting for CustomKinds {
    const SCHEMA: &'static Schema = Vec::<PodTemplates>::SCHEMA;

    fn read(
        decoder: &mut Decoder,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
    ) -> Result<Option<Self>, Error> {
        let kinds = Vec::<PodTemplates>::read(decoder, scanner, path)?.unwrap_or_default();
        for (index, kind) in kinds.iter().enumerate() {
            let same = |other: &&PodTemplates| {
                other.kind.0 == kind.kind.0 && other.group.0 == kind.group.0
            };
            if kinds.iter().take(index).any(|other| same(&other)) {
                let name = shown(&kind.kind.0);
                let message = format!("a second entry for `{name}`; put its paths into the first");
                decoder.error(&path.index(index), message);
            }
        }
        Ok(Some(Self(kinds)))
    }
}

/// An API group of custom resources.
#[derive(Debug, Clone, Default)]
pub struct ApiGroup(String);

/// Whether a group is one of Kubernetes' own. Custom resources live in groups with a dot, and below
/// `k8s.io` only with the project's approval (KEP-1111).
pub(crate) fn is_built_in(group: &str) -> bool {
    !has(group, b'.') || group.ends_with(".k8s.io")
}

impl Setting for ApiGroup {
    const SCHEMA: &'static Schema =
        &Schema::Text("the API group of a custom resource: it has a dot, and no version");
    const REQUIRED: bool = true;

    fn read(
        decoder: &mut Decoder,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
    ) -> Result<Option<Self>, Error> {
        decoder.parsed(scanner, path, |text| {
            let is_name = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.');
            if let Some((group, _)) = cut(text, b'/') {
                Err(format!("write the group without its version: `{}`", shown(group)))
            } else if !text.bytes().all(is_name) {
                Err(format!("`{}` is no API group; they are written like domains", shown(text)))
            } else if !has(text, b'.') {
                Err(format!(
                    "`{}` is a group of Kubernetes itself, whose kinds are known; remove the entry",
                    shown(text)
                ))
            } else {
                Ok(Self(text.to_owned()))
            }
        })
    }
}

/// A kind.
#[derive(Debug, Clone, Default)]
pub struct KindName(String);

impl Setting for KindName {
    const SCHEMA: &'static Schema = &Schema::Text("a kind, in letters and digits");
    const REQUIRED: bool = true;

    fn read(
        decoder: &mut Decoder,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
    ) -> Result<Option<Self>, Error> {
        decoder.parsed(scanner, path, |text| {
            let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
            if text.is_empty() || !text.bytes().all(is_name) {
                return Err(format!("`{}` is no kind; write it as manifests do", shown(text)));
            }
            Ok(Self(text.to_owned()))
        })
    }
}

/// The paths of a kind's templates. No two lead to the same place, or to one within the other.
#[derive(Debug, Clone, Default)]
pub struct TemplatePaths(Vec<TemplatePath>);

impl PodTemplates {
    /// The paths, as they were written.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.paths.0.iter().map(|path| &*path.0)
    }
}

impl Setting for TemplatePaths {
    const SCHEMA: &'static Schema = Vec::<TemplatePath>::SCHEMA;
    const REQUIRED: bool = true;

    fn read(
        decoder: &mut Decoder,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
    ) -> Result<Option<Self>, Error> {
        let paths = Vec::<TemplatePath>::read(decoder, scanner, path)?.unwrap_or_default();
        for (index, one) in paths.iter().enumerate() {
            if let Some(other) = paths.iter().take(index).find(|other| meet(&one.0, &other.0)) {
                let message = format!("it meets `{}`; keep the one that is meant", shown(&other.0));
                decoder.error(&path.index(index), message);
            }
        }
        Ok(Some(Self(paths)))
    }
}

/// A path from an object to a template, or to many; empty where it was a mistake.
#[derive(Debug, Clone, Default)]
pub(crate) struct TemplatePath(String);

impl Setting for TemplatePath {
    const SCHEMA: &'static Schema =
        &Schema::Text("a path such as `spec.template` or `spec.tasks[*].template`");

    fn read(
        decoder: &mut Decoder,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
    ) -> Result<Option<Self>, Error> {
        let Some(text) = decoder.text(scanner, path)? else {
            return Ok(Some(Self::default()));
        };
        if let Err(mistake) = check(&text) {
            decoder.error(path, mistake);
            return Ok(Some(Self::default()));
        }
        Ok(Some(Self(text.into_owned())))
    }
}

/// One step of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Segment<'t> {
    /// To the value of a key.
    Key(&'t str),
    /// To every item of a list, or every value of an object.
    Every,
}

impl<'t> Segment<'t> {
    /// The first step of a path, and what is left of it.
    pub(crate) fn split(path: &'t str) -> (Self, &'t str) {
        let (segment, rest) = match path.strip_prefix("[*]") {
            Some(rest) => (Self::Every, rest),
            None => {
                let end = path.find(['.', '[']).unwrap_or(path.len());
                let (key, rest) = path.split_at_checked(end).unwrap_or((path, ""));
                (Self::Key(key), rest)
            }
        };
        (segment, rest.strip_prefix('.').unwrap_or(rest))
    }
}

/// What is wrong with a path, and how to mend it.
fn check(path: &str) -> Result<(), String> {
    const EXAMPLE: &str = "write it as in `spec.tasks[*].template`";
    let mut last = "";
    for (index, part) in parts(path, b'.').enumerate() {
        let (key, mut stars) = part.split_at(position(part, b'[').unwrap_or(part.len()));
        while let Some(rest) = stars.strip_prefix("[*]") {
            stars = rest;
        }
        if stars.starts_with('[') {
            return Err(format!("`{}`: between brackets stands `*`, for every item", shown(part)));
        }
        let is_key = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if key.is_empty() || !stars.is_empty() || !key.bytes().all(is_key) {
            return Err(format!("`{}` is no path; {EXAMPLE}", shown(path)));
        }
        if index == 0 && matches!(key, "metadata" | "status" | "apiVersion" | "kind") {
            return Err(format!("no template stands in `{key}`; {EXAMPLE}"));
        }
        last = part;
    }
    match path.strip_suffix(".spec").filter(|_| last == "spec") {
        Some(template) => {
            Err(format!("name the template, not the `spec` in it: `{}`", shown(template)))
        }
        None => Ok(()),
    }
}

/// Whether two paths can lead to one place, or one of them to a place within the other's. A path
/// that was a mistake is empty, and meets none.
fn meet(mut one: &str, mut other: &str) -> bool {
    if one.is_empty() || other.is_empty() {
        return false;
    }
    while !one.is_empty() && !other.is_empty() {
        let (left, right) = (Segment::split(one), Segment::split(other));
        let fits = left.0 == right.0 || left.0 == Segment::Every || right.0 == Segment::Every;
        if !fits {
            return false;
        }
        (one, other) = (left.1, right.1);
    }
    true
}

#[cfg(test)]
mod tests;
