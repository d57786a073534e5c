//! `ringfence reach`: who may reach whom, by the NetworkPolicies of a cluster.
//!
//! ```text
//! cluster -> texts -> World (policies, pods, namespaces; borrowed from the texts)
//! End (as the user names it) -> Side -> parts: addresses and ports with one answer -> Told
//! ```
//!
//! What decides is `ringfence-network`; here is only who is meant, and what is told.

pub mod end;
pub mod human;
pub mod json;
pub mod matrix;
pub mod parts;
pub mod told;
mod words;
pub mod world;
