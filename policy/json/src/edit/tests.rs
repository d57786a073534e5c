use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{Segment, fill};

fn filled(text: &str, fills: &[(&str, &str)]) -> String {
    fill(text, fills.iter().copied()).unwrap_or_else(|error| panic!("{error}"))
}

fn error(text: &str, fills: &[(&str, &str)]) -> String {
    fill(text, fills.iter().copied()).expect_err("not filled").to_string()
}

#[test]
fn what_is_not_filled_stays_byte_by_byte() {
    let text =
        "\n{ \"b\" : 1e400,\t\"a\":0.10 , \"x\":{\"x\":1,\"x\":2},\n\"u\":\"\\u00e9\\/é\" }\n";
    assert_eq!(filled(text, &[]), text);
    assert_eq!(
        filled(text, &[("z.y", "true"), ("a", "1"), ("z.x", "[]")]),
        "\n{ \"b\" : 1e400,\t\"a\":0.10 , \"x\":{\"x\":1,\"x\":2},\n\
         \"u\":\"\\u00e9\\/é\",\"z\":{\"y\":true,\"x\":[]} }\n"
    );
}

#[test]
fn fills_below_a_missing_object_make_one() {
    let fills = [
        ("spec.containers[1].securityContext.allowPrivilegeEscalation", "false"),
        ("spec.containers[1].securityContext.capabilities.drop", r#"["ALL"]"#),
        ("spec.securityContext.seccompProfile", r#"{"type":"RuntimeDefault"}"#),
    ];
    assert_eq!(
        filled(r#"{"spec":{"containers":[{},{"name":"b"}]}}"#, &fills),
        r#"{"spec":{"containers":[{},{"name":"b","securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}}}],"securityContext":{"seccompProfile":{"type":"RuntimeDefault"}}}}"#
    );
}

#[test]
fn null_is_absent_and_so_is_an_empty_list_for_a_list() {
    let fills = [("a.b", "1"), ("c", "[2]"), ("d", "3"), ("e[0].f", "4")];
    assert_eq!(
        filled(r#"{"a":null,"c":[ ],"d":[],"e":[null,{}]}"#, &fills),
        r#"{"a":{"b":1},"c":[2],"d":[],"e":[{"f":4},{}]}"#
    );
    assert_eq!(
        filled(r#"{"c":null,"d":null,"e":[{}]}"#, &fills[1..]),
        r#"{"c":[2],"d":3,"e":[{"f":4}]}"#
    );
}

#[test]
fn what_is_there_is_left_alone() {
    for present in ["false", "0", r#""""#, "{}", "[1]", r#"{"x":null}"#] {
        let text = format!(r#"{{"a":{present}}}"#);
        assert_eq!(filled(&text, &[("a", "[2]")]), text);
    }
}

#[test]
fn keys_are_read_not_compared_as_text() {
    let text = r#"{"sp\u0065c":{},"spec2":{}}"#;
    assert_eq!(filled(text, &[("spec.a", "1")]), r#"{"sp\u0065c":{"a":1},"spec2":{}}"#);
}

#[test]
fn of_two_fills_the_first_holds_and_the_greater_one_where_nothing_is() {
    let fills = [("a", "{}"), ("a", "1"), ("a.b", "2")];
    assert_eq!(filled("{}", &fills), r#"{"a":{}}"#);
    assert_eq!(filled(r#"{"a":{"c":3}}"#, &fills), r#"{"a":{"c":3,"b":2}}"#);
}

#[test]
fn nothing_is_filled_where_the_way_is_barred() {
    assert_eq!(
        error(r#"{"a":7}"#, &[("a.b", "1")]),
        "a: expected an object, found a number (at byte 5)"
    );
    assert_eq!(
        error(r#"{"a":{}}"#, &[("a[0].b", "1")]),
        "a: expected a list, found an object (at byte 5)"
    );
    assert_eq!(
        error(r#"{"a":[]}"#, &[("a[0].b", "1")]),
        "a: the list has no such item to fill (at byte 7)"
    );
    assert_eq!(error("{}", &[("a[0].b", "1")]), "the list has no such item to fill (at byte 2)");
    assert_eq!(
        error(r#"{"a":null}"#, &[("a[0]", "1")]),
        "a: the list has no such item to fill (at byte 9)"
    );
    assert_eq!(
        error(r#"{"a":[{}]}"#, &[("a[x].b", "1")]),
        "a: expected an object, found a list (at byte 5)"
    );
    assert_eq!(
        error(r#"{"a":{},"\u0061":{}}"#, &[("a.b", "1")]),
        "a: the key occurs twice (at byte 17)"
    );
    assert_eq!(
        error(r#"{"a":{}"#, &[("a.b", "1")]),
        "expected `,` or `}`, found the end of the text (at byte 7)"
    );
    assert_eq!(error("{} {}", &[]), "unexpected text after the end of the document (at byte 3)");
}

/// The same on a tree; false where the way is barred.
fn fill_tree(tree: &mut Value, path: &str, value: &Value) -> bool {
    if path.is_empty() {
        let is_absent =
            tree.is_null() || value.is_array() && tree.as_array().is_some_and(Vec::is_empty);
        if is_absent {
            *tree = value.clone();
        }
        return true;
    }
    let (segment, rest) = Segment::split(path);
    match segment {
        Segment::Index(index) => {
            tree.get_mut(index).is_some_and(|item| fill_tree(item, rest, value))
        }
        Segment::Key(key) => {
            if tree.is_null() {
                *tree = Value::Object(Map::new());
            }
            let Some(object) = tree.as_object_mut() else { return false };
            fill_tree(object.entry(key).or_insert(Value::Null), rest, value)
        }
    }
}

/// Writes white space of the style's choice, and returns its next choice.
fn blank(style: &mut impl Iterator<Item = u8>, out: &mut String) -> u8 {
    let blanks = ["", "", " ", "\n\t", " \r\n "];
    out.push_str(blanks[style.next().unwrap_or(0) as usize % blanks.len()]);
    style.next().unwrap_or(0)
}

/// JSON text with the white space and the escapes that `style` asks for, step by step.
fn render(tree: &Value, style: &mut impl Iterator<Item = u8>, out: &mut String) {
    blank(style, out);
    match tree {
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                render(item, style, out);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (index, (key, value)) in members.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                let is_escaped = blank(style, out).is_multiple_of(3);
                let first = key.chars().next().filter(|_| is_escaped);
                match first {
                    Some(first) => {
                        out.push_str(&format!("\"\\u{:04x}{}\"", first as u32, &key[1..]));
                    }
                    None => out.push_str(&format!("\"{key}\"")),
                }
                blank(style, out);
                out.push(':');
                render(value, style, out);
            }
            out.push('}');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
    blank(style, out);
}

fn tree() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        Just(json!([])),
        Just(json!({})),
        any::<i8>().prop_map(|n| json!(n)),
        "[ab]{0,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("[abc]", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn fills() -> impl Strategy<Value = Vec<(String, Value)>> {
    let step = prop_oneof![4 => "[abc]".prop_map(|key| format!(".{key}")), 1 => (0..2).prop_map(|index| format!("[{index}]"))];
    let path = ("[abc]", prop::collection::vec(step, 0..4))
        .prop_map(|(first, steps)| first + &steps.concat());
    let value = prop_oneof![Just(json!(false)), Just(json!(["X"])), Just(json!({"t": "D"}))];
    prop::collection::vec((path, value), 0..5)
}

/// Whether `text` comes from `longer` by leaving something out.
fn is_within(text: &str, longer: &str) -> bool {
    let mut rest = longer.bytes();
    text.bytes().all(|byte| rest.any(|other| other == byte))
}

proptest! {
    #[test]
    fn fills_as_on_a_tree(
        tree in prop::collection::btree_map("[abc]", tree(), 0..4),
        fills in fills(),
        style in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let tree = Value::Object(tree.into_iter().collect());
        let mut text = String::new();
        render(&tree, &mut style.into_iter().cycle(), &mut text);
        // One fill a place, none inside another: what rules attach.
        let mut chosen: Vec<(String, Value)> = Vec::new();
        for (path, value) in fills {
            if chosen.iter().all(|(other, _)| !path.starts_with(other) && !other.starts_with(&path)) {
                chosen.push((path, value));
            }
        }
        let texts: Vec<(String, String)> =
            chosen.iter().map(|(path, value)| (path.clone(), value.to_string())).collect();
        let fills = || texts.iter().map(|(path, value)| (path.as_str(), value.as_str()));
        let mut expected = tree.clone();
        let is_open = chosen.iter().all(|(path, value)| fill_tree(&mut expected, path, value));
        match fill(&text, fills()) {
            Ok(out) => {
                prop_assert!(is_open, "{text} became {out}");
                let found: Value = serde_json::from_str(&out).expect("JSON");
                prop_assert_eq!(&found, &expected, "{} became {}", text, out);
                prop_assert_eq!(fill(&out, fills()).expect("filled again"), out.clone());
                let without = |text: &str| text.replace("null", "");
                let replaced = text.contains('[');
                prop_assert!(replaced || is_within(&without(&text), &out), "{text} became {out}");
            }
            Err(error) => prop_assert!(!is_open, "{text}: {error}"),
        }
    }
}
