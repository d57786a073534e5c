//! The names of findings, in settings.

use ringfence_rbac::IDS;

use crate::json::{Error, Scanner};
use crate::settings::{Decoder, Path, Schema, Setting};

/// The id of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FindingId(pub &'static str);

impl Setting for FindingId {
    const SCHEMA: &'static Schema = &Schema::Choice(&IDS);

    fn read(
        decoder: &mut Decoder,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
    ) -> Result<Option<Self>, Error> {
        let index = decoder.choose(scanner, path, &IDS)?;
        Ok(index.and_then(|index| IDS.get(index)).copied().map(Self))
    }
}
