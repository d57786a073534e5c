//! Seccomp profiles as data: what a container may ask of the kernel, exactly as its runtime loads it.
//!
//! ```text
//! text -> parse -> Profile (as written) ── resolve(Context) ─> Resolved (per architecture and call)
//!                     │                                          ├─> simulate   one call, and why
//!                     ├─> convert, fix, create                   ├─> compare    no weaker than, or a call that shows it
//!                     └─> lint <─────────────────────────────────┘
//! ```
//!
//! The same text means different things to different readers: containerd ignores the conditions
//! that Docker and CRI-O obey, two comparisons of one argument are alternatives to runc, and
//! libseccomp lets the unconditional rule win wherever it stands. So nothing is said about a
//! profile without a [`Context`].
//!
//! Pure: no I/O, no clock, no globals, no panics. Findings, reasons and counter-examples are data;
//! prose is made of them in [`message`] alone.

#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod action;
mod arch;
mod baseline;
pub mod bpf;
mod caps;
mod compare;
mod context;
mod convert;
mod create;
mod denials;
mod effective;
mod errno;
mod facts;
mod fix;
mod lint;
pub mod message;
mod op;
pub mod parse;
mod profile;
mod resolve;
pub mod sheet;
mod simulate;
mod solve;
mod table;
mod write;

pub use action::{Action, ActionName, Effect};
pub use arch::{Arch, ArchName};
pub use baseline::Baseline;
pub use caps::{CAPABILITIES, Cap, CapSet};
pub use compare::{Change, Comparison, Order, Weaker, compare, diff, equivalent};
pub use context::{Context, Kernel, Loader, Runtime, Version};
pub use convert::{Converted, Lost, LostWhat, convert, loader_of, with_base};
pub use create::{Created, allow, allow_denied, create};
pub use denials::{Denial, denials};
pub use effective::{Opened, opened};
pub use facts::{DANGERS, Danger, DangerGroup};
pub use fix::{Fix, Fixed, fix};
pub use lint::{
    Documentation, Fact, Finding, LINTS, Lint, Severities, Severity, lint, lint_resource,
};
pub use op::Op;
pub use profile::{
    ArchMap, Arg, Dialect, Filter, Flag, KeyKind, KeyProblem, Listener, Name, Place, Profile, Rule,
    Spelled,
};
pub use resolve::{
    ArchFilter, Case, Cond, Decision, DropReason, Dropped, Fatal, FatalReason, Resolved, Test,
    Verdict, Why, resolve,
};
pub use simulate::{Call, Simulation, simulate};
pub use table::{Syscall, TABLE_BYTES, syscalls};
pub use write::to_json;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
