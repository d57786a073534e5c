//! A policy from outside: what its module holds, what it says of itself, what it answers, and what of
//! that would trip the hosts that run it.

pub mod hints;
pub mod metadata;
pub mod module;

use anyhow::{Context, Result};
use metadata::{ExecutionMode, Found};
use module::Module;
use ringfence_host::{Cache, Error, Options, Policy, SettingsAnswer};

/// All there is to say of a module.
#[derive(Debug)]
pub struct Report {
    /// The module.
    pub module: Module,
    /// Its metadata.
    pub found: Found,
    /// What it answers; none where it is not run here: this host runs waPC guests.
    pub answers: Option<Result<Answers, Error>>,
    /// What would trip hosts.
    pub hints: Vec<String>,
}

/// What a policy answers before it has seen a request.
#[derive(Debug)]
pub struct Answers {
    /// The version of the protocol.
    pub protocol: Result<String, Error>,
    /// What it says to the empty settings.
    pub settings: Result<SettingsAnswer, Error>,
}

impl Report {
    /// Inspects a module; `cache` keeps what it is compiled to.
    ///
    /// # Errors
    /// When the bytes are no module.
    pub fn of(bytes: &[u8], cache: bool) -> Result<Self> {
        let cache = if cache { Cache::Default } else { Cache::Off };
        let loaded = Policy::from_bytes(bytes, &Options { cache, ..Options::default() });
        // The host says best what is no module; what it cannot link is still one to be shown.
        let loaded = match loaded {
            Err(error @ (Error::NotWasm { .. } | Error::Component | Error::Invalid { .. })) => {
                return Err(error.into());
            }
            loaded => loaded,
        };
        let module = Module::read(bytes).context("the module cannot be read")?;
        let found = Found::in_module(&module);
        let is_guest = match found.mode {
            Some(mode) => mode == ExecutionMode::KubewardenWapc,
            None => module.exports("function", "__guest_call"),
        };
        let answers = is_guest.then(|| loaded.map(|policy| Answers::of(&policy)));
        let mut hints = hints::hints(&module, &found);
        hints.extend(answers.as_ref().and_then(|answers| surprise(&found, answers.as_ref().ok()?)));
        Ok(Self { module, found, answers, hints })
    }
}

impl Answers {
    fn of(policy: &Policy) -> Self {
        let settings = policy.validate_settings(b"{}");
        Self {
            protocol: policy.protocol_version(),
            settings: settings.and_then(|reply| SettingsAnswer::parse(&reply.bytes)),
        }
    }
}

/// The metadata names the protocol before the module is asked.
fn surprise(found: &Found, answers: &Answers) -> Option<String> {
    let said = found.metadata.as_ref()?.protocol_version.as_deref().unwrap_or("none");
    let spoken = answers.protocol.as_deref().ok()?;
    (said != spoken).then(|| {
        format!("its metadata names the protocol version `{said}`, the module itself `{spoken}`")
    })
}
