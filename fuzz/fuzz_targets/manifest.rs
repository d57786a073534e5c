//! Any text is read as manifests or refused at a place that exists, and JSON is read as JSON.

#![no_main]

use libfuzzer_sys::fuzz_target;
use ringfence_fuzz::yaml::{self, Node, Value};
use serde_json::Value as Json;

fuzz_target!(|bytes: &[u8]| {
    // The end of the text counts as a line: what is missing there is reported there.
    let lines = bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() + 2;
    for json in [false, true] {
        let documents = yaml::read(bytes, json);
        for document in &documents {
            match document {
                Ok(node) => {
                    places_exist(node, lines);
                    node.locate("spec.containers[0].image");
                }
                Err(error) => assert!((1..=lines).contains(&error.at.line), "{error}"),
            }
        }
        let text = std::str::from_utf8(bytes).unwrap_or_default();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if let [document] = &documents[..]
            && let Ok(expected) = serde_json::from_str::<Json>(text)
            && (json || text.trim_start().starts_with(['{', '[']))
        {
            match document {
                Ok(node) => assert_eq!(node.to_json(), expected),
                Err(error) => {
                    let what = &error.what;
                    let stricter =
                        what.contains("duplicate key") || what.contains("nesting deeper");
                    assert!(stricter, "serde_json reads it: {error}");
                }
            }
        } else if let [Ok(_)] = &documents[..]
            && json
        {
            panic!("read as JSON, and serde_json refuses it");
        }
    }
});

/// Lines that an editor has: a finding that points elsewhere helps nobody.
fn places_exist(node: &Node, lines: usize) {
    assert!((1..=lines).contains(&node.at.line), "line {} of {lines}", node.at.line);
    assert!(node.at.column >= 1);
    match &node.value {
        Value::Sequence(items) => items.iter().for_each(|item| places_exist(item, lines)),
        Value::Mapping(entries) => {
            for (key, item) in entries {
                assert!((1..=lines).contains(&key.at.line), "line {} of {lines}", key.at.line);
                places_exist(item, lines);
            }
        }
        _ => {}
    }
}
