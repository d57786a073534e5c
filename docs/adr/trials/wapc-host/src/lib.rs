//! A policy under wapc and wasmtime-provider, with a deadline as in policy-server.

use std::thread;
use std::time::Duration;

use anyhow::{Result, anyhow};
use wapc::WapcHost;
use wasmtime::{Config, Engine};
use wasmtime_provider::{
    EpochDeadlines, WasmtimeEngineProviderBuilder, WasmtimeEngineProviderPre,
};

const DEADLINES: EpochDeadlines = EpochDeadlines { wapc_init: 200, wapc_func: 200 };
const TICK: Duration = Duration::from_millis(10);

pub struct WapcPolicy(WasmtimeEngineProviderPre);

impl WapcPolicy {
    pub fn new(module: &[u8]) -> Result<Self> {
        let engine = Engine::new(Config::new().epoch_interruption(true))
            .map_err(|error| anyhow!("no engine: {error:#}"))?;
        let ticking = engine.weak();
        thread::spawn(move || {
            while let Some(engine) = ticking.upgrade() {
                engine.increment_epoch();
                thread::sleep(TICK);
            }
        });
        let builder = WasmtimeEngineProviderBuilder::new()
            .engine(engine)
            .module_bytes(module)
            .enable_epoch_interruptions(DEADLINES);
        Ok(Self(builder.build_pre()?))
    }

    pub fn instance(&self) -> Result<WapcHost> {
        let provider = self.0.rehydrate(Some(DEADLINES))?;
        Ok(WapcHost::new(Box::new(provider), None)?)
    }

    /// In an instance of its own.
    pub fn call(&self, operation: &str, payload: &[u8]) -> Result<Vec<u8>> {
        Ok(self.instance()?.call(operation, payload)?)
    }
}
