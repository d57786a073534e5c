//! `ringfence-provider`: the policy module behind HTTPS.
//!
//! ```text
//! POST /validate      Gatekeeper's external data            (protocol, key)
//! POST /v1/validate   a request with its settings, Kyverno  (service)
//! POST /admission     AdmissionReview v1                    (admission)
//!   body    -> bounded bytes
//!   pool    -> off the async threads, a bounded number at a time
//!   judge   -> settings checked, verdict cached, or one fresh instance of the module
//! GET /healthz, /readyz, /metrics                           (health, metrics; another port)
//! ```
//!
//! # Invariants
//!
//! * **No answer admits by mistake.** What is not a verdict of the module is an error in the
//!   answer, and the templates and policies of `deploy/` deny on every error.
//! * **Lasting and passing faults are told apart.** What the same key would meet again is an error
//!   of the item, which Gatekeeper may keep; what may pass is a system error, which it does not.
//! * **Everything is bounded**: connections, handshakes, headers, bodies and the sum of them, keys,
//!   the queue, time, memory of an instance, both caches, lines of log.
//! * **Nobody unknown gets in**: TLS 1.3 only, a client certificate of the given authority with one
//!   of the given names, unless the operator says otherwise in as many words.

mod admission;
mod app;
mod body;
mod cluster;
mod config;
mod doors;
mod health;
mod judge;
mod key;
mod logs;
mod metrics;
mod pool;
mod protocol;
mod run;
mod serve;
mod service;
mod text;
mod throttle;
mod tls;
mod underway;
mod usage;
mod verdict;
mod watches;

pub use config::{Config, LogLevel, Options};
pub use run::{main, run};
