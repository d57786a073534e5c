//! The text of an exchange, in the little YAML it takes.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::Value;

use super::{CAN_I, GET, LIST_ALL, LIST_NAMESPACE};
use crate::cluster::Request;

/// One item of the list that a session is. Writing to a String does not fail.
pub(super) fn exchange(request: &Request, answer: &Result<Vec<u8>, String>) -> String {
    let (kind, fields) = match request {
        Request::CanI(can_i) => {
            let mut fields = value(can_i);
            // The one field that a session calls otherwise.
            if let Some(fields) = fields.as_object_mut() {
                let review = fields.remove("subject_access_review").unwrap_or_default();
                fields.insert("request".into(), review);
            }
            (CAN_I, fields)
        }
        Request::GetResource(get) => (GET, value(get)),
        Request::ListResources(list) => {
            (if list.namespace.is_some() { LIST_NAMESPACE } else { LIST_ALL }, value(list))
        }
    };
    let mut out = format!("- type: Exchange\n  request: |\n    !{kind}\n");
    mapping(&fields, 4, &mut out);
    let (outcome, field, text) = match answer {
        Ok(payload) => ("Success", "payload", String::from_utf8_lossy(payload)),
        Err(message) => ("Error", "message", message.into()),
    };
    let _ = writeln!(out, "  response:\n    type: {outcome}\n    {field}: {}", scalar(&text));
    out
}

fn value(fields: &impl serde::Serialize) -> Value {
    // Structs of text, flags and lists always are JSON.
    serde_json::to_value(fields).unwrap_or_default()
}

fn mapping(fields: &Value, indent: usize, out: &mut String) {
    // In an order that does not depend on how the build keeps objects.
    let fields: BTreeMap<_, _> = fields.as_object().into_iter().flatten().collect();
    for (name, value) in fields {
        let _ = write!(out, "{:indent$}{name}:", "");
        match value {
            Value::Object(_) => {
                out.push('\n');
                mapping(value, indent + 2, out);
            }
            Value::Array(items) if !items.is_empty() => {
                out.push('\n');
                for item in items {
                    let item = item.as_str().unwrap_or_default();
                    let _ = writeln!(out, "{:indent$}- {}", "", scalar(item));
                }
            }
            Value::String(text) => {
                let _ = writeln!(out, " {}", scalar(text));
            }
            // null, a flag, an empty list: YAML writes them as JSON does.
            other => {
                let _ = writeln!(out, " {other}");
            }
        }
    }
}

/// Text as a YAML scalar on one line.
fn scalar(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    // Signs which YAML wants escaped, or takes for the end of a line.
    let special = |sign: char| {
        sign.is_control()
            || matches!(sign, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
    };
    if !text.contains(special) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut out = String::from('"');
    for sign in text.chars() {
        match sign {
            '"' | '\\' => out.extend(['\\', sign]),
            // All of them have less than 16 bits.
            sign if special(sign) => {
                let _ = write!(out, "\\u{:04x}", u32::from(sign));
            }
            sign => out.push(sign),
        }
    }
    out.push('"');
    out
}

/// Whether text reads as text without quotes, in every version of YAML.
fn is_plain(text: &str) -> bool {
    let words = ["false", "n", "no", "null", "off", "on", "true", "y", "yes"];
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"./-_".contains(&byte))
        && !words.contains(&text.to_ascii_lowercase().as_str())
}
