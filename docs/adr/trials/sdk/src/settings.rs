//! One settings document for the trials with serde.

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    profile: String,
    version: String,
    action: String,
    workloads: String,
    updates: String,
    rules: BTreeMap<String, Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    action: String,
}

impl Settings {
    /// Whether violations of the rule deny.
    pub fn denies(&self, rule: &str) -> bool {
        self.rules.get(rule).map_or(self.action.as_str(), |rule| &rule.action) != "ignore"
    }

    pub fn check(&self) -> Result<(), String> {
        let words = [&self.profile, &self.version, &self.action, &self.workloads, &self.updates];
        match words.iter().any(|word| word.contains(' ')) {
            true => Err("a setting has a blank in it".to_owned()),
            false => Ok(()),
        }
    }
}
