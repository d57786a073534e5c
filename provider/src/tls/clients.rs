//! Which client certificates are let in: those of the authority that have one of the names.
//!
//! Any certificate of Gatekeeper's authority would do without the names. The check is part of the
//! handshake, so that a stranger never gets to send a request.

use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::client::verify_server_name;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{ParsedCertificate, WebPkiClientVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, RootCertStore, SignatureScheme};

/// Why no verifier could be made.
pub(super) enum Error {
    /// The name is none.
    Name(String),
    /// The authority cannot be used, with the reason.
    Authority(String),
}

#[derive(Debug)]
pub(super) struct NamedClients {
    by_authority: Arc<dyn ClientCertVerifier>,
    names: Vec<ServerName<'static>>,
}

impl NamedClients {
    pub(super) fn verifier(
        authorities: Vec<CertificateDer<'static>>,
        names: &[String],
        provider: Arc<CryptoProvider>,
    ) -> Result<Arc<dyn ClientCertVerifier>, Error> {
        let mut roots = RootCertStore::empty();
        for authority in authorities {
            roots.add(authority).map_err(|error| Error::Authority(error.to_string()))?;
        }
        let by_authority = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
            .build()
            .map_err(|error| Error::Authority(error.to_string()))?;
        let names = names
            .iter()
            .map(|name| ServerName::try_from(name.clone()).map_err(|_| Error::Name(name.clone())));
        Ok(Arc::new(Self { by_authority, names: names.collect::<Result<_, _>>()? }))
    }
}

impl ClientCertVerifier for NamedClients {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.by_authority.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        let verified = self.by_authority.verify_client_cert(end_entity, intermediates, now)?;
        let certificate = ParsedCertificate::try_from(end_entity)?;
        let mut refused = None;
        for name in &self.names {
            // Names are matched as a client matches those of a server: subject alternative names.
            match verify_server_name(&certificate, name) {
                Ok(()) => return Ok(verified),
                Err(error) => refused = Some(error),
            }
        }
        Err(refused.unwrap_or(rustls::Error::General("no client has a name".to_owned())))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.by_authority.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.by_authority.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.by_authority.supported_verify_schemes()
    }
}
