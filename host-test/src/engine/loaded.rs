//! What a command judges with: a module where there is one, else the rules it was built with.

use super::{Circumstances, Engine, Native};
use anyhow::Result;
use ringfence_host::{HostCapabilities, Limits, Policy};
use ringfence_policy::Date;

/// A policy that is ready.
#[derive(Debug)]
pub struct Loaded {
    /// The module; without it the library judges, which is the same rules.
    module: Option<Policy>,
    /// The library's circumstances; a module has its own.
    context: Circumstances,
}

impl From<Policy> for Loaded {
    fn from(module: Policy) -> Self {
        Self { module: Some(module), context: Circumstances::default() }
    }
}

impl Loaded {
    /// The rules that this command was built with. They take every day for `day`, where one is given.
    pub fn built_in(day: Option<Date>) -> Self {
        Self { module: None, context: Circumstances { day, capabilities: None } }
    }

    /// The same under limits, of which rules that are built in need none.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        let Self { module, context } = self;
        Self { module: module.map(|module| module.with_limits(limits)), context }
    }

    /// The same with a cluster behind it, and limits.
    #[must_use]
    pub fn with_cluster(self, capabilities: HostCapabilities, limits: Limits) -> Self {
        let Self { module, context } = self;
        match module {
            Some(module) => module.with_capabilities(capabilities).with_limits(limits).into(),
            None => {
                let capabilities = Some(capabilities);
                Self { module: None, context: Circumstances { capabilities, ..context } }
            }
        }
    }
}

impl Engine for Loaded {
    fn validate_in(&self, payload: &[u8], context: &Circumstances) -> Result<Vec<u8>> {
        let Some(module) = &self.module else {
            let day = context.day.or(self.context.day);
            let capabilities = context.capabilities.clone();
            let capabilities = capabilities.or_else(|| self.context.capabilities.clone());
            return Native.validate_in(payload, &Circumstances { day, capabilities });
        };
        Engine::validate_in(module, payload, context)
    }

    fn validate_settings(&self, settings: &[u8]) -> Result<Vec<u8>> {
        match &self.module {
            Some(module) => Engine::validate_settings(module, settings),
            None => Native.validate_settings(settings),
        }
    }
}
