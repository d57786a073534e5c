//! Field masks: which fields of an object a policy wants.
//!
//! Source: policy-evaluator's `field_mask.rs` and its callers. Dots separate, lists
//! are passed through, and what a path ends at is kept whole. `apiVersion`, `kind`
//! and `metadata` always stay, because the hosts mask only what is beside them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// The paths as a tree; a node without children keeps all below it.
#[derive(Default)]
pub(super) struct FieldMask {
    children: BTreeMap<String, FieldMask>,
}

impl FieldMask {
    pub(super) fn new(paths: Option<&BTreeSet<String>>) -> Self {
        let mut root = Self::default();
        for path in paths.into_iter().flatten() {
            let mut node = &mut root;
            for field in path.split('.') {
                node = node.children.entry(field.to_owned()).or_default();
            }
        }
        root
    }

    /// The object with the fields that are wanted.
    pub(super) fn of(&self, object: &Value) -> Value {
        let Some(fields) = object.as_object().filter(|_| !self.children.is_empty()) else {
            return object.clone();
        };
        let kept = fields.iter().filter_map(|(name, value)| {
            let value = match self.children.get(name) {
                _ if ["apiVersion", "kind", "metadata"].contains(&&**name) => value.clone(),
                Some(mask) => mask.below(value),
                None => return None,
            };
            Some((name.clone(), value))
        });
        Value::Object(kept.collect())
    }

    fn below(&self, value: &Value) -> Value {
        if self.children.is_empty() {
            return value.clone();
        }
        match value {
            Value::Object(fields) => {
                let kept = fields.iter().filter_map(|(name, value)| {
                    Some((name.clone(), self.children.get(name)?.below(value)))
                });
                Value::Object(kept.collect())
            }
            Value::Array(items) => items.iter().map(|item| self.below(item)).collect(),
            other => other.clone(),
        }
    }
}
