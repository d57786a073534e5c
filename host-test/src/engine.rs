//! What answers requests: the module under wasmtime, or the library it is made of.

use anyhow::{Context, Result, bail};
use ringfence_host::{Cache, Options, Policy};
use ringfence_policy::Date;
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
    fn validate(&self, payload: &[u8]) -> Result<Vec<u8>>;

    /// Answers the operation `validate` as on that day.
    ///
    /// # Errors
    /// As above, and for a day before 1970, which no clock tells.
    fn validate_on(&self, payload: &[u8], day: Date) -> Result<Vec<u8>>;

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

    fn validate_on(&self, payload: &[u8], day: Date) -> Result<Vec<u8>> {
        Ok(self.validate_at(payload, time(day)?)?.bytes)
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
        Ok(ringfence_policy::validate(payload, &today))
    }

    fn validate_on(&self, payload: &[u8], day: Date) -> Result<Vec<u8>> {
        time(day)?;
        Ok(ringfence_policy::validate(payload, &|| Some(day)))
    }

    fn validate_settings(&self, settings: &[u8]) -> Result<Vec<u8>> {
        Ok(ringfence_policy::validate_settings(settings))
    }
}

/// An engine on a given day.
#[derive(Clone, Copy)]
pub struct On<'e> {
    /// The engine.
    pub engine: &'e dyn Engine,
    /// The day.
    pub day: Date,
}

impl Engine for On<'_> {
    fn validate(&self, payload: &[u8]) -> Result<Vec<u8>> {
        self.engine.validate_on(payload, self.day)
    }

    fn validate_on(&self, payload: &[u8], day: Date) -> Result<Vec<u8>> {
        self.engine.validate_on(payload, day)
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

/// Loads the module at `path`, or the one that came with the command. It takes every day for `day`,
/// where one is given.
///
/// # Errors
/// When there is none, or when it is not a policy.
pub fn load(path: Option<&Path>, cache: bool, day: Option<Date>) -> Result<Policy> {
    let path = path.map_or_else(find, |path| Ok(path.to_owned()))?;
    let cache = if cache { Cache::Default } else { Cache::Off };
    let options = Options { cache, now: day.map(time).transpose()?, ..Options::default() };
    let named = || format!("the module {} cannot be used", path.display());
    let policy = Policy::from_file(&path, &options).with_context(named)?;
    policy.protocol_version().with_context(named)?;
    Ok(policy)
}

pub(crate) fn find() -> Result<PathBuf> {
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
