//! What answers requests: the module under wasmtime, or the library it is made of.

mod loaded;

pub use loaded::Loaded;

use anyhow::{Context, Result};
use ringfence_host::{Cache, HostCapabilities, Options, Policy};
use ringfence_policy::{Date, Host};
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The name of the module beside the command.
const MODULE: &str = "policy.wasm";

/// Something that speaks Kubewarden's protocol.
pub trait Engine: Sync {
    /// Answers the operation `validate`.
    ///
    /// # Errors
    /// When there is no answer at all, which is never an accepting one.
    fn validate(&self, payload: &[u8]) -> Result<Vec<u8>> {
        self.validate_in(payload, &Circumstances::default())
    }

    /// Answers the operation `validate` under other circumstances.
    ///
    /// # Errors
    /// As above, and for a day before 1970, which no clock tells.
    fn validate_in(&self, payload: &[u8], context: &Circumstances) -> Result<Vec<u8>>;

    /// Answers the operation `validate_settings`.
    ///
    /// # Errors
    /// When there is no answer at all.
    fn validate_settings(&self, settings: &[u8]) -> Result<Vec<u8>>;
}

/// The circumstances of a request; those that are not set are the engine's own.
#[derive(Clone, Debug, Default)]
pub struct Circumstances {
    /// The day.
    pub day: Option<Date>,
    /// What the policy can find out about the cluster.
    pub capabilities: Option<HostCapabilities>,
}

/// The module, compiled once; every call gets a fresh instance.
impl Engine for Policy {
    fn validate_in(&self, payload: &[u8], context: &Circumstances) -> Result<Vec<u8>> {
        let now = context.day.map(time).transpose()?;
        let capabilities = context.capabilities.clone();
        let context = ringfence_host::Context { now, capabilities };
        Ok(Policy::validate_in(self, payload, context)?.bytes)
    }

    fn validate_settings(&self, settings: &[u8]) -> Result<Vec<u8>> {
        Ok(Policy::validate_settings(self, settings)?.bytes)
    }
}

/// The library, without WebAssembly around it.
#[derive(Clone, Copy, Debug)]
pub struct Native;

impl Engine for Native {
    fn validate_in(&self, payload: &[u8], context: &Circumstances) -> Result<Vec<u8>> {
        context.day.map(time).transpose()?;
        let capabilities = context.capabilities.clone().unwrap_or_default();
        let host = Host {
            today: &|| context.day.or_else(today),
            ask: &|operation, payload| capabilities.answer("kubernetes", operation, payload),
        };
        Ok(ringfence_policy::validate_in(payload, host))
    }

    fn validate_settings(&self, settings: &[u8]) -> Result<Vec<u8>> {
        Ok(ringfence_policy::validate_settings(settings))
    }
}

/// An engine under given circumstances.
#[derive(Clone)]
pub struct In<'e> {
    /// The engine.
    pub engine: &'e dyn Engine,
    /// The circumstances.
    pub context: Circumstances,
}

impl Engine for In<'_> {
    fn validate(&self, payload: &[u8]) -> Result<Vec<u8>> {
        self.engine.validate_in(payload, &self.context)
    }

    fn validate_in(&self, payload: &[u8], context: &Circumstances) -> Result<Vec<u8>> {
        self.engine.validate_in(payload, context)
    }

    fn validate_settings(&self, settings: &[u8]) -> Result<Vec<u8>> {
        self.engine.validate_settings(settings)
    }
}

/// Today in UTC by this machine's clock; none where that was never set.
pub fn today() -> Option<Date> {
    let time = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Some(Date::from_unix_seconds(time.as_secs()))
}

/// The beginning of a day, as a clock tells it.
fn time(day: Date) -> Result<SystemTime> {
    let seconds = day.unix_seconds();
    let seconds = seconds.with_context(|| format!("no clock tells {day}; name a later day"))?;
    Ok(UNIX_EPOCH + Duration::from_secs(seconds))
}

/// Loads the module at `path`. It takes every day for `day`, where one is given.
///
/// # Errors
/// When there is none, or when it is not a policy.
pub fn load(path: &Path, cache: bool, day: Option<Date>) -> Result<Policy> {
    ready(&path.display(), cache, day, |options| Policy::from_file(path, options))
}

/// As [`load`], with a module that was fetched from the place `named`.
///
/// # Errors
/// When it is not a policy.
pub fn from_bytes(
    module: &[u8],
    named: &dyn Display,
    cache: bool,
    day: Option<Date>,
) -> Result<Policy> {
    ready(named, cache, day, |options| Policy::from_bytes(module, options))
}

/// Compiles a module, and asks it for the protocol it speaks.
fn ready(
    named: &dyn Display,
    cache: bool,
    day: Option<Date>,
    compile: impl FnOnce(&Options) -> Result<Policy, ringfence_host::Error>,
) -> Result<Policy> {
    let cache = if cache { Cache::Default } else { Cache::Off };
    let options = Options { cache, now: day.map(time).transpose()?, ..Options::default() };
    let named = || format!("the module {named} cannot be used");
    let policy = compile(&options).with_context(named)?;
    policy.protocol_version().with_context(named)?;
    Ok(policy)
}

/// The module that came with the command, or was built beside it.
pub fn find() -> Option<PathBuf> {
    let beside =
        std::env::current_exe().ok().and_then(|command| Some(command.parent()?.join(MODULE)));
    let mut candidates = beside.into_iter().chain([Path::new("dist").join(MODULE)]);
    candidates.find(|path| path.is_file())
}
