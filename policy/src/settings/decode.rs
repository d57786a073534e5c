//! From text to [`Settings`], collecting every mistake on the way.

use std::borrow::Cow;

use super::{Action, Settings, SettingsError, Updates, Workloads};
use crate::json::{Error, Scanner, Type, same};
use crate::rule::Level;
use crate::rules::RULE_IDS;
use crate::suggest::did_you_mean;
use crate::version::Version;

const PROFILES: &[(&str, Level)] = &[
    ("privileged", Level::Privileged),
    ("baseline", Level::Baseline),
    ("restricted", Level::Restricted),
];
const ACTIONS: &[(&str, Action)] = &[
    ("deny", Action::Deny),
    ("warn", Action::Warn),
    ("audit", Action::Audit),
    ("ignore", Action::Ignore),
];
const WORKLOADS: &[(&str, Workloads)] =
    &[("deny", Workloads::Deny), ("warn", Workloads::Warn), ("ignore", Workloads::Ignore)];
const UPDATES: &[(&str, Updates)] =
    &[("significant", Updates::Significant), ("new", Updates::New), ("all", Updates::All)];

/// Reads a settings document; an empty text is `{}`.
pub(super) fn settings(text: &str) -> Result<Settings, Vec<SettingsError>> {
    let text = if text.trim_ascii().is_empty() { "{}" } else { text };
    let mut scanner = Scanner::new(text);
    let mut decoder = Decoder::default();
    let read = decoder.document(&mut scanner).and_then(|()| scanner.end());
    if let Err(error) = read {
        decoder.errors.push(SettingsError {
            path: error.path(),
            message: format!("{} (at byte {})", error.message(), error.offset()),
        });
    }
    decoder.finish()
}

/// Reads the settings document at the cursor: the settings, or every mistake in them.
///
/// # Errors
/// Where the text is not JSON.
pub(crate) fn read(
    scanner: &mut Scanner<'_>,
) -> Result<Result<Settings, Vec<SettingsError>>, Error> {
    let mut decoder = Decoder::default();
    decoder.document(scanner)?;
    Ok(decoder.finish())
}

/// Mistakes of meaning are collected, and reading goes on; only broken JSON ends it.
#[derive(Default)]
struct Decoder {
    errors: Vec<SettingsError>,
    settings: Settings,
}

/// The keys from the document to a value, innermost first: on the stack, because settings are read
/// with every request and mistakes are rare.
#[derive(Clone, Copy)]
struct Path<'p> {
    parent: Option<&'p Path<'p>>,
    key: &'p str,
}

impl Path<'_> {
    const ROOT: Self = Self { parent: None, key: "" };

    fn text(&self) -> String {
        match self.parent {
            Some(parent) if !parent.key.is_empty() => [&parent.text(), ".", self.key].concat(),
            _ => self.key.to_owned(),
        }
    }
}

/// The keys an object may have, and what they are called.
struct Keys {
    what: &'static str,
    names: &'static [&'static str],
}

impl Decoder {
    fn finish(self) -> Result<Settings, Vec<SettingsError>> {
        if self.errors.is_empty() { Ok(self.settings) } else { Err(self.errors) }
    }

    fn document(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Error> {
        let keys = Keys {
            what: "setting",
            names: &["profile", "version", "action", "workloads", "updates", "rules"],
        };
        if scanner.null()? {
            return Ok(());
        }
        self.object(scanner, &Path::ROOT, &keys, &mut |this, scanner, path, _| match path.key {
            "profile" => this.choose(scanner, path, PROFILES, |s, value| s.profile = value),
            "version" => this.version(scanner, path),
            "action" => this.choose(scanner, path, ACTIONS, |s, value| s.action = value),
            "workloads" => this.choose(scanner, path, WORKLOADS, |s, value| s.workloads = value),
            "updates" => this.choose(scanner, path, UPDATES, |s, value| s.updates = value),
            _ => this.rules(scanner, path),
        })
    }

    fn version(&mut self, scanner: &mut Scanner<'_>, path: &Path<'_>) -> Result<(), Error> {
        if scanner.next_type()? == Type::Number {
            let number = scanner.raw()?;
            self.error(
                path,
                format!(
                    "expected `latest` or a version such as `v1.25`, found the number {number}; \
                     write it as a string with a v"
                ),
            );
            return Ok(());
        }
        let Some(text) = self.text(scanner, path)? else {
            return Ok(());
        };
        match Version::parse(&text) {
            Some(version) => {
                self.settings.version = version;
                self.settings.version_is_latest = text == "latest";
            }
            None => self.error(
                path,
                format!(
                    "unknown version `{}`: expected `latest` or {} to {}",
                    shown(&text),
                    Version::FIRST,
                    Version::LATEST
                ),
            ),
        }
        Ok(())
    }

    fn rules(&mut self, scanner: &mut Scanner<'_>, path: &Path<'_>) -> Result<(), Error> {
        let keys = Keys { what: "rule", names: RULE_IDS };
        self.object(scanner, path, &keys, &mut |this, scanner, path, index| {
            this.rule(scanner, path, index)
        })
    }

    fn rule(
        &mut self,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
        rule: usize,
    ) -> Result<(), Error> {
        let keys = Keys { what: "setting", names: &["action"] };
        let keep = |settings: &mut Settings, action| {
            if let Some(place) = settings.rules.get_mut(rule) {
                *place = Some(action);
            }
        };
        if scanner.next_type()? != Type::Object {
            return self.choose(scanner, path, ACTIONS, keep);
        }
        self.object(scanner, path, &keys, &mut |this, scanner, path, _| {
            this.choose(scanner, path, ACTIONS, keep)
        })
    }

    /// Reads an object; `field` consumes the value of each known key, whose place among the names
    /// it is told.
    fn object(
        &mut self,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
        keys: &Keys,
        field: &mut Field<'_>,
    ) -> Result<(), Error> {
        if scanner.next_type()? != Type::Object {
            return self.mismatch(scanner, path, "an object");
        }
        let names = keys.names;
        let mut seen = 0_u64;
        scanner.object(&mut |scanner, key| {
            let Some(index) = names.iter().position(|name| same(key, name)) else {
                let key = String::from_utf8_lossy(key);
                self.unknown(&Path { parent: Some(path), key: &key }, keys);
                return scanner.skip();
            };
            let key = names.get(index).copied().unwrap_or_default();
            let path = Path { parent: Some(path), key };
            if seen & 1 << index != 0 {
                self.error(&path, "the key occurs twice".to_owned());
                return scanner.skip();
            }
            seen |= 1 << index;
            field(self, scanner, &path, index)
        })
    }

    #[cold]
    fn unknown(&mut self, path: &Path<'_>, keys: &Keys) {
        let mut names = keys.names.to_vec();
        let suggestion = did_you_mean(path.key, &names);
        names.sort_unstable();
        let help = suggestion.unwrap_or_else(|| format!("; known: {}", names.join(", ")));
        self.error(path, format!("unknown {} `{}`{help}", keys.what, shown(path.key)));
    }

    /// Reads one of a table's names and keeps what it stands for; anything else is reported.
    fn choose<T: Copy>(
        &mut self,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
        table: &[(&'static str, T)],
        keep: impl FnOnce(&mut Settings, T),
    ) -> Result<(), Error> {
        let Some(text) = self.text(scanner, path)? else {
            return Ok(());
        };
        match table.iter().find(|(name, _)| same(text.as_bytes(), name)) {
            Some((_, value)) => keep(&mut self.settings, *value),
            None => self.not_in(path, &text, table.iter().map(|(name, _)| *name).collect()),
        }
        Ok(())
    }

    #[cold]
    fn not_in(&mut self, path: &Path<'_>, text: &str, names: Vec<&'static str>) {
        let suggestion = did_you_mean(text, &names).unwrap_or_default();
        let names = names.join(", ");
        self.error(path, format!("unknown value `{}`{suggestion}; expected {names}", shown(text)));
    }

    fn text<'a>(
        &mut self,
        scanner: &mut Scanner<'a>,
        path: &Path<'_>,
    ) -> Result<Option<Cow<'a, str>>, Error> {
        if scanner.next_type()? == Type::String {
            return scanner.string().map(Some);
        }
        self.mismatch(scanner, path, "a string")?;
        Ok(None)
    }

    #[cold]
    fn mismatch(
        &mut self,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
        expected: &str,
    ) -> Result<(), Error> {
        let message = scanner.mismatch(expected).message().to_owned();
        self.error(path, message);
        scanner.skip()
    }

    #[cold]
    fn error(&mut self, path: &Path<'_>, message: String) {
        self.errors.push(SettingsError { path: path.text(), message });
    }
}

/// Consumes the value of a known key.
type Field<'f> =
    dyn FnMut(&mut Decoder, &mut Scanner<'_>, &Path<'_>, usize) -> Result<(), Error> + 'f;

/// A user's text in an error: bounded, and without control characters.
fn shown(text: &str) -> String {
    crate::message::sanitized(text, 64).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(text: &str) -> Vec<String> {
        let errors = Settings::decode(text).expect_err("settings with a mistake");
        errors.into_iter().map(|error| format!("{}: {}", error.path, error.message)).collect()
    }

    #[test]
    fn nothing_is_restricted_latest_deny() {
        for text in ["", "null", "{}", " { } "] {
            let settings = Settings::decode(text).expect("valid settings");
            assert_eq!(settings.policy(), "restricted:latest");
            assert_eq!(settings.action, Action::Deny);
        }
    }

    #[test]
    fn every_mistake_is_reported_with_its_path() {
        let text = r#"{"profile":"restrictd","version":1.25,"acton":"deny",
            "rules":{"privilegd":"warn","hostPorts":{"action":"wrn","max":3},"sysctls":7}}"#;
        let expected = [
            "profile: unknown value `restrictd`, did you mean `restricted`?; \
             expected privileged, baseline, restricted",
            "version: expected `latest` or a version such as `v1.25`, found the number 1.25; \
             write it as a string with a v",
            "acton: unknown setting `acton`, did you mean `action`?",
            "rules.privilegd: unknown rule `privilegd`, did you mean `privileged`?",
            "rules.hostPorts.action: unknown value `wrn`, did you mean `warn`?; \
             expected deny, warn, audit, ignore",
            "rules.hostPorts.max: unknown setting `max`; known: action",
            "rules.sysctls: expected a string, found a number",
        ];
        assert_eq!(errors(text), expected);
    }

    #[test]
    fn a_key_given_twice_is_refused() {
        assert_eq!(
            errors(r#"{"profile":"baseline","profile":"privileged"}"#),
            ["profile: the key occurs twice"]
        );
    }

    #[test]
    fn broken_json_ends_reading_but_keeps_earlier_mistakes() {
        let found = errors(r#"{"profil":"baseline","#);
        assert_eq!(found.len(), 2, "{found:?}");
    }
}
