//! etcd and the API server.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rcgen::KeyPair;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::api::Api;
use crate::certificates::Authority;
use crate::process::{Running, free_port, page, program};

/// Who may do what: token, name, groups.
const USERS: &[(&str, &str, &str)] = &[
    ("admin", "system:admin", "system:masters"),
    (
        "provider",
        "system:serviceaccount:gatekeeper-system:ringfence-provider",
        "system:serviceaccounts",
    ),
];

/// A Kubernetes API on loopback, with nothing in it and nobody who runs pods.
pub(crate) struct ControlPlane {
    pub(crate) api: Api,
    pub(crate) folder: TempDir,
    port: u16,
    authority: String,
    // In the order in which they end.
    _server: Running,
    _etcd: Running,
}

impl ControlPlane {
    /// Starts both and waits until the API server is ready.
    pub(crate) async fn start() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("ringfence-e2e-").tempdir()?;
        let path = folder.path();
        let [etcd_port, peer_port, port] = [free_port()?, free_port()?, free_port()?];
        let mut etcd = etcd(path, etcd_port, peer_port)?;
        etcd.until_ready(async || {
            page(etcd_port, "/health").await.is_some_and(|(code, _)| code == 200)
        })
        .await?;
        let authority = Authority::new("ringfence e2e")?;
        authority.sign(&["kubernetes"])?.write(path)?;
        let authority = authority.pem();
        let mut server = api_server(path, etcd_port, port)?;
        let api = Api::new(&kubeconfig(port, &authority, "admin")).await?;
        server.until_ready(async || api.is_ready().await).await?;
        Ok(Self { api, folder, port, authority, _server: server, _etcd: etcd })
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a kubeconfig for one of the users.
    pub(crate) fn kubeconfig(&self, user: &str) -> Result<PathBuf> {
        let path = self.path().join(format!("{user}.kubeconfig"));
        std::fs::write(&path, kubeconfig(self.port, &self.authority, user).to_string())?;
        Ok(path)
    }

    /// Has kubectl do something, as an administrator; gives what it printed.
    pub(crate) fn kubectl(&self, arguments: &[&str]) -> Result<String> {
        let (worked, printed) = self.try_kubectl(arguments)?;
        ensure!(worked, "kubectl {}: {printed}", arguments.join(" "));
        Ok(printed)
    }

    /// Whether kubectl did it, and what it printed, errors and warnings too.
    pub(crate) fn try_kubectl(&self, arguments: &[&str]) -> Result<(bool, String)> {
        let output = Command::new(program("RINGFENCE_E2E_KUBECTL")?)
            .arg("--kubeconfig")
            .arg(self.kubeconfig("admin")?)
            .args(arguments)
            .env("HOME", self.path())
            .output()
            .context("cannot run kubectl")?;
        let printed = [output.stdout, output.stderr].concat();
        Ok((output.status.success(), String::from_utf8_lossy(&printed).into_owned()))
    }

    /// Applies a file of manifests that are not the project's own.
    pub(crate) fn apply_file(&self, path: &Path) -> Result<()> {
        let path = path.to_str().context("a path in UTF-8")?;
        self.kubectl(&["apply", "--server-side", "--force-conflicts", "-f", path])?;
        Ok(())
    }

    /// What the API server wrote into its audit log: the annotations of webhooks, by request.
    pub(crate) fn audited(&self) -> Result<Vec<Value>> {
        let log = std::fs::read_to_string(self.path().join("audit.log"))?;
        Ok(log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
    }
}

fn etcd(folder: &Path, port: u16, peer_port: u16) -> Result<Running> {
    let [client, peer] = [port, peer_port].map(|port| format!("http://127.0.0.1:{port}"));
    let mut command = Command::new(program("RINGFENCE_E2E_ETCD")?);
    command
        .arg("--data-dir")
        .arg(folder.join("etcd"))
        // What it holds is gone with the test.
        .arg("--unsafe-no-fsync")
        .args(["--listen-client-urls", &client, "--advertise-client-urls", &client])
        .args(["--listen-peer-urls", &peer, "--initial-advertise-peer-urls", &peer])
        .args(["--initial-cluster", &format!("default={peer}")]);
    Running::start(&mut command, "etcd", folder)
}

fn api_server(folder: &Path, etcd_port: u16, port: u16) -> Result<Running> {
    let tokens: String = USERS
        .iter()
        .map(|(token, name, groups)| format!("{token},{name},{token},\"{groups}\"\n"))
        .collect();
    std::fs::write(folder.join("tokens.csv"), tokens)?;
    let accounts = KeyPair::generate()?;
    std::fs::write(folder.join("accounts.key"), accounts.serialize_pem())?;
    std::fs::write(folder.join("accounts.pub"), accounts.public_key_pem())?;
    let audit = json!({
        "apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["RequestReceived"],
        "rules": [{"level": "Metadata", "verbs": ["create", "update", "patch", "delete"]}],
    });
    std::fs::write(folder.join("audit.json"), audit.to_string())?;
    let mut command = Command::new(program("RINGFENCE_E2E_KUBE_APISERVER")?);
    command
        .args(["--etcd-servers", &format!("http://127.0.0.1:{etcd_port}")])
        .args(["--bind-address", "127.0.0.1", "--secure-port", &port.to_string()])
        .args(["--endpoint-reconciler-type", "none", "--service-cluster-ip-range", "10.0.0.0/24"])
        .args(["--authorization-mode", "RBAC", "--allow-privileged=true", "--profiling=false"])
        // Nobody makes the accounts that the one would ask for, and the other would deny what the
        // engines are to deny.
        .args(["--disable-admission-plugins", "ServiceAccount,PodSecurity"])
        .args(["--service-account-issuer", "https://kubernetes.default.svc"]);
    for (option, file) in [
        ("--cert-dir", "."),
        ("--tls-cert-file", "tls.crt"),
        ("--tls-private-key-file", "tls.key"),
        ("--token-auth-file", "tokens.csv"),
        ("--service-account-key-file", "accounts.pub"),
        ("--service-account-signing-key-file", "accounts.key"),
        ("--audit-policy-file", "audit.json"),
        ("--audit-log-path", "audit.log"),
    ] {
        command.arg(option).arg(folder.join(file));
    }
    Running::start(&mut command, "kube-apiserver", folder)
}

fn kubeconfig(port: u16, authority: &str, user: &str) -> Value {
    use base64::Engine as _;
    let authority = base64::engine::general_purpose::STANDARD.encode(authority);
    json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "e2e",
        "clusters": [{"name": "e2e", "cluster": {
            "server": format!("https://127.0.0.1:{port}"),
            "certificate-authority-data": authority,
        }}],
        "users": [{"name": user, "user": {"token": user}}],
        "contexts": [{"name": "e2e", "context": {"cluster": "e2e", "user": user}}],
    })
}

/// Waits until something holds, and says what if it does not.
pub(crate) async fn eventually(
    what: &str,
    limit: Duration,
    mut holds: impl AsyncFnMut() -> Result<bool>,
) -> Result<Duration> {
    let started = std::time::Instant::now();
    while !holds().await.with_context(|| what.to_owned())? {
        ensure!(started.elapsed() < limit, "not after {limit:?}: {what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(started.elapsed())
}
