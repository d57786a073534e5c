//! A provider that runs, and who it lets in.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair,
};
use serde_json::Value;
use tempfile::TempDir;

/// The name in the certificate that Gatekeeper makes for itself.
const GATEKEEPER: &str = "gatekeeper-webhook-service.gatekeeper-system.svc";

/// The provider as a child process, with certificates of its own. It ends when this is dropped.
pub struct Provider {
    child: Child,
    folder: TempDir,
    /// The port of Gatekeeper's door, on loopback.
    pub port: u16,
}

impl Provider {
    /// Starts one with this module and with options besides those that name addresses and
    /// certificates, and waits until it serves.
    ///
    /// # Errors
    /// Whatever keeps it from serving; what it says is on standard error.
    pub fn start(program: &Path, module: &Path, options: &[&str]) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let authority = authority()?;
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("ca.crt"), authority.pem())?;
        for (folder, name, usage) in [
            ("server", "localhost", ExtendedKeyUsagePurpose::ServerAuth),
            ("client", GATEKEEPER, ExtendedKeyUsagePurpose::ClientAuth),
        ] {
            sign(&authority, &path(folder), name, usage)?;
        }
        let mut child = Command::new(program)
            .arg("--module")
            .arg(module)
            .args(["--listen", "127.0.0.1:0", "--health-listen", "127.0.0.1:0"])
            .args(["--lame-duck-seconds", "0"])
            .arg("--tls-cert")
            .arg(path("server/tls.crt"))
            .arg("--tls-key")
            .arg(path("server/tls.key"))
            .arg("--client-ca")
            .arg(path("ca.crt"))
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let lines = child.stdout.take().context("standard output")?;
        match serving(BufReader::new(lines)) {
            Ok(port) => Ok(Self { child, folder, port }),
            Err(error) => {
                // It may have ended already.
                let _ = child.kill();
                let _ = child.wait();
                Err(error)
            }
        }
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The authority that signed for it, in PEM.
    ///
    /// # Errors
    /// Where its folder is gone.
    pub fn authority(&self) -> Result<String> {
        Ok(std::fs::read_to_string(self.folder.path().join("ca.crt"))?)
    }

    /// The folder of the certificate and the key that it lets in: `tls.crt` and `tls.key`.
    pub fn client(&self) -> PathBuf {
        self.folder.path().join("client")
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The port that it says it serves at. What it logs from then on is read and dropped.
fn serving(mut lines: impl BufRead + Send + 'static) -> Result<u16> {
    let mut line = String::new();
    while lines.read_line(&mut line)? > 0 {
        let event: Value = serde_json::from_str(&line).unwrap_or_default();
        if event["event"] == "serving" {
            let address = event["gatekeeper"].as_str().and_then(|text| text.parse().ok());
            let address: std::net::SocketAddr = address.context("it names no address")?;
            std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
            return Ok(address.port());
        }
        line.clear();
    }
    bail!("the provider ended before it served")
}

fn authority() -> Result<CertifiedIssuer<'static, KeyPair>> {
    let mut parameters = CertificateParams::new(Vec::new())?;
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.distinguished_name.push(DnType::CommonName, "ringfence load");
    Ok(CertifiedIssuer::self_signed(parameters, KeyPair::generate()?)?)
}

fn sign(
    authority: &CertifiedIssuer<'static, KeyPair>,
    folder: &Path,
    name: &str,
    usage: ExtendedKeyUsagePurpose,
) -> Result<()> {
    let mut parameters = CertificateParams::new(vec![name.to_owned()])?;
    parameters.extended_key_usages = vec![usage];
    let key = KeyPair::generate()?;
    let certificate = parameters.signed_by(&key, authority)?;
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join("tls.crt"), certificate.pem())?;
    std::fs::write(folder.join("tls.key"), key.serialize_pem())?;
    Ok(())
}
