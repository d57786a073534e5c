//! A policy: compiled once, called any number of times.

use std::fmt;
use std::path::Path;
use std::time::SystemTime;

use wasmtime::{
    InstancePre, Linker, ModuleExport, Store, Trap, UnknownImportError, UpdateDeadline, WasmParams,
    WasmResults,
};

use crate::engine::{self, Options, POOL_SLOTS};
use crate::exports::Exports;
use crate::gate::Gate;
use crate::limits::{Limits, Ticker};
use crate::logs::{Log, Logs, Source};
use crate::state::State;
use crate::wasi::Exit;
use crate::{Error, HostCapabilities, answer, wapc, wasi};

/// Bytes kept of the last words of a policy.
const LAST_WORDS: usize = 1024;

/// A compiled policy, to be shared between threads by reference.
///
/// A call runs on the thread of its caller, in an instance of its own.
pub struct Policy {
    instance: InstancePre<State>,
    exports: Exports,
    limits: Limits,
    fuel: bool,
    /// What calls get that say nothing else.
    context: Context,
    /// Present if instances come from a pool.
    gate: Option<Gate>,
    _ticker: Ticker,
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy").finish_non_exhaustive()
    }
}

/// What one call is given. What is not set is as in [`Options`].
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// The time that the policy is told.
    pub now: Option<SystemTime>,
    /// What the policy can find out about the cluster.
    pub capabilities: Option<HostCapabilities>,
}

/// What a policy gave for one call.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The answer as the policy wrote it.
    pub bytes: Vec<u8>,
    /// Cost of the call in wasmtime's units, about one an instruction; present
    /// if [`Options::fuel`] is set. Equal calls cost the same.
    pub fuel: Option<u64>,
    /// Most linear memory held.
    pub memory_bytes: usize,
    /// What the policy said besides, in its order; at most 1 MiB.
    pub logs: Vec<Log>,
}

impl Policy {
    /// Reads and compiles a policy.
    ///
    /// # Errors
    /// [`Error::File`], and those of [`Policy::from_bytes`].
    pub fn from_file(path: &Path, options: &Options) -> Result<Self, Error> {
        let bytes =
            std::fs::read(path).map_err(|reason| Error::File { path: path.into(), reason })?;
        Self::from_bytes(&bytes, options)
    }

    /// Compiles a policy.
    ///
    /// # Errors
    /// When the bytes are no WebAssembly module, the module is no waPC policy
    /// or wants what this host does not have, or the runtime cannot be set up.
    pub fn from_bytes(bytes: &[u8], options: &Options) -> Result<Self, Error> {
        let (module, pooled) = engine::compile(bytes, options)?;
        let exports = Exports::of(&module)?;
        let mut linker = Linker::new(module.engine());
        wapc::link(&mut linker)
            .and_then(|()| wasi::link(&mut linker))
            .map_err(|error| Error::Engine { reason: format!("{error:#}") })?;
        let instance = linker.instantiate_pre(&module).map_err(link_error)?;
        Ok(Self {
            instance,
            exports,
            limits: options.limits,
            fuel: options.fuel,
            context: Context { now: options.now, capabilities: Some(options.capabilities.clone()) },
            gate: pooled.then(|| Gate::new(POOL_SLOTS)),
            _ticker: Ticker::start(module.engine())?,
        })
    }

    /// The same policy with something else to find out about the cluster.
    #[must_use]
    pub fn with_capabilities(mut self, capabilities: HostCapabilities) -> Self {
        self.context.capabilities = Some(capabilities);
        self
    }

    /// The same policy under other limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Judges a request: operation `validate`, to be read by
    /// [`Answer::parse`](crate::Answer::parse).
    ///
    /// # Errors
    /// Those of [`Policy::call`].
    pub fn validate(&self, payload: &[u8]) -> Result<Reply, Error> {
        self.call("validate", payload)
    }

    /// Judges a request at another time than [`Options::now`].
    ///
    /// # Errors
    /// Those of [`Policy::call`].
    pub fn validate_at(&self, payload: &[u8], now: SystemTime) -> Result<Reply, Error> {
        self.validate_in(payload, Context { now: Some(now), ..Context::default() })
    }

    /// Judges a request with another time or cluster than [`Options`] have.
    ///
    /// # Errors
    /// Those of [`Policy::call`].
    pub fn validate_in(&self, payload: &[u8], context: Context) -> Result<Reply, Error> {
        self.call_in("validate", payload, context)
    }

    /// Judges settings: operation `validate_settings`, to be read by
    /// [`SettingsAnswer::parse`](crate::SettingsAnswer::parse).
    ///
    /// # Errors
    /// Those of [`Policy::call`].
    pub fn validate_settings(&self, settings: &[u8]) -> Result<Reply, Error> {
        self.call("validate_settings", settings)
    }

    /// Asks for the version of the protocol: operation `protocol_version`.
    ///
    /// # Errors
    /// Those of [`Policy::call`], and [`Error::Answer`] when the answer is not a
    /// JSON string.
    pub fn protocol_version(&self) -> Result<String, Error> {
        const OPERATION: &str = "protocol_version";
        answer::parse(OPERATION, &self.call(OPERATION, &[])?.bytes)
    }

    /// Calls any operation.
    ///
    /// # Errors
    /// When the payload is over the limit, the policy runs into another limit or
    /// breaks a rule of waPC, or the policy itself reports an error.
    pub fn call(&self, operation: &str, payload: &[u8]) -> Result<Reply, Error> {
        self.call_in(operation, payload, Context::default())
    }

    fn call_in(&self, operation: &str, payload: &[u8], context: Context) -> Result<Reply, Error> {
        let (Ok(operation_length), Ok(payload_length)) =
            (u32::try_from(operation.len()), u32::try_from(payload.len()))
        else {
            return Err(self.too_large(payload));
        };
        if payload.len() > self.limits.payload_bytes {
            return Err(self.too_large(payload));
        }
        let _place = self.gate.as_ref().map(Gate::enter);
        let mut store = self.store(operation, payload, context)?;
        let succeeded = match self.run(&mut store, operation_length, payload_length) {
            Ok(succeeded) => succeeded,
            Err(error) => return Err(self.run_error(error, store.into_data().logs)),
        };
        let fuel = if self.fuel { store.get_fuel().ok().map(|left| u64::MAX - left) } else { None };
        let state = store.into_data();
        let silent = |outcome| Error::NoResponse { operation: operation.into(), outcome };
        if !succeeded {
            return Err(state
                .error
                .map_or_else(|| silent("failure"), |text| Error::Guest { text }));
        }
        Ok(Reply {
            bytes: state.response.ok_or_else(|| silent("success"))?,
            fuel,
            memory_bytes: state.meter.memory_bytes(),
            logs: state.logs.finish(),
        })
    }

    fn store(
        &self,
        operation: &str,
        payload: &[u8],
        context: Context,
    ) -> Result<Store<State>, Error> {
        let context = Context {
            now: context.now.or(self.context.now),
            capabilities: context.capabilities.or_else(|| self.context.capabilities.clone()),
        };
        let state = State::new(operation, payload, &self.limits, context, self.exports.memory);
        let mut store = Store::new(self.instance.module().engine(), state);
        store.limiter(|state| &mut state.meter);
        // A look at the clock at every tick, rather than a number of ticks: on a
        // busy machine ticks come late, and then fewer of them must do.
        let deadline = self.limits.deadline;
        store.epoch_deadline_callback(move |context| {
            Ok(if context.data().started.elapsed() < deadline {
                UpdateDeadline::Continue(1)
            } else {
                UpdateDeadline::Interrupt
            })
        });
        store.set_epoch_deadline(1);
        if self.fuel {
            store
                .set_fuel(u64::MAX)
                .map_err(|error| Error::Engine { reason: format!("{error:#}") })?;
        }
        Ok(store)
    }

    /// Instantiates, initialises and calls; true if the policy reports success.
    fn run(
        &self,
        store: &mut Store<State>,
        operation_length: u32,
        payload_length: u32,
    ) -> wasmtime::Result<bool> {
        let instance = self.instance.instantiate(&mut *store).map_err(of_the_moment)?;
        let mut invoke = Invoke { store, instance };
        if let Some(start) = &self.exports.start {
            // A command that ends with 0 is how some compilers return from main.
            invoke.call::<_, ()>(start, ()).or_else(exit_zero)?;
        }
        if let Some(init) = &self.exports.init {
            invoke.call::<_, ()>(init, ())?;
        }
        let lengths = (operation_length, payload_length);
        Ok(invoke.call::<_, u32>(&self.exports.guest_call, lengths)? == 1)
    }

    fn run_error(&self, error: wasmtime::Error, logs: Logs) -> Error {
        let error = match error.downcast::<Error>() {
            Ok(error) => return error,
            Err(error) => error,
        };
        if let Some(Exit(code)) = error.downcast_ref() {
            return Error::Exit { code: *code, said: last_words(logs) };
        }
        let kind = match error.downcast_ref::<Trap>() {
            Some(Trap::Interrupt) => {
                return Error::Deadline { limit: self.limits.deadline };
            }
            Some(trap) => trap.to_string(),
            None => error.to_string(),
        };
        Error::Trap { kind: kind.trim_start_matches("wasm trap: ").into(), said: last_words(logs) }
    }

    fn too_large(&self, payload: &[u8]) -> Error {
        Error::PayloadTooLarge { size: payload.len(), limit: self.limits.payload_bytes }
    }
}

/// What kept an instance from being made, where that was not the module: memory that there is none
/// of at the moment.
fn of_the_moment(error: wasmtime::Error) -> wasmtime::Error {
    if error.is::<Error>() || error.is::<Exit>() || error.is::<Trap>() {
        return error;
    }
    Error::Engine { reason: format!("no instance can be made: {error:#}") }.into()
}

/// An instance that is being called.
struct Invoke<'a> {
    store: &'a mut Store<State>,
    instance: wasmtime::Instance,
}

impl Invoke<'_> {
    fn call<P: WasmParams, R: WasmResults>(
        &mut self,
        export: &ModuleExport,
        arguments: P,
    ) -> wasmtime::Result<R> {
        self.instance
            .get_module_export(&mut *self.store, export)
            .and_then(wasmtime::Extern::into_func)
            .ok_or_else(|| wasmtime::Error::msg("an export is no function any more"))?
            .typed::<P, R>(&*self.store)?
            .call(&mut *self.store, arguments)
    }
}

fn exit_zero(error: wasmtime::Error) -> wasmtime::Result<()> {
    match error.downcast_ref() {
        Some(Exit(0)) => Ok(()),
        _ => Err(error),
    }
}

fn link_error(error: wasmtime::Error) -> Error {
    match error.downcast_ref::<UnknownImportError>() {
        Some(import) => {
            Error::Import { module: import.module().into(), name: import.name().into() }
        }
        None => Error::Link { reason: format!("{error:#}") },
    }
}

/// What the policy wrote to standard error last: of a panic that is the message,
/// if it has one line, and what the runtime adds is left out.
fn last_words(logs: Logs) -> Option<String> {
    let lines = logs.finish();
    let said: Vec<&str> = lines
        .iter()
        .filter(|log| log.source == Source::Stderr)
        .map(|log| log.message.trim())
        .filter(|line| !line.is_empty() && !line.starts_with("note: "))
        .collect();
    // Rust writes where a panic happened on one line and why on the next.
    let from = said.len().saturating_sub(2);
    let words = said.get(from..)?.join(" ");
    (!words.is_empty()).then(|| words.chars().take(LAST_WORDS).collect())
}
