//! The YAML reader against inputs on which readers differ. The expected values are what
//! sigs.k8s.io/yaml makes of the same text, duplicates aside.

use host_test::yaml::{Node, ReadError, read};
use serde_json::{Value, json};

fn one(text: &str) -> Result<Value, ReadError> {
    let mut documents = read(text.as_bytes(), false);
    assert_eq!(documents.len(), 1, "{text:?} is one document");
    documents.remove(0).map(|node| node.to_json())
}

#[track_caller]
fn reads(text: &str, expected: &Value) {
    assert_eq!(
        &one(text).unwrap_or_else(|error| panic!("{text:?}: {error}")),
        expected,
        "{text:?}"
    );
}

#[track_caller]
fn refuses(text: &str, line: usize, what: &str) {
    let error = read(text.as_bytes(), false)
        .into_iter()
        .find_map(Result::err)
        .unwrap_or_else(|| panic!("{text:?} was read"));
    assert!(error.what.contains(what), "{text:?}: {error}");
    assert_eq!(error.at.line, line, "{text:?}: {error}");
}

#[test]
fn plain_scalars_are_yaml_1_1() {
    for text in ["y", "Y", "yes", "Yes", "YES", "true", "True", "on", "On", "ON"] {
        reads(&format!("a: {text}"), &json!({"a": true}));
    }
    for text in ["n", "N", "no", "No", "NO", "false", "FALSE", "off", "Off"] {
        reads(&format!("a: {text}"), &json!({"a": false}));
    }
    for text in ["", "~", "null", "Null", "NULL"] {
        reads(&format!("a: {text}"), &json!({"a": null}));
    }
    for text in
        ["yEs", "tRue", "nULL", "oN", "1.2.3", "1:30", "0x", "0b12", "1a", "1e", "2001-01-01", "<<"]
    {
        reads(&format!("a: {text}"), &json!({"a": text}));
    }
}

#[test]
fn numbers_are_yaml_1_1() {
    for (text, expected) in [
        ("0644", json!(420)),
        ("0o644", json!(420)),
        ("0O17", json!(15)),
        ("08", json!(8)),
        ("0x1F", json!(31)),
        ("-0x1F", json!(-31)),
        ("0b101", json!(5)),
        ("1_000", json!(1000)),
        ("+12", json!(12)),
        ("1.0", json!(1)),
        ("1e3", json!(1000)),
        ("1.5e-3", json!(0.0015)),
        (".5", json!(0.5)),
        ("-0", json!(0)),
        ("1000000", json!(1_000_000)),
        ("9223372036854775808", json!(9_223_372_036_854_775_808_u64)),
        ("-9223372036854775808", json!(i64::MIN)),
        ("18446744073709551615", json!(u64::MAX)),
        ("1e400", json!("1e400")),
    ] {
        reads(&format!("a: {text}"), &json!({"a": expected}));
        reads(&format!("a: '{text}'"), &json!({"a": text}));
        reads(&format!("a: \"{text}\""), &json!({"a": text}));
        reads(&format!("a: !!str {text}"), &json!({"a": text}));
    }
    refuses("a: .inf", 1, "cannot be written as JSON");
    refuses("a: 1\nb: .NaN", 2, "cannot be written as JSON");
}

#[test]
fn tags_decide() {
    reads("a: !!int '5'", &json!({"a": 5}));
    reads("a: !!bool yes", &json!({"a": true}));
    reads("a: !!float 1", &json!({"a": 1}));
    reads("a: ! yes", &json!({"a": "yes"}));
    reads("a: !mine yes", &json!({"a": "yes"}));
    refuses("a: !!int x", 1, "is not an integer");
    refuses("a: !!binary aGk=", 1, "!!binary");
}

#[test]
fn keys_become_text() {
    reads(
        "1: a\n0x10: b\nyes: c\n1.5: d\n1e6: e",
        &json!({"1": "a", "16": "b", "true": "c", "1.5": "d", "1e+06": "e"}),
    );
    reads("'on': a", &json!({"on": "a"}));
    refuses("~: a", 1, "null cannot be a key");
    refuses("? [a]\n: b", 1, "cannot be a key");
}

#[test]
fn duplicate_keys_are_refused_with_both_lines() {
    refuses("a: 1\nb: 2\na: 3", 3, "duplicate key `a`, first on line 1");
    refuses("x:\n  yes: 1\n  true: 2", 3, "duplicate key `true`, first on line 2");
    refuses("{\"a\": 1, \"a\": 2}", 1, "duplicate key `a`");
    refuses("a: {b: 1, \"b\": 2}", 1, "duplicate key `b`");
}

#[test]
fn anchors_and_merges() {
    reads("a: &x {k: 1}\nb: *x", &json!({"a": {"k": 1}, "b": {"k": 1}}));
    reads("a: &k n1\n*k : v", &json!({"a": "n1", "n1": "v"}));
    reads(
        "a: &x {k: 1, l: 2}\nb:\n  <<: *x\n  k: 3",
        &json!({"a": {"k": 1, "l": 2}, "b": {"k": 3, "l": 2}}),
    );
    // The YAML library of Kubernetes applies a merge where it stands.
    reads("a: &x {k: 1}\nb:\n  k: 3\n  <<: *x", &json!({"a": {"k": 1}, "b": {"k": 1}}));
    reads("b: {<<: [{a: 1}, {a: 2, c: 3}], d: 4}", &json!({"b": {"a": 1, "c": 3, "d": 4}}));
    reads("b: {'<<': 1}", &json!({"b": {"<<": 1}}));
    refuses("a: *x", 1, "unknown anchor");
    refuses("a: &x [*x]", 1, "inside its own anchor");
    refuses("a: 1\nb: {<<: 1}", 2, "merges a mapping");
}

#[test]
fn block_scalars_and_escapes() {
    reads("a: |\n  x\n  y\nb: >-\n  f\n  g\n", &json!({"a": "x\ny\n", "b": "f g"}));
    reads(r#"a: "\u263a\x41\n""#, &json!({"a": "☺A\n"}));
    reads("a: x#c\nb: http://x # c", &json!({"a": "x#c", "b": "http://x"}));
    reads("a: 'it''s'", &json!({"a": "it's"}));
}

#[test]
fn laughing_is_bounded() {
    let mut text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
    for level in 1..12 {
        let below = format!("*a{}", level - 1);
        let items = vec![below; 10].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{items}]\n"));
    }
    let error = one(&text).expect_err("refused");
    assert!(error.what.contains("aliases expand"), "{error}");
}

#[test]
fn nesting_is_bounded() {
    let flow = format!("a: {}{}", "[".repeat(1000), "]".repeat(1000));
    let json = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
    let block: String = (0..1000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    for text in [flow, json, block] {
        let error = one(&text).expect_err("refused");
        assert!(error.what.contains("nesting deeper than 100 levels"), "{error}");
    }
    let deep = format!("a: {}{}", "[".repeat(90), "]".repeat(90));
    one(&deep).expect("90 levels are read");
}

#[test]
fn documents() {
    let all = |text: &str| -> Vec<Result<Value, usize>> {
        read(text.as_bytes(), false)
            .into_iter()
            .map(|document| document.map(|node| node.to_json()).map_err(|error| error.at.line))
            .collect()
    };
    assert_eq!(all(""), []);
    assert_eq!(all("# only a comment\n---\n---\n# another\n"), []);
    assert_eq!(all("a: 1\n---\nb: 2\n...\n"), [Ok(json!({"a": 1})), Ok(json!({"b": 2}))]);
    assert_eq!(all("--- {a: 1}\n--- # x\nb: 2"), [Ok(json!({"a": 1})), Ok(json!({"b": 2}))]);
    assert_eq!(all("%YAML 1.1\n---\na: 1"), [Ok(json!({"a": 1}))]);
    assert_eq!(all("\u{feff}a: 1\r\nb: 2\r\n"), [Ok(json!({"a": 1, "b": 2}))]);
    // A broken document hides none of its neighbours.
    assert_eq!(
        all("a: 1\n---\nb: c: d\n---\ne: 2"),
        [Ok(json!({"a": 1})), Err(3), Ok(json!({"e": 2}))]
    );
    assert_eq!(all("a: &x 1\n---\nb: *x\n"), [Ok(json!({"a": 1})), Err(3)]);
}

#[test]
fn json_text() {
    reads(
        "{\"a\": \"\\ud83d\\ude00\", \"b\": [1, 2.5, null]}",
        &json!({"a": "😀", "b": [1, 2.5, null]}),
    );
    let two = read(b"{\"a\": 1}\n{\"a\": 2}\n", true);
    let lines: Vec<usize> = two.iter().flatten().map(|node| node.at.line).collect();
    assert_eq!(lines, [1, 2]);
    // Flow YAML looks like JSON and is none.
    reads("{a: 1, b: yes}", &json!({"a": 1, "b": true}));
    let strict = read(b"{a: 1}", true).remove(0).expect_err("not JSON");
    assert_eq!((strict.at.line, strict.at.column), (1, 2));
    let cut = read(b"{\"a\":\n [1, 2", true).remove(0).expect_err("cut");
    assert!(cut.what.contains("ends too early"), "{cut}");
    let number = read(b"{\"a\": 1e999}", true).remove(0).expect_err("too large");
    assert!(number.what.contains("number out of range"), "{number}");
}

#[test]
fn broken_bytes() {
    let error = read(b"a: 1\nb: \xff", false).remove(0).expect_err("not UTF-8");
    assert_eq!((error.at.line, error.at.column), (2, 4));
    assert!(error.what.contains("byte 8"), "{error}");
    refuses("a:\n\tb: 1", 2, "");
    refuses("image: {{ .Values.image }}:latest", 1, "helm template");
}

#[test]
fn positions_follow_paths() {
    let text = "spec:\n  containers:\n  - name: web\n    image: x\nmetadata:\n  annotations:\n    a.b/c: d\n";
    let node: Node = read(text.as_bytes(), false).remove(0).expect("valid");
    let line = |path: &str| node.locate(path).line;
    assert_eq!(line("spec.containers[0].image"), 4);
    assert_eq!(line("spec.containers[0].securityContext.privileged"), 3);
    assert_eq!(line("metadata.annotations[a.b/c]"), 7);
    assert_eq!(line("metadata.annotations[\"a.b/c\"]"), 7);
    assert_eq!(line("nothing"), 1);
    assert_eq!(line(""), 1);
    assert_eq!(line("][.."), 1);
}

#[test]
fn what_is_wrong_with_json_is_not_looked_for_in_yaml() {
    // The escapes are JSON's alone.
    let text = r#"{"a": "\ud83d\ude00", "b": 1, "b": 2}"#;
    for json in [false, true] {
        let error = read(text.as_bytes(), json).remove(0).expect_err("a key twice");
        assert_eq!(error.what, "duplicate key `b`; keep one of the two");
    }
}
