//! From text to settings, collecting every mistake on the way.

use std::borrow::Cow;

use super::setting::Group;
use super::{Settings, SettingsError};
use crate::json::{Error, Scanner, same};
use crate::suggest::{did_you_mean, listed};

/// Reads a settings document; an empty text is `{}`.
pub(super) fn document(text: &str) -> Result<Settings, Vec<SettingsError>> {
    let text = if text.trim_ascii().is_empty() { "{}" } else { text };
    let mut scanner = Scanner::new(text);
    let mut decoder = Decoder::default();
    let mut settings = Settings::default();
    let read = decoder.root(&mut scanner, &mut settings).and_then(|()| scanner.end());
    if let Err(error) = read {
        // The one that ended the reading is told whatever there is before it.
        decoder.errors.push(SettingsError {
            path: error.path(),
            message: format!("{} (at byte {})", error.message(), error.offset()),
        });
    }
    let errors = decoder.finish();
    if errors.is_empty() { Ok(settings) } else { Err(errors) }
}

/// Reads the settings document at the cursor into its place; every mistake in it.
///
/// # Errors
/// Where the text is not JSON.
pub(crate) fn read_into(
    scanner: &mut Scanner<'_>,
    settings: &mut Settings,
) -> Result<Vec<SettingsError>, Error> {
    let mut decoder = Decoder::default();
    decoder.root(scanner, settings)?;
    Ok(decoder.finish())
}

/// The keys from the document to a value, innermost first: on the stack, because settings are read
/// with every request and mistakes are rare.
#[derive(Clone, Copy)]
pub(crate) struct Path<'p> {
    parent: Option<&'p Path<'p>>,
    step: Step<'p>,
}

#[derive(Clone, Copy)]
enum Step<'p> {
    Key(&'p str),
    Index(usize),
}

impl<'p> Path<'p> {
    const ROOT: Self = Self { parent: None, step: Step::Key("") };

    /// The path of a key of the object at this path.
    pub(crate) fn key<'k>(&'k self, key: &'k str) -> Path<'k> {
        Path { parent: Some(self), step: Step::Key(key) }
    }

    /// The path of an item of the list at this path.
    pub(crate) fn index(&self, index: usize) -> Path<'_> {
        Path { parent: Some(self), step: Step::Index(index) }
    }

    /// As people write it: `exemptions[0].match.images[1]`; empty for the document.
    pub(crate) fn text(&self) -> String {
        let parent = self.parent.map(Path::text).unwrap_or_default();
        match self.step {
            Step::Key(key) if parent.is_empty() => key.to_owned(),
            Step::Key(key) => [&parent, ".", key].concat(),
            Step::Index(index) => format!("{parent}[{index}]"),
        }
    }
}

/// Tells the place of a key among names that it knows.
pub(crate) type Find = fn(&[u8]) -> Option<usize>;

/// The keys an object may have: what they are called, and their names in two parts, those of every
/// such object and those of this one; many are looked for by a function that knows them.
pub(crate) struct Keys {
    pub what: &'static str,
    pub common: &'static [&'static str],
    pub own: &'static [&'static str],
    pub find: Option<Find>,
}

impl Keys {
    /// The place of a key among the names, and its name.
    fn find(&self, key: &[u8]) -> Option<(usize, &'static str)> {
        let place_in = |names: &[&str]| names.iter().position(|name| same(key, name));
        let own = match self.find {
            Some(find) => find(key),
            None => place_in(self.own),
        };
        match own {
            Some(own) => self.own.get(own).map(|name| (self.common.len() + own, *name)),
            None => place_in(self.common).and_then(|at| Some((at, *self.common.get(at)?))),
        }
    }

    fn names(&self) -> impl Iterator<Item = &'static str> + Clone {
        self.common.iter().chain(self.own).copied()
    }
}

/// Mistakes of meaning are collected, and reading goes on; only broken JSON ends it.
#[derive(Default)]
pub(crate) struct Decoder {
    errors: Vec<SettingsError>,
}

/// After so many mistakes no more are looked for: nobody reads them, and suggestions for each key of
/// a megabyte of them take longer than a host lets a policy run.
const MOST: usize = 100;

/// Consumes the value of a known key, whose place among the names it is told, or an item of a list.
type Value<'f> =
    dyn FnMut(&mut Decoder, &mut Scanner<'_>, &Path<'_>, usize) -> Result<(), Error> + 'f;

impl Decoder {
    /// The mistakes that were found.
    fn finish(mut self) -> Vec<SettingsError> {
        if self.is_full() {
            let message = format!("these are {MOST} mistakes; no more were looked for");
            self.errors.push(SettingsError { path: String::new(), message });
        }
        self.errors
    }

    fn root(&mut self, scanner: &mut Scanner<'_>, settings: &mut Settings) -> Result<(), Error> {
        if !scanner.null()? {
            self.group(scanner, &Path::ROOT, settings)?;
        }
        Ok(())
    }

    /// Reads an object into its fields. Whether it is one, and nothing in it or missing from it is a
    /// mistake.
    pub(crate) fn group(
        &mut self,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
        group: &mut dyn Group,
    ) -> Result<bool, Error> {
        let mistakes = self.errors.len();
        let keys = Keys { what: "setting", common: &[], own: group.keys(), find: group.find() };
        let seen =
            self.object(scanner, path, &keys, &mut |decoder, scanner, path, index| match group
                .field(index)
            {
                Some(place) => place.fill(decoder, scanner, path),
                None => scanner.skip(),
            })?;
        // What a mistake left as it was may be what others are held against.
        if self.errors.len() == mistakes || group.required() == 0 {
            self.complete(group, seen, path);
        } else {
            self.has_all(group, seen, path);
        }
        Ok(self.errors.len() == mistakes)
    }

    /// Notes what is missing from a group that has been read, or what is wrong with it as a whole.
    pub(crate) fn complete(&mut self, group: &dyn Group, seen: u64, path: &Path<'_>) {
        if self.has_all(group, seen, path) {
            group.check(self, path);
        }
    }

    /// Whether a group has every field that it is wrong without; what is missing is noted.
    fn has_all(&mut self, group: &dyn Group, seen: u64, path: &Path<'_>) -> bool {
        let missing = group.required() & !seen;
        if missing != 0 {
            let keys = group.keys().iter().enumerate();
            for (_, key) in keys.filter(|(index, _)| missing & 1 << index != 0) {
                self.error(&path.key(key), "it is missing".to_owned());
            }
        }
        missing == 0
    }

    /// Reads an object; `value` consumes the value of each known key. A key that is `null` counts as
    /// absent. Returns a bit for each key that was there.
    pub(crate) fn object(
        &mut self,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
        keys: &Keys,
        value: &mut Value<'_>,
    ) -> Result<u64, Error> {
        let mut seen = 0_u64;
        if !scanner.at_object() {
            self.mismatch(scanner, path, "an object")?;
            return Ok(u64::MAX);
        }
        scanner.object(&mut |scanner, key| {
            if self.is_full() {
                return scanner.skip();
            }
            let Some((index, name)) = keys.find(key) else {
                let key = String::from_utf8_lossy(key);
                self.unknown(path, &key, keys);
                return scanner.skip();
            };
            let path = path.key(name);
            if seen & 1 << index != 0 {
                self.error(&path, "the key occurs twice".to_owned());
                return scanner.skip();
            }
            if scanner.null()? {
                return Ok(());
            }
            seen |= 1 << index;
            value(self, scanner, &path, index)
        })?;
        Ok(seen)
    }

    /// Reads a list; `item` consumes the value of each item. Whether it is one.
    pub(crate) fn list(
        &mut self,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
        item: &mut Value<'_>,
    ) -> Result<bool, Error> {
        if !scanner.at_list() {
            self.mismatch(scanner, path, "a list")?;
            return Ok(false);
        }
        scanner.array(&mut |scanner, index| {
            if self.is_full() {
                return scanner.skip();
            }
            item(self, scanner, &path.index(index), index)
        })?;
        Ok(true)
    }

    #[cold]
    fn unknown(&mut self, path: &Path<'_>, key: &str, keys: &Keys) {
        let suggestion = did_you_mean(key, &keys.names().collect::<Vec<_>>());
        let help = suggestion.unwrap_or_else(|| format!("; known: {}", listed(keys.names())));
        self.error(&path.key(key), format!("unknown {} `{}`{help}", keys.what, shown(key)));
    }

    /// Reads one of these names: its place among them. Anything else is noted.
    pub(crate) fn choose(
        &mut self,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
        names: &[&'static str],
    ) -> Result<Option<usize>, Error> {
        let Some(text) = self.text(scanner, path)? else {
            return Ok(None);
        };
        let found = names.iter().position(|name| same(text.as_bytes(), name));
        if found.is_none() {
            self.not_in(path, &text, names);
        }
        Ok(found)
    }

    #[cold]
    fn not_in(&mut self, path: &Path<'_>, text: &str, names: &[&'static str]) {
        let suggestion = did_you_mean(text, names).unwrap_or_default();
        let names = names.join(", ");
        self.error(path, format!("unknown value `{}`{suggestion}; expected {names}", shown(text)));
    }

    /// Reads a string.
    pub(crate) fn text<'a>(
        &mut self,
        scanner: &mut Scanner<'a>,
        path: &Path<'_>,
    ) -> Result<Option<Cow<'a, str>>, Error> {
        if scanner.at_string() {
            return scanner.quoted().map(Some);
        }
        self.mismatch(scanner, path, "a string")?;
        Ok(None)
    }

    /// Reads a string as what `parse` makes of it; what that finds wrong is noted.
    pub(crate) fn parsed<T>(
        &mut self,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
        parse: fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>, Error> {
        let Some(text) = self.text(scanner, path)? else {
            return Ok(None);
        };
        Ok(parse(&text).map_err(|mistake| self.error(path, mistake)).ok())
    }

    /// Notes that the value is not what is expected, and steps over it.
    #[cold]
    pub(crate) fn mismatch(
        &mut self,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
        expected: &str,
    ) -> Result<(), Error> {
        // What is no value at all ends the reading.
        scanner.next_type()?;
        let message = scanner.mismatch(expected).message().to_owned();
        self.error(path, message);
        scanner.skip()
    }

    fn is_full(&self) -> bool {
        self.errors.len() >= MOST
    }

    /// Notes a mistake: what is wrong, and how to mend it.
    #[cold]
    pub(crate) fn error(&mut self, path: &Path<'_>, message: String) {
        if self.is_full() {
            return;
        }
        self.errors.push(SettingsError { path: path.text(), message });
    }
}

/// A user's text in an error: bounded, and without control characters.
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    crate::message::sanitized(text, 64)
}
