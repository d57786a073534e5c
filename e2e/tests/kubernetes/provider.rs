//! The provider, at ports that it keeps when it is started again.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::certificates::{Authority, GATEKEEPER, Pair};
use crate::process::{Running, free_port, page, program};

/// A provider and its files.
pub(crate) struct Provider {
    name: String,
    folder: PathBuf,
    options: Vec<String>,
    running: Option<Running>,
    /// Signs for the provider.
    pub(crate) authority: Authority,
    /// Gatekeeper's door.
    pub(crate) gatekeeper: u16,
    /// The services' door.
    pub(crate) services: u16,
    health: u16,
}

impl Provider {
    /// Makes one with these settings of its own, and starts it. `clients` signs for Gatekeeper.
    pub(crate) async fn start(
        folder: &Path,
        name: &str,
        settings: &Value,
        clients: &Authority,
        kubeconfig: Option<&Path>,
    ) -> Result<Self> {
        let folder = folder.join(name);
        let authority = Authority::new("ringfence-provider")?;
        authority.sign(&["ringfence-provider.gatekeeper-system"])?.write(&folder)?;
        std::fs::write(folder.join("ca.crt"), clients.pem())?;
        std::fs::write(folder.join("settings.json"), settings.to_string())?;
        let mut provider = Self {
            name: name.to_owned(),
            folder,
            options: Vec::new(),
            running: None,
            authority,
            gatekeeper: free_port()?,
            services: free_port()?,
            health: free_port()?,
        };
        provider.options = provider.options(kubeconfig)?;
        provider.launch()?;
        provider.until_ready().await?;
        Ok(provider)
    }

    fn options(&self, kubeconfig: Option<&Path>) -> Result<Vec<String>> {
        let file = |name: &str| text(&self.folder.join(name));
        let address = |port: u16| format!("127.0.0.1:{port}");
        let mut options: Vec<String> = Vec::new();
        for (name, value) in [
            ("--module", text(&module()?)?),
            ("--settings", file("settings.json")?),
            ("--tls-cert", file("tls.crt")?),
            ("--tls-key", file("tls.key")?),
            ("--client-ca", file("ca.crt")?),
            ("--client-name", GATEKEEPER.to_owned()),
            ("--listen", address(self.gatekeeper)),
            ("--service-listen", address(self.services)),
            ("--health-listen", address(self.health)),
            ("--reload-seconds", "1".to_owned()),
            ("--lame-duck-seconds", "0".to_owned()),
        ] {
            options.extend([name.to_owned(), value]);
        }
        if let Some(path) = kubeconfig {
            options.extend(["--kubeconfig".to_owned(), text(path)?]);
        }
        Ok(options)
    }

    /// Starts it again, watching objects of this kind.
    pub(crate) async fn watch(&mut self, kind: &str) -> Result<()> {
        self.options.extend(["--watch".to_owned(), kind.to_owned()]);
        self.kill();
        self.launch()?;
        self.until_ready().await
    }

    /// Starts it where it does not run.
    pub(crate) fn launch(&mut self) -> Result<()> {
        ensure!(self.running.is_none(), "{} runs already", self.name);
        let mut command = Command::new(program("RINGFENCE_E2E_PROVIDER")?);
        command.args(&self.options);
        self.running = Some(Running::start(&mut command, &self.name, &self.folder)?);
        Ok(())
    }

    /// Waits until it serves.
    pub(crate) async fn until_ready(&mut self) -> Result<()> {
        let health = self.health;
        self.running
            .as_mut()
            .context("it does not run")?
            .until_ready(async || {
                page(health, "/readyz").await.is_some_and(|(code, _)| code == 200)
            })
            .await
    }

    /// Ends it at once, as a node that dies does.
    pub(crate) fn kill(&mut self) {
        if let Some(running) = self.running.take() {
            running.kill();
        }
    }

    pub(crate) fn running(&self) -> Result<&Running> {
        self.running.as_ref().context("the provider does not run")
    }

    /// Gives it another certificate, which it takes up while it runs.
    pub(crate) fn install(&self, pair: &Pair) -> Result<()> {
        pair.write(&self.folder)
    }

    /// A number of its metrics; 0 where it is not told yet.
    pub(crate) async fn metric(&self, name: &str) -> Result<f64> {
        let (_, text) = page(self.health, "/metrics").await.context("no metrics")?;
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.map_or(Ok(0.0), |value| value.trim().parse().context("a number"))
    }
}

/// The module that is built.
pub(crate) fn module() -> Result<PathBuf> {
    let built = e2e::workspace().join("dist/policy.wasm");
    let path = std::env::var_os("RINGFENCE_MODULE").map_or(built, PathBuf::from);
    ensure!(
        path.is_file(),
        "there is no module at {}: `cargo xtask build --module`",
        path.display()
    );
    Ok(path)
}

fn text(path: &Path) -> Result<String> {
    Ok(path.to_str().context("a path in UTF-8")?.to_owned())
}
