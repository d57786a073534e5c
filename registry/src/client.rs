//! Fetches, pushes and verifies.

use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use oci_client::secrets::RegistryAuth;

use crate::artifact::{self, Artifact};
use crate::content::{is_wasm, nature};
use crate::metadata::Metadata;
use crate::reference::{ModuleReference, RegistryReference};
use crate::remote::Remote;
use crate::store::Store;
use crate::{Digest, Error, credentials, web};

/// The largest module that is read. The largest policies there are have a few MiB.
pub(crate) const MODULE_LIMIT: usize = 64 << 20;

/// How long a server may take to let us in.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a server may be silent.
pub(crate) const READ_TIMEOUT: Duration = Duration::from_secs(30);

pub(crate) const USER_AGENT: &str = concat!("ringfence/", env!("CARGO_PKG_VERSION"));

/// What a client may and knows.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Hosts that are asked without TLS, with their port where the reference names one.
    pub plain_http: Vec<String>,
    /// Ask nobody: only what is stored or is a file can be used.
    pub offline: bool,
    /// The folder of fetched modules; without it `ringfence/modules` in the user's cache folder.
    pub store: Option<PathBuf>,
    /// The folder of Docker's configuration; without it `DOCKER_CONFIG`, or `.docker` in the user's
    /// home.
    pub docker_config: Option<PathBuf>,
}

/// A module that was fetched.
#[derive(Clone, Debug)]
pub struct Module {
    /// The module itself.
    pub bytes: Vec<u8>,
    /// Its digest.
    pub digest: Digest,
    /// What names this content and no other.
    pub pinned: ModuleReference,
    /// Where it is stored, if it was not a file to begin with.
    pub stored: Option<PathBuf>,
}

/// Fetches modules from wherever they are, and pushes them to registries.
pub struct Client {
    options: Options,
    store: Store,
    remote: OnceLock<Remote>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Client {
    /// A client that has asked nobody yet.
    ///
    /// # Errors
    /// [`Error::Setup`] when no store is named and the user has no home.
    pub fn new(options: Options) -> Result<Self, Error> {
        let store = Store::new(options.store.clone())?;
        Ok(Self { options, store, remote: OnceLock::new() })
    }

    /// Fetches a module.
    ///
    /// A tag is looked up at the registry each time. What a digest names is taken from the store
    /// where it is there.
    ///
    /// # Errors
    /// When it is not there, is not what its digest says, is no policy, or nobody may have it.
    pub async fn fetch(&self, reference: &ModuleReference) -> Result<Module, Error> {
        match reference {
            ModuleReference::File { path, digest } => {
                let file = |reason| Error::File { path: path.clone(), reason };
                let bytes = std::fs::read(path).map_err(file)?;
                let actual = check(&bytes, digest.as_ref(), reference)?;
                let pinned =
                    ModuleReference::File { path: path.clone(), digest: Some(actual.clone()) };
                Ok(Module { bytes, digest: actual, pinned, stored: None })
            }
            ModuleReference::Web { url, digest } => {
                let known = digest.as_ref().map(|digest| self.store.read(digest)).transpose()?;
                let (bytes, is_new) = match known.flatten() {
                    Some(bytes) => (bytes, false),
                    None if self.options.offline => return Err(offline(reference)),
                    None => (web::get(url, &self.options.plain_http).await?, true),
                };
                let digest = check_module(&bytes, digest.as_ref(), reference)?;
                if is_new {
                    self.store.write(&bytes)?;
                }
                let pinned =
                    ModuleReference::Web { url: url.clone(), digest: Some(digest.clone()) };
                Ok(self.module(bytes, digest, pinned))
            }
            ModuleReference::Registry(reference) => self.pull(reference).await,
        }
    }

    /// Pushes an annotated module under a tag, which must be `v` and the version it says it has.
    /// Gives the reference that names what was pushed for ever.
    ///
    /// # Errors
    /// [`Error::Metadata`] when the module is not annotated, [`Error::Target`] when the reference
    /// does not fit, and what the registry refuses.
    pub async fn push(
        &self,
        target: &ModuleReference,
        module: Vec<u8>,
    ) -> Result<RegistryReference, Error> {
        let wrong = |reason: String| Error::Target { reference: target.to_string(), reason };
        let ModuleReference::Registry(reference) = target else {
            return Err(wrong(
                "it is no registry, as `registry://HOST/REPOSITORY:TAG` is".to_owned(),
            ));
        };
        let metadata = Metadata::of(&module)?;
        let tag = format!("v{}", metadata.version()?);
        if reference.digest().is_some() || reference.tag() != Some(tag.as_str()) {
            return Err(wrong(format!(
                "the module says it is version {}, so its tag is `{tag}`",
                metadata.version()?
            )));
        }
        let artifact = Artifact::of(module, &metadata)?;
        let pinned = reference.pinned(&artifact.digest);
        let auth = self.auth(reference)?;
        self.remote()?.push(reference, &auth, artifact).await?;
        Ok(pinned)
    }

    async fn pull(&self, reference: &RegistryReference) -> Result<Module, Error> {
        let (manifest, digest) = self.manifest(reference).await?;
        let pinned = reference.pinned(&digest);
        let (blob, size) = artifact::module_in(&manifest, reference.registry(), reference)?;
        if size > MODULE_LIMIT {
            let what = format!("the module of {reference}");
            return Err(Error::TooLarge { what, limit: MODULE_LIMIT });
        }
        let bytes = match self.store.read(&blob)? {
            Some(bytes) => bytes,
            None if self.options.offline => return Err(offline(reference)),
            None => {
                let auth = self.auth(reference)?;
                let bytes = self.remote()?.blob(&pinned, &auth, &blob, size).await?;
                check_module(&bytes, Some(&blob), reference)?;
                self.store.write(&bytes)?;
                bytes
            }
        };
        // After the module: what a stored manifest names is stored.
        self.store.write(&manifest)?;
        if reference.digest().is_none() && !self.options.offline {
            self.store.set_tag(reference, &digest)?;
        }
        Ok(self.module(bytes, blob, ModuleReference::Registry(pinned)))
    }

    /// A manifest and its digest: stored, where a digest names it, else the registry's.
    pub(crate) async fn manifest(
        &self,
        reference: &RegistryReference,
    ) -> Result<(Vec<u8>, Digest), Error> {
        let known = match reference.digest() {
            Some(digest) => Some(digest.clone()),
            None if self.options.offline => self.store.tag(reference)?,
            None => None,
        };
        if let Some(digest) = known
            && let Some(bytes) = self.store.read(&digest)?
        {
            return Ok((bytes, digest));
        }
        if self.options.offline {
            return Err(offline(reference));
        }
        let auth = self.auth(reference)?;
        let bytes = self.remote()?.manifest(reference, &auth).await?;
        let digest = Digest::of(&bytes);
        Ok((bytes, digest))
    }

    /// The connection to registries, made when it is first needed.
    pub(crate) fn remote(&self) -> Result<&Remote, Error> {
        if let Some(remote) = self.remote.get() {
            return Ok(remote);
        }
        let remote = Remote::new(&self.options.plain_http)?;
        Ok(self.remote.get_or_init(|| remote))
    }

    pub(crate) fn auth(&self, reference: &RegistryReference) -> Result<RegistryAuth, Error> {
        let folder = self.options.docker_config.clone().or_else(credentials::default_folder);
        credentials::of(reference.registry(), folder.as_deref())
    }

    pub(crate) fn is_offline(&self) -> bool {
        self.options.offline
    }

    fn module(&self, bytes: Vec<u8>, digest: Digest, pinned: ModuleReference) -> Module {
        let stored = Some(self.store.path(&digest));
        Module { bytes, digest, pinned, stored }
    }
}

fn offline(reference: &dyn std::fmt::Display) -> Error {
    Error::Offline { reference: reference.to_string() }
}

/// Holds bytes against the digest they must have, and gives the one they have.
fn check(
    bytes: &[u8],
    expected: Option<&Digest>,
    what: &dyn std::fmt::Display,
) -> Result<Digest, Error> {
    let actual = Digest::of(bytes);
    match expected {
        Some(expected) if *expected != actual => Err(Error::Digest {
            what: what.to_string(),
            expected: expected.clone(),
            actual,
            found: nature(bytes),
        }),
        _ => Ok(actual),
    }
}

/// As [`check`], of bytes that must be WebAssembly: nothing else is stored.
fn check_module(
    bytes: &[u8],
    expected: Option<&Digest>,
    what: &dyn std::fmt::Display,
) -> Result<Digest, Error> {
    let digest = check(bytes, expected, what)?;
    if is_wasm(bytes) {
        Ok(digest)
    } else {
        Err(Error::NotWasm { what: what.to_string(), found: nature(bytes) })
    }
}
