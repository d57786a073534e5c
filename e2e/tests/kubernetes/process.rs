//! Programs that run beside the tests, on loopback.

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

/// Nothing takes longer than this to be ready, on a busy machine either.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// A program that ends with its value. What it prints is in a file.
pub(crate) struct Running {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Running {
    /// Starts it; what it prints goes to `<folder>/<name>.log`, after what is there.
    pub(crate) fn start(command: &mut Command, name: &str, folder: &Path) -> Result<Self> {
        let log = folder.join(format!("{name}.log"));
        let output = File::options().create(true).append(true).open(&log)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("cannot start {name}: {command:?}"))?;
        Ok(Self { name: name.to_owned(), child, log })
    }

    /// What it has printed.
    pub(crate) fn printed(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// The end of what it has printed, for a message.
    pub(crate) fn last_words(&self) -> String {
        let printed = self.printed();
        let lines: Vec<&str> = printed.lines().collect();
        let last = lines.get(lines.len().saturating_sub(25)..).unwrap_or_default();
        format!("{} said:\n{}", self.name, last.join("\n"))
    }

    /// Waits until `is_ready` says so.
    pub(crate) async fn until_ready(&mut self, is_ready: impl AsyncFn() -> bool) -> Result<()> {
        let started = Instant::now();
        while !is_ready().await {
            if let Some(status) = self.child.try_wait()? {
                bail!("{} ended with {status}; {}", self.name, self.last_words());
            }
            ensure!(
                started.elapsed() < PATIENCE,
                "{} is not ready after {PATIENCE:?}; {}",
                self.name,
                self.last_words()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// Sends it a signal, such as `STOP`.
    pub(crate) fn signal(&self, signal: &str) -> Result<()> {
        let (signal, id) = (format!("-{signal}"), self.child.id().to_string());
        let status = Command::new("kill").args([&signal, &id]).status()?;
        ensure!(status.success(), "kill {signal} {id}: {status}");
        Ok(())
    }

    /// Ends it at once.
    pub(crate) fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

/// A port that nobody has at this moment.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// The program that a variable names: `cargo xtask e2e` does.
pub(crate) fn program(variable: &str) -> Result<PathBuf> {
    let path = std::env::var_os(variable).map(PathBuf::from);
    path.with_context(|| format!("{variable} names no program; `cargo xtask e2e` sets it"))
}

/// Status and body of a page over plain HTTP, on a connection of its own; nothing if there is none.
pub(crate) async fn page(port: u16, path: &str) -> Option<(u16, String)> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.ok()?;
    let head = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await.ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let code = head.split(' ').nth(1)?.parse().ok()?;
    Some((code, body.to_owned()))
}
