//! Signatures made with a key, in the form that Kubewarden's hosts look for: cosign's tag
//! `sha256-<digest>.sig`, which leads to signed statements about that digest.
//!
//! Signatures without a key (a certificate for an identity, a transparency log) are cosign's and
//! kwctl's to verify.
//!
//! Source: cosign, `specs/SIGNATURE_SPEC.md`.

use std::path::Path;

use oci_client::manifest::OciDescriptor;
use serde::Deserialize;
use sigstore::crypto::{CosignVerificationKey, Signature};

use crate::client::Client;
use crate::reference::RegistryReference;
use crate::{Digest, Error, artifact};

/// The annotation that holds the signature of a layer, in base64.
const SIGNATURE: &str = "dev.cosignproject.cosign/signature";

/// The media type of a signed statement.
const PAYLOAD_MEDIA_TYPE: &str = "application/vnd.dev.cosign.simplesigning.v1+json";

/// The type that a signed statement must say it has.
const PAYLOAD_TYPE: &str = "cosign container image signature";

/// The largest statement that is read.
const PAYLOAD_LIMIT: usize = 1 << 20;

/// Signatures that are looked at. More are no mistake, but work that somebody else chose.
const MOST_SIGNATURES: usize = 32;

/// A public key that signatures are held against.
#[derive(Clone, Debug)]
pub struct PublicKey(CosignVerificationKey);

impl PublicKey {
    /// Reads a PEM file: ECDSA on a NIST curve, Ed25519 or RSA.
    ///
    /// # Errors
    /// [`Error::File`] and [`Error::Key`].
    pub fn from_file(path: &Path) -> Result<Self, Error> {
        let pem =
            std::fs::read(path).map_err(|reason| Error::File { path: path.into(), reason })?;
        Self::from_pem(&pem).map_err(|reason| Error::Key { path: path.into(), reason })
    }

    fn from_pem(bytes: &[u8]) -> Result<Self, String> {
        let block = pem::parse(bytes).map_err(|error| error.to_string())?;
        if block.tag() != "PUBLIC KEY" {
            return Err(format!("it is a {}", block.tag()));
        }
        let key = CosignVerificationKey::try_from_der(block.contents());
        key.map(Self).map_err(|error| error.to_string())
    }
}

/// The part of a signed statement that is held against the artifact. Everything else in it
/// (the name it was signed under, free annotations) is the signer's word.
#[derive(Deserialize)]
struct Payload {
    critical: Critical,
}

#[derive(Deserialize)]
struct Critical {
    image: Image,
    r#type: String,
}

#[derive(Deserialize)]
struct Image {
    #[serde(rename = "docker-manifest-digest")]
    digest: String,
}

impl Client {
    /// Verifies that the artifact is signed by this key, and gives the reference that names what
    /// was signed for ever: use that one, for a tag can be moved.
    ///
    /// # Errors
    /// [`Error::Unsigned`] and [`Error::Untrusted`] when it is not, anything else when that cannot
    /// be told.
    pub async fn verify(
        &self,
        reference: &RegistryReference,
        key: &PublicKey,
    ) -> Result<RegistryReference, Error> {
        if self.is_offline() {
            return Err(Error::OfflineSignature { reference: reference.to_string() });
        }
        let (_, digest) = self.manifest(reference).await?;
        let pinned = reference.pinned(&digest);
        let signatures = reference.tagged(format!("sha256-{}.sig", digest.hex()));
        let auth = self.auth(reference)?;
        let manifest = match self.remote()?.manifest(&signatures, &auth).await {
            Ok(manifest) => manifest,
            Err(Error::NotFound { .. }) => {
                let (reference, tag) = (pinned.to_string(), signatures.to_string());
                return Err(Error::Unsigned { reference, tag });
            }
            Err(error) => return Err(error),
        };
        let manifest = artifact::image_manifest(&manifest, reference.registry(), &signatures)?;
        let mut reasons = Vec::new();
        for layer in manifest.layers.iter().take(MOST_SIGNATURES) {
            match self.verify_layer(layer, &signatures, &digest, key).await? {
                Ok(()) => return Ok(pinned),
                Err(reason) => reasons.push(reason),
            }
        }
        if reasons.is_empty() {
            reasons.push(format!("{signatures} holds none"));
        }
        reasons.dedup();
        Err(Error::Untrusted { reference: pinned.to_string(), reasons })
    }

    /// Whether one signature is good; else why not. An error where that cannot be told.
    async fn verify_layer(
        &self,
        layer: &OciDescriptor,
        signatures: &RegistryReference,
        digest: &Digest,
        key: &PublicKey,
    ) -> Result<Result<(), String>, Error> {
        if layer.media_type != PAYLOAD_MEDIA_TYPE {
            return Ok(Err(format!(
                "a layer is no statement of cosign but `{}`",
                layer.media_type
            )));
        }
        let annotations = layer.annotations.as_ref();
        let Some(signature) = annotations.and_then(|annotations| annotations.get(SIGNATURE)) else {
            return Ok(Err("a statement is not signed".to_owned()));
        };
        let blob = match artifact::blob_of(layer) {
            Ok((blob, size)) if size <= PAYLOAD_LIMIT => blob,
            Ok((_, size)) => return Ok(Err(format!("a statement has {size} bytes"))),
            Err(reason) => return Ok(Err(reason)),
        };
        let auth = self.auth(signatures)?;
        let payload = match self.remote()?.blob(signatures, &auth, &blob, PAYLOAD_LIMIT).await {
            Ok(payload) => payload,
            Err(
                error @ (Error::Digest { .. } | Error::NotFound { .. } | Error::TooLarge { .. }),
            ) => {
                return Ok(Err(error.to_string()));
            }
            Err(error) => return Err(error),
        };
        Ok(verify_payload(&payload, signature, digest, key))
    }
}

/// Whether the statement is signed by the key, and is about this digest. The signature comes first:
/// nobody's word is read before.
fn verify_payload(
    payload: &[u8],
    signature: &str,
    digest: &Digest,
    key: &PublicKey,
) -> Result<(), String> {
    key.0
        .verify_signature(Signature::Base64Encoded(signature.as_bytes()), payload)
        .map_err(|_| "a statement is signed by another key, or was changed".to_owned())?;
    let payload: Payload = serde_json::from_slice(payload)
        .map_err(|error| format!("a signed statement is not understood: {error}"))?;
    let Critical { image, r#type } = payload.critical;
    if r#type != PAYLOAD_TYPE {
        return Err(format!("a signed statement is a `{type}`, not a `{PAYLOAD_TYPE}`"));
    }
    if image.digest != digest.to_string() {
        return Err(format!("a signed statement is about {}", image.digest));
    }
    Ok(())
}
