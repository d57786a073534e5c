//! Policy modules from where they are published: OCI registries, web servers, files.
//!
//! [`ModuleReference`] says where a module is, [`Client`] fetches it into a store that is addressed
//! by content, pushes it as the artifact that Kubewarden's hosts load, and verifies signatures made
//! with a key. What comes is held against its digest before it is used, also from the store.
//!
//! No WebAssembly is run here: chores of the repository use this crate without a runtime.

mod artifact;
pub mod blocking;
mod client;
mod content;
mod credentials;
mod digest;
mod error;
mod metadata;
mod reference;
mod remote;
mod signature;
mod store;
mod web;

pub use client::{Client, Module, Options};
pub use digest::{Digest, NoDigest};
pub use error::Error;
pub use metadata::Metadata;
pub use reference::{ModuleReference, RegistryReference};
pub use signature::PublicKey;
