//! Holds `ringfence-seccomp` against libseccomp, which has the last word on what a profile means.
//!
//! Empty without the feature `libseccomp`, so that a machine without the C library builds the rest:
//!
//! ```text
//! apt-get install libseccomp-dev
//! cargo test -p ringfence-seccomp-oracle --features libseccomp
//! RINGFENCE_SEED=7 RINGFENCE_PROFILES=2000 cargo test -p ringfence-seccomp-oracle --features libseccomp
//! cargo run -p ringfence-seccomp-oracle --features libseccomp --bin syscall-table -- --check
//! ```

#![forbid(unsafe_code)]

#[cfg(feature = "libseccomp")]
pub mod compile;
#[cfg(feature = "libseccomp")]
pub mod generate;
#[cfg(feature = "libseccomp")]
pub mod random;
#[cfg(feature = "libseccomp")]
pub mod table;
