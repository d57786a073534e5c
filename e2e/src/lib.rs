//! What the end-to-end tests need: Pod Security Admission's own evaluator as
//! the oracle, generated pods that reach every field it reads, and the
//! bookkeeping that proves they did.
//!
//! ```text
//! pods ──► oracle (Go, k8s.io/pod-security-admission) ──► failing checks ─┐
//!   └────► ringfence (library, or module under wasmtime) ─────────────────┴► equal?
//! ```
//!
//! The oracle's side knows nothing of ringfence's rules: the tests bring the two sides together.
//! `requests`, `lookups` and `profiles` hold what costs are measured with.

use std::path::{Path, PathBuf};

pub mod case;
pub mod generator;
pub mod kubewarden;
pub mod lookups;
pub mod oracle;
pub mod pods;
pub mod profiles;
pub mod requests;
pub mod settings;
pub mod tally;
pub mod verdict;

/// The root folder of the workspace.
pub fn workspace() -> &'static Path {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest)
}

/// Where built and written things go: cargo's target folder.
pub fn target() -> PathBuf {
    let folder = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    workspace().join(folder)
}
