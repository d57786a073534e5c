//! Runs a Kubewarden policy, a WebAssembly module that speaks waPC, on bare
//! wasmtime.
//!
//! ```no_run
//! use ringfence_host::{Answer, Options, Policy};
//!
//! let policy = Policy::from_file("policy.wasm".as_ref(), &Options::default())?;
//! let reply = policy.validate(br#"{"request": {}, "settings": {}}"#)?;
//! println!("accepted: {}", Answer::parse(&reply.bytes)?.accepted);
//! # Ok::<(), ringfence_host::Error>(())
//! ```
//!
//! # Invariants
//!
//! * **A call sees nothing of another call.** Each gets its own store and its
//!   own instance, which are thrown away with it; a [`Policy`] holds code only.
//! * **A call ends.** Every instruction of the module, those of its start
//!   section, `_start` and `wapc_init` included, runs under one deadline. No host
//!   function works longer than its input is long, and the one that may wait, for
//!   a cluster, does so for a part of what is left of the deadline.
//! * **A call is bounded.** Memories and tables are counted, the payload is
//!   measured before the call, log text and error text are cut, questions about the
//!   cluster and the bytes of their answers are counted.
//! * **The module is not trusted.** Pointers it passes are checked; whatever it
//!   does becomes an [`Error`], never a panic and never a wrong answer.
//! * **The module reaches nothing.** No files, no environment, no arguments, no
//!   network; it gets a clock, random numbers and a log, and answers about the
//!   cluster where [`HostCapabilities`] say so. Nothing it writes is printed: it
//!   lands in [`Reply::logs`].
//! * **wasmtime does not show.** No type of it is in the public interface.
//! * **Pooling and caching change speed only.** Where they cannot be had, the
//!   policy runs without them.

mod answer;
mod capabilities;
pub mod cluster;
mod engine;
mod error;
mod exports;
mod gate;
mod limits;
mod logs;
mod policy;
mod state;
mod wapc;
mod wasi;

pub use answer::{Answer, SettingsAnswer};
pub use capabilities::{Allowed, Grant, GrantError, Grants, HostCapabilities, PatternError};
pub use engine::{Cache, Options};
pub use error::Error;
pub use limits::Limits;
pub use logs::{Level, Log, Source};
pub use policy::{Context, Policy, Reply};
