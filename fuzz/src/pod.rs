//! Pods as they may come: mostly right, and in any place something else.
//!
//! The schema below names every field that the policy reads, each with the values that matter
//! there. The first value is the one a compliant pod has, and input that is used up reads as
//! zeros: the shorter the input, the closer the pod to a compliant one. Random pods would be
//! denied a dozen times over and show little.

mod schema;

use arbitrary::{Result, Unstructured};
use schema::Schema;
use serde_json::{Map, Value, json};

/// A pod that no rule minds.
pub fn compliant() -> Value {
    json!({"metadata": {"name": "web"}, "spec": {
        "securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [{"name": "web", "image": "nginx:1.27", "securityContext": {
            "allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}}}],
    }})
}

/// The payload of a request to create that pod, up to where the settings follow.
pub fn payload_start(pod: &str) -> String {
    let kind = r#""kind":{"group":"","version":"v1","kind":"Pod"}"#;
    format!(r#"{{"request":{{{kind},"operation":"CREATE","object":{pod}}},"settings":"#)
}

/// Makes `metadata` and `spec` of a pod.
///
/// # Errors
/// Where `arbitrary` cannot make a value of the input.
pub fn arbitrary(u: &mut Unstructured<'_>) -> Result<Value> {
    value(u, &schema::POD)
}

fn value(u: &mut Unstructured<'_>, schema: &Schema) -> Result<Value> {
    match u.arbitrary::<u8>()? {
        0..252 => typed(u, schema),
        252 => Ok(Value::Null),
        _ => anything(u),
    }
}

fn typed(u: &mut Unstructured<'_>, schema: &Schema) -> Result<Value> {
    Ok(match schema {
        Schema::Boolean(usual) => Value::Bool(u.ratio(3, 4)? == *usual),
        Schema::Integer(known) => match among(u, known)? {
            Some(known) => (*known).into(),
            None => u.arbitrary::<i64>()?.into(),
        },
        Schema::Text(known) => match among(u, known)? {
            Some(known) => (*known).into(),
            None => u.arbitrary::<&str>()?.into(),
        },
        Schema::List(least, item) => {
            let count = least + u.int_in_range(0..=3)?;
            Value::Array((0..count).map(|_| value(u, item)).collect::<Result<_>>()?)
        }
        Schema::Object { usual, other } => {
            let mut entries = Map::new();
            for (key, schema) in *usual {
                if u.ratio(15, 16)? {
                    entries.insert((*key).to_owned(), value(u, schema)?);
                }
            }
            for _ in 0..u.int_in_range(0..=4)? {
                if !other.is_empty() {
                    let (key, schema) = u.choose(other)?;
                    entries.insert((*key).to_owned(), value(u, schema)?);
                }
            }
            Value::Object(entries)
        }
    })
}

/// The first of them mostly, else another one, else none of them.
fn among<'a, T>(u: &mut Unstructured<'_>, known: &'a [T]) -> Result<Option<&'a T>> {
    if u.ratio(3, 4)? { Ok(known.first()) } else { Ok(known.get(u.int_in_range(1..=known.len())?)) }
}

/// A value of some other type, perhaps.
fn anything(u: &mut Unstructured<'_>) -> Result<Value> {
    Ok(match u.int_in_range(0..=8)? {
        0 => Value::Bool(u.arbitrary()?),
        1 => u.arbitrary::<i64>()?.into(),
        2 => u.arbitrary::<f64>()?.into(),
        3 => u.arbitrary::<u64>()?.into(),
        4 => u.arbitrary::<&str>()?.into(),
        5 => json!("true"),
        6 => json!([]),
        7 => json!([null]),
        _ => json!({}),
    })
}
