//! Values that several settings share.

use super::decode::{Decoder, Path};
use super::schema::Schema;
use super::setting::{Setting, settings};
use crate::json::{Error, Scanner, Type};

/// A value that the object around it is wrong without, where others of its kind may be left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Needed<T>(pub T);

impl<T: Setting> Setting for Needed<T> {
    const SCHEMA: &'static Schema = T::SCHEMA;
    const REQUIRED: bool = true;

    fn read(
        decoder: &mut Decoder,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
    ) -> Result<Option<Self>, Error> {
        Ok(T::read(decoder, scanner, path)?.map(Self))
    }
}

/// A whole number from `MIN` to `MAX`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Whole<const MIN: i64, const MAX: i64>(pub i64);

impl<const MIN: i64, const MAX: i64> Setting for Whole<MIN, MAX> {
    const SCHEMA: &'static Schema = &Schema::Integer { min: MIN, max: MAX };
    const REQUIRED: bool = true;

    fn read(
        decoder: &mut Decoder,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
    ) -> Result<Option<Self>, Error> {
        Ok(whole(decoder, scanner, path, MIN, MAX)?.map(Self))
    }
}

fn whole(
    decoder: &mut Decoder,
    scanner: &mut Scanner<'_>,
    path: &Path<'_>,
    min: i64,
    max: i64,
) -> Result<Option<i64>, Error> {
    if scanner.next_type()? != Type::Number {
        decoder.mismatch(scanner, path, "a whole number")?;
        return Ok(None);
    }
    let text = scanner.raw()?;
    match text.parse().ok().filter(|number| (min..=max).contains(number)) {
        Some(number) => Ok(Some(number)),
        None => {
            let message = format!("expected a whole number from {min} to {max}, found {text}");
            decoder.error(path, message);
            Ok(None)
        }
    }
}

/// A user or group id: `IsValidUserID` of `apimachinery/pkg/util/validation`.
pub type Id = Whole<0, { i32::MAX as i64 }>;
/// A port of the node.
pub type Port = Whole<1, 65535>;

settings! {
    /// A range of user or group ids, both ends in it.
    #[derive(Default, Copy)]
    pub struct IdRange checked by ids_ascend {
        /// The least id.
        min: Id = "min",
        /// The greatest id.
        max: Id = "max",
    }

    /// A range of ports, both ends in it.
    #[derive(Default, Copy)]
    pub struct PortRange checked by ports_ascend {
        /// The least port.
        min: Port = "min",
        /// The greatest port.
        max: Port = "max",
    }
}

impl IdRange {
    /// Whether an id is in the range.
    pub fn contains(&self, id: i64) -> bool {
        (self.min.0..=self.max.0).contains(&id)
    }
}

impl PortRange {
    /// Whether a port is in the range.
    pub fn contains(&self, port: i64) -> bool {
        (self.min.0..=self.max.0).contains(&port)
    }
}

fn ids_ascend(range: &IdRange, decoder: &mut Decoder, path: &Path<'_>) {
    ascend(range.min.0, range.max.0, decoder, path);
}

fn ports_ascend(range: &PortRange, decoder: &mut Decoder, path: &Path<'_>) {
    ascend(range.min.0, range.max.0, decoder, path);
}

fn ascend(min: i64, max: i64, decoder: &mut Decoder, path: &Path<'_>) {
    if min > max {
        decoder.error(path, format!("min {min} is greater than max {max}: no value is in it"));
    }
}

/// Declares words of settings: an enum that reads itself and knows its names.
macro_rules! choices {
    ($(
        $(#[$meta:meta])*
        $vis:vis enum $name:ident { $( $(#[$doc:meta])* $variant:ident = $text:literal, )* }
    )*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        $vis enum $name { $( $(#[$doc])* $variant, )* }

        impl $name {
            /// Every one, in order.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$variant),*];
            const NAMES: &'static [&'static str] = &[$($text),*];

            /// The word in settings.
            pub fn name(self) -> &'static str {
                match self { $( Self::$variant => $text, )* }
            }
        }

        impl $crate::settings::Setting for $name {
            const SCHEMA: &'static $crate::settings::Schema =
                &$crate::settings::Schema::Choice(Self::NAMES);

            fn read(
                decoder: &mut $crate::settings::Decoder,
                scanner: &mut $crate::json::Scanner<'_>,
                path: &$crate::settings::Path<'_>,
            ) -> Result<Option<Self>, $crate::json::Error> {
                let index = decoder.choose(scanner, path, Self::NAMES)?;
                Ok(index.and_then(|index| Self::ALL.get(index)).copied())
            }
        }
    )*};
}
pub(crate) use choices;
