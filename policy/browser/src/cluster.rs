//! A cluster that is a list of objects: answers what rules ask, in policy-server's words.
//!
//! It completes what an API server completes: an object without a namespace is in `default` where its
//! kind is a built-in one that belongs to a namespace, and a Namespace has the label
//! `kubernetes.io/metadata.name`. What it holds is the whole cluster: a list of a kind that is not
//! there is empty. Fields are not masked: rules read what they asked for and nothing else.

use std::borrow::Cow;

use ringfence_json::{Decode, Pairs, Raw, Scanner, Writer, fill, key, record};
use ringfence_policy::RESOURCES;

/// The label that an API server gives to every namespace.
const NAME_LABEL: &str = "kubernetes.io/metadata.name";

/// What rules ask for that lives outside of namespaces.
const CLUSTER_SCOPED: &[(&str, &str)] =
    &[("", "Namespace"), ("rbac.authorization.k8s.io", "ClusterRole")];

record! {
    struct Head<'a> {
        api_version: Cow<'a, str> = "apiVersion",
        kind: Cow<'a, str> = "kind",
        metadata: Metadata<'a> = "metadata",
    }

    struct Metadata<'a> {
        name: Cow<'a, str> = "name",
        namespace: Cow<'a, str> = "namespace",
        labels: Pairs<'a> = "labels",
    }

    struct Question<'a> {
        api_version: Cow<'a, str> = "api_version",
        kind: Cow<'a, str> = "kind",
        name: Cow<'a, str> = "name",
        namespace: Option<Cow<'a, str>> = "namespace",
    }
}

/// The objects that rules can ask for.
pub(crate) struct Cluster<'a> {
    objects: Vec<Object<'a>>,
}

struct Object<'a> {
    api_version: Cow<'a, str>,
    kind: Cow<'a, str>,
    /// None outside of namespaces.
    namespace: Option<String>,
    name: Cow<'a, str>,
    /// As a cluster would hold it; or why it cannot.
    text: Result<String, String>,
}

impl<'a> Cluster<'a> {
    /// Reads a JSON list of objects.
    ///
    /// # Errors
    /// Where it is none, or an item has no `apiVersion` or `kind`.
    pub(crate) fn read(list: &'a str) -> Result<Self, String> {
        let mut scanner = Scanner::new(list);
        let read = Vec::<Raw<'a>>::decode(&mut scanner)
            .and_then(|items| scanner.end().map(|()| items))
            .map_err(|error| ["cluster: ", error.message()].concat())?;
        let mut cluster = Self { objects: Vec::new() };
        for (index, item) in read.into_iter().enumerate() {
            let object = Object::read(item).map_err(|why| format!("cluster[{index}]: {why}"))?;
            cluster.objects.extend(object);
        }
        Ok(cluster)
    }

    /// Answers one question; see [`ringfence_policy::Ask`].
    ///
    /// # Errors
    /// Why there is no answer, in the words of policy-server where it has some.
    pub(crate) fn answer(&self, operation: &str, question: &[u8]) -> Result<Vec<u8>, String> {
        let text = std::str::from_utf8(question).map_err(|error| error.to_string())?;
        let question = Question::decode(&mut Scanner::new(text))
            .map_err(|error| ["the question cannot be read: ", error.message()].concat())?;
        match operation {
            "get_resource" => self.get(&question),
            "list_resources_by_namespace" => self.list(&question),
            _ => Err(["host capability kubernetes/", operation, " is not available here"].concat()),
        }
        .map(String::into_bytes)
    }

    fn get(&self, question: &Question<'_>) -> Result<String, String> {
        let Question { api_version, kind, name, namespace, .. } = question;
        let scope = Scope::of(api_version, kind);
        if scope == Scope::Namespaced && namespace.is_none() {
            return Err(format!(
                "Resource {api_version}/{kind} is namespaced, but no namespace was provided"
            ));
        }
        let namespace = namespace.as_deref().filter(|_| scope != Scope::Cluster);
        let is_it =
            |object: &&Object<'_>| object.name == *name && object.namespace.as_deref() == namespace;
        let mut found = self.of_kind(api_version, kind).filter(is_it);
        let Some(object) = found.next() else {
            return Err(format!(
                "Cannot find {api_version}/{kind} named '{name}' inside of namespace '{namespace:?}'"
            ));
        };
        let text = object.text(api_version)?;
        match found.find(|other| other.text.as_ref() != Ok(text)) {
            Some(_) => Err(object.contradiction()),
            None => Ok(text.clone()),
        }
    }

    fn list(&self, question: &Question<'_>) -> Result<String, String> {
        let Question { api_version, kind, namespace, .. } = question;
        if Scope::of(api_version, kind) == Scope::Cluster {
            return Err(format!(
                "resource {api_version}/{kind} is cluster wide. Cannot search for it inside of a namespace"
            ));
        }
        let mut listed: Vec<&Object<'_>> = Vec::new();
        let mut out = Writer::default();
        out.open_object().key(key!("items")).open_array();
        for object in self.of_kind(api_version, kind) {
            if object.namespace.as_deref() != namespace.as_deref() {
                continue;
            }
            let text = object.text(api_version)?;
            // What only has a `generateName` has no name yet, and is one more each time.
            let is_same =
                |other: &&&Object<'_>| !object.name.is_empty() && other.name == object.name;
            match listed.iter().find(is_same) {
                Some(other) if other.text == object.text => continue,
                Some(_) => return Err(object.contradiction()),
                None => {}
            }
            out.raw(text);
            listed.push(object);
        }
        out.close_array().close_object();
        Ok(out.finish())
    }

    /// The objects of a kind, of whatever version.
    fn of_kind(&self, api_version: &str, kind: &str) -> impl Iterator<Item = &Object<'a>> {
        let group = group(api_version);
        self.objects.iter().filter(move |object| {
            object.kind == kind && crate::cluster::group(&object.api_version) == group
        })
    }
}

impl<'a> Object<'a> {
    /// Reads an object; none where no rule asks for its kind.
    fn read(item: Raw<'a>) -> Result<Option<Self>, String> {
        let head = item.read::<Head<'a>>().map_err(|error| {
            let path = error.path();
            let separator = if path.is_empty() { "" } else { ": " };
            [&path, separator, error.message()].concat()
        })?;
        let Head { api_version, kind, metadata, .. } = head;
        for (field, text) in [("apiVersion", &api_version), ("kind", &kind)] {
            if text.is_empty() {
                return Err(format!("not a kubernetes object: no text at `{field}`"));
            }
        }
        let is_asked = RESOURCES
            .iter()
            .any(|known| known.kind == kind && group(known.api_version) == group(&api_version));
        if !is_asked {
            return Ok(None);
        }
        let scope = Scope::of(&api_version, &kind);
        let namespace = match (scope, &*metadata.namespace) {
            (Scope::Cluster, _) | (Scope::Unknown, "") => None,
            (Scope::Namespaced, "") => Some("default".to_owned()),
            (_, named) => Some(named.to_owned()),
        };
        let text = complete(item.0, &kind, scope, &metadata);
        Ok(Some(Self { api_version, kind, namespace, name: metadata.name, text }))
    }

    /// The object, if it has the version that is asked for: nobody here can convert.
    fn text(&self, api_version: &str) -> Result<&String, String> {
        if self.api_version != api_version {
            return Err(format!(
                "there is {} {} as {}, asked was {api_version}; write it in that version",
                self.kind, self.name, self.api_version
            ));
        }
        self.text.as_ref().map_err(Clone::clone)
    }

    fn contradiction(&self) -> String {
        format!("there is {} {} twice and not alike; keep one of them", self.kind, self.name)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    Cluster,
    Namespaced,
    /// A custom resource: it is where it says it is.
    Unknown,
}

impl Scope {
    fn of(api_version: &str, kind: &str) -> Self {
        let group = group(api_version);
        if CLUSTER_SCOPED.contains(&(group, kind)) {
            Self::Cluster
        } else if !group.contains('.') || group.ends_with(".k8s.io") {
            // Groups that only Kubernetes itself uses.
            Self::Namespaced
        } else {
            Self::Unknown
        }
    }
}

fn group(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

/// The object with what an API server adds and rules look at.
fn complete(
    text: &str,
    kind: &str,
    scope: Scope,
    metadata: &Metadata<'_>,
) -> Result<String, String> {
    let label = ["metadata.labels[", NAME_LABEL, "]"].concat();
    let mut name = Writer::default();
    name.string(&metadata.name);
    let name = name.finish();
    let mut fills = Vec::new();
    if scope == Scope::Namespaced && metadata.namespace.is_empty() {
        fills.push(("metadata.namespace", "\"default\""));
    }
    if scope == Scope::Cluster && kind == "Namespace" {
        let said = metadata.labels.0.iter().find(|(label, _)| label == NAME_LABEL);
        // An API server would write over it; what is here is what is judged.
        if let Some((_, said)) = said.filter(|(_, said)| *said != metadata.name) {
            return Err(format!(
                "Namespace {} has the label {NAME_LABEL}: {said}, which is always its name; \
                 leave it out",
                metadata.name
            ));
        }
        fills.push((&label, &name));
    }
    fill(text, fills).map_err(|error| error.message().to_owned())
}

#[cfg(test)]
mod tests {
    use super::Cluster;

    const OBJECTS: &str = r#"[
        {"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}},
        {"apiVersion":"v1","kind":"Namespace","metadata":{"name":"bank","labels":{"kubernetes.io/metadata.name":"shop"}}},
        {"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"deny"},"spec":{"podSelector":{}}},
        {"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"deny","namespace":"shop"}},
        {"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"deny","namespace":"shop"}},
        {"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"web","namespace":"shop"}},
        {"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"web","namespace":"shop"},"automountServiceAccountToken":false},
        {"apiVersion":"rbac.authorization.k8s.io/v1beta1","kind":"Role","metadata":{"name":"old","namespace":"shop"}},
        {"apiVersion":"example.com/v1","kind":"Anything","metadata":{"name":"x"}}
    ]"#;

    fn ask(operation: &str, question: &str) -> Result<String, String> {
        let cluster = Cluster::read(OBJECTS).unwrap();
        cluster.answer(operation, question.as_bytes()).map(|text| String::from_utf8(text).unwrap())
    }

    fn get(api_version: &str, kind: &str, namespace: &str, name: &str) -> Result<String, String> {
        let namespace =
            if namespace.is_empty() { "null".to_owned() } else { format!("{namespace:?}") };
        ask(
            "get_resource",
            &format!(
                r#"{{"api_version":"{api_version}","kind":"{kind}","name":"{name}","namespace":{namespace},"disable_cache":false}}"#
            ),
        )
    }

    fn list(api_version: &str, kind: &str, namespace: &str) -> Result<String, String> {
        ask(
            "list_resources_by_namespace",
            &format!(
                r#"{{"api_version":"{api_version}","kind":"{kind}","namespace":"{namespace}"}}"#
            ),
        )
    }

    #[test]
    fn a_namespace_has_its_label() {
        let shop = get("v1", "Namespace", "", "shop").unwrap();
        assert!(shop.contains(r#""kubernetes.io/metadata.name":"shop""#), "{shop}");
        let bank = get("v1", "Namespace", "", "bank").unwrap_err();
        assert!(bank.contains("which is always its name"), "{bank}");
    }

    #[test]
    fn what_is_not_there_is_said_so() {
        let missing = get("v1", "Namespace", "", "none").unwrap_err();
        assert!(missing.starts_with("Cannot find v1/Namespace named 'none'"), "{missing}");
        assert_eq!(list("v1", "Pod", "shop").unwrap(), r#"{"items":[]}"#);
        assert!(list("v1", "Namespace", "shop").unwrap_err().contains("cluster wide"));
        assert!(get("v1", "Pod", "", "web").unwrap_err().contains("no namespace was provided"));
        assert!(ask("can_i", "{}").unwrap_err().contains("not available"));
    }

    #[test]
    fn lists_are_of_one_namespace() {
        let policies =
            |namespace| list("networking.k8s.io/v1", "NetworkPolicy", namespace).unwrap();
        assert!(policies("default").contains(r#""namespace":"default""#));
        assert_eq!(policies("shop").matches(r#""deny""#).count(), 1);
        assert_eq!(policies("bank"), r#"{"items":[]}"#);
    }

    #[test]
    fn contradictions_are_no_answer() {
        let twice = get("v1", "ServiceAccount", "shop", "web").unwrap_err();
        assert!(twice.contains("twice and not alike"), "{twice}");
        assert!(list("v1", "ServiceAccount", "shop").is_err());
        let old = get("rbac.authorization.k8s.io/v1", "Role", "shop", "old").unwrap_err();
        assert!(old.contains("write it in that version"), "{old}");
    }

    #[test]
    fn only_objects_are_read() {
        assert!(Cluster::read("{}").is_err());
        let error = Cluster::read(r#"[{"kind":"Pod"}]"#).err().unwrap();
        assert!(error.starts_with("cluster[0]: ") && error.contains("apiVersion"), "{error}");
    }
}
