//! wasmtime as a policy gets it: how code is compiled, cached and given memory.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use wasmtime::{
    CacheConfig, Config, Enabled, Engine, InstanceAllocationStrategy, Module,
    PoolingAllocationConfig,
};

use crate::limits::TABLE_ELEMENTS;
use crate::{Error, HostCapabilities, Limits};

/// Calls which a pool serves at a time. A slot costs address space, and what
/// memory [`KEPT_WARM`] allows once it has been used.
pub(crate) const POOL_SLOTS: u32 = 64;

/// Bytes of a used memory which stay with its slot, cleared, for the next call.
const KEPT_WARM: usize = 1 << 20;

/// How a policy is compiled and run.
#[derive(Clone, Debug)]
pub struct Options {
    /// What one call may use.
    pub limits: Limits,
    /// Where compiled code is kept.
    pub cache: Cache,
    /// Whether instances come from a pool, which makes a call cheaper and costs
    /// address space. Calls beyond the 64 places of the pool wait for one.
    pub pooling: bool,
    /// Whether [`Reply::fuel`](crate::Reply::fuel) is counted, which makes a
    /// call slower.
    pub fuel: bool,
    /// The time that policies are told; where it is not set, the machine's.
    pub now: Option<SystemTime>,
    /// What policies can find out about the cluster; without more, nothing.
    pub capabilities: HostCapabilities,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            cache: Cache::default(),
            pooling: true,
            fuel: false,
            now: None,
            capabilities: HostCapabilities::default(),
        }
    }
}

/// Where compiled code is kept between processes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Cache {
    /// Nowhere.
    #[default]
    Off,
    /// In the user's folder for caches, or nowhere if there is no such folder.
    Default,
    /// In this folder, which is made if need be.
    Dir(PathBuf),
}

impl Cache {
    fn open(&self) -> Result<Option<wasmtime::Cache>, Error> {
        match self {
            Self::Off => Ok(None),
            Self::Default => Ok(wasmtime::Cache::from_file(None).ok()),
            Self::Dir(dir) => {
                open_dir(dir).map(Some).map_err(|reason| Error::Cache { dir: dir.clone(), reason })
            }
        }
    }
}

fn open_dir(dir: &Path) -> Result<wasmtime::Cache, String> {
    // wasmtime wants an absolute path.
    let dir = std::path::absolute(dir).map_err(|error| error.to_string())?;
    let mut config = CacheConfig::new();
    config.with_directory(dir);
    wasmtime::Cache::new(config).map_err(|error| format!("{error:#}"))
}

/// Compiles a module; the flag tells whether its instances come from a pool.
pub(crate) fn compile(bytes: &[u8], options: &Options) -> Result<(Module, bool), Error> {
    check_header(bytes)?;
    let cache = options.cache.open()?;
    if options.pooling {
        // A machine may not have the address space, a module may not fit into a
        // slot. Both work without a pool, or fail again below for their reason.
        let pooled = Engine::new(&config(options, cache.clone(), true))
            .and_then(|engine| Module::new(&engine, bytes));
        if let Ok(module) = pooled {
            return Ok((module, true));
        }
    }
    let engine = Engine::new(&config(options, cache, false))
        .map_err(|error| Error::Engine { reason: format!("{error:#}") })?;
    let module = Module::new(&engine, bytes)
        .map_err(|error| Error::Invalid { reason: format!("{error:#}") })?;
    Ok((module, false))
}

/// Which proposals of WebAssembly a module may use stays as wasmtime has it
/// (function references are among them), because the hosts of Kubewarden leave
/// it so: what loads there shall load here.
fn config(options: &Options, cache: Option<wasmtime::Cache>, pooling: bool) -> Config {
    let mut config = Config::new();
    config
        .cache(cache)
        .consume_fuel(options.fuel)
        .epoch_interruption(true)
        // An error names the kind of a trap; a list of frames helps nobody.
        .wasm_backtrace_max_frames(None);
    if pooling {
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool()));
    }
    config
}

fn pool() -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_core_instances(POOL_SLOTS)
        .total_memories(POOL_SLOTS)
        .total_tables(POOL_SLOTS)
        // The limit on memory is kept by the meter, with its own error.
        .max_memory_size(1 << 32)
        .table_elements(TABLE_ELEMENTS)
        .max_unused_warm_slots(POOL_SLOTS)
        .linear_memory_keep_resident(KEPT_WARM)
        .table_keep_resident(KEPT_WARM)
        .pagemap_scan(Enabled::Auto);
    pool
}

/// Tells apart what people pass by mistake before wasmtime speaks of magic
/// numbers.
fn check_header(bytes: &[u8]) -> Result<(), Error> {
    let found = match bytes {
        [] => "an empty file",
        // Version and layer, two bytes each; layer 1 is a component.
        [0, b'a', b's', b'm', _, _, 1, 0, ..] => return Err(Error::Component),
        [0, b'a', b's', b'm', ..] => return Ok(()),
        [0x1f, 0x8b, ..] => "a gzip archive",
        [b'P', b'K', 3, 4, ..] => "a zip archive",
        _ if bytes.trim_ascii_start().starts_with(b"(") => {
            "WebAssembly in text form, which has to be assembled first"
        }
        _ if std::str::from_utf8(bytes).is_ok() => "a text file",
        _ => "some other binary file",
    };
    Err(Error::NotWasm { found })
}
