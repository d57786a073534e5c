//! `rules`: what the settings say of single rules.

use super::Action;
use super::decode::{Decoder, Keys, Path};
use super::schema::Schema;
use super::setting::Setting;
use crate::json::{Error, Scanner};
use crate::rule::Level;
use crate::rules::{COUNT, FIND, FIND_PARAMETER, PARAMETER_KEYS, Parameters, RULE_IDS, RULES};

/// What the settings say of the rules.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// Of each rule, by its place in [`RULES`](crate::RULES).
    pub asked: Asked,
    /// Their parameters.
    pub parameters: Parameters,
}

/// What the settings say of each rule, by its place in [`RULES`](crate::RULES).
#[derive(Debug, Clone)]
pub struct Asked(pub(crate) [RuleSettings; COUNT]);

impl Default for Asked {
    fn default() -> Self {
        Self([RuleSettings::default(); COUNT])
    }
}

/// What the settings say of one rule, parameters aside.
#[derive(Debug, Clone, Copy, Default)]
pub struct RuleSettings {
    /// Whether `rules` names it.
    pub named: bool,
    /// Whether it is given parameters.
    pub has_parameters: bool,
    /// What follows from a violation; none where it is what follows from any.
    pub action: Option<Action>,
    /// The level it is asked at; none where it is the profile's.
    pub level: Option<Level>,
}

/// Keys that every rule has.
pub(crate) const COMMON: &[&str] = &["action", "level"];

/// The keys that a rule has beside its parameters: only rules of the standards have levels.
pub(crate) fn common_keys(rule: usize) -> &'static [&'static str] {
    let of_standards = RULES.get(rule).is_some_and(|rule| rule.is_of_standards());
    COMMON.get(..if of_standards { 2 } else { 1 }).unwrap_or_default()
}

impl Setting for Rules {
    const SCHEMA: &'static Schema = &Schema::Rules;

    fn read(
        decoder: &mut Decoder,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
    ) -> Result<Option<Self>, Error> {
        let mut rules = Self::default();
        rules.read_into(decoder, scanner, path)?;
        Ok(Some(rules))
    }

    fn read_into(
        &mut self,
        decoder: &mut Decoder,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
    ) -> Result<(), Error> {
        let keys = Keys { what: "rule", common: &[], own: RULE_IDS, find: Some(FIND) };
        decoder.object(scanner, path, &keys, &mut |decoder, scanner, path, index| {
            self.read_rule(decoder, scanner, path, index)
        })?;
        Ok(())
    }
}

impl Rules {
    fn read_rule(
        &mut self,
        decoder: &mut Decoder,
        scanner: &mut Scanner<'_>,
        path: &Path<'_>,
        rule: usize,
    ) -> Result<(), Error> {
        let mut read = RuleSettings { named: true, ..RuleSettings::default() };
        if scanner.at_string() {
            read.action = Setting::read(decoder, scanner, path)?;
            self.keep(rule, read);
            return Ok(());
        }
        if !scanner.at_object() {
            return decoder.mismatch(scanner, path, "an action or an object");
        }
        let common = common_keys(rule);
        let own = PARAMETER_KEYS.get(rule).copied().unwrap_or_default();
        let find = FIND_PARAMETER.get(rule).copied().flatten();
        let keys = Keys { what: "setting", common, own, find };
        let mut seen = 0;
        decoder.object(scanner, path, &keys, &mut |decoder, scanner, path, index| match (
            index,
            index.checked_sub(common.len()),
        ) {
            (_, Some(parameter)) => {
                seen |= 1 << parameter;
                match self.parameters.group(rule).and_then(|group| group.field(parameter)) {
                    Some(place) => place.fill(decoder, scanner, path),
                    None => scanner.skip(),
                }
            }
            (0, _) => {
                read.action = Setting::read(decoder, scanner, path)?;
                Ok(())
            }
            _ => {
                read.level = Setting::read(decoder, scanner, path)?;
                Ok(())
            }
        })?;
        read.has_parameters = seen != 0;
        if read.has_parameters
            && let Some(group) = self.parameters.group(rule)
        {
            decoder.complete(group, seen, path);
        }
        self.keep(rule, read);
        Ok(())
    }

    fn keep(&mut self, rule: usize, read: RuleSettings) {
        if let Some(place) = self.asked.0.get_mut(rule) {
            *place = read;
        }
    }
}
