//! Violations that are let pass.

use crate::judge::Today;
use crate::pod::Pod;
use crate::report::Violation;
use crate::settings::{Settings, settings};

settings! {
    /// One exemption.
    #[derive(Default)]
    pub struct Exemption {
        /// Its name in findings and audit annotations.
        id: String = "id",
        /// Why it is granted.
        reason: String = "reason",
    }
}

/// A violation that an exemption lets pass.
pub(crate) struct Waived<'p> {
    pub violation: Violation<'p>,
    pub exemption: &'p Exemption,
}

/// Takes out the violations that an exemption covers.
pub(crate) fn waive<'p>(
    _violations: &mut Vec<Violation<'p>>,
    _pod: Option<Pod<'p, '_>>,
    _settings: &'p Settings,
    _today: Today<'_>,
) -> Vec<Waived<'p>> {
    Vec::new()
}

/// Adds a warning for each exemption that was used and ends soon.
pub(crate) fn warn(_waived: &[Waived<'_>], _warnings: &mut Vec<String>) {}
