use crate::settings::Settings;

fn errors(rule: &str) -> Vec<String> {
    let text = [r#"{"rules":{"nodePlacement":"#, rule, "}}"].concat();
    let errors = Settings::decode(&text).expect_err("settings with a mistake");
    errors.into_iter().map(|error| format!("{}: {}", error.path, error.message)).collect()
}

#[test]
fn a_required_label_must_be_one_that_a_node_can_have() {
    assert_eq!(
        errors(
            r#"{"require":[{"key":"pool","values":[]},{"key":"a b","values":["blue"]},
            {"key":"zone","values":["a/b","","c"]},{"values":["d"]}]}"#
        ),
        [
            "rules.nodePlacement.require[0].values: no value is given, and so no node would do; \
             name at least one",
            "rules.nodePlacement.require[1].key: `a b` cannot be the key of a label; expected a \
             name such as `pool`, or `example.com/pool`",
            "rules.nodePlacement.require[2].values[0]: `a/b` cannot be the value of a label; \
             expected letters, digits, `-`, `_` and `.`",
            "rules.nodePlacement.require[3].key: it is missing",
        ]
    );
}

#[test]
fn a_label_is_required_once() {
    assert_eq!(
        errors(r#"{"require":[{"key":"pool","values":["a"]},{"key":"pool","values":["b"]}]}"#),
        ["rules.nodePlacement.require[1].key: `pool` is required twice; write all its values \
          into one item"]
    );
}

#[test]
fn keys_of_labels_are_qualified_names() {
    for key in ["pool", "node-role.kubernetes.io/worker", "a/B_c.d-e", &"a".repeat(63)] {
        assert!(super::settings::is_key(key), "{key}");
    }
    for key in ["", "/a", "a/", "a/b/c", "A/b", "-a", "a-", "*", &"a".repeat(64)] {
        assert!(!super::settings::is_key(key), "{key}");
    }
}
