//! Load on the provider: a process of its own behind TLS on loopback, clients that keep their
//! connections, and the requests that Gatekeeper sends.
//!
//! ```text
//! corpus ──► client ── TLS ──► ringfence-provider        how many a second, how late, how much memory
//!   └──────► gatekeeper-driver bench: Rego, per control  the same pods, the same controls, agreeing
//! ```

pub mod client;
pub mod corpus;
pub mod drive;
pub mod gatekeeper;
pub mod process;
pub mod provider;
