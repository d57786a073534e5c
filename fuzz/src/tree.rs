//! Reading a whole document with the policy's scanner, to hold it against `serde_json`.

use ringfence_policy::json::{Error, Scanner, Type};
use serde_json::{Map, Number, Value};

/// Reads the next value.
///
/// # Errors
/// What the scanner refuses.
///
/// # Panics
/// Where the scanner reads a number as another one than `serde_json` does, or a key as no text.
pub fn read(scanner: &mut Scanner<'_>) -> Result<Value, Error> {
    Ok(match scanner.next_type()? {
        Type::Null => {
            assert!(scanner.null()?, "what starts like null is null or an error");
            Value::Null
        }
        Type::Boolean => Value::Bool(scanner.boolean()?),
        Type::Number => number(scanner)?,
        Type::String => Value::String(scanner.string()?.into_owned()),
        Type::Array => {
            let mut items = Vec::new();
            scanner.array(&mut |scanner, index| {
                assert_eq!(index, items.len());
                items.push(read(scanner)?);
                Ok(())
            })?;
            Value::Array(items)
        }
        Type::Object => {
            let mut entries = Map::new();
            scanner.object(&mut |scanner, key| {
                let key = str::from_utf8(key).expect("a key is text").to_owned();
                let value = read(scanner)?;
                entries.insert(key, value);
                Ok(())
            })?;
            Value::Object(entries)
        }
    })
}

/// Reads a number as text, and the same as an integer where it is one.
fn number(scanner: &mut Scanner<'_>) -> Result<Value, Error> {
    let integer = scanner.clone().integer();
    let text = scanner.raw()?;
    // Out of range of `serde_json`: it reads no such document, so nothing is compared.
    let Ok(number) = serde_json::from_str::<Number>(text) else {
        assert!(integer.is_err(), "{text} is no integer");
        return Ok(Value::Null);
    };
    // To `serde_json` the one negative zero is a fraction, to Go it is an integer.
    let expected = if text == "-0" { Some(0) } else { number.as_i64() };
    assert_eq!(integer.ok(), expected, "{text}");
    Ok(Value::Number(number))
}
