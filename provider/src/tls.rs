//! Who the server is, and whom it lets in: TLS 1.3, and client certificates by authority and name.

mod clients;
mod reload;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::danger::ClientCertVerifier;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ServerConfig, version};
use x509_parser::prelude::{FromDer, X509Certificate};

use clients::NamedClients;
pub(crate) use reload::Reloading;

/// Why TLS cannot be spoken. Each says which file, and how to mend it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum TlsError {
    /// A file cannot be read.
    #[error("cannot read {what} {}: {reason}; check the path and its permissions", path.display())]
    File {
        /// What it should hold.
        what: &'static str,
        /// The file as it was named.
        path: PathBuf,
        /// What the operating system said.
        reason: std::io::Error,
    },
    /// A file holds something else.
    #[error("{} holds no {what} in PEM: {reason}", path.display())]
    Content {
        /// What it should hold.
        what: &'static str,
        /// The file as it was named.
        path: PathBuf,
        /// What the decoder said.
        reason: String,
    },
    /// Certificate and key are not of each other.
    #[error(
        "the key {} is not that of the certificate {}; give the two that were made together", key.display(), certificate.display()
    )]
    Mismatch {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
    },
    /// The key is of a kind that cannot be used.
    #[error("the key {} cannot be used: {reason}", path.display())]
    Key {
        /// The key's file.
        path: PathBuf,
        /// What the cryptography said.
        reason: String,
    },
    /// The authority of clients cannot be used.
    #[error("the authority of clients {} cannot be used: {reason}", path.display())]
    Authority {
        /// The file.
        path: PathBuf,
        /// What the verifier said.
        reason: String,
    },
    /// A name that clients should have is none.
    #[error("`{name}` is no DNS name that a client's certificate could have")]
    ClientName {
        /// The name as it was given.
        name: String,
    },
    /// The cryptography does not do what is asked of it.
    #[error("TLS cannot be set up: {reason}")]
    Setup {
        /// What it said.
        reason: String,
    },
}

/// The files that say who the server is and whom it lets in.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
    /// Without it clients are asked for no certificate.
    pub(crate) clients: Option<Clients>,
}

/// Which clients are let in.
#[derive(Clone, Debug)]
pub(crate) struct Clients {
    pub(crate) authority: PathBuf,
    pub(crate) names: Vec<String>,
}

/// The contents of [`Files`], as they were at one time.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Contents {
    certificate: Vec<u8>,
    key: Vec<u8>,
    authority: Option<Vec<u8>>,
}

/// What the server speaks, and until when its certificate is valid.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) server: Arc<ServerConfig>,
    /// The earliest end of a certificate in the chain.
    pub(crate) ends: SystemTime,
}

impl Files {
    pub(crate) fn read(&self) -> Result<Contents, TlsError> {
        let read = |what, path: &Path| {
            std::fs::read(path).map_err(|reason| TlsError::File { what, path: path.into(), reason })
        };
        let authority = self
            .clients
            .as_ref()
            .map(|clients| read("the authority of clients", &clients.authority));
        Ok(Contents {
            certificate: read("the certificate", &self.certificate)?,
            key: read("the key", &self.key)?,
            authority: authority.transpose()?,
        })
    }

    /// What the contents come to.
    pub(crate) fn identity(&self, contents: &Contents) -> Result<Identity, TlsError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let chain = certificates("certificate", &self.certificate, &contents.certificate)?;
        let ends = chain.iter().map(|certificate| self.end_of(certificate));
        let ends = ends.collect::<Result<Vec<_>, _>>()?.into_iter().min();
        let key = PrivateKeyDer::from_pem_slice(&contents.key).map_err(|error| {
            let reason = error.to_string();
            TlsError::Content { what: "private key", path: self.key.clone(), reason }
        })?;
        let certified = self.certified(chain, key, &provider)?;
        let builder = ServerConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(&[&version::TLS13])
            .map_err(|error| TlsError::Setup { reason: error.to_string() })?;
        let builder = match (&self.clients, &contents.authority) {
            (Some(clients), Some(pem)) => {
                builder.with_client_cert_verifier(clients.verifier(pem, provider)?)
            }
            _ => builder.with_no_client_auth(),
        };
        let mut server = builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(certified)));
        // HTTP/1.1 is what Gatekeeper and Kyverno speak, and what connections are counted in.
        server.alpn_protocols = vec![b"http/1.1".to_vec()];
        // A resumed session would outlive the authority that let its client in.
        server.send_tls13_tickets = 0;
        Ok(Identity { server: Arc::new(server), ends: ends.unwrap_or(SystemTime::UNIX_EPOCH) })
    }

    fn certified(
        &self,
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
        provider: &CryptoProvider,
    ) -> Result<CertifiedKey, TlsError> {
        let unusable = |error: &rustls::Error| TlsError::Key {
            path: self.key.clone(),
            reason: error.to_string(),
        };
        let key = provider.key_provider.load_private_key(key).map_err(|error| unusable(&error))?;
        let certified = CertifiedKey::new(chain, key);
        match certified.keys_match() {
            Ok(()) => Ok(certified),
            Err(rustls::Error::InconsistentKeys(_)) => Err(TlsError::Mismatch {
                certificate: self.certificate.clone(),
                key: self.key.clone(),
            }),
            Err(error) => Err(unusable(&error)),
        }
    }

    fn end_of(&self, certificate: &CertificateDer<'_>) -> Result<SystemTime, TlsError> {
        let (_, parsed) = X509Certificate::from_der(certificate).map_err(|error| {
            let reason = error.to_string();
            TlsError::Content { what: "certificate", path: self.certificate.clone(), reason }
        })?;
        let seconds = u64::try_from(parsed.validity().not_after.timestamp()).unwrap_or(0);
        Ok(SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds))
    }
}

impl Clients {
    fn verifier(
        &self,
        pem: &[u8],
        provider: Arc<CryptoProvider>,
    ) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
        let authorities = certificates("certificate of an authority", &self.authority, pem)?;
        NamedClients::verifier(authorities, &self.names, provider).map_err(|error| match error {
            clients::Error::Name(name) => TlsError::ClientName { name },
            clients::Error::Authority(reason) => {
                TlsError::Authority { path: self.authority.clone(), reason }
            }
        })
    }
}

/// Every certificate of a file, of which there must be one.
fn certificates(
    what: &'static str,
    path: &Path,
    pem: &[u8],
) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let wrong = |reason| TlsError::Content { what, path: path.into(), reason };
    let found = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>();
    match found {
        Ok(found) if found.is_empty() => Err(wrong("there is none in it".to_owned())),
        Ok(found) => Ok(found),
        Err(error) => Err(wrong(error.to_string())),
    }
}
