//! A client as Gatekeeper is one: mutual TLS, a connection that is kept, one key at a time.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::SendRequest;
use hyper::{Method, Request, header};
use hyper_util::rt::TokioIo;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, version};
use serde::Deserialize;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::provider::Provider;

/// How to reach a provider.
#[derive(Clone)]
pub struct Client {
    config: Arc<ClientConfig>,
    port: u16,
}

/// One connection.
pub struct Connection(SendRequest<Full<Bytes>>);

#[derive(Deserialize)]
struct Response {
    response: Answers,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answers {
    items: Vec<Item>,
    system_error: String,
}

#[derive(Deserialize)]
struct Item {
    key: String,
    #[serde(default)]
    value: Option<Verdict>,
    #[serde(default)]
    error: Option<String>,
}

/// What the provider says of one key.
#[derive(Debug, Deserialize)]
pub struct Verdict {
    /// Whether the pod is let in.
    pub allowed: bool,
    /// The rules that deny it.
    #[serde(default)]
    pub rules: Vec<String>,
}

impl Client {
    /// A client that the provider lets in.
    ///
    /// # Errors
    /// Where its certificates cannot be read.
    pub fn of(provider: &Provider) -> Result<Self> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(provider.authority()?.as_bytes())?)?;
        let (chain, key) = pair(&provider.client())?;
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(&[&version::TLS13])?
            .with_root_certificates(roots)
            .with_client_auth_cert(chain, key)?;
        Ok(Self { config: Arc::new(config), port: provider.port })
    }

    /// A connection of its own.
    ///
    /// # Errors
    /// Where the provider does not let it in.
    pub async fn connect(&self) -> Result<Connection> {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
        stream.set_nodelay(true)?;
        let name = ServerName::try_from("localhost")?;
        let stream = TlsConnector::from(self.config.clone()).connect(name, stream).await?;
        let (sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        // Whoever waits for a response is told how it ended.
        tokio::spawn(async move {
            let _ = connection.await;
        });
        Ok(Connection(sender))
    }
}

fn pair(folder: &Path) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)> {
    let chain = vec![CertificateDer::from_pem_file(folder.join("tls.crt"))?];
    Ok((chain, PrivateKeyDer::from_pem_file(folder.join("tls.key"))?))
}

impl Connection {
    /// Sends a body with one key, and gives the text of the response.
    ///
    /// # Errors
    /// Where there is none with status 200.
    pub async fn send(&mut self, body: String) -> Result<Bytes> {
        let request = Request::builder()
            .method(Method::POST)
            .uri("/validate")
            .header(header::HOST, "localhost")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(Bytes::from(body)))?;
        self.0.ready().await?;
        let response = self.0.send_request(request).await?;
        ensure!(response.status() == 200, "status {}", response.status());
        Ok(response.into_body().collect().await?.to_bytes())
    }
}

/// The verdict of a response to a body with one key.
///
/// # Errors
/// Where it has none, or one about something else.
pub fn verdict(body: &str, response: &[u8]) -> Result<Verdict> {
    #[derive(Deserialize)]
    struct Asked {
        request: Keys,
    }
    #[derive(Deserialize)]
    struct Keys {
        keys: [String; 1],
    }
    let Response { response } = serde_json::from_slice(response).context("no ProviderResponse")?;
    ensure!(response.system_error.is_empty(), "system error: {}", response.system_error);
    let [item] = <[Item; 1]>::try_from(response.items)
        .map_err(|items| anyhow::anyhow!("{} items", items.len()))?;
    if let Some(error) = item.error {
        bail!("error of the item: {error}");
    }
    let Asked { request: Keys { keys: [key] } } = serde_json::from_str(body)?;
    ensure!(item.key == key, "the answer is about another key");
    item.value.context("an item without a value")
}
