//! Signatures with a key, in a real registry; by our own hand and by cosign's.

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::signing::{attach, layer, new_key, public_key, statement};
use common::{DockerRegistry, EMPTY_MODULE, annotated, in_registry};
use oci_client::client::ImageLayer;
use ringfence_registry::blocking::Client;
use ringfence_registry::{Digest, Error, ModuleReference, Options, PublicKey, RegistryReference};
use sigstore::crypto::SigStoreSigner;
use tempfile::TempDir;

/// A registry with a policy in it, and somebody who asks about it.
struct Published {
    registry: DockerRegistry,
    client: Client,
    tag: ModuleReference,
    pinned: RegistryReference,
    folder: TempDir,
}

impl Published {
    fn new() -> Self {
        let registry = DockerRegistry::start();
        let folder = TempDir::new().expect("a folder");
        let client = Client::new(Options {
            plain_http: vec![registry.host.clone()],
            store: Some(folder.path().join("store")),
            docker_config: Some(folder.path().into()),
            ..Options::default()
        });
        let client = client.expect("a client");
        let tag = registry.reference("ringfence:v1.0.0");
        let pinned = client.push(&tag, annotated(EMPTY_MODULE, "1.0.0")).expect("pushed");
        Self { registry, client, tag, pinned, folder }
    }

    fn digest(&self) -> &Digest {
        self.pinned.digest().expect("a digest")
    }

    /// A good signature by this key.
    fn signed_by(&self, key: &SigStoreSigner) -> ImageLayer {
        sign(key, statement(self.digest()))
    }

    fn key(&self, pem: &str) -> PublicKey {
        let path = self.folder.path().join("cosign.pub");
        common::write(&path, pem);
        PublicKey::from_file(&path).expect("a public key")
    }

    fn verify(&self, key: &SigStoreSigner) -> Result<RegistryReference, Error> {
        self.client.verify(in_registry(&self.tag), &self.key(&public_key(key)))
    }

    /// Refused, and why.
    #[track_caller]
    fn refused(&self, key: &SigStoreSigner, why: &str) {
        let error = self.verify(key).expect_err("refused");
        assert!(error.is_refusal(), "{error}");
        let error = error.to_string();
        assert!(error.contains(why) && error.contains(&self.pinned.to_string()), "{error}");
    }
}

fn sign(key: &SigStoreSigner, statement: Vec<u8>) -> ImageLayer {
    let signature = key.sign(&statement).expect("a signature");
    layer(statement, &signature)
}

#[test]
fn docker_registry_with_a_signature() -> Result<(), Error> {
    let published = Published::new();
    let (key, other) = (new_key(), new_key());
    published.refused(&key, "is not signed");
    attach(&published.pinned, &[published.signed_by(&key)]);
    assert_eq!(published.verify(&key)?, published.pinned);
    published.refused(&other, "signed by another key");
    // Several may have signed; one is enough.
    attach(&published.pinned, &[published.signed_by(&other), published.signed_by(&key)]);
    assert_eq!(published.verify(&key)?, published.pinned);
    assert_eq!(published.verify(&other)?, published.pinned);
    Ok(())
}

#[test]
fn docker_registry_with_bad_signatures() {
    let published = Published::new();
    let key = new_key();
    let honest = statement(published.digest());
    let signature = key.sign(&honest).expect("a signature");

    // A statement about another artifact, signed well: as if copied from there.
    let elsewhere = Digest::of(b"another artifact");
    attach(&published.pinned, &[sign(&key, statement(&elsewhere))]);
    published.refused(&key, &format!("is about {elsewhere}"));

    // A statement that was changed after it was signed.
    attach(&published.pinned, &[layer([&honest[..], b" "].concat(), &signature)]);
    published.refused(&key, "or was changed");

    let mut broken = signature.clone();
    broken[10] ^= 1;
    attach(&published.pinned, &[layer(honest.clone(), &broken)]);
    published.refused(&key, "or was changed");
    attach(&published.pinned, &[layer(honest.clone(), b"")]);
    published.refused(&key, "or was changed");

    let mut unsigned = layer(honest.clone(), &signature);
    unsigned.annotations = None;
    attach(&published.pinned, &[unsigned]);
    published.refused(&key, "a statement is not signed");

    let mut renamed = layer(honest.clone(), &signature);
    renamed.media_type = "application/json".to_owned();
    attach(&published.pinned, &[renamed]);
    published.refused(&key, "no statement of cosign but `application/json`");

    let text = String::from_utf8(honest).expect("JSON");
    let other_type = text.replace("cosign container image signature", "something else");
    attach(&published.pinned, &[sign(&key, other_type.into_bytes())]);
    published.refused(&key, "is a `something else`");
    attach(&published.pinned, &[sign(&key, b"{}".to_vec())]);
    published.refused(&key, "not understood");
    attach(&published.pinned, &[]);
    published.refused(&key, "holds none");

    // One good signature among bad ones is one.
    attach(&published.pinned, &[sign(&key, b"{}".to_vec()), published.signed_by(&key)]);
    assert!(published.verify(&key).is_ok());
}

#[test]
fn docker_registry_with_a_damaged_statement() {
    let published = Published::new();
    let key = new_key();
    let statement = statement(published.digest());
    let file = published.registry.blob(&Digest::of(&statement));
    attach(&published.pinned, &[sign(&key, statement.clone())]);
    let text = String::from_utf8(statement).expect("JSON");
    common::write(&file, text.replace("registry.example", "registry.exampl3"));
    published.refused(&key, "is damaged or was replaced");
}

#[test]
fn docker_registry_with_a_moved_tag() -> Result<(), Error> {
    let published = Published::new();
    let key = new_key();
    attach(&published.pinned, &[published.signed_by(&key)]);
    let other = annotated(&annotated(EMPTY_MODULE, "1.0.0")[..8], "1.0.0");
    let moved = [&other[..], b"\0\x01\0"].concat();
    published.client.push(&published.tag, moved)?;
    let key = published.key(&public_key(&key));
    let error = published.client.verify(in_registry(&published.tag), &key).expect_err("unsigned");
    assert!(matches!(error, Error::Unsigned { .. }), "{error}");
    assert_eq!(published.client.verify(&published.pinned, &key)?, published.pinned);
    Ok(())
}

#[test]
fn docker_registry_that_cannot_be_asked_is_no_refusal() {
    let Published { registry, client, tag, folder, .. } = Published::new();
    drop(registry);
    let path = folder.path().join("cosign.pub");
    common::write(&path, public_key(&new_key()));
    let key = PublicKey::from_file(&path).expect("a public key");
    let error = client.verify(in_registry(&tag), &key).expect_err("nobody answers");
    assert!(matches!(error, Error::Unreachable { .. }) && !error.is_refusal(), "{error}");
}

#[test]
fn keys_that_are_none() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("cosign.pub");
    let pair = new_key().to_sigstore_keypair().expect("a pair");
    let private = pair.private_key_to_pem().expect("PEM");
    let public = pair.public_key_to_pem().expect("PEM");
    for (pem, reason) in [
        ("", "holds no public key"),
        ("hello", "holds no public key"),
        (private.as_str(), "it is a PRIVATE KEY"),
        (&public.replacen("MFkw", "AAAA", 1), "holds no public key"),
    ] {
        common::write(&path, pem);
        let error = PublicKey::from_file(&path).expect_err(reason).to_string();
        assert!(error.contains(reason) && error.contains("cosign.pub"), "{error}");
    }
    let error = PublicKey::from_file(&folder.path().join("none.pub")).expect_err("no file");
    assert!(matches!(error, Error::File { .. }), "{error}");
}

/// cosign as a process, in a folder with its keys.
struct Cosign {
    command: PathBuf,
    folder: TempDir,
}

impl Cosign {
    /// `COSIGN`, or the one on the path.
    fn new() -> Self {
        let command = std::env::var_os("COSIGN").map_or_else(|| "cosign".into(), PathBuf::from);
        Self { command, folder: TempDir::new().expect("a folder") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Result<(), String> {
        let output = Command::new(&self.command)
            .args(arguments)
            .current_dir(self.folder.path())
            .env("COSIGN_PASSWORD", "secret")
            .env("DOCKER_CONFIG", self.folder.path())
            .env("HOME", self.folder.path())
            .output()
            .expect("cosign is there: name it in COSIGN");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() { Ok(()) } else { Err(said) }
    }

    /// Which options this version has for signatures in the registry alone, without a log.
    fn sign(&self, reference: &str) {
        let common = [
            "sign",
            "--yes",
            "--key=cosign.key",
            "--tlog-upload=false",
            "--allow-insecure-registry",
        ];
        // Since version 3 other forms are the default.
        let version_3 = ["--new-bundle-format=false", "--use-signing-config=false"];
        let newer = self.run(&[&common[..], &version_3, &[reference]].concat());
        if newer.as_ref().is_err_and(|said| said.contains("unknown flag")) {
            self.run(&[&common[..], &[reference]].concat()).expect("signed");
        } else {
            newer.expect("signed");
        }
    }
}

/// The reference as cosign writes it.
fn bare(reference: &RegistryReference) -> String {
    reference.to_string().replace("registry://", "")
}

fn read_key(path: &Path) -> PublicKey {
    PublicKey::from_file(path).expect("cosign's public key")
}

#[test]
fn cosign_signs_and_we_verify() -> Result<(), Error> {
    let published = Published::new();
    let (cosign, stranger) = (Cosign::new(), Cosign::new());
    for cosign in [&cosign, &stranger] {
        cosign.run(&["generate-key-pair"]).expect("a pair of keys");
    }
    let tag = in_registry(&published.tag);
    let key = read_key(&cosign.path("cosign.pub"));
    assert!(matches!(published.client.verify(tag, &key), Err(Error::Unsigned { .. })));
    cosign.sign(&bare(&published.pinned));
    assert_eq!(published.client.verify(tag, &key)?, published.pinned);
    let other = read_key(&stranger.path("cosign.pub"));
    assert!(matches!(published.client.verify(tag, &other), Err(Error::Untrusted { .. })));
    Ok(())
}

#[test]
fn cosign_verifies_what_we_take_for_signed() {
    let published = Published::new();
    let (key, cosign) = (new_key(), Cosign::new());
    attach(&published.pinned, &[published.signed_by(&key)]);
    assert!(published.verify(&key).is_ok());
    common::write(&cosign.path("ours.pub"), public_key(&key));
    let reference = bare(&published.pinned);
    let verify = |key: &str| {
        let key = format!("--key={key}");
        cosign.run(&[
            "verify",
            &key,
            "--insecure-ignore-tlog=true",
            "--allow-insecure-registry",
            &reference,
        ])
    };
    verify("ours.pub").expect("cosign agrees");
    common::write(&cosign.path("other.pub"), public_key(&new_key()));
    let said = verify("other.pub").expect_err("cosign refuses another key, too");
    assert!(said.contains("signature"), "{said}");
}
