//! Gatekeeper, outside a cluster, with the template, the constraints and a Provider.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::api::{Api, Patch};
use crate::certificates::{Authority, GATEKEEPER, Pair};
use crate::control_plane::{ControlPlane, eventually};
use crate::faults::{self, Asked, Engine};
use crate::objects::{bad_pod, fresh, good_pod, namespace, seccomp_profile_definition};
use crate::process::{Running, free_port, page, program};
use crate::provider::Provider;
use crate::scenarios::{Old, SHOP, Stage, labels, nothing_forbidden, standards};
use crate::webhook::grant;

const CONSTRAINTS: &str = "/apis/constraints.gatekeeper.sh/v1beta1/ringfence";

/// How long Gatekeeper may take to hear of something.
const HEARING: Duration = Duration::from_secs(60);

/// Gatekeeper with the template, and a provider that it asks.
struct Gatekeeper {
    plane: ControlPlane,
    clients: Authority,
    certificates: PathBuf,
    running: Running,
}

impl Gatekeeper {
    /// Starts Gatekeeper at an API server, in front of a provider, and gives both.
    async fn start(plane: ControlPlane, settings: &Value) -> Result<(Self, Provider)> {
        let clients = Authority::new("gatekeeper-ca")?;
        let certificates = plane.path().join("gatekeeper");
        clients.sign(&[GATEKEEPER])?.write(&certificates)?;
        grant(&plane.api).await?;
        let kubeconfig = plane.kubeconfig("provider")?;
        let provider =
            Provider::start(plane.path(), "provider", settings, &clients, Some(&kubeconfig))
                .await?;
        let [port, health] = [free_port()?, free_port()?];
        install(&plane, port, &clients.pem()).await?;
        let mut command = command(plane.path(), &certificates, port, health)?;
        command.env("KUBECONFIG", plane.kubeconfig("admin")?);
        let mut running = Running::start(&mut command, "gatekeeper", plane.path())?;
        running
            .until_ready(async || {
                page(health, "/readyz").await.is_some_and(|(code, _)| code == 200)
            })
            .await?;
        let gatekeeper = Self { plane, clients, certificates, running };
        gatekeeper.configure(&provider).await.with_context(|| gatekeeper.running.last_words())?;
        Ok((gatekeeper, provider))
    }

    fn api(&self) -> &Api {
        &self.plane.api
    }

    /// Provider and template, and the kind of constraints that Gatekeeper makes of it.
    async fn configure(&self, provider: &Provider) -> Result<()> {
        let object = json!({
            "apiVersion": "externaldata.gatekeeper.sh/v1beta1", "kind": "Provider",
            "metadata": {"name": "ringfence"},
            "spec": {
                "url": url(provider.gatekeeper), "timeout": 2,
                "caBundle": STANDARD.encode(provider.authority.pem()),
            },
        });
        // Its webhook may need a moment more than its readiness.
        eventually("the Provider is taken", HEARING, async || {
            Ok(self.api().apply(&object).await.is_ok())
        })
        .await?;
        self.plane.apply_file(&e2e::workspace().join("deploy/gatekeeper/template.yaml"))?;
        eventually("Gatekeeper makes the kind of constraints", HEARING, async || {
            Ok(self.api().get(CONSTRAINTS).await?.is_done())
        })
        .await?;
        Ok(())
    }

    /// Applies one of the files of constraints.
    async fn constrain(&self, name: &str) -> Result<()> {
        let file = e2e::workspace().join(format!("deploy/gatekeeper/constraints/{name}.yaml"));
        eventually("the constraints are taken", HEARING, async || {
            Ok(self.plane.apply_file(&file).is_ok())
        })
        .await?;
        Ok(())
    }

    /// A constraint of the harness, on these kinds.
    async fn constrain_more(
        &self,
        name: &str,
        group: &str,
        kinds: &[&str],
        settings: &Value,
    ) -> Result<()> {
        let constraint = json!({
            "apiVersion": "constraints.gatekeeper.sh/v1beta1", "kind": "Ringfence",
            "metadata": {"name": name},
            "spec": {
                "match": {"kinds": [{"apiGroups": [group], "kinds": kinds}]},
                "parameters": {"settings": settings},
            },
        });
        self.api().apply(&constraint).await?;
        let path = format!("{CONSTRAINTS}/{name}");
        eventually("the constraint is enforced", HEARING, async || {
            let stored = self.api().get(&path).await?.body;
            Ok(stored.pointer("/status/byPod/0/enforced") == Some(&json!(true)))
        })
        .await?;
        Ok(())
    }

    /// Waits until a bad pod is denied.
    async fn denies(&self) -> Result<()> {
        eventually("constraints deny", HEARING, async || {
            let answer = self.api().create_dry(&bad_pod(SHOP, &fresh("probe"))).await?;
            Ok(answer.message().contains("privileged"))
        })
        .await?;
        Ok(())
    }
}

fn url(port: u16) -> String {
    format!("https://127.0.0.1:{port}/validate")
}

/// Its manifests, with the webhook on loopback, and failing closed as its documentation has it for
/// those who mean it.
async fn install(plane: &ControlPlane, port: u16, authority: &str) -> Result<()> {
    plane.apply_file(&program("RINGFENCE_E2E_GATEKEEPER_MANIFESTS")?)?;
    let group = "/apis/admissionregistration.k8s.io/v1";
    let mutating =
        format!("{group}/mutatingwebhookconfigurations/gatekeeper-mutating-webhook-configuration");
    plane.api.delete(&mutating).await?.done()?;
    let path = format!(
        "{group}/validatingwebhookconfigurations/gatekeeper-validating-webhook-configuration"
    );
    let mut stored = plane.api.get(&path).await?.done()?.body;
    for webhook in stored["webhooks"].as_array_mut().context("webhooks")? {
        let service = &webhook["clientConfig"]["service"]["path"];
        let url = format!("https://127.0.0.1:{port}{}", service.as_str().context("a path")?);
        webhook["clientConfig"] = json!({"url": url, "caBundle": STANDARD.encode(authority)});
        webhook["failurePolicy"] = "Fail".into();
    }
    plane.api.put(&path, &stored).await?.done()?;
    Ok(())
}

/// Webhook, audit and status in one process, with the options of its manifests.
fn command(folder: &Path, certificates: &Path, port: u16, health: u16) -> Result<Command> {
    let cache = folder.join("audit");
    std::fs::create_dir_all(&cache)?;
    let mut command = Command::new(program("RINGFENCE_E2E_GATEKEEPER")?);
    command
        .args(["webhook", "audit", "status", "generate"].map(|name| format!("--operation={name}")))
        .args([
            "--host=127.0.0.1",
            &format!("--port={port}"),
            &format!("--health-addr=127.0.0.1:{health}"),
        ])
        .arg(format!("--prometheus-port={}", free_port()?))
        .arg(format!("--cert-dir={}", certificates.display()))
        .arg(format!("--api-cache-dir={}", cache.display()))
        .args([
            "--disable-cert-rotation",
            "--debug-use-fake-pod",
            "--audit-interval=3",
            "--shutdown-delay=0",
        ])
        .args(["--exempt-namespace=gatekeeper-system", "--disable-opa-builtin={http.send}"])
        .env("POD_NAMESPACE", "gatekeeper-system")
        .env("POD_NAME", "gatekeeper-e2e")
        .env("CONTAINER_NAME", "manager");
    Ok(command)
}

#[tokio::test]
#[ignore = "needs an API server and Gatekeeper; `cargo xtask e2e`"]
async fn gatekeeper_objects() -> Result<()> {
    let plane = ControlPlane::start().await?;
    plane.api.create(&seccomp_profile_definition()).await?.done()?;
    let old = Old::make(&plane.api).await?;
    let (gatekeeper, _provider) = Gatekeeper::start(plane, &json!({})).await?;
    let outcome = objects(&gatekeeper, &old).await;
    outcome.with_context(|| gatekeeper.running.last_words())
}

async fn objects(gatekeeper: &Gatekeeper, old: &Old) -> Result<()> {
    dry_run(gatekeeper).await.context("dryrun and audit")?;
    warnings(gatekeeper).await.context("warn")?;
    gatekeeper.constrain("deny").await?;
    gatekeeper.denies().await?;
    let stage = Stage { plane: &gatekeeper.plane, warns: false };
    stage.all(old).await?;
    stage.namespaces(&labels()).await.context("namespaces")?;
    let rbac = json!({"profile": "privileged", "rules": {"rbac": "deny"}});
    let group = "rbac.authorization.k8s.io";
    gatekeeper.constrain_more("rbac", group, &["Role", "RoleBinding"], &rbac).await?;
    stage.rbac().await.context("RBAC")?;
    let profiles = json!({"profile": "privileged", "rules": {"seccompContent": "deny"}});
    let group = "security-profiles-operator.x-k8s.io";
    gatekeeper.constrain_more("profiles", group, &["SeccompProfile"], &profiles).await?;
    stage.seccomp_profiles().await.context("seccomp profiles")?;
    nothing_forbidden(gatekeeper.api()).await
}

/// What would be denied is let in without a word, and stands in the status of the constraint, as
/// does what was there before.
async fn dry_run(gatekeeper: &Gatekeeper) -> Result<()> {
    gatekeeper.constrain("dryrun").await?;
    let mut pod = bad_pod(SHOP, &fresh("dry"));
    pod["metadata"]["labels"] = json!({});
    let let_in = gatekeeper.api().create(&pod).await?.done()?;
    ensure!(let_in.warnings.is_empty(), "{:?}", let_in.warnings);
    let path = format!("{CONSTRAINTS}/ringfence-pods");
    let mut status = Value::Null;
    eventually("audits find both pods", HEARING, async || {
        status = gatekeeper.api().get(&path).await?.body["status"].clone();
        Ok(status["totalViolations"] == 2)
    })
    .await
    .with_context(|| format!("{status:#}"))?;
    for found in status["violations"].as_array().context("violations")? {
        let message = found["message"].as_str().context("a message")?;
        let name = found["name"].as_str().context("a name")?;
        let first = format!("Pod {SHOP}/{name} violates restricted (latest): ");
        ensure!(
            found["enforcementAction"] == "dryrun" && message.contains("privileged"),
            "{found}"
        );
        ensure!(
            message.contains(&first) || message.starts_with(&format!("Pod {SHOP}/{name}")),
            "{found}"
        );
    }
    let workloads = format!("{CONSTRAINTS}/ringfence-workloads");
    eventually("audits find the Deployment", HEARING, async || {
        Ok(gatekeeper.api().get(&workloads).await?.body["status"]["totalViolations"] == 1)
    })
    .await?;
    gatekeeper.api().delete(&crate::api::path_of(&pod)?).await?.done()?;
    Ok(())
}

/// What would be denied is let in with a warning, which names every rule.
async fn warnings(gatekeeper: &Gatekeeper) -> Result<()> {
    gatekeeper.constrain("warn").await?;
    let mut warnings = Vec::new();
    eventually("warnings arrive", HEARING, async || {
        let answer = gatekeeper.api().create_dry(&bad_pod(SHOP, &fresh("warned"))).await?.done()?;
        warnings = answer.warnings;
        Ok(!warnings.is_empty())
    })
    .await?;
    let text = warnings.join("\n");
    ensure!(text.contains("[ringfence-pods]") && text.contains("privileged"), "{text}");
    let good = gatekeeper.api().create_dry(&good_pod(SHOP, &fresh("good"))).await?.done()?;
    ensure!(good.warnings.is_empty(), "{:?}", good.warnings);
    Ok(())
}

impl Engine for Gatekeeper {
    const CHECKS_CLIENTS: bool = true;
    const REPEATS_THE_QUESTION: bool = true;

    fn api(&self) -> &Api {
        &self.plane.api
    }

    async fn ask_at(&self, provider: &Provider) -> Result<()> {
        self.change(json!({"url": url(provider.gatekeeper)})).await
    }

    async fn ask_impostor(&self, port: u16) -> Result<()> {
        self.change(json!({"url": url(port)})).await
    }

    async fn trust(&self, authority: &str) -> Result<()> {
        self.change(json!({"caBundle": STANDARD.encode(authority)})).await
    }

    async fn present(&self, pair: &Pair) -> Result<()> {
        pair.write(&self.certificates)
    }

    fn answer(&self, asked: &Asked, allowed: &Value) -> Value {
        json!({
            "apiVersion": "externaldata.gatekeeper.sh/v1beta1", "kind": "ProviderResponse",
            "response": {"idempotent": true, "systemError": "", "items": [
                {"key": asked.key, "value": {"version": "v1", "allowed": allowed}},
            ]},
        })
    }
}

impl Gatekeeper {
    async fn change(&self, spec: Value) -> Result<()> {
        let path = "/apis/externaldata.gatekeeper.sh/v1beta1/providers/ringfence";
        self.api().patch(path, Patch::Merge, &json!({"spec": spec})).await?.done()?;
        Ok(())
    }
}

#[tokio::test]
#[ignore = "needs an API server and Gatekeeper; `cargo xtask e2e`"]
async fn gatekeeper_faults() -> Result<()> {
    let plane = ControlPlane::start().await?;
    plane.api.create(&namespace(SHOP, "baseline")).await?.done()?;
    let (gatekeeper, provider) = Gatekeeper::start(plane, &standards()).await?;
    gatekeeper.constrain("deny").await?;
    gatekeeper.denies().await?;
    let outcome = faults::all(&gatekeeper, provider, &gatekeeper.clients).await;
    outcome.with_context(|| gatekeeper.running.last_words())
}
