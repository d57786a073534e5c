//! # serviceAccountToken
//!
//! TODO
//!
//! ## Allowed values
//!
//! TODO
//!
//! ## How to fix
//!
//! TODO
//!
//! Source: TODO

use crate::pattern::Pattern;
use crate::pod::Pod;
use crate::report::Report;
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::settings::{Whole, settings};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "serviceAccountToken",
    title: "tokens of service accounts",
    family: Family::Isolation,
    fields: &[
        "spec.automountServiceAccountToken",
        "spec.volumes[*].projected.sources[*].serviceAccountToken.audience",
        "spec.volumes[*].projected.sources[*].serviceAccountToken.expirationSeconds",
    ],
    fills: &[],
    hardened: Some("most workloads never talk to the API server, and a token that is not there cannot be stolen"),
    checks: &[Check {
        id: "serviceAccountToken",
        level: Some(Level::Hardened),
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "TODO",
            check: CheckFn::Pod(check),
        }],
    }],
};

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters {
        /// Whether the token may be mounted unasked.
        allow_automount: bool = "allowAutomount",
        /// Audiences that projected tokens may have. An empty list: none.
        audiences: Option<Vec<Pattern>> = "audiences",
        /// The longest time a projected token may be valid, in seconds.
        max_expiration_seconds: Option<Whole<600, 4_294_967_296>> = "maxExpirationSeconds",
    }
}

fn check<'p>(_pod: Pod<'p, '_>, _report: &mut Report<'p>) {}
