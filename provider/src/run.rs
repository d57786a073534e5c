//! From options to a server, and from a signal to its end.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Parser;
use ringfence_host::cluster::{Cluster, Live};
use ringfence_host::{Limits, Policy};
use ringfence_registry::{Client, ModuleReference};
use serde_json::value::RawValue;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::app::App;
use crate::config::{Config, Options};
use crate::doors::Doors;
use crate::health::Health;
use crate::judge::{Fault, Judge};
use crate::logs::{self, Log};
use crate::metrics::Metrics;
use crate::serve::{self, Listener, Terms};
use crate::tls::{Files, Reloading};
use crate::usage;
use crate::watches::{is_settled, settled, teller};

/// Connections to the health port that may be open.
const HEALTH_CONNECTIONS: usize = 64;

/// How long one of them may be idle; each is asked once. Anybody may connect there, and whoever holds
/// all places must not hold up probes for long; a scraper connects again.
const HEALTH_IDLE: Duration = Duration::from_secs(5);

/// Runs the server with the arguments of this process.
pub fn main() -> ExitCode {
    let options = match Options::try_parse() {
        Ok(options) => options,
        Err(error) if error.use_stderr() => return cannot_start(&usage::line(&error)),
        // Help, or the version.
        Err(asked) => {
            let _ = asked.print();
            return ExitCode::SUCCESS;
        }
    };
    logs::start(options.log_level.into(), options.log_text);
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => cannot_start(&format!("{error:#}")),
    }
}

/// Says why in one line.
fn cannot_start(why: &str) -> ExitCode {
    eprintln!("error: {}", why.lines().map(str::trim).collect::<Vec<_>>().join("; "));
    ExitCode::from(2)
}

/// Serves until the process is told to end by SIGTERM or SIGINT.
///
/// # Errors
/// When it cannot start: what cannot be read, used or listened on.
pub fn run(options: &Options) -> Result<()> {
    let identities = Identities::read(options)?;
    let settings = options.settings.as_deref().map(settings).transpose()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("no threads to serve on; check the limits on threads")?;
    let outcome = runtime.block_on(serve(options, identities, settings));
    // A module that is being compiled or called is not waited for.
    runtime.shutdown_background();
    outcome
}

/// Who the server is, at each of its doors.
struct Identities {
    gatekeeper: Reloading,
    services: Option<Reloading>,
}

impl Identities {
    fn read(options: &Options) -> Result<Self> {
        let files = |clients| Files {
            certificate: options.tls_cert.clone(),
            key: options.tls_key.clone(),
            clients,
        };
        let clients = options.clients()?;
        let services = options.service_listen.map(|_| Reloading::new(files(None))).transpose()?;
        Ok(Self { gatekeeper: Reloading::new(files(clients))?, services })
    }

    fn all(&self) -> Vec<Reloading> {
        [&self.gatekeeper].into_iter().chain(&self.services).cloned().collect()
    }
}

/// The settings of a file, which the module has yet to judge.
fn settings(path: &Path) -> Result<Box<RawValue>> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the settings {}", path.display()))?;
    let settings: Box<RawValue> = serde_json::from_str(text.trim())
        .with_context(|| format!("the settings {} are no JSON", path.display()))?;
    if !settings.get().starts_with('{') {
        bail!("the settings {} are no JSON object", path.display());
    }
    Ok(settings)
}

async fn serve(
    options: &Options,
    identities: Identities,
    settings: Option<Box<RawValue>>,
) -> Result<()> {
    let config = Config::from(options);
    let (metrics, log) = (Arc::<Metrics>::default(), Arc::<Log>::default());
    let mut ends = Ends::catch()?;
    let doors = Doors::open(options).await?;
    let addresses = doors.addresses();
    let terms = Terms {
        connections: config.max_connections,
        header_timeout: config.header_timeout,
        idle: config.idle,
        keeps_alive: true,
        drain: options.drain_seconds,
        log: log.clone(),
        metrics: metrics.clone(),
    };
    let health = tell_health(options, &identities, doors.health, &terms);
    let (app, live) = tokio::select! {
        prepared = prepare(options, config, settings, log, metrics) => prepared?,
        () = ends.wait() => return Ok(()),
    };
    let (stop, stopped) = watch::channel(false);
    let mut serving = JoinSet::new();
    let mut open = |name, tcp, identity, router| {
        let listener = Listener { name, tcp, identity: Some(identity), router };
        serving.spawn(serve::serve(listener, terms.clone(), stopped.clone()));
    };
    open("gatekeeper", doors.gatekeeper, identities.gatekeeper, app.gatekeeper());
    if let (Some(door), Some(identity)) = (doors.services, identities.services) {
        open("services", door, identity, app.services());
    }
    if is_settled(&live) {
        health.serving();
    } else {
        health.listing();
    }
    addresses.tell();
    tokio::select! {
        // Ready once nothing is asked for that is about to be known.
        () = settled(live) => {
            health.serving();
            ends.wait().await;
        }
        () = ends.wait() => {}
    }
    health.ending();
    tracing::info!(event = "ending", "a signal to end; no more requests should be sent here");
    tokio::select! {
        () = tokio::time::sleep(options.lame_duck_seconds) => {}
        () = ends.wait() => {}
    }
    // Nobody listens if everything has ended already.
    let _ = stop.send(true);
    while serving.join_next().await.is_some() {}
    tracing::info!(event = "ended");
    Ok(())
}

/// Follows the certificates and tells how the server is, to its very end.
fn tell_health(
    options: &Options,
    identities: &Identities,
    tcp: TcpListener,
    terms: &Terms,
) -> Arc<Health> {
    let metrics = &terms.metrics;
    for identity in identities.all() {
        metrics.certificate_ends(identity.ends());
        tokio::spawn(identity.follow(options.reload_seconds, metrics.clone()));
    }
    let margin = options.expiry_margin_seconds;
    let health = Arc::new(Health::new(identities.all(), margin, metrics.clone()));
    let listener = Listener { name: "health", tcp, identity: None, router: health.router() };
    let terms = Terms {
        connections: HEALTH_CONNECTIONS,
        idle: HEALTH_IDLE,
        keeps_alive: false,
        ..terms.clone()
    };
    let (never, stopped) = watch::channel(false);
    tokio::spawn(async move {
        serve::serve(listener, terms, stopped).await;
        drop(never);
    });
    health
}

/// Loads and compiles the module, and holds the settings against it.
async fn prepare(
    options: &Options,
    config: Config,
    settings: Option<Box<RawValue>>,
    log: Arc<Log>,
    metrics: Arc<Metrics>,
) -> Result<(Arc<App>, Option<Arc<Live>>)> {
    let reference = options.module.clone();
    let is_file = matches!(reference, ModuleReference::File { .. });
    // Files are stored nowhere, and a container may have no home.
    let store = options.store.clone().or_else(|| is_file.then(std::env::temp_dir));
    let plain_http = options.plain_http.clone();
    let fetching = ringfence_registry::Options { plain_http, store, ..Default::default() };
    let unusable = || format!("the module {reference} cannot be used");
    let module = Client::new(fetching)?.fetch(&reference).await.with_context(unusable)?;
    let digest = module.digest.to_string();
    let limits = Limits {
        memory_bytes: options.key_memory_mib,
        deadline: options.key_timeout_ms,
        // A key, and what JSON around a request adds.
        payload_bytes: config.max_body.max(config.max_key),
    };
    let host = ringfence_host::Options { limits, ..Default::default() };
    let (kubeconfig, context) = (options.kubeconfig.clone(), options.context.clone());
    let (judged, (watched, asked)) = (metrics.clone(), options.watched());
    let named = digest.clone();
    let loading = tokio::task::spawn_blocking(move || -> Result<_> {
        let policy = Policy::from_bytes(&module.bytes, &host)?;
        policy.protocol_version()?;
        let live = kubeconfig.map(|path| Live::connect(&path, context.as_deref())).transpose()?;
        let live = live.map(|mut live| {
            live.watch(watched, asked, teller(judged.clone()));
            Arc::new(live)
        });
        let cluster = live.clone().map(|live| live as Arc<dyn Cluster>);
        let judge = Judge::new(policy, named, cluster, config.cache, judged);
        let checked = settings.as_deref().map_or(Ok(()), |settings| judge.check(settings));
        Ok((judge, live, settings, checked))
    });
    let loaded = loading.await.context("the module could not be compiled");
    let (judge, live, settings, checked) = loaded?.with_context(unusable)?;
    if let (Err(Fault::Lasting(reason) | Fault::Passing(reason)), Some(path)) =
        (checked, &options.settings)
    {
        bail!("{}: {reason}", path.display());
    }
    metrics.judged_by(&digest, &reference.to_string());
    tracing::info!(event = "module", digest, reference = %module.pinned, "the module is compiled");
    Ok((App::new(config, judge, settings, log, metrics), live))
}

/// The signals to end.
struct Ends {
    terminate: Signal,
    interrupt: Signal,
}

impl Ends {
    fn catch() -> Result<Self> {
        let catch = |kind| signal(kind).context("signals cannot be waited for");
        Ok(Self {
            terminate: catch(SignalKind::terminate())?,
            interrupt: catch(SignalKind::interrupt())?,
        })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_a_json_object() {
        let folder = tempfile::tempdir().expect("a folder");
        for (text, says) in [("", "no JSON"), ("[]", "no JSON object"), ("profile: x", "no JSON")] {
            let path = folder.path().join("settings.json");
            std::fs::write(&path, text).expect("a file");
            let error = format!("{:#}", settings(&path).expect_err(text));
            assert!(error.contains(says) && error.contains("settings.json"), "{error}");
        }
        assert!(settings(Path::new("/nowhere")).is_err());
    }
}
