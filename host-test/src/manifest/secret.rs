//! Secrets are judged without what they hold: it is dropped when they are read.
//!
//! Source: the type `Secret` of the API group ""; `kubectl apply` keeps a copy of the whole object
//! in the annotation `kubectl.kubernetes.io/last-applied-configuration`.

use super::text;
use crate::kinds;
use crate::yaml::{Node, Value};

/// The fields that hold what is secret.
const FIELDS: [&str; 2] = ["data", "stringData"];

/// The annotation that holds a copy.
const COPY: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Whether an object of this kind holds what nobody is to see.
pub(super) fn is_secret(api_version: &str, kind: &str) -> bool {
    kind == "Secret" && kinds::group_version(api_version).0.is_empty()
}

/// Whether the request is about a Secret, by its kind or by that of its objects.
pub(super) fn is_in(request: &Node) -> bool {
    let of_kind = |node: &Node| text(node, "kind").is_some_and(|kind| kind == "Secret");
    let objects = ["kind", "object", "oldObject"];
    objects.iter().filter_map(|name| request.get(name)).any(of_kind)
}

/// Empties the values of the secret's fields, whose keys stay, and the copy of it.
pub(super) fn empty(secret: &mut Node) {
    for field in FIELDS {
        entry(secret, field).map(blank);
    }
    let annotations = entry(secret, "metadata").and_then(|node| entry(node, "annotations"));
    annotations.and_then(|node| entry(node, COPY)).map(blank);
}

fn entry<'n>(node: &'n mut Node, name: &str) -> Option<&'n mut Node> {
    let Value::Mapping(entries) = &mut node.value else { return None };
    entries.iter_mut().find(|(key, _)| key.name == name).map(|(_, node)| node)
}

/// The request with its objects emptied.
pub(super) fn empty_request(request: &Node) -> Node {
    let mut request = request.clone();
    if let Value::Mapping(entries) = &mut request.value {
        let objects = entries.iter_mut();
        objects
            .filter(|(key, _)| ["object", "oldObject"].contains(&key.name.as_str()))
            .for_each(|(_, node)| empty(node));
    }
    request
}

/// Whatever it is that should be a mapping from keys to texts, with no text left in it.
fn blank(node: &mut Node) {
    match &mut node.value {
        Value::Mapping(entries) => entries.iter_mut().for_each(|(_, node)| blank(node)),
        Value::Null => {}
        value => *value = Value::String(String::new()),
    }
}
