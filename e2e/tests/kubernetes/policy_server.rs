//! policy-server in the provider's place.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::certificates::Authority;
use crate::process::{Running, free_port, page, program};
use crate::provider::module;

/// A policy-server with the module as its one policy, `ringfence`.
pub(crate) struct PolicyServer {
    _running: Running,
    port: u16,
    /// Signed its certificate.
    pub(crate) authority: Authority,
}

impl PolicyServer {
    /// Starts the one that `POLICY_SERVER` names, and waits until it is ready.
    pub(crate) async fn start(folder: &Path, settings: &Value) -> Result<Self> {
        let folder = folder.join("policy-server");
        let authority = Authority::new("policy-server")?;
        authority.sign(&[])?.write(&folder)?;
        let module = module()?;
        // JSON is YAML.
        let policies = json!({"ringfence": {
            "module": format!("file://{}", module.display()), "policyMode": "protect",
            "allowedToMutate": false, "settings": settings, "contextAwareResources": [],
            "hostCapabilities": ["*"],
        }});
        std::fs::write(folder.join("policies.yml"), policies.to_string())?;
        let [port, ready] = [free_port()?, free_port()?];
        let mut command = Command::new(program("POLICY_SERVER")?);
        command
            .args(["--addr", "127.0.0.1", "--port", &port.to_string()])
            .args(["--readiness-probe-port", &ready.to_string()])
            .arg("--ignore-kubernetes-connection-failure");
        for (option, file) in [
            ("--policies", "policies.yml"),
            ("--cert-file", "tls.crt"),
            ("--key-file", "tls.key"),
            ("--policies-download-dir", "policies"),
            ("--sigstore-cache-dir", "sigstore"),
        ] {
            command.arg(option).arg(folder.join(file));
        }
        let mut running = Running::start(&mut command, "policy-server", &folder)?;
        running
            .until_ready(async || {
                page(ready, "/readiness").await.is_some_and(|(code, _)| code == 200)
            })
            .await
            .context("policy-server")?;
        Ok(Self { _running: running, port, authority })
    }

    /// Where it validates.
    pub(crate) fn url(&self) -> String {
        format!("https://127.0.0.1:{}/validate/ringfence", self.port)
    }
}
