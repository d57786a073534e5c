//! JSON in one pass, from the bytes, borrowed.
//!
//! A guest is instantiated for every request, so the cost of reading the request *is* the cost of
//! the policy. This scanner walks the text once: what a rule reads is decoded into borrowed
//! records, everything else is validated and stepped over without being stored. It accepts what
//! `serde_json` accepts (the fuzz target `json` holds the two against each other), except that
//!
//! * a key that is read may occur once: two values for one field have no meaning;
//! * a lone surrogate (`\ud800`) is refused wherever it stands, also in what is stepped over;
//! * nesting ends at [`MAX_DEPTH`] levels;
//! * a number too great for a float is only refused where it is read;
//! * `-0` is the integer 0, as in Go.

#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod cursor;
mod decode;
mod edit;
mod error;
mod lex;
mod names;
mod pairs;
mod raw;
mod scanner;
mod writer;

pub use decode::{Decode, FEW, field, nullable, once, same};
pub use edit::fill;
pub use error::Error;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub use lex::vector;
pub use names::Names;
pub use pairs::Pairs;
pub use raw::Raw;
pub use scanner::{Field, Item, MAX_DEPTH, Scanner, Type};
pub use writer::{Key, Writer, decimal, push_decimal};
