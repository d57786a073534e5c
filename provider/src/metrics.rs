//! What Prometheus is told. Names and labels are documented in `docs/provider.md`, which a test
//! holds against this file.

mod labels;

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::verdict::Found;

pub(crate) use labels::{Cached, Came, Ended, Endpoint, Reload};

/// Upper ends of the buckets of durations, in seconds. A verdict takes less than a millisecond; what
/// Gatekeeper waits for at most is a few seconds.
const BUCKETS: [f64; 14] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5];

/// Rules and actions that are counted apart; a module that names more has the rest counted as one.
const RULES: usize = 400;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    endpoint: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct At {
    endpoint: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Violated {
    rule: String,
    action: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Because {
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Resulted {
    result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Module {
    digest: String,
    reference: String,
    provider: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Watch {
    resource: String,
}

/// Everything that is counted.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Asked, Counter>,
    verdicts: Family<Asked, Counter>,
    violations: Family<Violated, Counter>,
    /// How many `violations` are counted apart.
    rules: AtomicUsize,
    durations: Family<At, Histogram>,
    evaluations: Histogram,
    cache: Family<Resulted, Counter>,
    refused: Family<Because, Counter>,
    reloads: Family<Resulted, Counter>,
    ends: Gauge<f64, AtomicU64>,
    module: Family<Module, Gauge>,
    watches: Family<Watch, Gauge>,
    /// Requests that wait for a worker.
    pub(crate) waiting: Gauge,
    /// Requests that a worker judges.
    pub(crate) judging: Gauge,
    /// Connections that are open.
    pub(crate) connections: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let durations = Family::new_with_constructor(histogram as fn() -> Histogram);
        let mut metrics = Self {
            registry: Registry::with_prefix("ringfence_provider"),
            requests: Family::default(),
            verdicts: Family::default(),
            violations: Family::default(),
            rules: AtomicUsize::new(0),
            durations,
            evaluations: histogram(),
            cache: Family::default(),
            refused: Family::default(),
            reloads: Family::default(),
            ends: Gauge::default(),
            module: Family::default(),
            watches: Family::default(),
            waiting: Gauge::default(),
            judging: Gauge::default(),
            connections: Gauge::default(),
        };
        metrics.register();
        metrics
    }
}

fn histogram() -> Histogram {
    Histogram::new(BUCKETS)
}

impl Metrics {
    fn register(&mut self) {
        let Self { registry, .. } = self;
        registry.register("requests", "Requests by how they ended", self.requests.clone());
        registry.register("verdicts", "Verdicts, cached ones among them", self.verdicts.clone());
        registry.register("violations", "Violations by rule and action", self.violations.clone());
        registry.register(
            "request_duration_seconds",
            "From the headers of a request to its answer",
            self.durations.clone(),
        );
        registry.register(
            "evaluation_duration_seconds",
            "One call of the module, its instance made and thrown away",
            self.evaluations.clone(),
        );
        registry.register("cache", "Verdicts looked up in the cache", self.cache.clone());
        registry.register(
            "refused",
            "Connections and requests that were refused before anything was judged",
            self.refused.clone(),
        );
        registry.register(
            "certificate_reloads",
            "Changed certificates, by whether they could be used",
            self.reloads.clone(),
        );
        registry.register(
            "certificate_end_timestamp_seconds",
            "When the server's certificate ends, in seconds since 1970",
            self.ends.clone(),
        );
        registry.register("module_info", "The module that judges", self.module.clone());
        registry.register(
            "watch_current",
            "Whether what is watched is known; else the cluster is asked",
            self.watches.clone(),
        );
        registry.register("waiting", "Requests that wait for a worker", self.waiting.clone());
        registry.register("judging", "Requests that a worker judges", self.judging.clone());
        registry.register("connections", "Connections that are open", self.connections.clone());
    }

    /// Tells which module judges, once it is known.
    pub(crate) fn judged_by(&self, digest: &str, reference: &str) {
        let labels = Module {
            digest: digest.to_owned(),
            reference: reference.to_owned(),
            provider: env!("CARGO_PKG_VERSION"),
        };
        self.module.get_or_create(&labels).set(1);
    }

    pub(crate) fn request(&self, endpoint: Endpoint, ended: Ended, took: Duration) {
        let endpoint = endpoint.name();
        self.requests.get_or_create(&Asked { endpoint, outcome: ended.name() }).inc();
        self.durations.get_or_create(&At { endpoint }).observe(took.as_secs_f64());
    }

    pub(crate) fn verdict(&self, endpoint: Endpoint, came: Came, found: &[Found]) {
        let labels = Asked { endpoint: endpoint.name(), outcome: came.name() };
        self.verdicts.get_or_create(&labels).inc();
        for found in found {
            let labels = Violated { rule: found.rule.clone(), action: found.action.clone() };
            let labels = self.bounded(labels);
            self.violations.get_or_create(&labels).inc_by(found.times);
        }
    }

    /// The labels, or those of the rest.
    fn bounded(&self, labels: Violated) -> Violated {
        if self.violations.get(&labels).is_some() {
            return labels;
        }
        // Two that come at once may both be counted; it is a bound, not a number.
        if self.rules.fetch_add(1, Ordering::Relaxed) < RULES {
            return labels;
        }
        self.rules.fetch_sub(1, Ordering::Relaxed);
        Violated { rule: "other".to_owned(), action: "other".to_owned() }
    }

    pub(crate) fn evaluated(&self, took: Duration) {
        self.evaluations.observe(took.as_secs_f64());
    }

    pub(crate) fn cached(&self, cached: Cached) {
        self.cache.get_or_create(&Resulted { result: cached.name() }).inc();
    }

    pub(crate) fn refused(&self, reason: &'static str) {
        self.refused.get_or_create(&Because { reason }).inc();
    }

    pub(crate) fn reloaded(&self, reload: Reload) {
        self.reloads.get_or_create(&Resulted { result: reload.name() }).inc();
    }

    pub(crate) fn watched(&self, resource: String, current: bool) {
        self.watches.get_or_create(&Watch { resource }).set(current.into());
    }

    pub(crate) fn certificate_ends(&self, at: SystemTime) {
        let seconds = at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        self.ends.set(seconds.as_secs_f64());
    }

    /// Everything, in the text format of OpenMetrics.
    pub(crate) fn text(&self) -> Result<String, std::fmt::Error> {
        let mut out = String::new();
        text::encode(&mut out, &self.registry)?;
        Ok(out)
    }
}

/// Counts something for as long as it lives.
pub(crate) struct Counted(Gauge);

impl Counted {
    pub(crate) fn new(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}
