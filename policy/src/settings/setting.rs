//! What a setting is: a type that reads itself and knows its schema.

use std::borrow::Cow;

use super::decode::{Decoder, Find, Path};
use super::schema::Schema;
use crate::json::{Error, FEW, Scanner, Type};

/// A type of value in settings.
pub(crate) trait Setting: Sized {
    /// What the value may be.
    const SCHEMA: &'static Schema;
    /// Whether an object that has it as a field is wrong without it.
    const REQUIRED: bool = false;

    /// Reads a value; none where it is a mistake, which is then noted.
    ///
    /// # Errors
    /// Where the text is not JSON.
    fn read(
        decoder: &mut Decoder,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
    ) -> Result<Option<Self>, Error>;

    /// Reads a value into its place. What stands there after a mistake is of no use: no settings come
    /// of it.
    ///
    /// # Errors
    /// Where the text is not JSON.
    fn read_into(
        &mut self,
        decoder: &mut Decoder,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
    ) -> Result<(), Error> {
        if let Some(value) = Self::read(decoder, scanner, path)? {
            *self = value;
        }
        Ok(())
    }
}

/// A place that a setting is read into: [`Setting`] without its constants, so that the code that
/// reads objects is there once.
pub(crate) trait Place {
    /// Reads a value into the place.
    fn fill(
        &mut self,
        decoder: &mut Decoder,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
    ) -> Result<(), Error>;
}

impl<T: Setting> Place for T {
    fn fill(
        &mut self,
        decoder: &mut Decoder,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
    ) -> Result<(), Error> {
        self.read_into(decoder, scanner, path)
    }
}

/// An object whose fields are settings; [`settings!`] declares them.
pub(crate) trait Group {
    /// The keys of its fields, in order.
    fn keys(&self) -> &'static [&'static str];

    /// The function that tells the place of a key among them, where there are many.
    fn find(&self) -> Option<Find>;

    /// A bit for each field that the object is wrong without. The guest reads this instead of the
    /// fields, whose documentation would come with them.
    fn required(&self) -> u64;

    /// The field of that number.
    fn field(&mut self, index: usize) -> Option<&mut dyn Place>;

    /// Notes what is wrong with the fields together.
    fn check(&self, _: &mut Decoder, _: &Path<'_>) {}
}

/// A bit for each item that is true, the first the lowest.
pub(crate) const fn bits(items: &[bool]) -> u64 {
    match items.split_last() {
        Some((last, before)) => bits(before) | (*last as u64) << before.len(),
        None => 0,
    }
}

/// Declares objects of settings: structs that read themselves field by field and know their schema.
/// `checked by f` names a function that notes what is wrong with the fields together.
macro_rules! settings {
    ($(
        $(#[$meta:meta])*
        $vis:vis struct $name:ident $(checked by $check:path)? {
            $( $(#[doc = $doc:literal])* $field:ident: $type:ty = $key:literal, )*
        }
    )*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone)]
        $vis struct $name {
            $( $(#[doc = $doc])* pub $field: $type, )*
        }

        impl $name {
            pub(crate) const FIELDS: &'static [$crate::settings::Field] = &[$(
                $crate::settings::Field {
                    key: $key,
                    doc: concat!($($doc, "\n"),*),
                    schema: <$type as $crate::settings::Setting>::SCHEMA,
                    required: <$type as $crate::settings::Setting>::REQUIRED,
                },
            )*];
            pub(crate) const KEYS: &'static [&'static str] = &[$($key),*];
            /// Of a few keys it is not worth its size.
            pub(crate) const FIND: Option<$crate::settings::Find> = if Self::KEYS.len() > 4 {
                Some($crate::json::find_in!($($key),*))
            } else {
                None
            };
        }

        impl $crate::settings::Group for $name {
            fn keys(&self) -> &'static [&'static str] {
                Self::KEYS
            }

            fn find(&self) -> Option<$crate::settings::Find> {
                Self::FIND
            }

            fn required(&self) -> u64 {
                const { $crate::settings::bits(&[
                    $(<$type as $crate::settings::Setting>::REQUIRED),*
                ]) }
            }

            fn field(&mut self, index: usize) -> Option<&mut dyn $crate::settings::Place> {
                #[expect(non_camel_case_types, reason = "one variant a field, numbered in order")]
                enum Index { $($field),* }
                $( if index == Index::$field as usize {
                    return Some(&mut self.$field);
                } )*
                None
            }

            $( fn check(
                &self,
                decoder: &mut $crate::settings::Decoder,
                path: &$crate::settings::Path<'_>,
            ) {
                $check(self, decoder, path);
            } )?
        }

        impl $crate::settings::Setting for $name {
            const SCHEMA: &'static $crate::settings::Schema =
                &$crate::settings::Schema::Object(Self::FIELDS);

            fn read(
                decoder: &mut $crate::settings::Decoder,
                scanner: &mut $crate::json::Scanner<'_>,
                path: &$crate::settings::Path<'_>,
            ) -> Result<Option<Self>, $crate::json::Error> {
                let mut group = Self::default();
                let sound = decoder.group(scanner, path, &mut group)?;
                Ok(sound.then_some(group))
            }

            fn read_into(
                &mut self,
                decoder: &mut $crate::settings::Decoder,
                scanner: &mut $crate::json::Scanner<'_>,
                path: &$crate::settings::Path<'_>,
            ) -> Result<(), $crate::json::Error> {
                decoder.group(scanner, path, self).map(|_| ())
            }
        }
    )*};
}
pub(crate) use settings;

impl Setting for bool {
    const SCHEMA: &'static Schema = &Schema::Boolean;

    fn read(
        decoder: &mut Decoder,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
    ) -> Result<Option<Self>, Error> {
        if scanner.next_type()? == Type::Boolean {
            return scanner.boolean().map(Some);
        }
        decoder.mismatch(scanner, path, "true or false")?;
        Ok(None)
    }
}

impl Setting for String {
    const SCHEMA: &'static Schema = &Schema::Text("");
    const REQUIRED: bool = true;

    fn read(
        decoder: &mut Decoder,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
    ) -> Result<Option<Self>, Error> {
        Ok(decoder.text(scanner, path)?.map(Cow::into_owned))
    }
}

impl<T: Setting> Setting for Option<T> {
    const SCHEMA: &'static Schema = T::SCHEMA;

    fn read(
        decoder: &mut Decoder,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
    ) -> Result<Option<Self>, Error> {
        Ok(T::read(decoder, scanner, path)?.map(Some))
    }
}

impl<T: Setting> Setting for Vec<T> {
    const SCHEMA: &'static Schema = &Schema::List(T::SCHEMA);

    fn read(
        decoder: &mut Decoder,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
    ) -> Result<Option<Self>, Error> {
        let mut items = Self::with_capacity(FEW);
        let is_list = decoder.list(scanner, path, &mut |decoder, scanner, path, _| {
            if let Some(item) = T::read(decoder, scanner, path)? {
                items.push(item);
            }
            Ok(())
        })?;
        Ok(is_list.then_some(items))
    }
}
