//! Talks to registries, and says in our words what went wrong.

use std::pin::Pin;
use std::task::{Context, Poll};

use oci_client::client::{ClientConfig, ClientProtocol};
use oci_client::errors::{DigestError, OciDistributionError, OciEnvelope, OciErrorCode};
use oci_client::manifest::{
    IMAGE_MANIFEST_MEDIA_TYPE, OCI_IMAGE_INDEX_MEDIA_TYPE, OCI_IMAGE_MEDIA_TYPE,
};
use oci_client::secrets::RegistryAuth;
use tokio::io::AsyncWrite;

use crate::artifact::Artifact;
use crate::client::{CONNECT_TIMEOUT, READ_TIMEOUT, USER_AGENT};
use crate::content::{excerpt, nature};
use crate::reference::RegistryReference;
use crate::{Digest, Error};

/// What is taken as a manifest. An index is asked for, too, so that the error can name it.
const MANIFESTS: [&str; 3] =
    [OCI_IMAGE_MEDIA_TYPE, IMAGE_MANIFEST_MEDIA_TYPE, OCI_IMAGE_INDEX_MEDIA_TYPE];

/// A connection to registries.
pub(crate) struct Remote {
    oci: oci_client::Client,
}

impl Remote {
    /// Every registry is asked over TLS but those named here.
    pub(crate) fn new(plain_http: &[String]) -> Result<Self, Error> {
        let config = ClientConfig {
            protocol: ClientProtocol::HttpsExcept(plain_http.to_vec()),
            connect_timeout: Some(CONNECT_TIMEOUT),
            read_timeout: Some(READ_TIMEOUT),
            user_agent: USER_AGENT,
            ..ClientConfig::default()
        };
        let oci = oci_client::Client::try_from(config)
            .map_err(|error| Error::Setup { what: "TLS", reason: root_cause(&error) })?;
        Ok(Self { oci })
    }

    /// The bytes of a manifest. They have the reference's digest, if it has one.
    pub(crate) async fn manifest(
        &self,
        reference: &RegistryReference,
        auth: &RegistryAuth,
    ) -> Result<Vec<u8>, Error> {
        let pulled = self.oci.pull_manifest_raw(&reference.oci, auth, &MANIFESTS).await;
        let name = reference.oci.digest().or(reference.oci.tag()).unwrap_or_default();
        let what = format!("{}:{name}", reference.repository());
        let (bytes, _) = pulled.map_err(|error| explain(error, reference, auth, &what))?;
        let (bytes, actual) = (bytes.to_vec(), Digest::of(&bytes));
        match reference.digest() {
            Some(expected) if *expected != actual => Err(Error::Digest {
                what: reference.to_string(),
                expected: expected.clone(),
                actual,
                found: nature(&bytes),
            }),
            _ => Ok(bytes),
        }
    }

    /// The bytes of a blob, which have this digest; at most so many.
    pub(crate) async fn blob(
        &self,
        reference: &RegistryReference,
        auth: &RegistryAuth,
        digest: &Digest,
        limit: usize,
    ) -> Result<Vec<u8>, Error> {
        let what = format!("blob {digest} of {}", reference.repository());
        self.oci.store_auth_if_needed(reference.registry(), auth).await;
        let mut sink = Sink { bytes: Vec::new(), limit, overflowed: false };
        let pulled =
            self.oci.pull_blob(&reference.oci, digest.to_string().as_str(), &mut sink).await;
        let Sink { bytes, overflowed, .. } = sink;
        if overflowed {
            return Err(Error::TooLarge { what: format!("the {what}"), limit });
        }
        let actual = Digest::of(&bytes);
        match pulled {
            Ok(()) if actual == *digest => Ok(bytes),
            Ok(())
            | Err(OciDistributionError::DigestError(DigestError::VerificationError { .. })) => {
                let found = nature(&bytes);
                Err(Error::Digest {
                    what: format!("the {what}"),
                    expected: digest.clone(),
                    actual,
                    found,
                })
            }
            Err(error) => Err(explain(error, reference, auth, &what)),
        }
    }

    /// Puts an artifact under a tag: the manifest last, so that no tag leads to half of it.
    pub(crate) async fn push(
        &self,
        reference: &RegistryReference,
        auth: &RegistryAuth,
        artifact: Artifact,
    ) -> Result<(), Error> {
        let Artifact { manifest, config, layer, .. } = artifact;
        let push = async {
            self.oci.store_auth_if_needed(reference.registry(), auth).await;
            for data in [layer.data, config.data] {
                let digest = Digest::of(&data).to_string();
                self.oci.push_blob(&reference.oci, data, &digest).await?;
            }
            let content_type = reqwest::header::HeaderValue::from_static(OCI_IMAGE_MEDIA_TYPE);
            self.oci.push_manifest_raw(&reference.oci, manifest, content_type).await
        };
        let what = format!("repository {}", reference.repository());
        push.await.map(|_| ()).map_err(|error| explain(error, reference, auth, &what))
    }
}

/// What a library says of the registry's answer, in our words.
fn explain(
    error: OciDistributionError,
    reference: &RegistryReference,
    auth: &RegistryAuth,
    what: &str,
) -> Error {
    let host = reference.registry().to_owned();
    match error {
        OciDistributionError::UnauthorizedError { .. } => {
            unauthorized(host, auth, "not authorized".to_owned())
        }
        OciDistributionError::AuthenticationFailure(said) => {
            unauthorized(host, auth, excerpt(&said))
        }
        OciDistributionError::RegistryError { envelope, .. } => {
            refused(host, &envelope, auth, what)
        }
        OciDistributionError::ServerError { code, message, .. } => {
            match serde_json::from_str(&message) {
                Ok(envelope) => refused(host, &envelope, auth, what),
                Err(_) => answered(host, code, &message, auth, what),
            }
        }
        OciDistributionError::RequestError(error) => {
            Error::Unreachable { host, reason: root_cause(&error) }
        }
        OciDistributionError::DigestError(DigestError::VerificationError { expected, actual }) => {
            damaged(reference, &expected, &actual)
        }
        other => Error::NotARegistry { host, found: root_cause(&other) },
    }
}

fn unauthorized(host: String, auth: &RegistryAuth, said: String) -> Error {
    let who = match auth {
        RegistryAuth::Basic(name, _) => format!("the user `{name}`"),
        _ => "anonymous users".to_owned(),
    };
    Error::Unauthorized { host, who, said }
}

/// A refusal in the form of the protocol.
fn refused(host: String, envelope: &OciEnvelope, auth: &RegistryAuth, what: &str) -> Error {
    match envelope.errors.first().map(|error| &error.code) {
        Some(OciErrorCode::Unauthorized | OciErrorCode::Denied) => {
            unauthorized(host, auth, said(envelope))
        }
        Some(
            OciErrorCode::ManifestUnknown
            | OciErrorCode::NameUnknown
            | OciErrorCode::NotFound
            | OciErrorCode::BlobUnknown,
        ) => Error::NotFound { host, what: what.to_owned() },
        _ => Error::Refused { host, said: said(envelope) },
    }
}

/// An answer that is no success and not in the protocol's form.
fn answered(host: String, code: u16, message: &str, auth: &RegistryAuth, what: &str) -> Error {
    let said = format!("status {code}, {}", excerpt(message));
    match (code, nature(message.as_bytes())) {
        (401 | 403, _) => unauthorized(host, auth, said),
        (404, "nothing" | "text") => Error::NotFound { host, what: what.to_owned() },
        (400..500, _) => Error::NotARegistry { host, found: said },
        _ => Error::Refused { host, said },
    }
}

/// A manifest whose digest is not the one that was asked for, or that the registry said it has.
fn damaged(reference: &RegistryReference, expected: &str, actual: &str) -> Error {
    match (expected.parse(), actual.parse()) {
        (Ok(expected), Ok(actual)) => {
            Error::Digest { what: reference.to_string(), expected, actual, found: "a manifest" }
        }
        _ => Error::NotARegistry {
            host: reference.registry().to_owned(),
            found: format!("a manifest with the digest {}", excerpt(expected)),
        },
    }
}

/// What a registry said, in the form of the protocol.
fn said(envelope: &OciEnvelope) -> String {
    let texts: Vec<String> = envelope
        .errors
        .iter()
        .map(|error| match error.message.as_str() {
            "" => format!("{:?}", error.code),
            message => message.to_owned(),
        })
        .collect();
    excerpt(&texts.join("; "))
}

/// What lies at the bottom of an error: what is above it only says that something was tried.
pub(crate) fn root_cause(error: &dyn std::error::Error) -> String {
    let mut root = error;
    while let Some(cause) = root.source() {
        root = cause;
    }
    excerpt(&root.to_string())
}

/// Keeps what is written to it, up to a limit.
struct Sink {
    bytes: Vec<u8>,
    limit: usize,
    overflowed: bool,
}

impl AsyncWrite for Sink {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        if bytes.len() > self.limit.saturating_sub(self.bytes.len()) {
            self.overflowed = true;
            return Poll::Ready(Err(std::io::Error::other("over the limit")));
        }
        self.bytes.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
