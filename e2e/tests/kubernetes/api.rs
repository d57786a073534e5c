//! A client of the API server that tells all of an answer: status, message, warnings.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use http::Request;
use http_body_util::BodyExt as _;
use kube::client::Body;
use kube::config::{KubeConfigOptions, Kubeconfig};
use serde_json::Value;

/// No answer takes longer than this: webhooks have three seconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// A client.
#[derive(Clone)]
pub(crate) struct Api(kube::Client);

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: u16,
    /// As their sender wrote them.
    pub(crate) warnings: Vec<String>,
    pub(crate) body: Value,
}

impl Answer {
    /// Whether the server did what it was asked to.
    pub(crate) fn is_done(&self) -> bool {
        (200..300).contains(&self.code)
    }

    /// The message of a status.
    pub(crate) fn message(&self) -> &str {
        self.body["message"].as_str().unwrap_or_default()
    }

    /// The answer, if the server did what it was asked to.
    pub(crate) fn done(self) -> Result<Self> {
        ensure!(self.is_done(), "{}: {}", self.code, self.message());
        Ok(self)
    }
}

/// How something is changed.
#[derive(Clone, Copy)]
pub(crate) enum Patch {
    Merge,
    Apply,
}

impl Api {
    pub(crate) async fn new(kubeconfig: &Value) -> Result<Self> {
        let kubeconfig: Kubeconfig = serde_json::from_value(kubeconfig.clone())?;
        let options = KubeConfigOptions::default();
        let mut config = kube::Config::from_custom_kubeconfig(kubeconfig, &options).await?;
        // A denial by reason of a fault has status 503, and is an answer like any other.
        config.default_retry = false;
        Ok(Self(kube::Client::try_from(config)?))
    }

    pub(crate) async fn is_ready(&self) -> bool {
        // A server that starts may take a request and never answer it.
        let asked = tokio::time::timeout(Duration::from_secs(1), self.get("/readyz")).await;
        asked.is_ok_and(|answer| answer.is_ok_and(|answer| answer.is_done()))
    }

    /// Sends a request again for as long as the server is not ready for it: a kind that is new.
    async fn send(&self, method: &str, path: &str, kind: &str, body: Vec<u8>) -> Result<Answer> {
        let started = Instant::now();
        loop {
            let answer = self.send_once(method, path, kind, body.clone()).await?;
            if answer.code != 429 || started.elapsed() > PATIENCE {
                return Ok(answer);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn send_once(
        &self,
        method: &str,
        path: &str,
        kind: &str,
        body: Vec<u8>,
    ) -> Result<Answer> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", kind)
            .body(Body::from(body))?;
        let response = tokio::time::timeout(PATIENCE, self.0.send(request)).await;
        let response = response
            .with_context(|| format!("no answer to {method} {path}"))?
            .with_context(|| format!("{method} {path}"))?;
        let warnings = response.headers().get_all("warning").iter();
        let warnings = warnings.filter_map(|value| warning(value.to_str().ok()?)).collect();
        let code = response.status().as_u16();
        let body = response.into_body().collect().await?.to_bytes();
        let body = serde_json::from_slice(&body)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&body).into_owned()));
        Ok(Answer { code, warnings, body })
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Answer> {
        self.send("GET", path, "application/json", Vec::new()).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Result<Answer> {
        self.send("DELETE", path, "application/json", Vec::new()).await
    }

    /// POSTs to a path, such as the one of a subresource.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Answer> {
        self.send("POST", path, "application/json", body.to_string().into_bytes()).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Result<Answer> {
        self.send("PUT", path, "application/json", body.to_string().into_bytes()).await
    }

    pub(crate) async fn create(&self, object: &Value) -> Result<Answer> {
        self.post(&collection(object)?, object).await
    }

    /// Asks what would come of it.
    pub(crate) async fn create_dry(&self, object: &Value) -> Result<Answer> {
        self.post(&format!("{}?dryRun=All", collection(object)?), object).await
    }

    pub(crate) async fn patch(&self, path: &str, how: Patch, body: &Value) -> Result<Answer> {
        let kind = match how {
            Patch::Merge => "application/merge-patch+json",
            Patch::Apply => "application/apply-patch+yaml",
        };
        self.send("PATCH", path, kind, body.to_string().into_bytes()).await
    }

    /// Creates or changes an object so that it is this one, as `kubectl apply --server-side` does.
    pub(crate) async fn apply(&self, object: &Value) -> Result<Answer> {
        let path = format!("{}?fieldManager=e2e&force=true", path_of(object)?);
        self.patch(&path, Patch::Apply, object).await?.done()
    }
}

/// The text of a header such as `299 - "text"`.
fn warning(header: &str) -> Option<String> {
    let (_, text) = header.split_once(" - ")?;
    serde_json::from_str(text).ok()
}

/// Where objects of this one's kind and namespace are.
pub(crate) fn collection(object: &Value) -> Result<String> {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str);
    let version = text("/apiVersion").context("an object without apiVersion")?;
    let kind = text("/kind").context("an object without kind")?;
    let root = if version.contains('/') { "/apis" } else { "/api" };
    let namespace = text("/metadata/namespace").map(|name| format!("/namespaces/{name}"));
    let plural = match kind.to_lowercase() {
        kind if kind == "ringfence" => kind,
        kind if kind.ends_with('y') => format!("{}ies", kind.trim_end_matches('y')),
        kind => format!("{kind}s"),
    };
    Ok(format!("{root}/{version}{}/{plural}", namespace.unwrap_or_default()))
}

/// Where this object is.
pub(crate) fn path_of(object: &Value) -> Result<String> {
    let name = object["metadata"]["name"].as_str().context("an object without a name")?;
    Ok(format!("{}/{name}", collection(object)?))
}

#[test]
fn paths_are_those_of_the_api() -> Result<()> {
    use serde_json::json;
    for (object, path) in [
        (
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "n"}}),
            "/api/v1/namespaces/n/pods/a",
        ),
        (
            json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "a", "namespace": "n"}}),
            "/apis/networking.k8s.io/v1/namespaces/n/networkpolicies/a",
        ),
        (
            json!({"apiVersion": "constraints.gatekeeper.sh/v1beta1", "kind": "Ringfence", "metadata": {"name": "a"}}),
            "/apis/constraints.gatekeeper.sh/v1beta1/ringfence/a",
        ),
    ] {
        ensure!(path_of(&object)? == path, "{object}");
    }
    ensure!(warning("299 - \"a \\\"b\\\"\"").as_deref() == Some("a \"b\""));
    Ok(())
}
