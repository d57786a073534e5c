//! What a policy can ask, decoded from the payloads of host calls.
//!
//! Source: `kubewarden_policy_sdk::host_capabilities::kubernetes` 0.17; the names
//! of fields are the wire's.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// One question about the cluster.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Request {
    /// Whether somebody may do something.
    CanI(CanI),
    /// One object by its name.
    GetResource(GetResource),
    /// Objects of one kind.
    ListResources(ListResources),
}

/// `kubernetes/get_resource`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct GetResource {
    /// Such as `v1` or `apps/v1`.
    pub api_version: String,
    /// Such as `Pod`.
    pub kind: String,
    /// `metadata.name`.
    pub name: String,
    /// `metadata.namespace`; none for what lives outside namespaces.
    pub namespace: Option<String>,
    /// Whether an answer of some seconds ago will not do.
    pub disable_cache: bool,
    /// The fields to answer with, as dotted paths; none or an empty set is all.
    pub field_masks: Option<BTreeSet<String>>,
}

/// `kubernetes/list_resources_by_namespace` and `kubernetes/list_resources_all`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ListResources {
    /// Such as `v1` or `apps/v1`.
    pub api_version: String,
    /// Such as `Pod`.
    pub kind: String,
    /// The namespace; none is all of them, and what lives outside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// As after `kubectl get -l`.
    pub label_selector: Option<String>,
    /// As after `kubectl get --field-selector`.
    pub field_selector: Option<String>,
    /// The fields to answer with, as dotted paths; none or an empty set is all.
    pub field_masks: Option<BTreeSet<String>>,
}

impl ListResources {
    /// All objects of a kind, whole: in a namespace, or without one wherever they are.
    pub fn of(api_version: impl Into<String>, kind: &str, namespace: Option<&str>) -> Self {
        Self {
            api_version: api_version.into(),
            kind: kind.to_owned(),
            namespace: namespace.map(str::to_owned),
            label_selector: None,
            field_selector: None,
            field_masks: None,
        }
    }
}

/// `kubernetes/can_i`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CanI {
    /// Who and what. A session calls it `request`.
    #[serde(alias = "request")]
    pub subject_access_review: SubjectAccessReview,
    /// Whether an answer of some seconds ago will not do.
    pub disable_cache: bool,
}

/// Who wants to do what.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SubjectAccessReview {
    /// The groups of the user; nobody adds any.
    pub groups: Option<Vec<String>>,
    /// What the user wants to do.
    pub resource_attributes: ResourceAttributes,
    /// The user.
    pub user: String,
}

/// What somebody wants to do.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ResourceAttributes {
    /// API group; none is the core group, `*` is all.
    pub group: Option<String>,
    /// Name of the object; none is any.
    pub name: Option<String>,
    /// Namespace; none is outside of namespaces, or all of them.
    pub namespace: Option<String>,
    /// Plural name of the resource, such as `pods`; `*` is all.
    pub resource: String,
    /// Subresource, such as `exec`.
    pub subresource: Option<String>,
    /// Verb, such as `create`; `*` is all.
    pub verb: String,
    /// API version, which RBAC does not look at.
    pub version: Option<String>,
}

impl Request {
    /// Decodes the payload of `kubernetes/<operation>`; nothing if there is no such
    /// operation.
    ///
    /// # Errors
    /// What is wrong with the payload.
    pub fn decode(operation: &str, payload: &[u8]) -> Option<Result<Self, serde_json::Error>> {
        Some(match operation {
            "can_i" => serde_json::from_slice(payload).map(Self::CanI),
            "get_resource" => serde_json::from_slice(payload).map(Self::GetResource),
            "list_resources_all" => serde_json::from_slice(payload)
                .map(|list| Self::ListResources(ListResources { namespace: None, ..list })),
            "list_resources_by_namespace" => serde_json::from_slice(payload).and_then(in_namespace),
            _ => return None,
        })
    }

    /// The `apiVersion` and kind of the objects that are asked for.
    pub fn resource(&self) -> Option<(&str, &str)> {
        match self {
            Self::CanI(_) => None,
            Self::GetResource(get) => Some((&get.api_version, &get.kind)),
            Self::ListResources(list) => Some((&list.api_version, &list.kind)),
        }
    }
}

fn in_namespace(list: ListResources) -> Result<Request, serde_json::Error> {
    if list.namespace.is_none() {
        return Err(serde::de::Error::missing_field("namespace"));
    }
    Ok(Request::ListResources(list))
}
