//! What answers requests: the module under wasmtime, or the library it is made of.

use anyhow::{Context, Result, bail};
use ringfence_host::{Cache, Options, Policy};
use std::path::{Path, PathBuf};

/// The name of the module beside the command.
const MODULE: &str = "policy.wasm";

/// Something that speaks Kubewarden's protocol.
pub trait Engine: Sync {
    /// Answers the operation `validate`.
    ///
    /// # Errors
    /// When there is no answer at all, which is never an accepting one.
    fn validate(&self, payload: &[u8]) -> Result<Vec<u8>>;

    /// Answers the operation `validate_settings`.
    ///
    /// # Errors
    /// When there is no answer at all.
    fn validate_settings(&self, settings: &[u8]) -> Result<Vec<u8>>;
}

/// The module, compiled once; every call gets a fresh instance.
impl Engine for Policy {
    fn validate(&self, payload: &[u8]) -> Result<Vec<u8>> {
        Ok(Policy::validate(self, payload)?.bytes)
    }

    fn validate_settings(&self, settings: &[u8]) -> Result<Vec<u8>> {
        Ok(Policy::validate_settings(self, settings)?.bytes)
    }
}

/// The library, without WebAssembly around it.
#[derive(Clone, Copy, Debug)]
pub struct Native;

impl Engine for Native {
    fn validate(&self, payload: &[u8]) -> Result<Vec<u8>> {
        Ok(ringfence_policy::validate(payload, &|| None))
    }

    fn validate_settings(&self, settings: &[u8]) -> Result<Vec<u8>> {
        Ok(ringfence_policy::validate_settings(settings))
    }
}

/// Loads the module at `path`, or the one that came with the command.
///
/// # Errors
/// When there is none, or when it is not a policy.
pub fn load(path: Option<&Path>, cache: bool) -> Result<Policy> {
    let path = path.map_or_else(find, |path| Ok(path.to_owned()))?;
    let cache = if cache { Cache::Default } else { Cache::Off };
    let options = Options { cache, ..Options::default() };
    let named = || format!("the module {} cannot be used", path.display());
    let policy = Policy::from_file(&path, &options).with_context(named)?;
    policy.protocol_version().with_context(named)?;
    Ok(policy)
}

fn find() -> Result<PathBuf> {
    let beside =
        std::env::current_exe().ok().and_then(|command| Some(command.parent()?.join(MODULE)));
    let candidates = beside.into_iter().chain([Path::new("dist").join(MODULE)]);
    match candidates.into_iter().find(|path| path.is_file()) {
        Some(path) => Ok(path),
        None => bail!(
            "there is no {MODULE} beside this command nor in ./dist; build it with `cargo xtask build`, or name it with --module PATH"
        ),
    }
}
