//! NetworkPolicies.
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod answer;
mod cidr;
mod cluster;
mod content;
mod defect;
mod isolation;
mod labels;
mod model;
mod openness;
mod port;
mod ranges;
mod reach;
mod selector;
mod side;

pub use ringfence_json as json;

pub use answer::{Answer, Cause};
pub use cidr::{Block, Cidr, Family, Metadata as MetadataAddress};
pub use cluster::*;
pub use content::{Fact, Finding, findings};
pub use defect::Defect;
pub use isolation::{Isolation, Selecting, isolation};
pub use labels::{Label, Labelled, Labels};
pub use model::*;
pub use openness::{Openness, openness};
pub use port::Protocol;
pub use reach::{Endpoint, Reach, RuleAt, Side, Why, reach};
pub use selector::{LabelSelector, Requirement, Width};

/// Reads one JSON document.
///
/// # Errors
/// Where it is no JSON, or a field is of another type than the API gives it.
pub fn from_json<'a, T: json::Decode<'a>>(text: &'a str) -> Result<T, json::Error> {
    let mut scanner = json::Scanner::new(text);
    let value = T::decode(&mut scanner)?;
    scanner.end()?;
    Ok(value)
}
