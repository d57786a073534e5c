//! Gatekeeper's own engine on the same pods: `gatekeeper-driver bench`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::json;

use crate::corpus::{Sample, settings};
use crate::provider::Provider;

/// Who judges.
pub enum Judge<'a> {
    /// Rego in Gatekeeper, one template for each control, as its users have it: `controls/`.
    Controls,
    /// The template of `deploy/`, which asks this provider.
    Provider(&'a Provider),
}

/// What came of it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Measured {
    denied: Vec<Vec<String>>,
    reviews: u32,
    seconds: f64,
    cpu_seconds: f64,
    /// Half of the reviews took no longer, in microseconds.
    pub p50_micros: u32,
    /// Of a hundred reviews one took longer.
    pub p99_micros: u32,
}

impl Measured {
    /// Reviews a second.
    pub fn rate(&self) -> f64 {
        f64::from(self.reviews) / self.seconds
    }

    /// Milliseconds of a processor for one review, of Gatekeeper's process alone.
    pub fn cpu_millis(&self) -> f64 {
        self.cpu_seconds * 1000.0 / f64::from(self.reviews)
    }
}

/// Has the driver review the samples, this many reviews, so many at a time. Each sample is denied by
/// the controls that it breaks and by no others, or there is no measurement.
///
/// # Errors
/// Where the driver fails, or judges otherwise.
pub fn bench(
    driver: &Path,
    judge: &Judge<'_>,
    samples: &[Sample],
    reviews: usize,
    parallel: usize,
) -> Result<Measured> {
    let folder = tempfile::tempdir()?;
    let requests = folder.path().join("requests.jsonl");
    std::fs::write(&requests, questions(samples)?)?;
    let mut command = Command::new(driver);
    command.arg("bench").arg("-requests").arg(&requests);
    command.args(["-reviews", &reviews.to_string(), "-parallel", &parallel.to_string()]);
    match judge {
        Judge::Controls => {
            command.arg("-controls").arg(in_the_tree("e2e/load/controls"));
        }
        Judge::Provider(provider) => {
            let file = folder.path().join("provider.json");
            std::fs::write(&file, registration(provider)?)?;
            command.arg("-provider").arg(file).arg("-certificates").arg(provider.client());
            command.arg("-template").arg(in_the_tree("deploy/gatekeeper/template.yaml"));
            let constraints = in_the_tree("deploy/gatekeeper/constraints/deny.yaml");
            let asks = std::fs::read_to_string(&constraints)?;
            ensure!(asks.contains("profile: restricted\n      version: latest"), "{}", settings());
            command.arg("-constraints").arg(constraints);
        }
    }
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start {}", driver.display()))?;
    ensure!(output.status.success(), "{}: {}", driver.display(), output.status);
    let measured: Measured = serde_json::from_slice(&output.stdout).context("no measurement")?;
    agrees(judge, samples, &measured)?;
    Ok(measured)
}

fn agrees(judge: &Judge<'_>, samples: &[Sample], measured: &Measured) -> Result<()> {
    ensure!(measured.denied.len() == samples.len(), "{} verdicts", measured.denied.len());
    for (sample, denied) in samples.iter().zip(&measured.denied) {
        let expected: Vec<String> = match judge {
            // Names of objects have no capitals.
            Judge::Controls => sample.broken.iter().map(|rule| rule.to_lowercase()).collect(),
            Judge::Provider(_) if sample.broken.is_empty() => Vec::new(),
            Judge::Provider(_) => vec!["ringfence-pods".to_owned()],
        };
        ensure!(*denied == expected, "{:?} are broken, denied by {denied:?}", sample.broken);
    }
    Ok(())
}

fn questions(samples: &[Sample]) -> Result<String> {
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}});
    let mut lines = String::new();
    for sample in samples {
        writeln!(lines, "{}", json!({"request": sample.request, "namespace": namespace}))?;
    }
    Ok(lines)
}

/// The Provider, as it stands in a cluster.
fn registration(provider: &Provider) -> Result<String> {
    let registration = json!({
        "apiVersion": "externaldata.gatekeeper.sh/v1beta1", "kind": "Provider",
        "metadata": {"name": "ringfence"},
        "spec": {
            "url": format!("https://localhost:{}/validate", provider.port), "timeout": 2,
            "caBundle": STANDARD.encode(provider.authority()?),
        },
    });
    Ok(registration.to_string())
}

fn in_the_tree(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}
