//! An object of a cluster as something to judge.

use super::List;
use crate::docs::artifacthub::resources::Resource as Kind;
use crate::judge::{self, Prepared};
use crate::kinds;
use crate::manifest::Resource;
use crate::request::Options;
use crate::yaml::Node;
use serde_json::Value;

/// How what lives outside of namespaces is headed.
pub(super) const CLUSTER: &str = "<cluster>";

/// The request about an object of a list, as if it were created anew.
pub(super) fn prepare(list: &List, mut object: Value, ordinal: usize) -> Prepared {
    let (api_version, kind) = (list.api_version(), list.kind.kind.to_owned());
    // Items of a list may leave to it what they are.
    object["apiVersion"] = api_version.clone().into();
    object["kind"] = kind.clone().into();
    let text = |key: &str| object["metadata"][key].as_str().map(str::to_owned);
    let (name, namespace) = (text("name"), text("namespace"));
    let home = if kind == "Namespace" { name.as_ref() } else { namespace.as_ref() };
    let home = home.map_or_else(|| CLUSTER.to_owned(), |name| format!("<namespace {name}>"));
    let resource = Resource {
        file: home.into(),
        line: 0,
        document: 0,
        api_version,
        kind,
        namespace,
        name,
        node: Node::nowhere(),
        request: None,
    };
    judge::prepare_object(resource, object, &Options::default(), ordinal)
}

/// What Kubernetes' own controllers make, and of what, by group and kind: it repeats a template that
/// is judged there. Whatever else has an owner, such as an operator's Service, repeats nothing.
const MADE: &[(&str, &[(&str, &str)])] = &[
    ("ReplicaSet", &[("apps", "Deployment")]),
    (
        "Pod",
        &[
            ("", "ReplicationController"),
            ("apps", "DaemonSet"),
            ("apps", "ReplicaSet"),
            ("apps", "StatefulSet"),
            ("batch", "Job"),
        ],
    ),
    ("Job", &[("batch", "CronJob")]),
];

/// Whether a controller has made it of something that is judged.
///
/// Source: `OwnerReference.controller` of `meta/v1`.
pub(super) fn is_owned(kind: &Kind, object: &Value) -> bool {
    let made = MADE.iter().find(|(made, _)| *made == kind.kind);
    let owners = object["metadata"]["ownerReferences"].as_array();
    owners.into_iter().flatten().any(|owner| {
        let version = owner["apiVersion"].as_str().unwrap_or_default();
        let (group, _) = kinds::group_version(version);
        let kind = owner["kind"].as_str().unwrap_or_default();
        owner["controller"] == true && made.is_some_and(|(_, of)| of.contains(&(group, kind)))
    })
}
