//! Debian's `docker-registry` on loopback, and modules to put into it.

#![allow(dead_code, reason = "each test binary uses a part")]

pub(crate) mod server;
pub(crate) mod signing;

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use ringfence_registry::{Digest, ModuleReference, RegistryReference};
use tempfile::TempDir;

/// `jane` with the password `secret`, as `htpasswd -B` writes it.
const HTPASSWD: &str = "jane:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n";

/// What `docker login` leaves of these credentials, and of wrong ones.
pub(crate) const JANE: &str = "jane:secret";
pub(crate) const WRONG: &str = "jane:guess";

/// A registry that ends with the test.
pub(crate) struct DockerRegistry {
    child: Child,
    folder: TempDir,
    /// Its address with its port.
    pub(crate) host: String,
}

/// Certificate and key, in PEM.
pub(crate) struct Tls {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

impl DockerRegistry {
    /// One that lets everybody in.
    pub(crate) fn start() -> Self {
        Self::start_with("", None)
    }

    /// One that lets only `jane` in.
    pub(crate) fn start_with_password() -> Self {
        Self::start_with("auth: {htpasswd: {realm: test, path: htpasswd}}\n", None)
    }

    /// One that speaks TLS.
    pub(crate) fn start_with_tls(tls: &Tls) -> Self {
        Self::start_with("", Some(tls))
    }

    fn start_with(options: &str, tls: Option<&Tls>) -> Self {
        // Between our letting go of a port and the registry's taking it, somebody else may.
        (0..5).find_map(|_| Self::try_start(options, tls)).expect("docker-registry starts")
    }

    fn try_start(options: &str, tls: Option<&Tls>) -> Option<Self> {
        let folder = TempDir::new().expect("a folder");
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
        let host = format!("127.0.0.1:{}", port.expect("a free port").port());
        let write = |name: &str, content: &str| {
            std::fs::write(folder.path().join(name), content).expect("writable");
        };
        write("htpasswd", HTPASSWD);
        if let Some(tls) = tls {
            write("tls.crt", &tls.certificate);
            write("tls.key", &tls.key);
        }
        let tls = tls.map_or("", |_| ", tls: {certificate: tls.crt, key: tls.key}");
        let config = format!(
            "version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: data}}}}\n\
             http: {{addr: '{host}'{tls}}}\n{options}"
        );
        write("config.yml", &config);
        let child = Command::new("docker-registry")
            .args(["serve", "config.yml"])
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("docker-registry is installed: `apt-get install docker-registry`");
        let mut registry = Self { child, folder, host };
        registry.listens().then_some(registry)
    }

    /// Whether it has come up.
    fn listens(&mut self) -> bool {
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(20) {
            if self.child.try_wait().expect("its state").is_some() {
                return false;
            }
            if TcpStream::connect(&self.host).is_ok() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }

    /// A reference to something in this registry.
    pub(crate) fn reference(&self, rest: &str) -> ModuleReference {
        reference(&format!("registry://{}/{rest}", self.host))
    }

    /// The file in which the registry keeps a blob.
    pub(crate) fn blob(&self, digest: &Digest) -> PathBuf {
        let hex = digest.hex();
        self.folder
            .path()
            .join("data/docker/registry/v2/blobs/sha256")
            .join(&hex[..2])
            .join(hex)
            .join("data")
    }
}

impl Drop for DockerRegistry {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn reference(text: &str) -> ModuleReference {
    ModuleReference::parse(text.as_ref()).expect("a reference")
}

pub(crate) fn in_registry(reference: &ModuleReference) -> &RegistryReference {
    match reference {
        ModuleReference::Registry(reference) => reference,
        other => panic!("{other} is in no registry"),
    }
}

/// A folder with a Docker configuration that holds these credentials for a host.
pub(crate) fn docker_config(host: &str, name_and_password: &str) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    let (name, password) = name_and_password.split_once(':').expect("a name and a password");
    let auths = serde_json::json!({host: {"username": name, "password": password}});
    write(&folder.path().join("config.json"), serde_json::json!({"auths": auths}).to_string());
    folder
}

pub(crate) fn write(path: &Path, content: impl AsRef<[u8]>) {
    std::fs::write(path, content).expect("writable");
}

/// The smallest module there is.
pub(crate) const EMPTY_MODULE: &[u8] = b"\0asm\x01\0\0\0";

/// The module with metadata that say it has this version.
pub(crate) fn annotated(module: &[u8], version: &str) -> Vec<u8> {
    let metadata = serde_json::json!({
        "protocolVersion": "v1",
        "rules": [],
        "mutating": false,
        "annotations": {
            "io.kubewarden.policy.title": "ringfence",
            "io.kubewarden.policy.version": version,
            "io.kubewarden.policy.source": "https://example.org/ringfence",
            "io.kubewarden.policy.usage": "# ringfence\n\nmore than one line\n",
        },
    });
    let (name, data) = ("io.kubewarden.metadata", metadata.to_string());
    let mut section = Vec::new();
    leb128(name.len(), &mut section);
    section.extend_from_slice(name.as_bytes());
    section.extend_from_slice(data.as_bytes());
    let mut annotated = module.to_vec();
    annotated.push(0);
    leb128(section.len(), &mut annotated);
    annotated.extend_from_slice(&section);
    annotated
}

fn leb128(mut number: usize, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push((number % 0x80) as u8 | 0x80);
        number /= 0x80;
    }
    out.push(number as u8);
}
