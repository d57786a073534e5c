//! Edits JSON text, with the editor that the policy itself edits with.

use super::source::Item;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Deserializer, Serializer, Value, ser::PrettyFormatter};

/// Whether the text is JSON: one value, or several in a row.
pub(super) fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
        && Deserializer::from_str(text).into_iter::<&RawValue>().all(|value| value.is_ok())
}

/// The text with the values put in. What is there stays as it is; what is added stands on lines of
/// its own where the text is laid out the way it is commonly printed, else behind what is there.
pub(super) fn edit(text: &str, items: &[&Item]) -> Result<String, String> {
    let mut out = String::with_capacity(text.len() + 256);
    let mut copied = 0;
    let mut values = Deserializer::from_str(text).into_iter::<&RawValue>();
    let mut document = 0;
    while let Some(value) = values.next() {
        let value = value.map_err(|error| error.to_string())?.get();
        let end = values.byte_offset();
        let fills: Vec<(String, String)> = items
            .iter()
            .filter(|item| item.document == document)
            .map(|item| (item.addition.path.to_string(), item.addition.value.to_string()))
            .collect();
        if !fills.is_empty() {
            let fills = fills.iter().map(|(path, value)| (path.as_str(), value.as_str()));
            let filled =
                ringfence_policy::json::fill(value, fills).map_err(|error| error.to_string())?;
            out.push_str(&text[copied..end - value.len()]);
            out.push_str(&laid_out(value, filled));
            copied = end;
        }
        document += 1;
    }
    out.push_str(&text[copied..]);
    Ok(out)
}

/// `filled` with the indentation of `value`, if that indentation is all there is to its layout.
fn laid_out(value: &str, filled: String) -> String {
    let second_line = value.split('\n').nth(1).unwrap_or_default();
    let indent = &second_line[..second_line.len() - second_line.trim_start().len()];
    if pretty(value, indent).as_deref() != Some(value) {
        return filled;
    }
    pretty(&filled, indent).unwrap_or(filled)
}

fn pretty(text: &str, indent: &str) -> Option<String> {
    let value: Value = serde_json::from_str(text).ok()?;
    let mut out = Vec::new();
    let formatter = PrettyFormatter::with_indent(indent.as_bytes());
    value.serialize(&mut Serializer::with_formatter(&mut out, formatter)).ok()?;
    String::from_utf8(out).ok()
}
