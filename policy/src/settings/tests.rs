use super::{Action, Settings};

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
        "rules":{"privilegd":"warn","hostNamespaces":{"action":"wrn","max":3},"sysctls":7,
        "readOnlyRootFilesystem":{"level":"baseline"},
        "runAsUser":{"ranges":[{"min":2,"max":1},{"min":-1,"max":"a"},{"max":5},7]}}}"#;
    let expected = [
        "profile: unknown value `restrictd`, did you mean `restricted`?; \
         expected privileged, baseline, restricted, hardened, fromNamespaceLabels",
        "version: expected `latest` or a version such as `v1.25`, found the number 1.25; \
         write it as a string with a v",
        "acton: unknown setting `acton`, did you mean `action`?",
        "rules.privilegd: unknown rule `privilegd`, did you mean `privileged`?",
        "rules.hostNamespaces.action: unknown value `wrn`, did you mean `warn`?; \
         expected deny, warn, audit, ignore",
        "rules.hostNamespaces.max: unknown setting `max`; known: action, allow, level",
        "rules.sysctls: expected an action or an object, found a number",
        "rules.readOnlyRootFilesystem.level: unknown setting `level`; known: action",
        "rules.runAsUser.ranges[0]: min 2 is greater than max 1: no value is in it",
        "rules.runAsUser.ranges[1].min: expected a whole number from 0 to 2147483647, found -1",
        "rules.runAsUser.ranges[1].max: expected a whole number, found a string",
        "rules.runAsUser.ranges[2].min: it is missing",
        "rules.runAsUser.ranges[3]: expected an object, found a number",
    ];
    assert_eq!(errors(text), expected);
}

#[test]
fn what_is_missing_or_wrong_is_compared_with_nothing() {
    let ranges =
        |text: &str| errors(&format!(r#"{{"rules":{{"runAsUser":{{"ranges":[{text}]}}}}}}"#));
    assert_eq!(ranges(r#"{"min":7}"#), ["rules.runAsUser.ranges[0].max: it is missing"]);
    assert_eq!(
        ranges(r#"{"min":7,"max":"9"}"#),
        ["rules.runAsUser.ranges[0].max: expected a whole number, found a string"]
    );
    assert_eq!(ranges(r#"{"max":7,"mn":9}"#).len(), 2);
}

#[test]
fn a_level_for_no_namespace_is_a_mistake_and_not_without_effect() {
    let minimum = |text: &str| {
        errors(&format!(r#"{{"rules":{{"podSecurityLabels":{{"minimums":[{text}]}}}}}}"#))
    };
    let path = "rules.podSecurityLabels.minimums[0]";
    let unnamed =
        format!("{path}.namespaces: it names no namespace; name those that the level is for");
    assert_eq!(minimum(r#"{"level":"restricted"}"#), [&*unnamed]);
    assert_eq!(minimum(r#"{"level":"restricted","namespaces":[]}"#), [&*unnamed]);
    assert_eq!(minimum(r#"{"namespaces":["a"]}"#), [format!("{path}.level: it is missing")]);
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

#[test]
fn a_mistake_in_a_list_does_not_shorten_it_in_silence() {
    assert_eq!(
        errors(r#"{"rules":{"capabilities":{"allowAdd":["CHOWN",3]}}}"#),
        ["rules.capabilities.allowAdd[1]: expected a string, found a number"]
    );
}

#[test]
fn after_a_hundred_mistakes_no_more_are_looked_for() {
    let many = |item: &dyn Fn(usize) -> String| (0..5000).map(item).collect::<Vec<_>>().join(",");
    let keys = many(&|at| format!(r#""acton{at}":"deny""#));
    let rules = many(&|at| format!(r#""privilegd{at}":"warn""#));
    let names = many(&|at| format!(r#""NET_ADMN{at}""#));
    for text in [
        format!(r#"{{{keys},"rules":{{{rules}}}}}"#),
        format!(r#"{{"rules":{{{rules}}}}}"#),
        format!(r#"{{"rules":{{"capabilities":{{"allowAdd":[{names}]}}}}}}"#),
    ] {
        let found = errors(&text);
        assert_eq!(found.len(), 101);
        let last = ": these are 100 mistakes; no more were looked for";
        assert_eq!(found.last().map(String::as_str), Some(last));
    }
    let one = errors(&format!(r#"{{"{}":1}}"#, "x".repeat(1 << 20)));
    assert!(one.iter().all(|told| told.contains("; known: ")), "no name is near to a megabyte");
}
