//! What a plain scalar means: YAML 1.1 as the YAML library of Kubernetes understands it.

use super::Value;
use serde_json::Number;

/// A tag as far as it matters for a scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    /// No tag.
    Implicit,
    Str,
    Bool,
    Int,
    Float,
    Null,
    Timestamp,
    Binary,
    Merge,
}

impl Tag {
    /// The tag named in YAML's own name space.
    pub(super) fn core(suffix: &str) -> Self {
        match suffix {
            "str" => Self::Str,
            "bool" => Self::Bool,
            "int" => Self::Int,
            "float" => Self::Float,
            "null" => Self::Null,
            "timestamp" => Self::Timestamp,
            "binary" => Self::Binary,
            "merge" => Self::Merge,
            _ => Self::Str,
        }
    }
}

/// What an untagged plain scalar was taken for. Infinity and NaN exist here, but not in JSON.
enum Plain {
    Null,
    Bool(bool),
    Int(Number),
    Float(f64),
    Text,
}

/// The value of `text` under `tag`.
pub(super) fn resolve(tag: Tag, text: &str) -> Result<Value, String> {
    match tag {
        Tag::Str | Tag::Timestamp => return Ok(Value::String(text.to_owned())),
        Tag::Binary => {
            return Err(
                "the tag !!binary has no place in a manifest; write base64 text without it".into(),
            );
        }
        _ => {}
    }
    // Not what it is: it may stand in a Secret.
    let mismatch = |name: &str| Err(format!("this is not {name}, as its tag says"));
    match (plain(text), tag) {
        (Plain::Null, Tag::Implicit | Tag::Null) => Ok(Value::Null),
        (Plain::Bool(flag), Tag::Implicit | Tag::Bool) => Ok(Value::Bool(flag)),
        (Plain::Int(number), Tag::Implicit | Tag::Int | Tag::Float) => Ok(Value::Number(number)),
        (Plain::Float(number), Tag::Implicit | Tag::Float) => {
            finite(number, text).map(Value::Number)
        }
        (Plain::Text, Tag::Implicit | Tag::Merge) => Ok(Value::String(text.to_owned())),
        (_, Tag::Bool) => mismatch("a boolean"),
        (_, Tag::Int) => mismatch("an integer"),
        (_, Tag::Float) => mismatch("a number"),
        (_, Tag::Null) => mismatch("null"),
        _ => mismatch("text"),
    }
}

/// A key as the string that Kubernetes makes of it.
pub(super) fn key(tag: Tag, text: &str) -> Result<String, String> {
    if tag == Tag::Implicit {
        match plain(text) {
            Plain::Float(number) => return Ok(float_key(number)),
            Plain::Null => return Err("null cannot be a key; quote it or name the field".into()),
            _ => {}
        }
    }
    Ok(match resolve(tag, text)? {
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text,
        _ => return Err("this cannot be a key; quote it".into()),
    })
}

fn plain(text: &str) -> Plain {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Plain::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Plain::Bool(true);
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Plain::Bool(false);
        }
        ".nan" | ".NaN" | ".NAN" => return Plain::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => {
            return Plain::Float(f64::INFINITY);
        }
        "-.inf" | "-.Inf" | "-.INF" => return Plain::Float(f64::NEG_INFINITY),
        _ => {}
    }
    if text.starts_with('.') {
        return float(text).map_or(Plain::Text, Plain::Float);
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || c == '+' || c == '-') {
        return Plain::Text;
    }
    let digits = text.replace('_', "");
    if let Some(number) = integer(&digits) {
        return Plain::Int(number);
    }
    float(&digits).map_or(Plain::Text, Plain::Float)
}

/// An integer with a sign and the prefixes `0x`, `0o`, `0b` and `0` (octal), up to 64 bits.
fn integer(text: &str) -> Option<Number> {
    let (negative, magnitude) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (radix, digits) = match magnitude.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &magnitude[2..]),
        [b'0', b'o' | b'O', ..] => (8, &magnitude[2..]),
        [b'0', b'b' | b'B', ..] => (2, &magnitude[2..]),
        [b'0', _, ..] => (8, &magnitude[1..]),
        _ => (10, magnitude),
    };
    // from_str_radix takes a second sign, the format does not.
    if !digits.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let value = u64::from_str_radix(digits, radix).ok()?;
    // Only signed numbers may carry a plus sign beyond the signed range, as in Go's ParseInt.
    if negative {
        return 0_i64.checked_sub_unsigned(value).map(Number::from);
    }
    (i64::try_from(value).is_ok() || !text.starts_with('+')).then(|| Number::from(value))
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, when it fits a double.
fn float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let allowed =
        |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-');
    let starts_well = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    if !starts_well || !unsigned.bytes().all(allowed) {
        return None;
    }
    text.parse::<f64>().ok().filter(|number| number.is_finite())
}

/// A float as JSON number: whole ones become integers, as when Go writes them, so that `1.0` fits
/// an integer field here where it does in a cluster.
fn finite(number: f64, text: &str) -> Result<Number, String> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() <= EXACT {
        #[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
        return Ok(Number::from(number as i64));
    }
    Number::from_f64(number)
        .ok_or_else(|| format!("`{text}` cannot be written as JSON; kubernetes has no such number"))
}

/// Go's `FormatFloat(number, 'g', -1, 32)`, with YAML's names for what is not finite.
fn float_key(number: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "kubernetes formats keys with 32 bits")]
    let number = number as f32;
    if number.is_nan() {
        return ".nan".into();
    }
    if number.is_infinite() {
        return if number > 0.0 { ".inf".into() } else { "-.inf".into() };
    }
    let scientific = format!("{number:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        return number.to_string();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}
