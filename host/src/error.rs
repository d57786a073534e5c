//! Everything that can go wrong, each with what to do about it.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// Why a policy could not be loaded, or why a call gave no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The policy file cannot be read.
    #[error("cannot read the policy file {}: {reason}; check the path and its permissions", path.display())]
    File {
        /// The file as it was named.
        path: PathBuf,
        /// What the operating system said.
        reason: io::Error,
    },
    /// The bytes are no WebAssembly at all.
    #[error("not a WebAssembly module but {found}; give the .wasm file of a policy")]
    NotWasm {
        /// What the bytes look like.
        found: &'static str,
    },
    /// The bytes are a WebAssembly component.
    #[error(
        "a WebAssembly component, not a module; build the policy for wasm32-wasip1, not for wasm32-wasip2"
    )]
    Component,
    /// The bytes start like a module and are not a valid one.
    #[error("not a valid WebAssembly module: {reason}; the file may be cut short, build it again")]
    Invalid {
        /// What the validator or the compiler said.
        reason: String,
    },
    /// The module lacks an export, or has something else by that name.
    #[error("the module exports no {expected} named `{name}`; is it a waPC policy?")]
    Export {
        /// Name of the export.
        name: &'static str,
        /// What must be there, such as "memory".
        expected: &'static str,
    },
    /// The module wants a function which this host does not have.
    #[error(
        "the module imports `{module}.{name}`, which is not provided here; build the policy without it"
    )]
    Import {
        /// Module part of the import.
        module: String,
        /// Name part of the import.
        name: String,
    },
    /// The module wants a function of this host by another type.
    #[error(
        "the module does not fit this host: {reason}; build the policy with a current waPC library"
    )]
    Link {
        /// What the linker said.
        reason: String,
    },
    /// wasmtime cannot be set up on this machine.
    #[error(
        "cannot set up the WebAssembly runtime: {reason}; check the limits on memory and threads"
    )]
    Engine {
        /// What wasmtime or the operating system said.
        reason: String,
    },
    /// The folder for compiled code cannot be used.
    #[error(
        "cannot use {} to cache compiled policies: {reason}; name a folder that can be written", dir.display()
    )]
    Cache {
        /// The folder as it was named.
        dir: PathBuf,
        /// What wasmtime or the operating system said.
        reason: String,
    },
    /// The payload is larger than the limit; the policy was not called.
    #[error(
        "the payload is {} and the limit {}; send less or raise the payload limit",
        Bytes(*size), Bytes(*limit)
    )]
    PayloadTooLarge {
        /// Size of the payload in bytes.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// The policy asked for more memory than the limit.
    #[error(
        "the policy asked for more memory than {}; send less or raise the memory limit",
        Bytes(*limit)
    )]
    OutOfMemory {
        /// The limit in bytes.
        limit: usize,
    },
    /// The policy asked for a table with more elements than the limit.
    #[error("the policy asked for more than {limit} table elements; it is too large for this host")]
    TableTooLarge {
        /// The limit in elements.
        limit: usize,
    },
    /// The policy did not end in time.
    #[error(
        "the policy was stopped after {limit:?}; look for an endless loop or raise the deadline"
    )]
    Deadline {
        /// The time it had.
        limit: Duration,
    },
    /// The policy trapped.
    #[error(
        "the policy trapped: {kind}{}; this is a fault of the policy, report it with the input",
        Said(said)
    )]
    Trap {
        /// Kind of the trap, as wasmtime words it.
        kind: String,
        /// Last line which the policy wrote to standard error, such as a panic.
        said: Option<String>,
    },
    /// The policy ended itself in the middle of a call.
    #[error("the policy ended itself with exit code {code}{}; a policy has to answer", Said(said))]
    Exit {
        /// The code it gave to `proc_exit`.
        code: u32,
        /// Last line which the policy wrote to standard error.
        said: Option<String>,
    },
    /// The policy passed memory which it does not have.
    #[error(
        "the policy passed {length} bytes at address {address} to `{function}`, outside its memory; this is a fault of the policy"
    )]
    BadPointer {
        /// The host function.
        function: &'static str,
        /// First byte.
        address: u32,
        /// Number of bytes.
        length: usize,
    },
    /// The policy reported an error instead of an answer.
    #[error("the policy reported an error: {text}")]
    Guest {
        /// The text it gave to `__guest_error`.
        text: String,
    },
    /// The policy returned without an answer or an error text.
    #[error(
        "the policy reported {outcome} for `{operation}` and said nothing; this is a fault of the policy"
    )]
    NoResponse {
        /// The operation that was called.
        operation: String,
        /// "success" or "failure".
        outcome: &'static str,
    },
    /// The policy answered, but not in the form of the Kubewarden protocol.
    #[error(
        "the policy's answer to `{operation}` is not understood: {reason}; is it a Kubewarden policy?"
    )]
    Answer {
        /// The operation that was called.
        operation: &'static str,
        /// What the decoder said.
        reason: String,
    },
}

/// A size in the unit people configure it by.
struct Bytes(usize);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MIB: usize = 1 << 20;
        if self.0 >= MIB && self.0.is_multiple_of(MIB) {
            write!(f, "{} MiB", self.0 / MIB)
        } else {
            write!(f, "{} bytes", self.0)
        }
    }
}

/// The last words of a policy, if there are any.
struct Said<'a>(&'a Option<String>);

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().map_or(Ok(()), |said| write!(f, " (it said: {said})"))
    }
}
