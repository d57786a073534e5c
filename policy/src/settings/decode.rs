//! From text to [`Settings`], collecting every mistake on the way.

use super::{Action, Settings, SettingsError, Updates, Workloads};
use crate::json::{Error, Scanner, Type};
use crate::rule::{Level, Rule};
use crate::rules::{self, RULES};
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
const KEYS: &[&str] = &["profile", "version", "action", "workloads", "updates", "rules"];
const RULE_KEYS: &[&str] = &["action"];

/// Reads a settings document; `null` and an empty text are `{}`.
pub(super) fn settings(text: &str) -> Result<Settings, Vec<SettingsError>> {
    let mut decoder = Decoder { path: Vec::new(), errors: Vec::new(), settings: Settings::default() };
    let text = if text.trim_ascii().is_empty() { "{}" } else { text };
    let mut scanner = Scanner::new(text);
    let read = decoder.document(&mut scanner).and_then(|()| scanner.end());
    if let Err(error) = read {
        decoder.errors.push(SettingsError {
            path: error.path(),
            message: format!("{} (at byte {})", error.message(), error.offset()),
        });
    }
    if decoder.errors.is_empty() { Ok(decoder.settings) } else { Err(decoder.errors) }
}

/// Mistakes of meaning are collected, and reading goes on; only broken JSON ends it.
struct Decoder {
    path: Vec<String>,
    errors: Vec<SettingsError>,
    settings: Settings,
}

impl Decoder {
    fn document(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Error> {
        if scanner.null()? {
            return Ok(());
        }
        self.keys(scanner, |this, scanner, key| {
            match key {
                "profile" => {
                    if let Some(profile) = this.choice(scanner, PROFILES)? {
                        this.settings.profile = profile;
                    }
                }
                "version" => this.version(scanner)?,
                "action" => {
                    if let Some(action) = this.choice(scanner, ACTIONS)? {
                        this.settings.action = action;
                    }
                }
                "workloads" => {
                    if let Some(workloads) = this.choice(scanner, WORKLOADS)? {
                        this.settings.workloads = workloads;
                    }
                }
                "updates" => {
                    if let Some(updates) = this.choice(scanner, UPDATES)? {
                        this.settings.updates = updates;
                    }
                }
                "rules" => this.keys(scanner, Self::rule)?,
                _ => return Ok(Known::No(KEYS)),
            }
            Ok(Known::Yes)
        })
    }

    fn version(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Error> {
        if scanner.next_type()? == Type::Number {
            let number = scanner.raw()?;
            self.error(format!(
                "expected `latest` or a version such as `v1.25`, found the number {number}; \
                 write it as a string with a v"
            ));
            return Ok(());
        }
        let Some(text) = self.text(scanner)? else { return Ok(()) };
        match Version::parse(&text) {
            Some(version) => {
                self.settings.version = version;
                self.settings.version_is_latest = text == "latest";
            }
            None => self.error(format!(
                "unknown version `{}`: expected `latest` or {} to {}",
                shown(&text),
                Version::FIRST,
                Version::LATEST
            )),
        }
        Ok(())
    }

    fn rule(&mut self, scanner: &mut Scanner<'_>, id: &str) -> Result<Known, Error> {
        let Some(rule) = rules::find(id) else {
            return Ok(Known::NoRule);
        };
        if scanner.next_type()? != Type::Object {
            self.action_of(scanner, rule)?;
            return Ok(Known::Yes);
        }
        self.keys(scanner, |this, scanner, key| match key {
            "action" => this.action_of(scanner, rule).map(|()| Known::Yes),
            _ => Ok(Known::No(RULE_KEYS)),
        })?;
        Ok(Known::Yes)
    }

    fn action_of(&mut self, scanner: &mut Scanner<'_>, rule: &'static Rule) -> Result<(), Error> {
        if let Some(action) = self.choice(scanner, ACTIONS)? {
            self.settings.rules.push((rule, action));
        }
        Ok(())
    }

    /// Reads an object; `field` consumes the value of each key it knows.
    fn keys(
        &mut self,
        scanner: &mut Scanner<'_>,
        mut field: impl FnMut(&mut Self, &mut Scanner<'_>, &str) -> Result<Known, Error>,
    ) -> Result<(), Error> {
        if scanner.next_type()? != Type::Object {
            return self.mismatch(scanner, "an object");
        }
        let mut seen = Vec::<String>::new();
        scanner.object(|scanner, key| {
            self.path.push(key.to_owned());
            if seen.iter().any(|known| known == key) {
                self.error("the key occurs twice".to_owned());
                scanner.skip()?;
            } else {
                seen.push(key.to_owned());
                self.field(scanner, key, &mut field)?;
            }
            self.path.pop();
            Ok(())
        })
    }

    fn field(
        &mut self,
        scanner: &mut Scanner<'_>,
        key: &str,
        field: &mut impl FnMut(&mut Self, &mut Scanner<'_>, &str) -> Result<Known, Error>,
    ) -> Result<(), Error> {
        let (what, mut known) = match field(self, scanner, key)? {
            Known::Yes => return Ok(()),
            Known::No(keys) => ("setting", keys.to_vec()),
            Known::NoRule => ("rule", RULES.iter().map(|rule| rule.id).collect()),
        };
        let suggestion = did_you_mean(key, &known);
        known.sort_unstable();
        let help = suggestion.unwrap_or_else(|| format!("; known: {}", known.join(", ")));
        self.error(format!("unknown {what} `{}`{help}", shown(key)));
        scanner.skip()
    }

    /// Reads one of a table's names; none where it is something else, which is then reported.
    fn choice<T: Copy>(
        &mut self,
        scanner: &mut Scanner<'_>,
        table: &[(&'static str, T)],
    ) -> Result<Option<T>, Error> {
        let Some(text) = self.text(scanner)? else { return Ok(None) };
        if let Some((_, value)) = table.iter().find(|(name, _)| *name == text) {
            return Ok(Some(*value));
        }
        let names = table.iter().map(|(name, _)| *name).collect::<Vec<_>>();
        let suggestion = did_you_mean(&text, &names).unwrap_or_default();
        self.error(format!(
            "unknown value `{}`{suggestion}; expected {}",
            shown(&text),
            names.join(", ")
        ));
        Ok(None)
    }

    fn text(&mut self, scanner: &mut Scanner<'_>) -> Result<Option<String>, Error> {
        if scanner.next_type()? == Type::String {
            return scanner.string().map(|text| Some(text.into_owned()));
        }
        self.mismatch(scanner, "a string")?;
        Ok(None)
    }

    fn mismatch(&mut self, scanner: &mut Scanner<'_>, expected: &str) -> Result<(), Error> {
        let message = scanner.mismatch(expected).message().to_owned();
        self.error(message);
        scanner.skip()
    }

    fn error(&mut self, message: String) {
        self.errors.push(SettingsError { path: self.path.join("."), message });
    }
}

enum Known {
    No(&'static [&'static str]),
    NoRule,
    Yes,
}

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
