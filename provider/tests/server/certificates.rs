//! Authorities, and certificates by them.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair,
};
use tempfile::TempDir;

/// The name in the certificate that Gatekeeper makes for itself.
pub(crate) const GATEKEEPER: &str = "gatekeeper-webhook-service.gatekeeper-system.svc";

/// A certificate and its key, in PEM.
#[derive(Clone)]
pub(crate) struct Pair {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

/// An authority that signs for servers or for clients.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let mut parameters = CertificateParams::new(Vec::new()).expect("parameters");
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().expect("a key");
        Self(CertifiedIssuer::self_signed(parameters, key).expect("an authority"))
    }

    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    pub(crate) fn server(&self) -> Pair {
        self.sign("localhost", ExtendedKeyUsagePurpose::ServerAuth, Duration::from_secs(86_400))
    }

    /// A server's, valid for this long.
    pub(crate) fn server_for(&self, valid: Duration) -> Pair {
        self.sign("localhost", ExtendedKeyUsagePurpose::ServerAuth, valid)
    }

    pub(crate) fn client(&self, name: &str) -> Pair {
        self.sign(name, ExtendedKeyUsagePurpose::ClientAuth, Duration::from_secs(86_400))
    }

    fn sign(&self, name: &str, usage: ExtendedKeyUsagePurpose, valid: Duration) -> Pair {
        let mut parameters = CertificateParams::new(vec![name.to_owned()]).expect("parameters");
        parameters.distinguished_name.push(DnType::CommonName, name);
        parameters.extended_key_usages = vec![usage];
        parameters.not_before = (SystemTime::now() - Duration::from_secs(60)).into();
        parameters.not_after = (SystemTime::now() + valid).into();
        let key = KeyPair::generate().expect("a key");
        let certificate = parameters.signed_by(&key, &self.0).expect("a certificate");
        Pair { certificate: certificate.pem(), key: key.serialize_pem() }
    }
}

/// A folder of files for a server, and what its clients need.
pub(crate) struct Kit {
    pub(crate) folder: TempDir,
    /// Signs for servers.
    pub(crate) ours: Authority,
    /// Signs for Gatekeeper.
    pub(crate) theirs: Authority,
}

impl Kit {
    pub(crate) fn new() -> Self {
        let kit = Self {
            folder: tempfile::tempdir().expect("a folder"),
            ours: Authority::new("ours"),
            theirs: Authority::new("gatekeeper-ca"),
        };
        kit.install(&kit.ours.server());
        kit.write("ca.crt", kit.theirs.pem());
        kit
    }

    /// Makes it the server's.
    pub(crate) fn install(&self, pair: &Pair) {
        self.write("tls.crt", &pair.certificate);
        self.write("tls.key", &pair.key);
    }

    /// Writes a file, of which nobody ever finds a half.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let (path, unfinished) = (self.path(name), self.path(&format!("{name}.new")));
        std::fs::write(&unfinished, content).expect("a file");
        std::fs::rename(unfinished, &path).expect("a file");
        path
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        self.path(name).to_str().expect("UTF-8").to_owned()
    }

    /// Gatekeeper's own certificate.
    pub(crate) fn gatekeeper(&self) -> Pair {
        self.theirs.client(GATEKEEPER)
    }
}

/// The module that is built: `RINGFENCE_MODULE`, or the one in `dist`.
pub(crate) fn module() -> PathBuf {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../dist/policy.wasm");
    let path = std::env::var_os("RINGFENCE_MODULE").map_or(built, PathBuf::from);
    assert!(
        path.is_file(),
        "there is no module at {}; build it with `cargo xtask build --module`, or name it in RINGFENCE_MODULE",
        path.display()
    );
    path
}
