//! What rules ask about the cluster, and the objects they get.
//!
//! The questions are those of Kubewarden's host capabilities (`kubernetes/get_resource` and
//! `list_resources_by_namespace`), because one of the engines is given and the others are ours. Every
//! question is put once in a request, and only where settings make a rule ask it.

use std::cell::OnceCell;

use crate::json::{Decode, Raw, Scanner, Writer, key, record, string_key};
use crate::judge::describe;
use crate::message;

/// Answers one question about the cluster: the operation and its payload, both as in the waPC
/// namespace `kubernetes` of the binding `kubewarden`. An error is what the host says instead of an
/// answer.
pub type Ask<'h> = &'h dyn Fn(&str, &[u8]) -> Result<Vec<u8>, String>;

/// A kind of objects that rules ask for, and the fields of them that they read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resource {
    /// `v1`, `networking.k8s.io/v1`.
    pub api_version: &'static str,
    /// `Namespace`.
    pub kind: &'static str,
    /// The fields, as dotted paths: all that a host has to keep. `metadata.name` and its like come
    /// in any case.
    pub fields: &'static [&'static str],
}

/// A Namespace, by its labels.
pub(crate) const NAMESPACE: Resource =
    Resource { api_version: "v1", kind: "Namespace", fields: &["metadata.labels"] };

/// NetworkPolicies, whole.
pub(crate) const NETWORK_POLICY: Resource =
    Resource { api_version: "networking.k8s.io/v1", kind: "NetworkPolicy", fields: &["spec"] };

/// Pods, as far as NetworkPolicies select them.
pub(crate) const POD: Resource = Resource {
    api_version: "v1",
    kind: "Pod",
    fields: &["metadata.labels", "spec.hostNetwork", "status.phase"],
};

/// ResourceQuotas.
pub(crate) const RESOURCE_QUOTA: Resource =
    Resource { api_version: "v1", kind: "ResourceQuota", fields: &["spec"] };

/// LimitRanges.
pub(crate) const LIMIT_RANGE: Resource =
    Resource { api_version: "v1", kind: "LimitRange", fields: &["spec"] };

/// ServiceAccounts, by what pods get that say nothing.
pub(crate) const SERVICE_ACCOUNT: Resource = Resource {
    api_version: "v1",
    kind: "ServiceAccount",
    fields: &["automountServiceAccountToken"],
};

/// Roles, by what they grant.
pub(crate) const ROLE: Resource =
    Resource { api_version: "rbac.authorization.k8s.io/v1", kind: "Role", fields: &["rules"] };

/// ClusterRoles, by what they grant.
pub(crate) const CLUSTER_ROLE: Resource = Resource {
    api_version: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    fields: &["rules", "aggregationRule"],
};

/// Every kind of objects that some rule asks for: what an operator has to grant.
pub const RESOURCES: &[Resource] = &[
    NAMESPACE,
    NETWORK_POLICY,
    POD,
    RESOURCE_QUOTA,
    LIMIT_RANGE,
    SERVICE_ACCOUNT,
    ROLE,
    CLUSTER_ROLE,
];

record! {
    /// A list of objects.
    struct List<'a> {
        items: Raw<'a> = "items",
    }
}

/// The cluster during one request.
pub(crate) struct Cluster<'h> {
    ask: Ask<'h>,
    answers: OnceCell<Box<Answer>>,
}

/// An answer, and the one after it. A list that only grows, so that what rules found can borrow
/// from it.
struct Answer {
    operation: &'static str,
    question: String,
    text: Result<String, String>,
    next: OnceCell<Box<Answer>>,
}

/// Why an object that a rule asks for is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unknown<'c> {
    /// The operator has not granted the kind.
    NotGranted(Resource),
    /// The host has no answer, and says why.
    NoAnswer(Resource, &'c str),
    /// The answer cannot be read.
    Unreadable(Resource, String),
}

impl<'h> Cluster<'h> {
    pub(crate) fn new(ask: Ask<'h>) -> Self {
        Self { ask, answers: OnceCell::new() }
    }

    /// The object of that name; none where there is none. `namespace` is none for what lives outside
    /// of namespaces.
    pub(crate) fn get<'c, T: Decode<'c>>(
        &'c self,
        resource: Resource,
        namespace: Option<&str>,
        name: &str,
    ) -> Result<Option<T>, Unknown<'c>> {
        let mut out = Writer::default();
        out.open_object();
        resource.name(&mut out);
        out.field(&string_key!("name"), name).key(key!("namespace"));
        match namespace {
            Some(namespace) => out.string(namespace),
            None => out.null(),
        };
        out.key(key!("disable_cache")).boolean(false);
        resource.masks(&mut out);
        out.close_object();
        match self.answer("get_resource", out.finish()) {
            Ok(text) => {
                let mut scanner = Scanner::new(text);
                let read = T::decode(&mut scanner).and_then(|read| scanner.end().map(|()| read));
                read.map(Some).map_err(|error| Unknown::Unreadable(resource, describe(&error)))
            }
            // policy-evaluator's words for an object that is not there: `Cannot find v1/Namespace
            // named 'shop'`.
            Err(text) if text.contains("Cannot find ") => Ok(None),
            Err(text) => Err(Unknown::of(resource, text)),
        }
    }

    /// Every object of the kind in a namespace.
    pub(crate) fn list<'c, T: Decode<'c> + Default>(
        &'c self,
        resource: Resource,
        namespace: &str,
    ) -> Result<Vec<T>, Unknown<'c>> {
        // To some hosts no namespace is every namespace.
        if namespace.is_empty() {
            return Err(Unknown::NoAnswer(resource, "the request names no namespace"));
        }
        let mut out = Writer::default();
        out.open_object();
        resource.name(&mut out);
        out.field(&string_key!("namespace"), namespace);
        resource.masks(&mut out);
        out.close_object();
        let answer = self.answer("list_resources_by_namespace", out.finish());
        let text = answer.map_err(|text| Unknown::of(resource, text))?;
        let mut scanner = Scanner::new(text);
        let read = List::decode(&mut scanner).and_then(|list| scanner.end().map(|()| list.items));
        let read = read.and_then(Raw::read);
        read.map_err(|error| Unknown::Unreadable(resource, describe(&error)))
    }

    /// The answer to a question, which is put once.
    fn answer(&self, operation: &'static str, question: String) -> Result<&str, &str> {
        let mut place = &self.answers;
        while let Some(known) = place.get() {
            if known.operation == operation && known.question == question {
                return known.text();
            }
            place = &known.next;
        }
        let asked = place.get_or_init(|| {
            let text = (self.ask)(operation, question.as_bytes()).and_then(|answer| {
                String::from_utf8(answer).map_err(|_| "the answer is not UTF-8".to_owned())
            });
            Box::new(Answer { operation, question, text, next: OnceCell::new() })
        });
        asked.text()
    }
}

impl Answer {
    fn text(&self) -> Result<&str, &str> {
        self.text.as_deref().map_err(|error| &**error)
    }
}

impl Resource {
    fn name(self, out: &mut Writer) {
        out.field(&string_key!("api_version"), self.api_version);
        out.field(&string_key!("kind"), self.kind);
    }

    fn masks(self, out: &mut Writer) {
        out.key(key!("field_masks")).open_array();
        for field in self.fields {
            out.string(field);
        }
        out.close_array();
    }
}

impl<'c> Unknown<'c> {
    /// What the words of a host mean.
    fn of(resource: Resource, text: &'c str) -> Self {
        // policy-evaluator's for a kind that `contextAwareResources` does not name, and for a call
        // that `hostCapabilities` does not.
        if text.contains("has not been granted access") {
            Self::NotGranted(resource)
        } else {
            Self::NoAnswer(resource, text)
        }
    }

    /// What is not known, and why.
    pub(crate) fn found(&self) -> String {
        let why = message::sanitized(self.why(), 256);
        [&self.what(), " is not known: ", &why].concat()
    }

    fn resource(&self) -> Resource {
        match self {
            Self::NotGranted(resource)
            | Self::NoAnswer(resource, _)
            | Self::Unreadable(resource, _) => *resource,
        }
    }

    /// What is not known: `v1/Namespace`.
    pub(crate) fn what(&self) -> String {
        let Resource { api_version, kind, .. } = self.resource();
        [api_version, "/", kind].concat()
    }

    /// Why.
    pub(crate) fn why(&self) -> &str {
        match self {
            Self::NotGranted(_) => "not granted",
            Self::NoAnswer(_, text) => text,
            Self::Unreadable(_, error) => error,
        }
    }

    /// How to mend it.
    pub(crate) fn mend(&self) -> String {
        match self {
            Self::NotGranted(Resource { api_version, kind, .. }) => [
                "grant it: `apiVersion: ",
                api_version,
                "`, `kind: ",
                kind,
                "` in `contextAwareResources` of the policy, and the API calls of `kubernetes/*`",
            ]
            .concat(),
            Self::NoAnswer(..) => "try again when the cluster answers".to_owned(),
            Self::Unreadable(..) => "see what the host answers".to_owned(),
        }
    }
}

/// The answer of a host that knows no cluster.
///
/// # Errors
/// Always.
pub(crate) fn nobody(operation: &str, _: &[u8]) -> Result<Vec<u8>, String> {
    // The words of a host without it, so that the library says what the module does.
    Err(["host capability kubernetes/", operation, " is not available here"].concat())
}
