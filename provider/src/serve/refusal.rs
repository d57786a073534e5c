//! Why a connection came to nothing, in one word for metrics and in a sentence for the log.

use std::fmt;
use std::io;

use rustls::{CertificateError, Error, InvalidMessage, PeerIncompatible};

/// A connection that came to nothing.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The operating system gave none.
    Accept(io::Error),
    /// There are as many as may be.
    TooMany,
    /// The handshake took too long.
    SlowHandshake,
    /// Headers took too long.
    SlowHeaders,
    /// The handshake failed.
    Handshake(Error),
    /// The client went away.
    Gone,
}

impl Refusal {
    pub(super) fn of_handshake(error: io::Error) -> Self {
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
        inner.map_or(Self::Gone, |error| Self::Handshake(error.clone()))
    }

    /// Somebody looked whether the port is open: load balancers do.
    pub(super) fn is_nobodys(&self) -> bool {
        matches!(self, Self::Gone)
    }

    pub(super) fn reason(&self) -> &'static str {
        match self {
            Self::Accept(_) => "accept_failed",
            Self::TooMany => "too_many_connections",
            Self::SlowHandshake => "slow_handshake",
            Self::SlowHeaders => "slow_headers",
            Self::Gone => "gone",
            Self::Handshake(error) => match error {
                Error::InvalidMessage(InvalidMessage::InvalidContentType) => "not_tls",
                Error::PeerIncompatible(
                    PeerIncompatible::SupportedVersionsExtensionRequired
                    | PeerIncompatible::Tls12NotOfferedOrEnabled
                    | PeerIncompatible::Tls13RequiredForQuic
                    | PeerIncompatible::Tls12NotOffered,
                ) => "old_tls",
                Error::NoCertificatesPresented => "no_certificate",
                Error::InvalidCertificate(
                    CertificateError::NotValidForName
                    | CertificateError::NotValidForNameContext { .. },
                ) => "wrong_name",
                Error::InvalidCertificate(_) => "stranger",
                _ => "handshake_failed",
            },
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accept(error) => write!(f, "no connection could be taken: {error}"),
            Self::TooMany => f.write_str("as many connections are open as may be"),
            Self::SlowHandshake => f.write_str("the TLS handshake was not done in time"),
            Self::SlowHeaders => f.write_str("the headers of a request did not come in time"),
            Self::Gone => f.write_str("the client went away"),
            Self::Handshake(error) => match self.reason() {
                "not_tls" => f.write_str("the client does not speak TLS"),
                "old_tls" => f.write_str("the client does not speak TLS 1.3"),
                "no_certificate" => f.write_str("the client has no certificate"),
                "wrong_name" => write!(f, "the client's certificate has another name: {error}"),
                "stranger" => write!(f, "the client's certificate is not accepted: {error}"),
                _ => write!(f, "the TLS handshake failed: {error}"),
            },
        }
    }
}
