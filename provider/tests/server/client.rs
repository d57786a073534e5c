//! Clients: good ones, and sockets for the others.

use std::net::SocketAddr;
use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion, version};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::certificates::{Kit, Pair};

/// How clients connect.
#[derive(Clone)]
pub(crate) struct Client {
    config: Arc<ClientConfig>,
    address: SocketAddr,
    /// What the server has to be called.
    server: &'static str,
}

/// A response.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Client {
    /// Gatekeeper.
    pub(crate) fn gatekeeper(kit: &Kit, address: SocketAddr) -> Self {
        Self::new(kit, address, Some(&kit.gatekeeper()), &version::TLS13)
    }

    /// Somebody without a certificate.
    pub(crate) fn nobody(kit: &Kit, address: SocketAddr) -> Self {
        Self::new(kit, address, None, &version::TLS13)
    }

    pub(crate) fn new(
        kit: &Kit,
        address: SocketAddr,
        pair: Option<&Pair>,
        version: &'static SupportedProtocolVersion,
    ) -> Self {
        Self::trusting(&kit.ours.pem(), "localhost", address, pair, version)
    }

    /// A client that knows the server by this authority and this name.
    pub(crate) fn trusting(
        authority: &str,
        server: &'static str,
        address: SocketAddr,
        pair: Option<&Pair>,
        version: &'static SupportedProtocolVersion,
    ) -> Self {
        let mut roots = RootCertStore::empty();
        let authority = CertificateDer::from_pem_slice(authority.as_bytes()).expect("PEM");
        roots.add(authority).expect("an authority");
        let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(&[version])
            .expect("a version")
            .with_root_certificates(roots);
        let config = match pair {
            None => builder.with_no_client_auth(),
            Some(Pair { certificate, key }) => {
                let chain =
                    vec![CertificateDer::from_pem_slice(certificate.as_bytes()).expect("PEM")];
                let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).expect("PEM");
                builder.with_client_auth_cert(chain, key).expect("a pair")
            }
        };
        Self { config: Arc::new(config), address, server }
    }

    pub(crate) async fn connect(&self) -> std::io::Result<TlsStream<TcpStream>> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let name = ServerName::try_from(self.server).expect("a name");
        TlsConnector::from(self.config.clone()).connect(name, stream).await
    }

    pub(crate) async fn post(&self, path: &str, body: &str) -> Reply {
        let outcome = self.try_post(path, body).await;
        outcome.unwrap_or_else(|error| panic!("no response: {error}"))
    }

    pub(crate) async fn try_post(&self, path: &str, body: &str) -> std::io::Result<Reply> {
        exchange(self.connect().await?, &head("POST", path, body.len()), body).await
    }

    /// Asks for these keys, and gives the field `response`.
    pub(crate) async fn keys(&self, keys: &[&str]) -> Value {
        let reply = self.post("/validate", &provider_request(keys)).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let reply = reply.json();
        assert_eq!(reply["kind"], "ProviderResponse");
        assert_eq!(reply["apiVersion"], "externaldata.gatekeeper.sh/v1beta1");
        reply["response"].clone()
    }
}

/// What Gatekeeper sends.
pub(crate) fn provider_request(keys: &[&str]) -> String {
    json!({
        "apiVersion": "externaldata.gatekeeper.sh/v1beta1",
        "kind": "ProviderRequest",
        "request": {"keys": keys},
    })
    .to_string()
}

/// The head of a request.
pub(crate) fn head(method: &str, path: &str, length: usize) -> String {
    format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n"
    )
}

/// Sends a request and reads the response until the server closes.
pub(crate) async fn exchange(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    head: &str,
    body: &str,
) -> std::io::Result<Reply> {
    stream.write_all(head.as_bytes()).await?;
    // A server that refuses may answer and close before it has read everything.
    let sent = stream.write_all(body.as_bytes()).await;
    let flushed = stream.flush().await;
    let mut response = Vec::new();
    let read = stream.read_to_end(&mut response).await;
    if response.is_empty() {
        sent.and(flushed).and(read.map(|_| ()))?;
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    let response = String::from_utf8(response).expect("UTF-8");
    let (head, body) = response.split_once("\r\n\r\n").expect("a head");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Ok(Reply { status: status.expect("a status"), body: body.to_owned() })
}

/// A page of the health port.
pub(crate) async fn get(address: SocketAddr, path: &str) -> Reply {
    let stream = TcpStream::connect(address).await.expect("a connection");
    exchange(stream, &head("GET", path, 0), "").await.expect("a response")
}
