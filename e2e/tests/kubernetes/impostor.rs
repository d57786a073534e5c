//! A server in the provider's place that answers anything but what it should.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context, Result};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::certificates::Pair;

/// What it was asked, as far as answers repeat it.
#[derive(Clone, Default)]
pub(crate) struct Asked {
    pub(crate) uid: Value,
    pub(crate) key: Value,
}

/// What it does.
#[derive(Clone)]
pub(crate) enum Lie {
    /// This status and this body.
    Says(u16, String),
    /// An answer to what was asked.
    Answers(Arc<dyn Fn(&Asked) -> Value + Send + Sync>),
    /// Nothing, and the connection stays open.
    Waits,
    /// The head of an answer, and then a byte now and then.
    Drips,
    /// Nothing, and the connection ends.
    HangsUp,
}

/// The server. It ends with the runtime of its test.
pub(crate) struct Impostor {
    pub(crate) port: u16,
    lie: Arc<Mutex<Lie>>,
    asked: Arc<Mutex<usize>>,
}

impl Impostor {
    pub(crate) async fn start(pair: &Pair) -> Result<Self> {
        let chain = vec![CertificateDer::from_pem_slice(pair.certificate.as_bytes())?];
        let key = PrivateKeyDer::from_pem_slice(pair.key.as_bytes())?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let lie = Arc::new(Mutex::new(Lie::HangsUp));
        let asked = Arc::<Mutex<usize>>::default();
        let (telling, counting) = (lie.clone(), asked.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, lie, asked) = (acceptor.clone(), telling.clone(), counting.clone());
                tokio::spawn(async move {
                    // Who does not trust it hangs up.
                    if let Ok(stream) = acceptor.accept(stream).await {
                        let _ = serve(stream, &lie, &asked).await;
                    }
                });
            }
        });
        Ok(Self { port, lie, asked })
    }

    /// From now on it does this.
    pub(crate) fn tell(&self, lie: Lie) -> Result<()> {
        *self.lie.lock().ok().context("the lie")? = lie;
        Ok(())
    }

    /// How often it was asked.
    pub(crate) fn asked(&self) -> Result<usize> {
        Ok(*self.asked.lock().ok().context("the count")?)
    }
}

async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    lie: &Mutex<Lie>,
    asked: &Mutex<usize>,
) -> Result<()> {
    let question = read(&mut stream).await?;
    if let Ok(mut count) = asked.lock() {
        *count += 1;
    }
    let lie = lie.lock().ok().context("the lie")?.clone();
    let head = |code: u16, length: usize| {
        format!(
            "HTTP/1.1 {code} Said\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
        )
    };
    let (code, body) = match lie {
        Lie::Says(code, body) => (code, body),
        Lie::Answers(answer) => (200, answer(&question).to_string()),
        Lie::HangsUp => return Ok(()),
        Lie::Waits => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            return Ok(());
        }
        Lie::Drips => {
            stream.write_all(head(200, 1000).as_bytes()).await?;
            for _ in 0..600 {
                stream.write_all(b" ").await?;
                stream.flush().await?;
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            return Ok(());
        }
    };
    stream.write_all(head(code, body.len()).as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    stream.shutdown().await?;
    Ok(())
}

/// One request, whose length its head tells.
async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Result<Asked> {
    let mut bytes = Vec::new();
    let body = loop {
        anyhow::ensure!(stream.read_buf(&mut bytes).await? > 0, "the request does not end");
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
        let length: usize = length.context("a length")?.trim().parse()?;
        if bytes.len() >= end + 4 + length {
            break &bytes[end + 4..];
        }
    };
    let body: Value = serde_json::from_slice(body)?;
    Ok(Asked { uid: body["request"]["uid"].clone(), key: body["request"]["keys"][0].clone() })
}
