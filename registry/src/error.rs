//! Everything that can go wrong, each with what to do about it.

use std::io;
use std::path::PathBuf;

use crate::Digest;

/// Why there is no module, no pushed artifact or no verified signature.
///
/// What servers said is shortened, and shown as they sent it: clean it before it reaches a terminal.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A text names no module.
    #[error("`{reference}` names no module: {reason}")]
    Reference {
        /// The text.
        reference: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A file cannot be read.
    #[error("cannot read {}: {reason}; check the path and its permissions", path.display())]
    File {
        /// The file as it was named.
        path: PathBuf,
        /// What the operating system said.
        reason: io::Error,
    },
    /// The network or TLS cannot be set up on this machine.
    #[error("cannot set up {what}: {reason}")]
    Setup {
        /// What is missing.
        what: &'static str,
        /// What the library or the operating system said.
        reason: String,
    },
    /// No answer came, or only a part of it.
    #[error(
        "cannot talk to {host}: {reason}; check name, port and network, and name a host without TLS with --plain-http"
    )]
    Unreachable {
        /// The host with its port.
        host: String,
        /// What went wrong.
        reason: String,
    },
    /// A server without TLS was named in an address and not as such.
    #[error(
        "{host} would be asked without TLS; use https://, or allow it with --plain-http {host}"
    )]
    PlainHttp {
        /// The host with its port.
        host: String,
    },
    /// The registry wants other credentials, or some.
    #[error("{host} refuses {who}: {said}; log in with `docker login {host}`")]
    Unauthorized {
        /// The host with its port.
        host: String,
        /// Who was refused.
        who: String,
        /// What the registry said.
        said: String,
    },
    /// The credentials in Docker's configuration cannot be used.
    #[error("cannot use the credentials for {host} in {}: {reason}", config.display())]
    Credentials {
        /// The host with its port.
        host: String,
        /// Docker's configuration file.
        config: PathBuf,
        /// What is wrong, and how to mend it.
        reason: String,
    },
    /// The server has no such thing.
    #[error("{host} has no {what}; check repository, tag and digest")]
    NotFound {
        /// The host with its port.
        host: String,
        /// What was asked for.
        what: String,
    },
    /// The server speaks HTTP, but not the OCI distribution protocol.
    #[error("{host} does not answer like an OCI registry: {found}; check the host's name and port")]
    NotARegistry {
        /// The host with its port.
        host: String,
        /// What it answered.
        found: String,
    },
    /// The server refused for another reason.
    #[error("{host} refused: {said}")]
    Refused {
        /// The host with its port.
        host: String,
        /// What it said.
        said: String,
    },
    /// The artifact is not one policy module.
    #[error("{reference} is no policy: {reason}")]
    Artifact {
        /// The artifact.
        reference: String,
        /// What it is instead.
        reason: String,
    },
    /// What came is not what its digest says.
    #[error(
        "{what} is damaged or was replaced: expected {expected}, got {actual} ({found}); do not use it, and tell who serves it"
    )]
    Digest {
        /// What was fetched.
        what: String,
        /// The digest it should have.
        expected: Digest,
        /// The digest it has.
        actual: Digest,
        /// What it looks like.
        found: &'static str,
    },
    /// What came is too large.
    #[error("{what} is larger than {limit} bytes, the most that is read; is it the right one?")]
    TooLarge {
        /// What was fetched.
        what: String,
        /// The limit in bytes.
        limit: usize,
    },
    /// What came is no WebAssembly.
    #[error("{what} is not a WebAssembly module but {found}; check the reference")]
    NotWasm {
        /// What was fetched.
        what: String,
        /// What it looks like.
        found: &'static str,
    },
    /// The folder of fetched modules cannot be used.
    #[error("cannot use the store of modules at {}: {reason}; name another one with --store", path.display())]
    Store {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        reason: io::Error,
    },
    /// A stored file is not what its name says.
    #[error("{} was changed since it was stored: it has {actual}; delete it, and it will be fetched again", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
        /// The digest it has.
        actual: Digest,
    },
    /// Without the network there is no such module.
    #[error(
        "{reference} is not stored here, and nothing is fetched offline; `ringfence pull {reference}` fetches it and prints the reference to use"
    )]
    Offline {
        /// What was asked for.
        reference: String,
    },
    /// Signatures are not stored.
    #[error("whether {reference} is signed is asked of its registry; verify it without --offline")]
    OfflineSignature {
        /// The artifact.
        reference: String,
    },
    /// The module says nothing of itself, or nothing that can be read.
    #[error(
        "{reason}; annotate the module anew with `cargo xtask package`, or with `kwctl annotate`"
    )]
    Metadata {
        /// What is wrong.
        reason: String,
    },
    /// A reference cannot be pushed to.
    #[error("cannot push to {reference}: {reason}")]
    Target {
        /// The reference.
        reference: String,
        /// Why not, and what would be right.
        reason: String,
    },
    /// A key file holds no public key.
    #[error("{} holds no public key: {reason}; give the file that cosign calls cosign.pub", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// There is no signature by a key.
    #[error(
        "{reference} is not signed: {tag} is not there; a signature without a key is verified by `cosign verify`"
    )]
    Unsigned {
        /// The artifact, by its digest.
        reference: String,
        /// The tag under which signatures are looked for.
        tag: String,
    },
    /// There are signatures, but none by this key for this artifact.
    #[error("no signature of {reference} is good: {}; do not use it, or use the right key", reasons.join("; "))]
    Untrusted {
        /// The artifact, by its digest.
        reference: String,
        /// For each signature, why it does not count.
        reasons: Vec<String>,
    },
}

impl Error {
    /// Whether the question was answered, with no: the artifact is not signed by this key.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Unsigned { .. } | Self::Untrusted { .. })
    }
}
