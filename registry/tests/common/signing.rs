//! Signs with a key made here, in the form that cosign leaves in a registry.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD as STANDARD;
use oci_client::client::{ClientConfig, ClientProtocol, Config, ImageLayer};
use oci_client::manifest::OciImageManifest;
use oci_client::secrets::RegistryAuth;
use ringfence_registry::{Digest, RegistryReference};
use sigstore::crypto::{SigStoreSigner, SigningScheme};

/// An ECDSA key on the curve P-256.
pub(crate) fn new_key() -> SigStoreSigner {
    SigningScheme::ECDSA_P256_SHA256_ASN1.create_signer().expect("a key")
}

/// Its public half, as in `cosign.pub`.
pub(crate) fn public_key(signer: &SigStoreSigner) -> String {
    let pair = signer.to_sigstore_keypair().expect("a pair");
    pair.public_key_to_pem().expect("PEM")
}

/// What is signed: a statement about the artifact with this digest.
pub(crate) fn statement(digest: &Digest) -> Vec<u8> {
    let statement = serde_json::json!({
        "critical": {
            "identity": {"docker-reference": "registry.example/ringfence"},
            "image": {"docker-manifest-digest": digest.to_string()},
            "type": "cosign container image signature",
        },
        "optional": null,
    });
    statement.to_string().into_bytes()
}

/// A layer of a signature's artifact: a statement and somebody's signature of something.
pub(crate) fn layer(statement: Vec<u8>, signature: &[u8]) -> ImageLayer {
    let signature = STANDARD.encode(signature);
    let annotations =
        BTreeMap::from([("dev.cosignproject.cosign/signature".to_owned(), signature)]);
    let media_type = "application/vnd.dev.cosign.simplesigning.v1+json".to_owned();
    ImageLayer::new(statement, media_type, Some(annotations))
}

/// Puts layers where signatures of the pinned artifact are looked for.
pub(crate) fn attach(pinned: &RegistryReference, layers: &[ImageLayer]) {
    let digest = pinned.digest().expect("a digest");
    push(pinned, &format!("sha256-{}.sig", digest.hex()), layers);
}

/// Pushes any artifact without TLS.
pub(crate) fn push(beside: &RegistryReference, tag: &str, layers: &[ImageLayer]) {
    let config = ClientConfig { protocol: ClientProtocol::Http, ..ClientConfig::default() };
    let client = oci_client::Client::try_from(config).expect("a client");
    let (registry, repository) = (beside.registry().to_owned(), beside.repository().to_owned());
    let target = oci_client::Reference::with_tag(registry, repository, tag.to_owned());
    let config = Config::oci_v1(&b"{}"[..], None);
    let manifest = OciImageManifest::build(layers, &config, None);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let pushed = runtime.expect("a runtime").block_on(client.push(
        &target,
        layers,
        config,
        &RegistryAuth::Anonymous,
        Some(manifest),
    ));
    pushed.map(|_| ()).expect("pushed");
}
