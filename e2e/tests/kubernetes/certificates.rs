//! Authorities, and certificates by them.

use std::path::Path;

use anyhow::Result;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair,
};

/// The name in the certificate that Gatekeeper makes for itself.
pub(crate) const GATEKEEPER: &str = "gatekeeper-webhook-service.gatekeeper-system.svc";

/// A certificate and its key, in PEM.
pub(crate) struct Pair {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

impl Pair {
    /// Writes `tls.crt` and `tls.key`.
    pub(crate) fn write(&self, folder: &Path) -> Result<()> {
        std::fs::create_dir_all(folder)?;
        std::fs::write(folder.join("tls.crt"), &self.certificate)?;
        std::fs::write(folder.join("tls.key"), &self.key)?;
        Ok(())
    }
}

/// An authority.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new(name: &str) -> Result<Self> {
        let mut parameters = CertificateParams::new(Vec::new())?;
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.distinguished_name.push(DnType::CommonName, name);
        Ok(Self(CertifiedIssuer::self_signed(parameters, KeyPair::generate()?)?))
    }

    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    /// A certificate for loopback and these names, good for servers and for clients.
    pub(crate) fn sign(&self, names: &[&str]) -> Result<Pair> {
        let all = ["127.0.0.1", "localhost"].iter().chain(names);
        let mut parameters =
            CertificateParams::new(all.map(|name| (*name).to_owned()).collect::<Vec<_>>())?;
        let name = names.first().unwrap_or(&"localhost");
        parameters.distinguished_name.push(DnType::CommonName, *name);
        parameters.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        let key = KeyPair::generate()?;
        let certificate = parameters.signed_by(&key, &self.0)?;
        Ok(Pair { certificate: certificate.pem(), key: key.serialize_pem() })
    }
}
