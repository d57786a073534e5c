//! `ringfence pull`.

use super::{Global, Output, fetch, print, print_json};
use crate::output::text::clean;
use anyhow::{Context, Result};
use clap::Args;
use ringfence_registry::ModuleReference;
use serde_json::json;
use std::path::PathBuf;

/// Fetch a module, and print the reference that names its content for ever
///
/// What was pulled can be used offline.
#[derive(Args, Debug)]
pub(super) struct Pull {
    /// As in registry://HOST/REPOSITORY:TAG, https://…, file://… or a path; each may end in
    /// @sha256:…
    #[arg(value_parser = fetch::reference())]
    reference: ModuleReference,
    /// Write the module to this file, too
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// The form of the output
    #[arg(short, long, value_enum, default_value_t)]
    output: Output,
}

impl Pull {
    pub(super) fn run(&self, global: &Global) -> Result<u8> {
        let module = global.fetching.client()?.fetch(&self.reference)?;
        if let Some(file) = &self.to {
            std::fs::write(file, &module.bytes).with_context(|| {
                format!("{} cannot be written; check folder and permissions", file.display())
            })?;
        }
        let pinned = module.pinned.to_string();
        match self.output {
            Output::Human => print(&format!("{}\n", clean(&pinned)))?,
            Output::Json => print_json(&json!({
                "reference": pinned,
                "digest": module.digest.to_string(),
                "size": module.bytes.len(),
                "stored": module.stored,
            }))?,
        }
        Ok(0)
    }
}
