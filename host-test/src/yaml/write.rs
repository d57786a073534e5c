//! JSON values as YAML that people edit.

use serde_json::Value;
use std::fmt::Write;

/// Words that some reader of YAML takes for something else than text.
const WORDS: &[&str] = &["false", "n", "no", "null", "off", "on", "true", "y", "yes"];

/// The value as a YAML document: mappings line by line, lists of texts on one line, texts of several
/// lines as they are.
pub fn render(value: &Value) -> String {
    let mut out = String::new();
    block(&mut out, value, 0);
    out
}

/// Writes a value whose first line is indented already. Writing to a String does not fail.
fn block(out: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (index, (key, value)) in fields.iter().enumerate() {
                let margin = if index == 0 { 0 } else { indent };
                let _ = write!(out, "{:margin$}{}:", "", text(key));
                if is_block(value) {
                    // Items of a list stand below their key.
                    let inner = if value.is_array() { indent } else { indent + 2 };
                    let _ = write!(out, "\n{:inner$}", "");
                    block(out, value, inner);
                } else if let Some(lines) = literal(value) {
                    let chomping = if lines.ends_with('\n') { "" } else { "-" };
                    let _ = writeln!(out, " |{chomping}");
                    for line in lines.lines() {
                        let inner = if line.is_empty() { 0 } else { indent + 2 };
                        let _ = writeln!(out, "{:inner$}{line}", "");
                    }
                } else {
                    let _ = writeln!(out, " {}", flow(value));
                }
            }
        }
        Value::Array(items) if is_block(value) => {
            for (index, item) in items.iter().enumerate() {
                let margin = if index == 0 { 0 } else { indent };
                let _ = write!(out, "{:margin$}- ", "");
                block(out, item, indent + 2);
            }
        }
        _ => {
            let _ = writeln!(out, "{}", flow(value));
        }
    }
}

fn is_block(value: &Value) -> bool {
    match value {
        Value::Object(fields) => !fields.is_empty(),
        Value::Array(items) => items.iter().any(|item| item.is_object() || item.is_array()),
        _ => false,
    }
}

/// Text of several lines, where nothing in it is lost or means something else once it is indented.
fn literal(value: &Value) -> Option<&str> {
    let text = value.as_str()?;
    let is_visible = |letter: char| {
        letter == '\n'
            || !(letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{feff}'))
    };
    let is_plain = text.contains('\n')
        && !text.starts_with([' ', '\n'])
        && !text.ends_with("\n\n")
        && text.lines().all(|line| !line.ends_with(' '))
        && text.chars().all(is_visible);
    is_plain.then_some(text)
}

fn flow(value: &Value) -> String {
    match value {
        Value::String(value) => text(value),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", "))
        }
        Value::Object(_) => "{}".into(),
        other => other.to_string(),
    }
}

/// Text without quotes where every reader of YAML takes it for text, else as JSON writes it.
fn text(text: &str) -> String {
    let is_plain = text.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "_./=-".contains(letter))
        && !WORDS.contains(&text.to_ascii_lowercase().as_str());
    if is_plain {
        return text.to_owned();
    }
    let mut quoted = String::new();
    for letter in Value::from(text).to_string().chars() {
        if letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{feff}') {
            let _ = write!(quoted, "\\u{:04x}", u32::from(letter));
        } else {
            quoted.push(letter);
        }
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::render;
    use crate::yaml;
    use serde_json::{Value, json};

    #[test]
    fn it_is_written_for_people() {
        let value = json!({"profile": "restricted", "rules": {}, "exemptions": [
            {"id": "a-1", "values": ["NET_ADMIN", "*"], "match": {"images": ["a:1"], "x": []}},
            {"id": "b", "list": [[1, {"k": null}], []]},
        ], "mutate": true});
        let expected = "\
profile: restricted
rules: {}
exemptions:
- id: a-1
  values: [NET_ADMIN, \"*\"]
  match:
    images: [\"a:1\"]
    x: []
- id: b
  list:
  - - 1
    - k: null
  - []
mutate: true
";
        assert_eq!(render(&value), expected);
        assert_eq!(read(expected), value);
    }

    #[test]
    fn every_text_reads_back() {
        for text in [
            "",
            " ",
            "yes",
            "No",
            "1",
            "1.5",
            "0x1",
            "~",
            "null",
            "a: b",
            "a #b",
            "- a",
            "[a",
            "{a",
            "*a",
            "&a",
            "!a",
            "%a",
            "@a",
            "`a",
            "'a",
            "\"a",
            "a\nb",
            "a\tb",
            "a\u{7f}b",
            "a\u{85}b",
            "é",
            "2027-03-31",
            "a,b",
            "a]",
            ".inf",
            "<<",
            "=",
            "a\u{2028}b",
            "\u{feff}",
            "😀",
            "\\n",
            "a\n",
            "a\n\n",
            "a\n\nb\n",
            "\na",
            " a\nb",
            "a\n  b: c\n# d\n---\n",
            "a\nb ",
            "a \n",
            "a\n ",
            "a\n \n",
            "a\tb\nc",
            "a\r\nb",
            "- a\n- b\n",
            "\n",
        ] {
            let value = json!({"key": text, "list": [text], "nested": [{text: {"a": text}}]});
            assert_eq!(read(&render(&value)), value, "{text:?}");
        }
    }

    fn read(text: &str) -> Value {
        let mut documents = yaml::read(text.as_bytes(), false).into_iter();
        documents.next().expect("a document").expect("that is YAML").to_json()
    }
}
