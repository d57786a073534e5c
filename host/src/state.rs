//! What the host functions share during one call.

use std::time::{Duration, Instant, SystemTime};

use wasmtime::{Caller, Memory, ModuleExport};

use crate::limits::{Limits, Meter};
use crate::logs::Logs;
use crate::{Context, Error, HostCapabilities};

/// Data of the store of one call.
pub(crate) struct State {
    pub(crate) operation: Vec<u8>,
    pub(crate) payload: Vec<u8>,
    /// What the policy gave to `__guest_response`.
    pub(crate) response: Option<Vec<u8>>,
    /// What the policy gave to `__guest_error`.
    pub(crate) error: Option<String>,
    /// Answer to the last host call: the payload, or why there is none.
    pub(crate) host_answer: Result<Vec<u8>, String>,
    pub(crate) logs: Logs,
    pub(crate) meter: Meter,
    pub(crate) started: Instant,
    /// How long the call may take in all.
    pub(crate) deadline: Duration,
    /// The time the policy is told, where it is not the machine's.
    pub(crate) now: Option<SystemTime>,
    pub(crate) capabilities: HostCapabilities,
    /// What the policy found out about the cluster up to now.
    pub(crate) asked: Asked,
    memory: ModuleExport,
}

/// Answers of host calls, counted.
#[derive(Default)]
pub(crate) struct Asked {
    pub(crate) calls: usize,
    pub(crate) bytes: usize,
}

impl State {
    pub(crate) fn new(
        operation: &str,
        payload: &[u8],
        limits: &Limits,
        context: Context,
        memory: ModuleExport,
    ) -> Self {
        Self {
            operation: operation.into(),
            payload: payload.into(),
            response: None,
            error: None,
            host_answer: Ok(Vec::new()),
            logs: Logs::default(),
            meter: Meter::new(limits),
            started: Instant::now(),
            deadline: limits.deadline,
            now: context.now,
            capabilities: context.capabilities.unwrap_or_default(),
            asked: Asked::default(),
            memory,
        }
    }
}

/// The memory of the policy that calls `function`, with every access checked.
pub(crate) struct Guest<'a, 'b> {
    pub(crate) caller: &'a mut Caller<'b, State>,
    memory: Memory,
    function: &'static str,
}

impl<'a, 'b> Guest<'a, 'b> {
    pub(crate) fn new(
        caller: &'a mut Caller<'b, State>,
        function: &'static str,
    ) -> Result<Self, Error> {
        let export = caller.data().memory;
        let memory = caller
            .get_module_export(&export)
            .and_then(wasmtime::Extern::into_memory)
            .ok_or(Error::Export { name: "memory", expected: "memory" })?;
        Ok(Self { caller, memory, function })
    }

    pub(crate) fn bytes(&self, address: u32, length: u32) -> Result<&[u8], Error> {
        let start = address as usize;
        self.memory
            .data(&*self.caller)
            .get(start..start.saturating_add(length as usize))
            .ok_or_else(|| self.bad(address, length as usize))
    }

    /// Bytes as text, cut to `most` bytes; what is not UTF-8 is replaced.
    pub(crate) fn text(&self, address: u32, length: u32, most: usize) -> Result<String, Error> {
        let bytes = self.bytes(address, length)?;
        Ok(match bytes.get(..most) {
            Some(start) if start.len() < bytes.len() => {
                format!("{}…", String::from_utf8_lossy(start))
            }
            _ => String::from_utf8_lossy(bytes).into_owned(),
        })
    }

    pub(crate) fn number(&self, address: u32) -> Result<u32, Error> {
        let bytes = self.bytes(address, 4)?;
        let four = <[u8; 4]>::try_from(bytes).map_err(|_| self.bad(address, 4))?;
        Ok(u32::from_le_bytes(four))
    }

    pub(crate) fn write(&mut self, address: u32, bytes: &[u8]) -> Result<(), Error> {
        self.fill(address, bytes.len(), |to, _| to.copy_from_slice(bytes))
    }

    /// Hands the named part of the memory to `fill`, beside the state.
    pub(crate) fn fill<T>(
        &mut self,
        address: u32,
        length: usize,
        fill: impl FnOnce(&mut [u8], &mut State) -> T,
    ) -> Result<T, Error> {
        let start = address as usize;
        let (data, state) = self.memory.data_and_store_mut(&mut *self.caller);
        match data.get_mut(start..start.saturating_add(length)) {
            Some(part) => Ok(fill(part, state)),
            None => Err(self.bad(address, length)),
        }
    }

    fn bad(&self, address: u32, length: usize) -> Error {
        Error::BadPointer { function: self.function, address, length }
    }
}
