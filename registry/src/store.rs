//! Fetched modules and manifests on disk, by their digests.
//!
//! ```text
//! blobs/sha256/<hex>            a module or a manifest
//! tags/<host>/<repository>+<tag>   the digest a tag had when it was last asked for
//! ```
//! A file is written under another name and then renamed, so that readers find all of it or
//! nothing. What is read is held against its name.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use crate::reference::RegistryReference;
use crate::{Digest, Error};

/// A folder of fetched modules. It comes into being with the first one.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    folder: PathBuf,
}

impl Store {
    /// The store in this folder, or in the user's cache folder.
    pub(crate) fn new(folder: Option<PathBuf>) -> Result<Self, Error> {
        if let Some(folder) = folder {
            return Ok(Self { folder });
        }
        let base = etcetera::choose_base_strategy().map_err(|error| Error::Setup {
            what: "the store of modules",
            reason: format!("{error}; name a folder with --store"),
        })?;
        Ok(Self { folder: base.cache_dir().join("ringfence").join("modules") })
    }

    /// Where a content is kept, whether it is there or not.
    pub(crate) fn path(&self, digest: &Digest) -> PathBuf {
        self.folder.join("blobs").join("sha256").join(digest.hex())
    }

    /// A content, if it is stored.
    pub(crate) fn read(&self, digest: &Digest) -> Result<Option<Vec<u8>>, Error> {
        let path = self.path(digest);
        let Some(bytes) = read(&path)? else {
            return Ok(None);
        };
        let actual = Digest::of(&bytes);
        if actual == *digest { Ok(Some(bytes)) } else { Err(Error::Changed { path, actual }) }
    }

    /// Keeps a content.
    pub(crate) fn write(&self, bytes: &[u8]) -> Result<Digest, Error> {
        let digest = Digest::of(bytes);
        write(&self.path(&digest), bytes)?;
        Ok(digest)
    }

    /// The digest that a tag had when it was last asked for.
    pub(crate) fn tag(&self, reference: &RegistryReference) -> Result<Option<Digest>, Error> {
        let path = self.tag_path(reference);
        let Some(bytes) = read(&path)? else {
            return Ok(None);
        };
        let digest = str::from_utf8(&bytes).ok().and_then(|text| text.trim().parse().ok());
        digest.map(Some).ok_or_else(|| Error::Changed { path, actual: Digest::of(&bytes) })
    }

    /// Remembers the digest of a tag.
    pub(crate) fn set_tag(
        &self,
        reference: &RegistryReference,
        digest: &Digest,
    ) -> Result<(), Error> {
        write(&self.tag_path(reference), format!("{digest}\n").as_bytes())
    }

    /// No host, repository or tag holds a `+`, begins with a dot or is empty.
    fn tag_path(&self, reference: &RegistryReference) -> PathBuf {
        let tag = reference.tag().unwrap_or("latest");
        let host = reference.registry().replace(':', "+");
        self.folder.join("tags").join(host).join(format!("{}+{tag}", reference.repository()))
    }
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(reason) => Err(Error::Store { path: path.into(), reason }),
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let write = || -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    };
    write().map_err(|reason| Error::Store { path: path.into(), reason })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ModuleReference;
    use std::ffi::OsStr;

    fn reference(text: &str) -> RegistryReference {
        match ModuleReference::parse(OsStr::new(text)) {
            Ok(ModuleReference::Registry(reference)) => reference,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn what_is_read_is_what_was_written() -> Result<(), Error> {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::new(Some(folder.path().join("new")))?;
        let digest = Digest::of(b"module");
        assert_eq!(store.read(&digest)?, None);
        assert_eq!(store.write(b"module")?, digest);
        assert_eq!(store.write(b"module")?, digest, "again");
        assert_eq!(store.read(&digest)?.as_deref(), Some(&b"module"[..]));
        let left: Vec<_> = fs::read_dir(store.path(&digest).parent().expect("a folder"))
            .expect("readable")
            .collect();
        assert_eq!(left.len(), 1, "no temporary file stays: {left:?}");
        Ok(())
    }

    #[test]
    fn what_was_changed_is_not_read() -> Result<(), Error> {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::new(Some(folder.path().into()))?;
        let digest = store.write(b"module")?;
        for other in [&b"moduli"[..], b"", b"module "] {
            fs::write(store.path(&digest), other).expect("writable");
            let error = store.read(&digest).expect_err("changed");
            assert!(matches!(error, Error::Changed { .. }), "{error}");
            assert!(error.to_string().contains("delete it"), "{error}");
        }
        Ok(())
    }

    #[test]
    fn tags_of_neighbouring_names_do_not_meet() -> Result<(), Error> {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::new(Some(folder.path().into()))?;
        let references = [
            "registry://localhost:5000/a:b",
            "registry://localhost:5000/a/b:c",
            "registry://localhost:5000/a/b/c:d",
            "registry://localhost:5001/a:b",
            "registry://localhost/a:b",
        ];
        for (number, text) in references.iter().enumerate() {
            assert_eq!(store.tag(&reference(text))?, None, "{text}");
            store.set_tag(&reference(text), &Digest::of(&[number as u8]))?;
        }
        for (number, text) in references.iter().enumerate() {
            assert_eq!(store.tag(&reference(text))?, Some(Digest::of(&[number as u8])), "{text}");
        }
        fs::write(store.tag_path(&reference(references[0])), b"sha256:0").expect("writable");
        assert!(matches!(store.tag(&reference(references[0])), Err(Error::Changed { .. })));
        Ok(())
    }

    #[test]
    fn says_where_it_cannot_write() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("file");
        fs::write(&file, b"").expect("writable");
        let store = Store::new(Some(file)).expect("a store");
        let error = store.write(b"module").expect_err("a file is no folder").to_string();
        assert!(error.contains("--store"), "{error}");
        assert!(store.read(&Digest::of(b"")).is_err());
    }
}
