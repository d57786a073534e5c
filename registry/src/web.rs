//! Modules from web servers.

use reqwest::{Client, Url};

use crate::Error;
use crate::client::{CONNECT_TIMEOUT, MODULE_LIMIT, READ_TIMEOUT, USER_AGENT};
use crate::content::excerpt;
use crate::remote::root_cause;

/// What a web server answers. Only TLS is spoken, also after redirections, unless the address is
/// `http` and its host is named here.
pub(crate) async fn get(url: &Url, plain_http: &[String]) -> Result<Vec<u8>, Error> {
    let host = host_of(url);
    let is_plain = url.scheme() == "http";
    if is_plain && !plain_http.contains(&host) {
        return Err(Error::PlainHttp { host });
    }
    let client = Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        .user_agent(USER_AGENT)
        .https_only(!is_plain)
        .build()
        .map_err(|error| Error::Setup { what: "TLS", reason: root_cause(&error) })?;
    let unreachable = |error: reqwest::Error| Error::Unreachable {
        host: host.clone(),
        reason: root_cause(&error),
    };
    let mut response = client.get(url.clone()).send().await.map_err(unreachable)?;
    let status = response.status();
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        if bytes.len() + chunk.len() > MODULE_LIMIT {
            return Err(Error::TooLarge { what: url.to_string(), limit: MODULE_LIMIT });
        }
        bytes.extend_from_slice(&chunk);
    }
    match status.as_u16() {
        200 => Ok(bytes),
        404 | 410 => Err(Error::NotFound { host, what: url.path().to_owned() }),
        code => {
            let said = excerpt(&String::from_utf8_lossy(&bytes));
            Err(Error::Refused { host, said: format!("status {code}, {said}") })
        }
    }
}

/// The host with its port, where one is written.
fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}
