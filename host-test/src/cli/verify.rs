//! `ringfence verify`.

use super::{Global, Output, fetch, print, print_json};
use crate::output::text::clean;
use anyhow::{Result, bail};
use clap::Args;
use ringfence_registry::{ModuleReference, PublicKey};
use serde_json::json;
use std::path::PathBuf;

/// Verify that an artifact in a registry is signed by a key; exit code 1 where it is not
///
/// Prints the reference that names what was signed for ever: use that one, for a tag can be moved.
#[derive(Args, Debug)]
pub(super) struct Verify {
    /// As in registry://HOST/REPOSITORY:TAG
    #[arg(value_parser = fetch::reference())]
    reference: ModuleReference,
    /// The public key, as in the file cosign.pub
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The form of the output
    #[arg(short, long, value_enum, default_value_t)]
    output: Output,
}

impl Verify {
    pub(super) fn run(&self, global: &Global) -> Result<u8> {
        let ModuleReference::Registry(reference) = &self.reference else {
            bail!("{} is in no registry; signatures are kept beside artifacts", self.reference);
        };
        let key = PublicKey::from_file(&self.key)?;
        let (code, text, json) = match global.fetching.client()?.verify(reference, &key) {
            Ok(pinned) => {
                let pinned = pinned.to_string();
                (0, pinned.clone(), json!({"verified": true, "reference": pinned}))
            }
            Err(error) if error.is_refusal() => {
                let reason = error.to_string();
                let text = format!("NOT VERIFIED: {reason}");
                let reference = reference.to_string();
                (1, text, json!({"verified": false, "reference": reference, "reason": reason}))
            }
            Err(error) => return Err(error.into()),
        };
        match self.output {
            Output::Human => print(&format!("{}\n", clean(&text)))?,
            Output::Json => print_json(&json)?,
        }
        Ok(code)
    }
}
