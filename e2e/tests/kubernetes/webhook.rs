//! The API server asks directly: the ValidatingWebhookConfiguration of deploy/webhook points at the
//! provider's `/admission`, or at policy-server where `POLICY_SERVER` names one.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::api::{Api, Patch, path_of};
use crate::certificates::{Authority, Pair};
use crate::control_plane::{ControlPlane, eventually};
use crate::faults::{self, Engine};
use crate::objects::{
    bad_pod, fresh, good_pod, namespace, seccomp_profile, seccomp_profile_definition,
};
use crate::policy_server::PolicyServer;
use crate::provider::Provider;
use crate::scenarios::{Old, SHOP, Stage, denied, nothing_forbidden};

/// What the webhook of everything asks.
fn settings() -> Value {
    json!({
        "profile": "restricted", "version": "latest",
        "rules": {
            "podSecurityLabels": {"minimum": "baseline"}, "rbac": "deny", "seccompContent": "deny",
            "podConnections": "deny", "protectedNamespaces": {"namespaces": ["kept"]},
        },
    })
}

/// What a webhook has in it: who answers, and what it is asked about.
fn webhook(name: &str, url: &str, authority: &str, rules: &Value) -> Value {
    json!({
        "name": format!("{name}.ringfence.dev"), "admissionReviewVersions": ["v1"],
        "sideEffects": "None", "failurePolicy": "Fail", "timeoutSeconds": 3,
        "clientConfig": {"url": url, "caBundle": STANDARD.encode(authority)},
        "rules": rules,
    })
}

fn configuration(kind: &str, name: &str, webhook: &Value) -> Value {
    json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": kind,
        "metadata": {"name": name}, "webhooks": [webhook],
    })
}

/// What deploy/webhook has for clusters, with the provider, or policy-server, at that address.
fn shipped(url: &str, authority: &str) -> Result<Value> {
    let path = e2e::workspace().join("deploy/webhook/validating.yaml");
    let mut shipped: Value = serde_saphyr::from_str(&std::fs::read_to_string(path)?)?;
    let webhook = &mut shipped["webhooks"][0];
    webhook["clientConfig"] = json!({"url": url, "caBundle": STANDARD.encode(authority)});
    // The kind that is sent on request.
    webhook["rules"].as_array_mut().context("rules")?.push(
        json!({"apiGroups": ["security-profiles-operator.x-k8s.io"], "apiVersions": ["v1beta1"],
        "resources": ["seccompprofiles"], "operations": ["CREATE", "UPDATE"]}),
    );
    Ok(shipped)
}

/// Has the API server ask, and waits until it does.
async fn install(api: &Api, url: &str, authority: &str) -> Result<()> {
    api.apply(&shipped(url, authority)?).await?;
    is_asked(api).await
}

async fn is_asked(api: &Api) -> Result<()> {
    eventually("the API server asks the webhook", Duration::from_secs(20), async || {
        Ok(!api.create_dry(&bad_pod(SHOP, &fresh("probe"))).await?.is_done())
    })
    .await?;
    Ok(())
}

/// Lets the provider read what its chart lets it read.
pub(crate) async fn grant(api: &Api) -> Result<()> {
    let file = "deploy/gatekeeper/chart/files/cluster-role.yaml";
    let text = std::fs::read_to_string(e2e::workspace().join(file))?;
    let rules: Value = serde_saphyr::from_str(&text)?;
    let version = "rbac.authorization.k8s.io/v1";
    api.apply(&json!({"apiVersion": version, "kind": "ClusterRole",
        "metadata": {"name": "ringfence-provider"}, "rules": rules}))
        .await?;
    api.apply(&json!({
        "apiVersion": version, "kind": "ClusterRoleBinding", "metadata": {"name": "ringfence-provider"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "ringfence-provider"},
        "subjects": [{"kind": "ServiceAccount", "name": "ringfence-provider", "namespace": "gatekeeper-system"}],
    }))
    .await?;
    Ok(())
}

#[tokio::test]
#[ignore = "needs an API server; `cargo xtask e2e`"]
async fn webhook_objects() -> Result<()> {
    let plane = ControlPlane::start().await?;
    let api = &plane.api;
    api.create(&seccomp_profile_definition()).await?.done()?;
    grant(api).await?;
    let old = Old::make(api).await?;
    api.create(&namespace("kept", "restricted")).await?.done()?;
    let kubeconfig = plane.kubeconfig("provider")?;
    let clients = Authority::new("nobody")?;
    let provider =
        Provider::start(plane.path(), "provider", &settings(), &clients, Some(&kubeconfig)).await?;
    let url = format!("https://127.0.0.1:{}/admission", provider.services);
    install(api, &url, &provider.authority.pem()).await?;
    let stage = Stage { plane: &plane, warns: true };
    stage.all(&old).await?;
    stage.namespaces(&settings()).await.context("namespaces")?;
    stage.rbac().await.context("RBAC")?;
    stage.seccomp_profiles().await.context("seccomp profiles")?;
    connections(&plane).await.context("kubectl exec")?;
    let deleted = api.delete("/api/v1/namespaces/kept").await?;
    denied(&deleted, &["protectedNamespaces"])?;
    localhost_profiles(api).await.context("profiles that pods name")?;
    nothing_forbidden(api).await
}

/// `kubectl exec` is denied before anybody looks for the node.
async fn connections(plane: &ControlPlane) -> Result<()> {
    let pod = good_pod(SHOP, &fresh("entered"));
    plane.api.create(&pod).await?.done()?;
    let path = format!("{}/exec?command=sh&stdout=true", path_of(&pod)?);
    denied(&plane.api.post(&path, &Value::Null).await?, &["podConnections"])?;
    Ok(())
}

/// A pod's own profile is looked up in the cluster.
async fn localhost_profiles(api: &Api) -> Result<()> {
    let profile = fresh("of-a-pod");
    api.create(&seccomp_profile(&profile, true)).await?.done()?;
    let with = |name: &str| {
        let mut pod = good_pod(SHOP, &fresh("profiled"));
        pod["spec"]["securityContext"]["seccompProfile"] =
            json!({"type": "Localhost", "localhostProfile": format!("operator/{name}.json")});
        pod
    };
    api.create(&with(&profile)).await?.done()?;
    denied(&api.create(&with("nobodys")).await?, &["seccompContent"])?;
    Ok(())
}

/// Warnings reach whoever sends, records the audit log, and what is absent is filled in.
#[tokio::test]
#[ignore = "needs an API server; `cargo xtask e2e`"]
async fn webhook_warns_records_and_fills_in() -> Result<()> {
    let plane = ControlPlane::start().await?;
    let api = &plane.api;
    api.create(&namespace(SHOP, "baseline")).await?.done()?;
    let clients = Authority::new("nobody")?;
    let settings = json!({"action": "warn", "rules": {"privileged": "audit", "hostPorts": "deny"}});
    let lenient = Provider::start(plane.path(), "lenient", &settings, &clients, None).await?;
    let pods = json!([{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}]);
    let url = format!("https://127.0.0.1:{}/admission", lenient.services);
    let validating = webhook("lenient", &url, &lenient.authority.pem(), &pods);
    api.apply(&configuration("ValidatingWebhookConfiguration", "lenient", &validating)).await?;
    let mut warned = Vec::new();
    eventually("a warning arrives", Duration::from_secs(20), async || {
        let mut pod = bad_pod(SHOP, &fresh("warned"));
        pod["metadata"]["labels"] = json!({});
        pod["spec"]["containers"][0]["securityContext"]["capabilities"] = json!({"add": ["BPF"]});
        warned = api.create(&pod).await?.warnings;
        Ok(!warned.is_empty())
    })
    .await?;
    ensure!(warned.iter().any(|text| text.contains("BPF")), "{warned:?}");
    ensure!(!warned.iter().any(|text| text.contains("privileged:")), "{warned:?}");
    let recorded = plane.audited()?.iter().any(|event| {
        let annotations = event["annotations"].as_object();
        let mut ours = annotations
            .into_iter()
            .flatten()
            .filter(|(key, _)| key.starts_with("lenient.ringfence.dev/"));
        ours.any(|(_, value)| value.as_str().is_some_and(|text| text.contains("privileged")))
    });
    ensure!(recorded, "no audit annotation in {:?}", plane.audited()?.last());
    let mut port = good_pod(SHOP, &fresh("port"));
    port["spec"]["containers"][0]["ports"] = json!([{"containerPort": 80, "hostPort": 80}]);
    denied(&api.create(&port).await?, &["hostPorts"])?;

    let filling = json!({"mutate": true});
    let filling = Provider::start(plane.path(), "filling", &filling, &clients, None).await?;
    let url = format!("https://127.0.0.1:{}/admission", filling.services);
    let mutating = webhook("filling", &url, &filling.authority.pem(), &pods);
    api.apply(&configuration("MutatingWebhookConfiguration", "filling", &mutating)).await?;
    let mut stored = Value::Null;
    eventually("what is absent is filled in", Duration::from_secs(20), async || {
        let mut bare = good_pod(SHOP, &fresh("bare"));
        bare["spec"]["securityContext"] = json!({"runAsNonRoot": true});
        bare["spec"]["containers"][0]["securityContext"] = json!({});
        let answer = api.create(&bare).await?;
        let is_filled = answer.is_done() && answer.warnings.is_empty();
        stored = answer.body;
        Ok(is_filled)
    })
    .await?;
    let dropped = stored.pointer("/spec/containers/0/securityContext/capabilities/drop");
    ensure!(dropped == Some(&json!(["ALL"])), "{stored}");
    let bad = api.create(&bad_pod(SHOP, &fresh("bad"))).await?;
    denied(&bad, &["privileged"])?;
    Ok(())
}

/// Levels come from the labels of the namespace, as Pod Security Admission has them.
#[tokio::test]
#[ignore = "needs an API server; `cargo xtask e2e`"]
async fn webhook_follows_namespace_labels() -> Result<()> {
    let plane = ControlPlane::start().await?;
    let api = &plane.api;
    grant(api).await?;
    for (name, level) in [(SHOP, "restricted"), ("tools", "baseline"), ("system", "privileged")] {
        api.create(&namespace(name, level)).await?.done()?;
    }
    let settings = json!({"profile": "fromNamespaceLabels"});
    let clients = Authority::new("nobody")?;
    let kubeconfig = plane.kubeconfig("provider")?;
    let mut provider =
        Provider::start(plane.path(), "labels", &settings, &clients, Some(&kubeconfig)).await?;
    let url = format!("https://127.0.0.1:{}/admission", provider.services);
    install(api, &url, &provider.authority.pem()).await?;
    let bare = |namespace: &str| {
        let mut pod = good_pod(namespace, &fresh("bare"));
        pod["spec"] = json!({"containers": [{"name": "web", "image": "registry.example/web"}]});
        pod
    };
    denied(&api.create(&bare(SHOP)).await?, &["allowPrivilegeEscalation"])?;
    api.create(&bare("tools")).await?.done()?;
    denied(&api.create(&bad_pod("tools", &fresh("bad"))).await?, &["privileged"])?;
    let mut let_in = bad_pod("system", &fresh("node-tool"));
    let_in["metadata"]["labels"] = json!({});
    api.create(&let_in).await?.done()?;
    // The same where namespaces are watched, and what changes is known.
    provider.watch("v1/Namespace").await?;
    let current = "ringfence_provider_watch_current{resource=\"v1/Namespace\"}";
    ensure!(provider.metric(current).await? == 1.0, "namespaces are not watched");
    denied(&api.create(&bare(SHOP)).await?, &["allowPrivilegeEscalation"])?;
    for (level, is_let_in) in [("restricted", false), ("baseline", true)] {
        let labels = json!({"metadata": {"labels": {"pod-security.kubernetes.io/enforce": level}}});
        api.patch("/api/v1/namespaces/tools", Patch::Merge, &labels).await?.done()?;
        eventually("the change is known", Duration::from_secs(20), async || {
            Ok(api.create_dry(&bare("tools")).await?.is_done() == is_let_in)
        })
        .await?;
    }
    ensure!(provider.metric(current).await? == 1.0, "namespaces are watched no more");
    // Without leave to read namespaces nothing is let in that the labels may forbid.
    api.delete("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/ringfence-provider")
        .await?
        .done()?;
    provider.kill();
    provider.launch()?;
    provider.until_ready().await?;
    eventually("the namespace cannot be read", Duration::from_secs(20), async || {
        Ok(!api.create_dry(&bare("tools")).await?.is_done())
    })
    .await?;
    ensure!(provider.metric(current).await? == 0.0, "namespaces are watched without leave");
    nothing_forbidden(api).await
}

/// Where policy-server is there, it answers instead.
#[tokio::test]
#[ignore = "needs an API server and policy-server, which POLICY_SERVER names"]
async fn policy_server_objects() -> Result<()> {
    let plane = ControlPlane::start().await?;
    let api = &plane.api;
    let old = Old::make(api).await?;
    // What asks the cluster is left out: policy-server has no kubeconfig of its own here.
    let settings = json!({"rules": {"podSecurityLabels": {"minimum": "baseline"}}});
    let server = PolicyServer::start(plane.path(), &settings).await?;
    install(api, &server.url(), &server.authority.pem()).await?;
    let stage = Stage { plane: &plane, warns: true };
    stage.all(&old).await?;
    stage.namespaces(&settings).await.context("namespaces")
}

/// The webhook, for the faults.
struct Webhook<'a>(&'a Api);

impl Webhook<'_> {
    async fn change(&self, client: Value) -> Result<()> {
        let path =
            "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/ringfence";
        let mut stored = self.0.get(path).await?.done()?.body;
        for (key, value) in client.as_object().context("fields")? {
            stored["webhooks"][0]["clientConfig"][key] = value.clone();
        }
        let change = json!({"webhooks": stored["webhooks"]});
        self.0.patch(path, Patch::Merge, &change).await?.done()?;
        Ok(())
    }
}

impl Engine for Webhook<'_> {
    const CHECKS_CLIENTS: bool = false;
    const REPEATS_THE_QUESTION: bool = true;

    fn api(&self) -> &Api {
        self.0
    }

    async fn ask_at(&self, provider: &Provider) -> Result<()> {
        self.change(json!({"url": format!("https://127.0.0.1:{}/admission", provider.services)}))
            .await
    }

    async fn ask_impostor(&self, port: u16) -> Result<()> {
        self.change(json!({"url": format!("https://127.0.0.1:{port}/admission")})).await
    }

    async fn trust(&self, authority: &str) -> Result<()> {
        self.change(json!({"caBundle": STANDARD.encode(authority)})).await
    }

    async fn present(&self, _: &Pair) -> Result<()> {
        Ok(())
    }

    fn answer(&self, asked: &faults::Asked, allowed: &Value) -> Value {
        json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
            "response": {"uid": asked.uid, "allowed": allowed}})
    }
}

#[tokio::test]
#[ignore = "needs an API server; `cargo xtask e2e`"]
async fn webhook_faults() -> Result<()> {
    let plane = ControlPlane::start().await?;
    let api = &plane.api;
    api.create(&namespace(SHOP, "baseline")).await?.done()?;
    let clients = Authority::new("nobody")?;
    let provider =
        Provider::start(plane.path(), "provider", &crate::scenarios::standards(), &clients, None)
            .await?;
    let url = format!("https://127.0.0.1:{}/admission", provider.services);
    install(api, &url, &provider.authority.pem()).await?;
    faults::all(&Webhook(api), provider, &clients).await
}
