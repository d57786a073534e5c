//! The OCI artifact that carries a policy: one manifest, one empty configuration, one module.
//!
//! Source: Kubewarden's policy-fetcher and kwctl, which push and pull the same.

use oci_client::client::{Config, ImageLayer};
use oci_client::manifest::{
    OCI_IMAGE_INDEX_MEDIA_TYPE, OciDescriptor, OciImageManifest, WASM_CONFIG_MEDIA_TYPE,
    WASM_LAYER_MEDIA_TYPE,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::content::{excerpt, nature};
use crate::metadata::Metadata;
use crate::{Digest, Error};

/// An artifact that is ready to be pushed.
pub(crate) struct Artifact {
    pub(crate) manifest: Vec<u8>,
    pub(crate) digest: Digest,
    pub(crate) config: Config,
    pub(crate) layer: ImageLayer,
}

impl Artifact {
    /// The artifact of an annotated module.
    pub(crate) fn of(module: Vec<u8>, metadata: &Metadata) -> Result<Self, Error> {
        let config = Config::new(&b"{}"[..], WASM_CONFIG_MEDIA_TYPE.to_owned(), None);
        let layer = ImageLayer::new(module, WASM_LAYER_MEDIA_TYPE.to_owned(), None);
        let annotations = Some(metadata.of_manifest());
        let manifest = OciImageManifest::build(std::slice::from_ref(&layer), &config, annotations);
        let manifest = canonical(&manifest)?;
        Ok(Self { digest: Digest::of(&manifest), manifest, config, layer })
    }
}

/// The canonical JSON of a manifest: equal ones have equal digests.
fn canonical(manifest: &OciImageManifest) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let formatter = olpc_cjson::CanonicalFormatter::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
    manifest
        .serialize(&mut serializer)
        .map_err(|error| Error::Setup { what: "the manifest", reason: error.to_string() })?;
    Ok(bytes)
}

/// The module in a policy's manifest.
///
/// A manifest with another layer, or with several, is refused: hosts differ in what they take of it.
pub(crate) fn module_in(
    manifest: &[u8],
    host: &str,
    reference: &dyn std::fmt::Display,
) -> Result<(Digest, usize), Error> {
    let wrong = |reason: String| Error::Artifact { reference: reference.to_string(), reason };
    let manifest = image_manifest(manifest, host, reference)?;
    let [layer] = manifest.layers.as_slice() else {
        let count = manifest.layers.len();
        return Err(wrong(format!("it has {count} layers, and a policy has one")));
    };
    if layer.media_type != WASM_LAYER_MEDIA_TYPE {
        let found = excerpt(&layer.media_type);
        return Err(wrong(format!(
            "its layer is `{found}`, and a policy's is `{WASM_LAYER_MEDIA_TYPE}`"
        )));
    }
    blob_of(layer).map_err(wrong)
}

/// The digest and the size that a descriptor gives.
pub(crate) fn blob_of(layer: &OciDescriptor) -> Result<(Digest, usize), String> {
    let digest = layer.digest.parse().map_err(|error| {
        format!("its layer has the digest `{}`: {error}", excerpt(&layer.digest))
    })?;
    let size =
        usize::try_from(layer.size).map_err(|_| format!("its layer has {} bytes", layer.size))?;
    Ok((digest, size))
}

/// Reads an image manifest; an index of several is none.
pub(crate) fn image_manifest(
    bytes: &[u8],
    host: &str,
    reference: &dyn std::fmt::Display,
) -> Result<OciImageManifest, Error> {
    let wrong = |reason: String| Error::Artifact { reference: reference.to_string(), reason };
    let kind: Kind = read(bytes, host)?;
    if kind.manifests.is_some() || kind.media_type.as_deref() == Some(OCI_IMAGE_INDEX_MEDIA_TYPE) {
        return Err(wrong(
            "it is an index of several artifacts; name one by its digest".to_owned(),
        ));
    }
    serde_json::from_slice(bytes)
        .map_err(|error| wrong(format!("its manifest is not understood: {error}")))
}

/// What tells an index from a manifest.
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kind {
    media_type: Option<String>,
    manifests: Option<serde_json::Value>,
}

/// Reads JSON that a registry answered with success.
fn read<T: DeserializeOwned>(bytes: &[u8], host: &str) -> Result<T, Error> {
    serde_json::from_slice(bytes).map_err(|error| {
        let found = match nature(bytes) {
            "JSON" => format!("a manifest that is not understood ({error})"),
            other => format!("instead of a manifest it sent {other}"),
        };
        Error::NotARegistry { host: host.to_owned(), found }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use std::collections::BTreeMap;

    const LAYER: &str = "application/vnd.wasm.content.layer.v1+wasm";

    #[test]
    fn is_what_kubewarden_pushes() -> Result<(), Box<dyn std::error::Error>> {
        let annotations = BTreeMap::from([
            ("io.kubewarden.policy.source".to_owned(), "https://example.org".to_owned()),
            ("io.kubewarden.policy.usage".to_owned(), "two\nlines".to_owned()),
        ]);
        let artifact = Artifact::of(b"module".to_vec(), &Metadata { annotations })?;
        let module = Digest::of(b"module").to_string();
        let config = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
        let expected = json!({
            "schemaVersion": 2,
            "config": {
                "mediaType": "application/vnd.wasm.config.v1+json", "digest": config, "size": 2
            },
            "layers": [{"mediaType": LAYER, "digest": module, "size": 6}],
            "annotations": {
                "io.kubewarden.policy.source": "https://example.org",
                "org.opencontainers.image.source": "https://example.org",
            },
        });
        assert_eq!(serde_json::from_slice::<Value>(&artifact.manifest)?, expected);
        assert_eq!(artifact.digest, Digest::of(&artifact.manifest));
        assert!(artifact.manifest.starts_with(br#"{"annotations":{"#), "sorted");
        let (digest, size) = module_in(&artifact.manifest, "host", &"it")?;
        assert_eq!((digest.to_string(), size), (module, 6));
        Ok(())
    }

    #[test]
    fn nothing_else_is_a_policy() {
        let layer = json!({"mediaType": LAYER, "digest": Digest::of(b"").to_string(), "size": 1});
        let with = |layers: Value| json!({"schemaVersion": 2, "config": {"mediaType": "x", "digest": "x", "size": 2}, "layers": layers});
        let tar = "application/vnd.oci.image.layer.v1.tar+gzip";
        let (mut image, mut unnamed, mut negative) = (layer.clone(), layer.clone(), layer.clone());
        image["mediaType"] = tar.into();
        unnamed["digest"] = "sha512:00".into();
        negative["size"] = (-1).into();
        for (manifest, reason) in [
            (with(json!([])), "0 layers"),
            (with(json!([layer, layer])), "2 layers"),
            (with(json!([image])), tar),
            (with(json!([unnamed])), "sha512:00"),
            (with(json!([negative])), "-1 bytes"),
            (with(json!(7)), "not understood"),
            (json!({"schemaVersion": 2, "manifests": []}), "index"),
        ] {
            let error = module_in(manifest.to_string().as_bytes(), "host", &"it");
            let error = error.expect_err(reason).to_string();
            assert!(error.starts_with("it is no policy: ") && error.contains(reason), "{error}");
        }
        for (bytes, found) in
            [("<!doctype html>", "an HTML page"), ("", "nothing"), ("[7", "not understood")]
        {
            let error = module_in(bytes.as_bytes(), "host", &"it").expect_err(found).to_string();
            assert!(error.starts_with("host does not answer like an OCI registry"), "{error}");
            assert!(error.contains(found), "{error}");
        }
    }
}
