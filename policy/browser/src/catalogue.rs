//! What rules there are, and which of them settings ask.

use ringfence_json::{Writer, key, string_key};
use ringfence_policy::{Check, RULES, Rule, Settings};

/// Every rule, in the order of findings.
pub(crate) fn rules() -> String {
    let mut out = Writer::default();
    out.open_array();
    for rule in RULES {
        describe(&mut out, rule);
    }
    out.close_array();
    out.finish()
}

fn describe(out: &mut Writer, rule: &Rule) {
    out.open_object();
    out.field(&string_key!("id"), rule.id).field(&string_key!("title"), rule.title);
    out.field(&string_key!("family"), &rule.family.to_string());
    out.key(key!("fields")).open_array();
    for field in rule.fields {
        out.string(field);
    }
    out.close_array().key(key!("checks")).open_array();
    for check in rule.checks {
        out.open_object().field(&string_key!("id"), check.id);
        out.key(key!("level"));
        match check.level {
            Some(level) => out.string(level.name()),
            None => out.null(),
        };
        out.field(&string_key!("asks"), asks(check)).close_object();
    }
    out.close_array().close_object();
}

/// What a check asks at the latest version.
fn asks(check: &Check) -> &'static str {
    check.revisions.last().map_or("", |revision| revision.summary)
}

/// The checks that settings ask.
///
/// # Errors
/// The mistakes in the settings, one a line.
pub(crate) fn asked(settings: &str) -> Result<String, String> {
    let settings = Settings::decode(settings).map_err(|errors| {
        let lines = errors.iter().map(|error| [&error.path, ": ", &error.message].concat());
        lines.collect::<Vec<_>>().join("\n")
    })?;
    let mut out = Writer::default();
    out.open_array();
    for (rule, check, revision, action) in settings.checks() {
        out.open_object().field(&string_key!("rule"), rule.id);
        out.field(&string_key!("check"), check.id).field(&string_key!("action"), action.name());
        out.field(&string_key!("asks"), revision.summary).close_object();
    }
    out.close_array();
    Ok(out.finish())
}

#[cfg(test)]
mod tests {
    use super::{asked, rules};
    use ringfence_policy::RULES;

    #[test]
    fn every_rule_is_told() {
        let told = rules();
        for rule in RULES {
            assert!(told.contains(&format!("{{\"id\":\"{}\",", rule.id)), "{}", rule.id);
        }
    }

    #[test]
    fn settings_say_what_is_asked() {
        let asked_at = |settings| asked(settings).map(|text| text.matches("\"rule\"").count());
        assert_eq!(asked_at(r#"{"profile":"privileged","rules":{"hostPorts":"warn"}}"#), Ok(1));
        assert!(asked_at("{}") > asked_at(r#"{"profile":"baseline"}"#));
        let error = asked(r#"{"profil":"baseline"}"#).unwrap_err();
        assert!(error.starts_with("profil: "), "{error}");
    }
}
