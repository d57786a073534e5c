//! Volume types in settings.

use crate::json::{Error, Scanner};
use crate::pod::VOLUME_SOURCES;
use crate::settings::{Decoder, Path, Schema, Setting};

/// A volume source by its JSON key, or any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VolumeType(&'static str);

/// [`VolumeType::ANY`], and every source.
const NAMES: [&str; VOLUME_SOURCES.len() + 1] = {
    let mut names = [VolumeType::ANY.0; VOLUME_SOURCES.len() + 1];
    names.split_at_mut(1).1.copy_from_slice(VOLUME_SOURCES);
    names
};

/// The same with what they stand for.
const TABLE: [(&str, VolumeType); NAMES.len()] = {
    let mut table = [("", VolumeType::ANY); NAMES.len()];
    let mut index = 0;
    while index < NAMES.len() {
        #[allow(clippy::indexing_slicing, reason = "the compiler does it")]
        let name = NAMES[index];
        #[allow(clippy::indexing_slicing, reason = "the compiler does it")]
        let place = &mut table[index];
        *place = (name, VolumeType(name));
        index += 1;
    }
    table
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
        decoder.choose(scanner, path, &TABLE)
    }
}
