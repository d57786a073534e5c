//! Kyverno, outside a cluster, with the shipped policy.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::api::{Api, Patch};
use crate::certificates::{Authority, Pair};
use crate::control_plane::{ControlPlane, eventually};
use crate::faults::{self, Asked, Engine};
use crate::objects::{bad_pod, fresh};
use crate::process::{Running, free_port, program};
use crate::provider::Provider;
use crate::scenarios::{Old, SHOP, Stage};

/// How long Kyverno may take to hear of something, its own webhooks included.
const HEARING: Duration = Duration::from_secs(90);

const POLICY: &str = "/apis/kyverno.io/v1/clusterpolicies/ringfence";
const AUTHORITY: &str = "/api/v1/namespaces/gatekeeper-system/configmaps/ringfence-provider-ca";

/// Kyverno with the policy, and a provider that it asks.
struct Kyverno {
    plane: ControlPlane,
    running: Running,
}

impl Kyverno {
    async fn start(plane: ControlPlane, clients: &Authority) -> Result<(Self, Provider)> {
        let provider = Provider::start(plane.path(), "provider", &json!({}), clients, None).await?;
        install(&plane, &provider.authority.pem()).await?;
        let running = Running::start(&mut command(&plane)?, "kyverno", plane.path())?;
        let kyverno = Self { plane, running };
        kyverno.configure(&provider).await.with_context(|| kyverno.running.last_words())?;
        Ok((kyverno, provider))
    }

    fn api(&self) -> &Api {
        &self.plane.api
    }

    /// The policy of the repository, with the provider on loopback.
    async fn configure(&self, provider: &Provider) -> Result<()> {
        let text = std::fs::read_to_string(e2e::workspace().join("deploy/kyverno/policy.yaml"))?;
        let mut policy: Value = serde_saphyr::from_str(&text)?;
        *service(&mut policy)? = url(provider.services).into();
        let mut said = String::new();
        eventually("Kyverno takes the policy", HEARING, async || {
            let answer = self.api().apply(&policy).await;
            said = answer.as_ref().err().map(ToString::to_string).unwrap_or_default();
            Ok(answer.is_ok())
        })
        .await
        .with_context(|| said.clone())?;
        eventually("Kyverno denies", HEARING, async || {
            let answer = self.api().create_dry(&bad_pod(SHOP, &fresh("probe"))).await?;
            Ok(answer.message().contains("privileged"))
        })
        .await?;
        Ok(())
    }

    async fn ask(&self, url: String) -> Result<()> {
        let mut policy = self.api().get(POLICY).await?.done()?.body;
        *service(&mut policy)? = url.into();
        self.api().put(POLICY, &policy).await?.done()?;
        Ok(())
    }
}

/// Where the policy says whom it asks.
fn service(policy: &mut Value) -> Result<&mut Value> {
    policy
        .pointer_mut("/spec/rules/0/context/1/apiCall/service/url")
        .context("the policy calls nobody")
}

fn url(port: u16) -> String {
    format!("https://127.0.0.1:{port}/v1/validate")
}

/// Its kinds and configuration, and the authority as the chart of the provider makes it.
async fn install(plane: &ControlPlane, authority: &str) -> Result<()> {
    let manifests = program("RINGFENCE_E2E_KYVERNO_MANIFESTS")?;
    for folder in ["kyverno", "policies.kyverno.io", "policyreport", "reports"] {
        plane.apply_file(&manifests.join("crds").join(folder))?;
    }
    for name in ["kyverno", "gatekeeper-system"] {
        let namespace =
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
        plane.api.create(&namespace).await?.done()?;
    }
    let config_map = |namespace: &str, name: &str, data: Value| {
        json!({"apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {"name": name, "namespace": namespace}, "data": data})
    };
    for map in [
        config_map("kyverno", "kyverno", json!({})),
        config_map("kyverno", "kyverno-metrics", json!({})),
        config_map("gatekeeper-system", "ringfence-provider-ca", json!({"ca.crt": authority})),
    ] {
        plane.api.create(&map).await?.done()?;
    }
    Ok(())
}

fn command(plane: &ControlPlane) -> Result<Command> {
    let port = free_port()?;
    let account = |name: &str| format!("system:serviceaccount:kyverno:{name}");
    let mut command = Command::new(program("RINGFENCE_E2E_KYVERNO")?);
    command
        .arg(format!("--kubeconfig={}", plane.kubeconfig("admin")?.display()))
        .arg(format!("--serverIP=127.0.0.1:{port}"))
        .args(["--webhookServerHost=127.0.0.1".to_owned(), format!("--webhookServerPort={port}")])
        .args(["--caSecretName=kyverno-ca", "--tlsSecretName=kyverno-pair"])
        .arg(format!("--backgroundServiceAccountName={}", account("background")))
        .arg(format!("--reportsServiceAccountName={}", account("reports")))
        .args([
            "--disableMetrics=true",
            "--admissionReports=false",
            "--controllerRuntimeMetricsAddress=0",
        ])
        // The provider is on loopback, which Kyverno calls nobody at unless it is told otherwise.
        .arg("--httpBlocklist=169.254.169.254/32")
        .env("TMPDIR", plane.path());
    for (name, value) in [
        ("KYVERNO_NAMESPACE", "kyverno"),
        ("KYVERNO_SERVICEACCOUNT_NAME", "kyverno"),
        ("KYVERNO_DEPLOYMENT", "kyverno"),
        ("KYVERNO_POD_NAME", "kyverno"),
        ("KYVERNO_SVC", "kyverno-svc"),
        ("KYVERNO_ROLE_NAME", "kyverno"),
        ("INIT_CONFIG", "kyverno"),
        ("METRICS_CONFIG", "kyverno-metrics"),
    ] {
        command.env(name, value);
    }
    Ok(command)
}

impl Engine for Kyverno {
    const CHECKS_CLIENTS: bool = false;
    const REPEATS_THE_QUESTION: bool = false;

    fn api(&self) -> &Api {
        &self.plane.api
    }

    async fn ask_at(&self, provider: &Provider) -> Result<()> {
        self.ask(url(provider.services)).await
    }

    async fn ask_impostor(&self, port: u16) -> Result<()> {
        self.ask(url(port)).await
    }

    async fn trust(&self, authority: &str) -> Result<()> {
        let data = json!({"data": {"ca.crt": authority}});
        self.api().patch(AUTHORITY, Patch::Merge, &data).await?.done()?;
        Ok(())
    }

    async fn present(&self, _: &Pair) -> Result<()> {
        Ok(())
    }

    fn answer(&self, _: &Asked, allowed: &Value) -> Value {
        json!({"version": "v1", "allowed": allowed})
    }
}

/// Both in one test: Kyverno takes its time to start.
#[tokio::test]
#[ignore = "needs an API server and Kyverno; `cargo xtask e2e`"]
async fn kyverno_objects_and_faults() -> Result<()> {
    let plane = ControlPlane::start().await?;
    let old = Old::make(&plane.api).await?;
    let clients = Authority::new("nobody")?;
    let (kyverno, provider) = Kyverno::start(plane, &clients).await?;
    let outcome = async {
        Stage { plane: &kyverno.plane, warns: false }.all(&old).await?;
        faults::all(&kyverno, provider, &clients).await
    };
    outcome.await.with_context(|| kyverno.running.last_words())
}
