//! Options as they are given, by flag or environment, and what they come to.

mod values;

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::builder::BoolishValueParser;
use clap::{Parser, ValueEnum};
use ringfence_host::cluster::WatchedKind;
use ringfence_registry::ModuleReference;
use tracing::level_filters::LevelFilter;

use crate::tls::Clients;
use values::{
    Watch, mebibytes, mebibytes_or_none, milliseconds, reference, seconds, seconds_or_none, watch,
};

/// Serves the ringfence policy over HTTPS to Gatekeeper, Kyverno and API servers.
///
/// Every option can be given in the environment instead: RINGFENCE_PROVIDER_ and its name in
/// capitals, such as RINGFENCE_PROVIDER_TLS_CERT.
#[derive(Clone, Debug, Parser)]
#[command(name = "ringfence-provider", version, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 ended on a signal, 2 could not start.")]
pub struct Options {
    /// The policy module: a path, file://, https:// or registry://, each may end in @sha256:…
    #[arg(long, env = "RINGFENCE_PROVIDER_MODULE", value_name = "REFERENCE", value_parser = reference)]
    pub module: ModuleReference,
    /// A registry or web server to speak to without TLS, with its port; may be given again
    #[arg(long, env = "RINGFENCE_PROVIDER_PLAIN_HTTP", value_name = "HOST", value_delimiter = ',')]
    pub plain_http: Vec<String>,
    /// The folder that keeps fetched modules; without it ringfence/modules in the user's cache
    #[arg(long, env = "RINGFENCE_PROVIDER_STORE", value_name = "FOLDER")]
    pub store: Option<PathBuf>,
    /// Settings for requests that bring none, /admission among them: a file in JSON
    #[arg(long, env = "RINGFENCE_PROVIDER_SETTINGS", value_name = "FILE")]
    pub settings: Option<PathBuf>,

    /// The server's certificate and its chain, in PEM
    #[arg(long, env = "RINGFENCE_PROVIDER_TLS_CERT", value_name = "FILE")]
    pub tls_cert: PathBuf,
    /// The key of the certificate, in PEM
    #[arg(long, env = "RINGFENCE_PROVIDER_TLS_KEY", value_name = "FILE")]
    pub tls_key: PathBuf,
    /// The authority whose clients are let in, in PEM: Gatekeeper's ca.crt
    #[arg(long, env = "RINGFENCE_PROVIDER_CLIENT_CA", value_name = "FILE")]
    pub client_ca: Option<PathBuf>,
    /// A DNS name that the client's certificate must have; may be given again
    #[arg(
        long,
        env = "RINGFENCE_PROVIDER_CLIENT_NAME",
        value_name = "NAME",
        value_delimiter = ',',
        default_value = "gatekeeper-webhook-service.gatekeeper-system.svc"
    )]
    pub client_name: Vec<String>,
    /// Ask clients of --listen for no certificate: whoever reaches the port gets verdicts
    // In the environment a flag has a value, which to clap's own rules counts as given even where
    // it is `false`: whether there is an authority is asked in `Options::clients`.
    #[arg(long, env = "RINGFENCE_PROVIDER_ANY_CLIENT", value_parser = BoolishValueParser::new())]
    pub any_client: bool,
    /// How often certificates are looked at for changes
    #[arg(long, env = "RINGFENCE_PROVIDER_RELOAD_SECONDS", value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub reload_seconds: Duration,
    /// Not ready any more when the certificate ends within this time
    #[arg(long, env = "RINGFENCE_PROVIDER_EXPIRY_MARGIN_SECONDS", value_name = "SECONDS", default_value = "300", value_parser = seconds)]
    pub expiry_margin_seconds: Duration,

    /// Where Gatekeeper is served
    #[arg(
        long,
        env = "RINGFENCE_PROVIDER_LISTEN",
        value_name = "ADDRESS",
        default_value = "0.0.0.0:8090"
    )]
    pub listen: SocketAddr,
    /// Where callers without a client certificate are served, over TLS: Kyverno, API servers.
    /// Without it nowhere
    #[arg(long, env = "RINGFENCE_PROVIDER_SERVICE_LISTEN", value_name = "ADDRESS")]
    pub service_listen: Option<SocketAddr>,
    /// Where /healthz, /readyz and /metrics are, over plain HTTP
    #[arg(
        long,
        env = "RINGFENCE_PROVIDER_HEALTH_LISTEN",
        value_name = "ADDRESS",
        default_value = "0.0.0.0:9099"
    )]
    pub health_listen: SocketAddr,

    /// Cluster data for settings that need it: a kubeconfig. Without it there is none but the
    /// namespace that comes with a key
    #[arg(long, env = "RINGFENCE_PROVIDER_KUBECONFIG", value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// The context of the kubeconfig; without it its current one
    #[arg(long, env = "RINGFENCE_PROVIDER_CONTEXT", value_name = "NAME", requires = "kubeconfig")]
    pub context: Option<String>,
    /// What is watched, instead of asking the cluster for each object: `asked`, each kind from the
    /// first question about it on; a kind such as v1/Namespace, from the start; or `none`. May be
    /// given again
    #[arg(
        long,
        env = "RINGFENCE_PROVIDER_WATCH",
        value_name = "asked|none|APIVERSION/KIND",
        value_delimiter = ',',
        value_parser = watch,
        default_value = "asked",
        requires = "kubeconfig"
    )]
    watch: Vec<Watch>,

    /// Requests that are judged at a time, at each door; without it one a processor, 32 at most
    #[arg(long, env = "RINGFENCE_PROVIDER_WORKERS", value_name = "NUMBER")]
    pub workers: Option<NonZeroUsize>,
    /// Requests that wait for a worker, at each door; what comes beyond is told so at once
    #[arg(long, env = "RINGFENCE_PROVIDER_QUEUE", value_name = "NUMBER", default_value = "256")]
    pub queue: usize,
    /// How long a request may take in all, from its headers to its answer
    #[arg(long, env = "RINGFENCE_PROVIDER_TIMEOUT_MS", value_name = "MILLISECONDS", default_value = "1500", value_parser = milliseconds)]
    pub timeout_ms: Duration,
    /// How long the module may take for one key
    #[arg(long, env = "RINGFENCE_PROVIDER_KEY_TIMEOUT_MS", value_name = "MILLISECONDS", default_value = "1000", value_parser = milliseconds)]
    pub key_timeout_ms: Duration,
    /// Memory that the module may use for one key
    #[arg(long, env = "RINGFENCE_PROVIDER_KEY_MEMORY_MIB", value_name = "MIB", default_value = "64", value_parser = mebibytes)]
    pub key_memory_mib: usize,
    /// The largest body of a request
    #[arg(long, env = "RINGFENCE_PROVIDER_MAX_BODY_MIB", value_name = "MIB", default_value = "8", value_parser = mebibytes)]
    pub max_body_mib: usize,
    /// The largest sum of the bodies that are held at a time, at each door
    #[arg(long, env = "RINGFENCE_PROVIDER_MAX_BODIES_MIB", value_name = "MIB", default_value = "64", value_parser = mebibytes)]
    pub max_bodies_mib: usize,
    /// The largest key
    #[arg(long, env = "RINGFENCE_PROVIDER_MAX_KEY_MIB", value_name = "MIB", default_value = "3", value_parser = mebibytes)]
    pub max_key_mib: usize,
    /// The most keys of a request
    #[arg(
        long,
        env = "RINGFENCE_PROVIDER_MAX_KEYS",
        value_name = "NUMBER",
        default_value = "1024"
    )]
    pub max_keys: NonZeroUsize,
    /// Connections that are held at a time, at each door
    #[arg(
        long,
        env = "RINGFENCE_PROVIDER_MAX_CONNECTIONS",
        value_name = "NUMBER",
        default_value = "512"
    )]
    pub max_connections: NonZeroUsize,
    /// How long a TLS handshake may take, and the headers of a request once they have begun
    #[arg(long, env = "RINGFENCE_PROVIDER_HEADER_TIMEOUT_MS", value_name = "MILLISECONDS", default_value = "5000", value_parser = milliseconds)]
    pub header_timeout_ms: Duration,
    /// How long a connection may be idle. Gatekeeper keeps its own for 90 seconds
    #[arg(long, env = "RINGFENCE_PROVIDER_IDLE_SECONDS", value_name = "SECONDS", default_value = "120", value_parser = seconds)]
    pub idle_seconds: Duration,
    /// Verdicts that are kept, in memory: their sum; 0 keeps none
    #[arg(long, env = "RINGFENCE_PROVIDER_CACHE_MIB", value_name = "MIB", default_value = "32", value_parser = mebibytes_or_none)]
    pub cache_mib: usize,

    /// How long to serve on, not ready, after a signal to end: until no new requests are sent here
    #[arg(long, env = "RINGFENCE_PROVIDER_LAME_DUCK_SECONDS", value_name = "SECONDS", default_value = "5", value_parser = seconds_or_none)]
    pub lame_duck_seconds: Duration,
    /// How long requests may then take to end
    #[arg(long, env = "RINGFENCE_PROVIDER_DRAIN_SECONDS", value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub drain_seconds: Duration,

    /// What is logged
    #[arg(long, env = "RINGFENCE_PROVIDER_LOG_LEVEL", value_enum, default_value = "info")]
    pub log_level: LogLevel,
    /// Log for people instead of as JSON
    #[arg(long, env = "RINGFENCE_PROVIDER_LOG_TEXT", value_parser = BoolishValueParser::new())]
    pub log_text: bool,
}

/// Levels of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogLevel {
    /// What went wrong.
    Error,
    /// And what is odd, such as clients that are refused.
    Warn,
    /// And denials, certificates, start and end.
    Info,
    /// And every request.
    Debug,
}

impl From<LogLevel> for LevelFilter {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Error => Self::ERROR,
            LogLevel::Warn => Self::WARN,
            LogLevel::Info => Self::INFO,
            LogLevel::Debug => Self::DEBUG,
        }
    }
}

/// What requests are held to.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// See [`Options::workers`].
    pub workers: usize,
    /// See [`Options::queue`].
    pub queue: usize,
    /// See [`Options::timeout_ms`].
    pub timeout: Duration,
    /// See [`Options::max_body_mib`], in bytes.
    pub max_body: usize,
    /// See [`Options::max_bodies_mib`], in bytes.
    pub max_bodies: usize,
    /// See [`Options::max_key_mib`], in bytes.
    pub max_key: usize,
    /// See [`Options::max_keys`].
    pub max_keys: usize,
    /// See [`Options::max_connections`].
    pub max_connections: usize,
    /// See [`Options::header_timeout_ms`].
    pub header_timeout: Duration,
    /// See [`Options::idle_seconds`].
    pub idle: Duration,
    /// See [`Options::cache_mib`], in bytes.
    pub cache: usize,
}

/// Workers of a door. The host's pool has 64 places for instances, for both doors.
const MOST_WORKERS: usize = 32;

impl From<&Options> for Config {
    fn from(options: &Options) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let workers = options.workers.map_or(processors, NonZeroUsize::get);
        Self {
            workers: workers.min(MOST_WORKERS),
            queue: options.queue,
            timeout: options.timeout_ms,
            max_body: options.max_body_mib,
            // One body has to fit.
            max_bodies: options.max_bodies_mib.max(options.max_body_mib),
            max_key: options.max_key_mib,
            max_keys: options.max_keys.get(),
            max_connections: options.max_connections.get(),
            header_timeout: options.header_timeout_ms,
            idle: options.idle_seconds,
            cache: options.cache_mib,
        }
    }
}

impl Options {
    /// Whose certificates are asked for at Gatekeeper's door; nobody's where any client is let in.
    ///
    /// # Errors
    /// When neither was said, or both.
    pub(crate) fn clients(&self) -> Result<Option<Clients>> {
        match (&self.client_ca, self.any_client) {
            (Some(authority), false) => {
                let names = self.client_name.clone();
                Ok(Some(Clients { authority: authority.clone(), names }))
            }
            (None, true) => Ok(None),
            (None, false) => bail!(
                "no authority of clients is named: give its file with --client-ca \
                 (RINGFENCE_PROVIDER_CLIENT_CA), or let everybody in with --any-client"
            ),
            (Some(_), true) => bail!(
                "--client-ca and --any-client exclude each other: leave out --any-client \
                 (RINGFENCE_PROVIDER_ANY_CLIENT) to ask clients for certificates"
            ),
        }
    }

    /// The kinds that are watched from the start, and whether those that are asked about are, too.
    pub fn watched(&self) -> (Vec<WatchedKind>, bool) {
        let named = self.watch.iter().filter_map(|watch| match watch {
            Watch::Kind(kind) => Some(kind.clone()),
            Watch::Asked | Watch::None => None,
        });
        (named.collect(), self.watch.contains(&Watch::Asked))
    }
}

/// The variable of the environment that an option such as `--tls-cert` can be given in.
pub(crate) fn variable(option: &str) -> String {
    let name = option.trim_start_matches('-').replace('-', "_").to_uppercase();
    format!("RINGFENCE_PROVIDER_{name}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    const LEAST: [&str; 7] =
        ["ringfence-provider", "--module", "policy.wasm", "--tls-cert", "a", "--tls-key", "b"];

    fn parse(more: &[&str]) -> Result<Options, clap::Error> {
        Options::try_parse_from(LEAST.iter().chain(more))
    }

    #[test]
    fn a_client_authority_is_named_or_done_without_in_as_many_words() {
        let clients = |more: &[&str]| parse(more).expect("options").clients();
        assert!(clients(&[]).is_err());
        assert!(clients(&["--any-client", "--client-ca", "c"]).is_err());
        let named = clients(&["--client-ca", "c"]).expect("it").expect("an authority");
        assert_eq!(named.authority.to_str(), Some("c"));
        assert_eq!(named.names, ["gatekeeper-webhook-service.gatekeeper-system.svc"]);
        assert!(clients(&["--any-client"]).expect("it").is_none());
    }

    #[test]
    fn what_is_watched_is_a_kind_of_a_cluster() {
        let of = |kinds: &str| {
            parse(&["--any-client", "--kubeconfig", "k", "--watch", kinds]).map(|it| it.watched())
        };
        let (watched, asked) = of("v1/Namespace,networking.k8s.io/v1/NetworkPolicy").expect("it");
        let kinds: Vec<_> = watched.iter().map(|it| (&*it.api_version, &*it.kind)).collect();
        assert_eq!(kinds, [("v1", "Namespace"), ("networking.k8s.io/v1", "NetworkPolicy")]);
        assert!(!asked && of("v1/Namespace,asked").expect("it").1);
        assert_eq!(of("none").expect("it"), (Vec::new(), false));
        assert_eq!(parse(&["--any-client"]).expect("options").watched(), (Vec::new(), true));
        assert!(of("Namespace").is_err() && of("v1/").is_err() && of("/Namespace").is_err());
        assert!(parse(&["--any-client", "--watch", "v1/Namespace"]).is_err());
    }

    #[test]
    fn every_option_is_documented_and_has_its_name_in_the_environment() {
        let page = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/provider.md"));
        for option in Options::command().get_arguments() {
            let Some(name) = option.get_long().filter(|name| !["help", "version"].contains(name))
            else {
                continue;
            };
            assert!(page.contains(&format!("`--{name}`")), "docs/provider.md lacks --{name}");
            assert_eq!(option.get_env().and_then(|it| it.to_str()), Some(&*variable(name)));
        }
    }

    #[test]
    fn sizes_and_times_are_whole_numbers_within_reason() {
        for wrong in [
            ["--max-body-mib", "0"],
            ["--timeout-ms", "-1"],
            ["--idle-seconds", "1e9"],
            ["--max-keys", "0"],
            ["--cache-mib", "99999999999999"],
        ] {
            assert!(parse(&["--any-client", wrong[0], wrong[1]]).is_err(), "{wrong:?}");
        }
        let options = parse(&["--any-client", "--cache-mib", "0", "--max-body-mib", "100"]);
        let config = Config::from(&options.expect("options"));
        assert_eq!((config.cache, config.max_body, config.max_bodies), (0, 100 << 20, 100 << 20));
        assert!((1..=MOST_WORKERS).contains(&config.workers));
    }
}
