//! A policy under wapc and wasmtime-provider, with a deadline as in policy-server.

use std::thread;
use std::time::Duration;

use anyhow::{Result, anyhow};
use wapc::WapcHost;
use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};
use wasmtime_provider::{EpochDeadlines, WasmtimeEngineProviderBuilder, WasmtimeEngineProviderPre};

const DEADLINES: EpochDeadlines = EpochDeadlines { wapc_init: 200, wapc_func: 200 };
const TICK: Duration = Duration::from_millis(10);

pub struct WapcPolicy(WasmtimeEngineProviderPre);

impl WapcPolicy {
    pub fn new(module: &[u8], pooling: bool) -> Result<Self> {
        let mut config = Config::new();
        config.epoch_interruption(true);
        if pooling {
            config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool()));
        }
        let engine = Engine::new(&config).map_err(|error| anyhow!("no engine: {error:#}"))?;
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

/// As `ringfence-host` has it.
fn pool() -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_core_instances(64)
        .total_memories(64)
        .total_tables(64)
        .max_memory_size(1 << 32)
        .table_elements(100_000)
        .max_unused_warm_slots(64)
        .linear_memory_keep_resident(1 << 20)
        .table_keep_resident(1 << 20)
        .pagemap_scan(Enabled::Auto);
    pool
}
