//! The rules of ringfence, and the way from an admission request to a verdict.
//!
//! ```text
//! payload bytes -> json -> request, workload, pod ─┐
//!                          settings -> plan ───────┴-> judge -> rules -> report
//!                                                        └-> updates -> message -> protocol
//! ```
//!
//! Pure: no I/O, no clock, no globals, no panics. The same bytes in give the same bytes out,
//! natively and in WebAssembly.

#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod case;
mod cluster;
mod connection;
mod custom_resource;
mod date;
mod exemptions;
mod judge;
mod message;
mod mutate;
mod namespace;
mod network_policy;
mod node_path;
mod pattern;
mod persistent_volume;
mod plain;
mod plan;
pub mod pod;
pub mod pod_security;
mod pod_templates;
mod protocol;
mod quantity;
mod quota;
mod rbac;
mod report;
mod request;
mod requester;
mod rule;
mod rules;
mod secret;
mod service;
mod settings;
mod standards;
mod subject;
mod suggest;
mod text;
mod updates;
mod version;
mod workload;

pub use ringfence_json as json;

pub use cluster::{Ask, RESOURCES, Resource};
pub use custom_resource::CustomResource;
pub use date::Date;
pub use exemptions::{Exemption, Exemptions, normalised_image};
pub use judge::{Host, Today};
pub use namespace::{Namespace, NamespaceMetadata};
pub use network_policy::NetworkPolicy;
pub use persistent_volume::{PersistentVolume, PersistentVolumeSpec};
pub use plain::{Body, Plain, PlainCheck, PlainKind};
pub use pod_templates::{CustomKinds, PodTemplates};
pub use protocol::{PROTOCOL_VERSION, validate, validate_in, validate_settings};
pub use quantity::{Quantities, Quantity, QuantityText};
pub use quota::{
    LimitRange, LimitRangeItem, LimitRangeSpec, Named, ResourceQuota, ResourceQuotaSpec, Resources,
};
pub use rbac::{Binding, Role};
pub use report::{Fill, Place, Report, UNSET, Violation};
pub use rule::{Check, CheckFn, Family, Level, Revision, Rule};
pub use rules::{Parameters, RULES, find as find_rule};
pub use secret::Secret;
pub use settings::{
    Action, Asked, Field, Id, IdRange, MissingData, Pinned, Port, PortRange, Profile, RuleSettings,
    Rules, Schema, Settings, SettingsError, Updates, Whole, Workloads,
};
pub use standards::Standard;
pub use suggest::did_you_mean;
pub use version::Version;
