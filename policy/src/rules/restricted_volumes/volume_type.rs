//! Volume types in settings.

use crate::json::{Error, Scanner};
use crate::pod::VOLUME_SOURCES;
use crate::settings::{Decoder, Path, Schema, Setting};

/// A volume source by its JSON key, or any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VolumeType(&'static str);

/// [`VolumeType::ANY`], and every source.
static NAMES: [&str; VOLUME_SOURCES.len() + 1] = {
    let mut names = [VolumeType::ANY.0; VOLUME_SOURCES.len() + 1];
    names.split_at_mut(1).1.copy_from_slice(VOLUME_SOURCES);
    names
};

impl VolumeType {
    /// Every type, be it known to this build or not.
    pub const ANY: Self = Self("*");

    /// The word in settings.
    pub fn name(self) -> &'static str {
        self.0
    }
}

impl Setting for VolumeType {
    const SCHEMA: &'static Schema = &Schema::Choice(&NAMES);

    fn read(
        decoder: &mut Decoder,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
    ) -> Result<Option<Self>, Error> {
        let index = decoder.choose(scanner, path, &NAMES)?;
        Ok(index.and_then(|index| NAMES.get(index)).map(|name| Self(name)))
    }
}
