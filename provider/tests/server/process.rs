//! The server as a child process: its addresses, its log, its end.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::certificates::Kit;
use crate::client::get;

/// A server that serves.
pub(crate) struct Server {
    child: Child,
    log: Arc<Mutex<Vec<Value>>>,
    pub(crate) gatekeeper: SocketAddr,
    pub(crate) services: SocketAddr,
    pub(crate) health: SocketAddr,
}

/// How a run ended.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Nothing takes longer than this, on a busy machine either.
const PATIENCE: Duration = Duration::from_secs(60);

fn command(arguments: &[&str], environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringfence-provider"));
    command.args(arguments).env_remove("RUST_BACKTRACE").stdin(Stdio::null());
    command.envs(environment.iter().copied());
    command
}

/// Arguments of a server with all that it needs, with patience for a busy machine, and with these
/// changes: options and their values.
pub(crate) fn arguments(kit: &Kit, module: &Path, changes: &[&str]) -> Vec<String> {
    let module = module.to_str().expect("UTF-8").to_owned();
    let (certificate, key, authority) =
        (kit.text("tls.crt"), kit.text("tls.key"), kit.text("ca.crt"));
    let mut arguments = vec!["--module".to_owned(), module];
    for (name, value) in
        [("--tls-cert", certificate), ("--tls-key", key), ("--client-ca", authority)]
    {
        arguments.extend([name.to_owned(), value]);
    }
    for name in ["--listen", "--service-listen", "--health-listen"] {
        arguments.extend([name.to_owned(), "127.0.0.1:0".to_owned()]);
    }
    for (name, value) in [
        ("--reload-seconds", "1"),
        ("--lame-duck-seconds", "0"),
        ("--timeout-ms", "60000"),
        ("--key-timeout-ms", "30000"),
        ("--header-timeout-ms", "30000"),
    ] {
        arguments.extend([name.to_owned(), value.to_owned()]);
    }
    for change in changes.chunks(2) {
        match arguments.iter().position(|argument| argument == change[0]) {
            Some(at) => change[1].clone_into(&mut arguments[at + 1]),
            None => arguments.extend(change.iter().map(|&text| text.to_owned())),
        }
    }
    arguments
}

/// The variable of the environment that an option can be given in instead.
pub(crate) fn variable(option: &str) -> String {
    let name = option.trim_start_matches('-').replace('-', "_").to_uppercase();
    format!("RINGFENCE_PROVIDER_{name}")
}

/// Waits until something holds.
pub(crate) async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds().await {
        assert!(Instant::now() < deadline, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Runs it to its end: where it is expected not to start.
pub(crate) fn run(arguments: &[&str], environment: &[(&str, &str)]) -> Ended {
    let mut child = command(arguments, environment)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the server starts");
    let deadline = Instant::now() + PATIENCE;
    while child.try_wait().expect("a child").is_none() {
        if Instant::now() > deadline {
            let _ = child.kill();
            panic!("the server runs, and should not have started: {arguments:?} {environment:?}");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let (mut stdout, mut stderr) = (String::new(), String::new());
    child.stdout.take().expect("a pipe").read_to_string(&mut stdout).expect("UTF-8");
    child.stderr.take().expect("a pipe").read_to_string(&mut stderr).expect("UTF-8");
    Ended { code: child.wait().expect("a child").code(), stdout, stderr }
}

impl Server {
    /// Starts one with this module, and with changes as [`arguments`] has them.
    pub(crate) fn start(kit: &Kit, module: &Path, changes: &[&str]) -> Self {
        Self::starting(kit, module, changes).started()
    }

    /// Starts one as [`Server::start`] does, from variables of the environment alone, with these
    /// changed.
    pub(crate) fn of_environment(kit: &Kit, module: &Path, changes: &[&str]) -> Self {
        let arguments = arguments(kit, module, changes);
        let pairs = arguments.chunks(2).map(|pair| (variable(&pair[0]), pair[1].clone()));
        Self::of_variables(&pairs.collect::<Vec<_>>())
    }

    /// Starts one from these variables of the environment, and no arguments.
    pub(crate) fn of_variables(variables: &[(String, String)]) -> Self {
        let pairs: Vec<_> = variables.iter().map(|(name, value)| (&**name, &**value)).collect();
        Self::launch(command(&[], &pairs)).started()
    }

    /// Waits until it serves, and learns where.
    fn started(self) -> Self {
        let mut server = self;
        let serving = server.wait_for("serving", 1).remove(0);
        let address = |name: &str| {
            serving[name].as_str().and_then(|text| text.parse().ok()).expect("an address")
        };
        server.gatekeeper = address("gatekeeper");
        server.services = address("services");
        server.health = address("health");
        server
    }

    /// Starts one as [`Server::start`] does, and does not wait until it serves: only its caller knows
    /// where it is.
    pub(crate) fn starting(kit: &Kit, module: &Path, changes: &[&str]) -> Self {
        let arguments = arguments(kit, module, changes);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        Self::launch(command(&arguments, &[]))
    }

    fn launch(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the server starts");
        let log = Arc::<Mutex<Vec<Value>>>::default();
        let lines = BufReader::new(child.stdout.take().expect("a pipe"));
        let kept = log.clone();
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                let line = serde_json::from_str(&line).unwrap_or(Value::String(line));
                kept.lock().expect("the log").push(line);
            }
        });
        let nowhere = SocketAddr::from(([0, 0, 0, 0], 0));
        Self { child, log, gatekeeper: nowhere, services: nowhere, health: nowhere }
    }

    /// Every line with this event.
    pub(crate) fn events(&self, event: &str) -> Vec<Value> {
        let log = self.log.lock().expect("the log");
        log.iter().filter(|line| line["event"] == event).cloned().collect()
    }

    /// Every line.
    pub(crate) fn lines(&self) -> Vec<Value> {
        self.log.lock().expect("the log").clone()
    }

    /// The lines with this event, once there are so many.
    pub(crate) fn wait_for(&mut self, event: &str, count: usize) -> Vec<Value> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let events = self.events(event);
            if events.len() >= count {
                return events;
            }
            let ended = self.child.try_wait().expect("a child");
            assert!(
                Instant::now() < deadline && ended.is_none(),
                "no {count} lines of `{event}`; {ended:?}; {:?}",
                self.lines()
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until something is judged: where the module takes long, for a good while.
    pub(crate) async fn judges(&self) {
        until("something is judged", async || {
            let metrics = get(self.health, "/metrics").await.body;
            metrics.contains("ringfence_provider_judging 1")
        })
        .await;
    }

    /// The signal to end.
    pub(crate) fn terminate(&self) {
        let id = self.child.id().to_string();
        let killed = Command::new("kill").args(["-TERM", &id]).status().expect("kill");
        assert!(killed.success());
    }

    /// Its exit code, once it has ended.
    pub(crate) fn ended(&mut self) -> Option<i32> {
        self.child.wait().expect("a child").code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
