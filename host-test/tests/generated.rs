//! The generated files: they are what the code says, and what they say holds.

use std::path::Path;

use host_test::cases;
use host_test::docs::{self, init, schema, settings};
use host_test::yaml;
use jsonschema::Validator;
use ringfence_policy::{RULES, Settings};
use serde_json::{Value, json};

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn files() -> Vec<(String, String)> {
    let changelog = std::fs::read_to_string(root().join("CHANGELOG.md")).expect("the changelog");
    docs::files(&changelog)
}

#[test]
fn what_is_in_the_repository_is_what_the_code_says() {
    let again = format!("run `{}` and look at what changes", docs::COMMAND);
    let files = files();
    for (name, content) in &files {
        let found = std::fs::read_to_string(root().join(name)).unwrap_or_default();
        assert!(found == *content, "{name} is not what the code says; {again}");
    }
    for folder in docs::FOLDERS {
        for entry in std::fs::read_dir(root().join(folder)).expect("a folder of generated files") {
            let name = entry.expect("an entry").file_name().into_string().expect("a name in UTF-8");
            let name = format!("{folder}/{name}");
            assert!(
                files.iter().any(|(known, _)| *known == name),
                "{name} is not generated; {again}"
            );
        }
    }
}

#[test]
fn every_rule_parameter_and_reason_is_on_a_page() {
    let files = files();
    let page = |name: &str| {
        let file = files.iter().find(|(known, _)| known.strip_prefix("docs/") == Some(name));
        file.map_or_else(|| panic!("no page {name}"), |(_, content)| content)
    };
    for rule in RULES {
        let own = page(&format!("rules/{}.md", rule.id));
        assert!(page("rules/README.md").contains(&format!("({}.md)", rule.id)), "{}", rule.id);
        for field in rule.parameters() {
            assert!(own.contains(&format!("| `{}` ", field.key)), "{}.{}", rule.id, field.key);
        }
        for text in rule.fields.iter().chain(rule.fills).chain(rule.hardened.iter()) {
            assert!(own.contains(text), "{}: {text}", rule.id);
        }
    }
    for field in Settings::fields() {
        assert!(page("settings.md").contains(&format!("| `{}` ", field.key)), "{}", field.key);
    }
}

/// Whether the policy accepts settings, and whether the schema does.
fn verdicts(settings: &Value, schema: &Validator) -> (bool, bool) {
    (Settings::decode(&settings.to_string()).is_ok(), schema.is_valid(settings))
}

fn validator() -> Validator {
    jsonschema::validator_for(&schema::schema()).expect("a JSON Schema")
}

fn parsed(text: &str) -> Value {
    let mut documents = yaml::read(text.as_bytes(), false);
    assert_eq!(documents.len(), 1, "{text}");
    documents.remove(0).expect("YAML").to_json()
}

#[test]
fn the_schema_is_one() {
    let schema = schema::schema();
    let result = jsonschema::meta::validate(&schema);
    assert!(result.is_ok(), "{}", result.expect_err("an error"));
    for object in objects(&schema) {
        assert_eq!(object["additionalProperties"], false, "{object}");
        let properties = object["properties"].as_object().expect("properties");
        for (key, property) in properties {
            let is_reference = property.get("$ref").is_some();
            assert!(is_reference || property["description"].is_string(), "{key} is not described");
        }
    }
}

/// Every schema of an object in a schema.
fn objects(schema: &Value) -> Vec<&Value> {
    let own = schema.get("properties").is_some_and(Value::is_object).then_some(schema);
    let within: Vec<&Value> = match schema {
        Value::Array(items) => items.iter().flat_map(objects).collect(),
        Value::Object(fields) => fields.values().flat_map(objects).collect(),
        _ => Vec::new(),
    };
    own.into_iter().chain(within).collect()
}

#[test]
fn what_the_policy_accepts_in_cases_the_schema_accepts() {
    let schema = validator();
    let cases = cases::load(&root().join("cases")).unwrap_or_else(|error| panic!("{error:#}"));
    let mut accepted = 0;
    for (_, payload, _) in cases.iter().flat_map(cases::Case::payloads) {
        let Ok(payload) = serde_json::from_slice::<Value>(&payload) else { continue };
        let Some(settings) = payload.get("settings") else { continue };
        let (by_policy, by_schema) = verdicts(settings, &schema);
        assert!(by_schema || !by_policy, "the schema refuses {settings}");
        accepted += usize::from(by_policy);
    }
    assert!(accepted > 1000, "{accepted} settings are a few too few");
}

#[test]
fn what_is_wrong_is_wrong_for_both() {
    let schema = validator();
    for (wrong, right) in [
        // Unknown keys.
        (json!({"profil": "baseline"}), json!({"profile": "baseline"})),
        (json!({"rules": {"privilegd": "warn"}}), json!({"rules": {"privileged": "warn"}})),
        (
            json!({"rules": {"hostPorts": {"alow": []}}}),
            json!({"rules": {"hostPorts": {"allow": []}}}),
        ),
        (
            json!({"rules": {"hostPorts": {"allow": [{"min": 1, "max": 2, "to": 3}]}}}),
            json!({"rules": {"hostPorts": {"allow": [{"min": 1, "max": 2}]}}}),
        ),
        // A rule that is none of the standards has no level.
        (
            json!({"rules": {"readOnlyRootFilesystem": {"level": "restricted"}}}),
            json!({"rules": {"runAsNonRoot": {"level": "restricted"}}}),
        ),
        // Other types.
        (json!({"mutate": "true"}), json!({"mutate": true})),
        (json!({"rules": []}), json!({"rules": {}})),
        (json!({"rules": {"sysctls": 7}}), json!({"rules": {"sysctls": null}})),
        (
            json!({"rules": {"capabilities": {"allowAdd": "CHOWN"}}}),
            json!({"rules": {"capabilities": {"allowAdd": ["CHOWN"]}}}),
        ),
        (
            json!({"rules": {"runAsUser": {"ranges": [{"min": "1", "max": 2}]}}}),
            json!({"rules": {"runAsUser": {"ranges": [{"min": 1, "max": 2}]}}}),
        ),
        (json!({"podTemplates": [null]}), json!({"podTemplates": null})),
        (json!([]), json!({})),
        // Other words.
        (json!({"profile": "Restricted"}), json!({"profile": "hardened"})),
        (json!({"version": "1.25"}), json!({"version": "v1.25"})),
        (json!({"version": "v1.99"}), json!({"version": "latest"})),
        (json!({"action": "block"}), json!({"action": null})),
        (json!({"rules": {"sysctls": "wrn"}}), json!({"rules": {"sysctls": "warn"}})),
        (
            json!({"rules": {"procMount": {"allow": ["unmasked"]}}}),
            json!({"rules": {"procMount": {"allow": ["Unmasked"]}}}),
        ),
        // Out of range.
        (
            json!({"rules": {"hostPorts": {"allow": [{"min": 0, "max": 80}]}}}),
            json!({"rules": {"hostPorts": {"allow": [{"min": 80, "max": 80}]}}}),
        ),
        (
            json!({"rules": {"runAsGroup": {"ranges": [{"min": 1, "max": 4_294_967_296_u64}]}}}),
            json!({"rules": {"runAsGroup": {"ranges": [{"min": 1, "max": 2_147_483_647}]}}}),
        ),
        // Missing, or null, which is the same.
        (
            json!({"rules": {"fsGroup": {"ranges": [{"min": 1}]}}}),
            json!({"rules": {"fsGroup": {"ranges": [{"min": 1, "max": 1}]}}}),
        ),
        (
            json!({"rules": {"fsGroup": {"ranges": [{"min": 1, "max": null}]}}}),
            json!({"rules": {"fsGroup": {"ranges": null}}}),
        ),
        (
            json!({"podTemplates": [{"group": "ray.io", "kind": "RayCluster"}]}),
            json!({"podTemplates": [{"group": "ray.io", "kind": "RayCluster", "paths": []}]}),
        ),
        (
            json!({"exemptions": [{"id": "a", "rules": ["privileged"], "match": {"namespaces": ["a"]}}]}),
            json!({"exemptions": [{"id": "a", "reason": "b", "rules": ["privileged"], "match": {"namespaces": ["a"]}}]}),
        ),
    ] {
        assert_eq!(verdicts(&wrong, &schema), (false, false), "{wrong}");
        assert_eq!(verdicts(&right, &schema), (true, true), "{right}");
    }
}

#[test]
fn every_key_of_the_schema_is_one_of_the_policy() {
    // Each rule's parameters, one by one, as something that no parameter is: both refuse it, and
    // neither because it does not know the key.
    let schema = validator();
    for rule in RULES {
        for field in rule.parameters() {
            let settings = json!({"rules": {rule.id: {field.key: {"no": "parameter"}}}});
            assert_eq!(verdicts(&settings, &schema), (false, false), "{settings}");
            let errors = Settings::decode(&settings.to_string()).expect_err("a mistake");
            let unknown = errors.iter().any(|error| error.message.starts_with("unknown setting"));
            assert!(!unknown, "{errors:?}");
            let absent = json!({"rules": {rule.id: {field.key: null}}});
            assert_eq!(verdicts(&absent, &schema), (true, true), "{absent}");
        }
    }
}

#[test]
fn the_example_of_the_page_is_valid() {
    assert_eq!(verdicts(&parsed(settings::EXAMPLE), &validator()), (true, true));
}

#[test]
fn the_file_to_begin_with_is_valid_and_so_are_its_examples() {
    let schema = validator();
    for profile in ["privileged", "baseline", "restricted", "hardened"] {
        let file = init::document(profile);
        let settings = parsed(&file);
        assert_eq!(verdicts(&settings, &schema), (true, true), "{file}");
        assert_eq!(settings["profile"], profile);
        // It asks for what nothing at all asks for, but for the profile.
        let written = Settings::decode(&settings.to_string()).expect("valid settings");
        let plain = json!({"profile": profile}).to_string();
        let plain = Settings::decode(&plain).expect("valid settings");
        assert_eq!(format!("{written:?}"), format!("{plain:?}"));

        let is_example = |line: &&str| {
            line.strip_prefix('#')
                .is_some_and(|rest| !rest.starts_with(' ') || rest.starts_with("  "))
        };
        let uncommented: String =
            file.lines()
                .map(|line| {
                    if is_example(&line) {
                        format!("{}\n", &line[1..])
                    } else {
                        format!("{line}\n")
                    }
                })
                .collect();
        let settings = parsed(&uncommented);
        assert_eq!(verdicts(&settings, &schema), (true, true), "{uncommented}");
        for field in Settings::fields() {
            assert!(settings.get(field.key).is_some(), "{} is not in the file", field.key);
        }
    }
}
