//! Field selectors, as far as every kind has them: `metadata.name` and
//! `metadata.namespace`.
//!
//! Source: apimachinery's `fields.ParseSelector`.

use serde_json::Value;

/// Terms that all have to hold.
pub(super) struct FieldSelector(Vec<Term>);

struct Term {
    field: &'static str,
    value: String,
    equal: bool,
}

impl FieldSelector {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        split(text).into_iter().filter(|term| !term.is_empty()).map(|term| parse(&term)).collect()
    }

    pub(super) fn matches(&self, object: &Value) -> bool {
        self.0.iter().all(|term| {
            let found = object.pointer("/metadata").and_then(|metadata| metadata.get(term.field));
            let found = found.and_then(Value::as_str).unwrap_or_default();
            (found == term.value) == term.equal
        })
    }
}

impl FromIterator<Term> for FieldSelector {
    fn from_iter<I: IntoIterator<Item = Term>>(terms: I) -> Self {
        Self(terms.into_iter().collect())
    }
}

/// The terms between commas that no backslash stands before.
fn split(text: &str) -> Vec<String> {
    let mut terms = vec![String::new()];
    let mut escaped = false;
    for letter in text.chars() {
        if letter == ',' && !escaped {
            terms.push(String::new());
            continue;
        }
        escaped = letter == '\\' && !escaped;
        if let Some(term) = terms.last_mut() {
            term.push(letter);
        }
    }
    terms
}

fn parse(term: &str) -> Result<Term, String> {
    let cut = [("!=", false), ("==", true), ("=", true)].iter().filter_map(|(operator, equal)| {
        let at = term.find(operator)?;
        Some((at, &term[..at], &term[at + operator.len()..], *equal))
    });
    // The first operator counts, and of two that begin there the longer one.
    let Some((_, field, value, equal)) = cut.min_by_key(|(at, ..)| *at) else {
        return Err(format!("invalid field selector: `{term}` has none of `=`, `==`, `!=`"));
    };
    let field = match field.trim() {
        "metadata.name" => "name",
        "metadata.namespace" => "namespace",
        other => {
            return Err(format!(
                "field label not supported: `{other}`; a snapshot selects by metadata.name and metadata.namespace"
            ));
        }
    };
    Ok(Term { field, value: unescape(value)?, equal })
}

fn unescape(value: &str) -> Result<String, String> {
    let mut letters = value.chars();
    let mut out = String::new();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some(letter @ ('\\' | ',' | '=')) => out.push(letter),
                _ => return Err(format!("invalid field selector: `{value}` ends an escape")),
            },
            '=' => return Err(format!("invalid field selector: `{value}` has a bare `=`")),
            other => out.push(other),
        }
    }
    Ok(out)
}
