//! Paths of a node: where they lead, however they are written, and which of them are the node.
//!
//! A path is compared by its components, as the node resolves it. Links that every node has are
//! followed here; those that only one node has cannot be known, and a writable folder lets a
//! container make its own.

mod sensitive;
#[cfg(test)]
mod tests;

pub(crate) use sensitive::{holds_seccomp_profiles, sensitive};

use crate::json::{Error, Scanner};
use crate::settings::{Decoder, Path, Schema, Setting, shown};

/// An absolute path of a node, in the one way of writing it: no empty component, no `.`, no `/` at
/// the end, and none of the links that every node has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NodePath(
    /// Empty for `/`, so that what lies below a path goes on with a slash.
    String,
);

impl NodePath {
    /// Reads a path as a manifest writes it.
    ///
    /// # Errors
    /// Where it may lead to more than one place: why, and how to mend it.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        if !text.starts_with('/') {
            return Err("name an absolute path of the node: it begins with /");
        }
        let mut path = Self(String::with_capacity(text.len()));
        for component in text.split('/') {
            match component {
                "" | "." => continue,
                ".." => return Err("name the folder itself: .. climbs out of the one before it"),
                _ => {}
            }
            // On a Windows node one separates, and the others are dropped.
            if component.contains('\\') || component.ends_with(['.', ' ']) {
                return Err("write it without a backslash, and without a dot or space at the end \
                            of a name: Windows reads another path");
            }
            path.0.push('/');
            path.0.push_str(component);
            path.follow()?;
        }
        Ok(path)
    }

    /// Replaces a link that every node has by what it leads to.
    fn follow(&mut self) -> Result<(), &'static str> {
        match &*self.0 {
            "/var/run" => "/run".clone_into(&mut self.0),
            "/var/lock" => "/run/lock".clone_into(&mut self.0),
            "/dev/fd" => return Err(KERNEL_LINK),
            _ => {
                let Some(process) = self.0.strip_prefix("/proc/") else {
                    return Ok(());
                };
                let mut parts = process.split('/');
                let id = parts.next().unwrap_or_default();
                let name = match (parts.next(), parts.next(), parts.next()) {
                    (Some("task"), Some(_), Some(name)) => name,
                    (Some(name), None, _) => name,
                    _ => return Ok(()),
                };
                match name {
                    // The process that mounts, and the first one, see the node's own root.
                    "root" if matches!(id, "self" | "thread-self" | "1") => self.0.clear(),
                    "root" | "cwd" | "exe" | "fd" | "map_files" => return Err(KERNEL_LINK),
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// The path as people write it.
    pub(crate) fn as_str(&self) -> &str {
        if self.0.is_empty() { "/" } else { &self.0 }
    }

    /// Whether it is the path of that text.
    pub(crate) fn is(&self, text: &str) -> bool {
        self.as_str() == text
    }

    /// Whether the other path is this one or lies below it.
    pub(crate) fn holds(&self, other: &Self) -> bool {
        self.holds_in_any_case(other) && other.0.starts_with(&*self.0)
    }

    /// The same, where the case of letters makes no difference.
    pub(crate) fn holds_in_any_case(&self, other: &Self) -> bool {
        holds(&self.0, &other.0)
    }
}

/// Whether `inner` is `outer` or lies below it, in whatever case: on some nodes that makes no
/// difference.
fn holds(outer: &str, inner: &str) -> bool {
    let (outer, inner) = (outer.as_bytes(), inner.as_bytes());
    inner.split_at_checked(outer.len()).is_some_and(|(head, rest)| {
        matches!(rest.first(), None | Some(b'/')) && head.eq_ignore_ascii_case(outer)
    })
}

const KERNEL_LINK: &str = "name the folder itself: where this leads, only the kernel can say";

impl Setting for NodePath {
    const SCHEMA: &'static Schema = &Schema::Text("an absolute path of the node");
    const REQUIRED: bool = true;

    fn read(
        decoder: &mut Decoder,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
    ) -> Result<Option<Self>, Error> {
        decoder.parsed(scanner, path, |text| {
            let parsed = if text.contains('*') {
                Err("write it without `*`: a path stands for everything below it, too")
            } else {
                Self::parse(text)
            };
            parsed.map_err(|reason| ["found `", &shown(text), "`; ", reason].concat())
        })
    }
}
