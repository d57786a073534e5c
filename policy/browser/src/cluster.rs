//! A cluster that is a list of objects: answers what rules ask, in policy-server's words.
//!
//! It completes what an API server completes: an object without a namespace is in `default` where its
//! kind is a built-in one that belongs to a namespace, and a Namespace has the label
//! `kubernetes.io/metadata.name`. What it holds is the whole cluster: a list of a kind that is not
//! there is empty. Fields are not masked: rules read what they asked for and nothing else.

use std::borrow::Cow;

use ringfence_json::{Decode, Error, Pairs, Raw, Scanner, Writer, fill, key, record};
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
        metadata: Raw<'a> = "metadata",
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
pub(crate) struct Cluster {
    objects: Vec<Object>,
}

struct Object {
    /// Its place in the list that was read.
    index: usize,
    api_version: String,
    kind: String,
    /// None outside of namespaces.
    namespace: Option<String>,
    /// None where that cannot be read: it may be any.
    name: Option<String>,
    /// As a cluster would hold it; or why it cannot.
    text: Result<String, String>,
}

impl Cluster {
    /// Reads a JSON list of objects; `null` holds a place and is none.
    ///
    /// # Errors
    /// Where it is none, or an item has no `apiVersion` or `kind`.
    pub(crate) fn read(list: &str) -> Result<Self, String> {
        let mut scanner = Scanner::new(list);
        let read = Vec::<Raw<'_>>::decode(&mut scanner)
            .and_then(|items| scanner.end().map(|()| items))
            .map_err(|error| ["cluster: ", error.message()].concat())?;
        let mut cluster = Self { objects: Vec::new() };
        for (index, item) in read.into_iter().enumerate() {
            let object =
                Object::read(index, item).map_err(|why| format!("cluster[{index}]: {why}"))?;
            cluster.objects.extend(object);
        }
        Ok(cluster)
    }

    /// Answers one question; see [`ringfence_policy::Ask`]. The object at the index `without` is not
    /// there: it is the one that is judged.
    ///
    /// # Errors
    /// Why there is no answer, in the words of policy-server where it has some.
    pub(crate) fn answer(
        &self,
        without: Option<usize>,
        operation: &str,
        question: &[u8],
    ) -> Result<Vec<u8>, String> {
        let text = std::str::from_utf8(question).map_err(|error| error.to_string())?;
        let question = Question::decode(&mut Scanner::new(text))
            .map_err(|error| ["the question cannot be read: ", error.message()].concat())?;
        match operation {
            "get_resource" => self.get(without, &question),
            "list_resources_by_namespace" => self.list(without, &question),
            _ => Err(["host capability kubernetes/", operation, " is not available here"].concat()),
        }
        .map(String::into_bytes)
    }

    fn get(&self, without: Option<usize>, question: &Question<'_>) -> Result<String, String> {
        let Question { api_version, kind, name, namespace, .. } = question;
        let scope = Scope::of(api_version, kind);
        if scope == Scope::Namespaced && namespace.is_none() {
            return Err(format!(
                "Resource {api_version}/{kind} is namespaced, but no namespace was provided"
            ));
        }
        let namespace = namespace.as_deref().filter(|_| scope != Scope::Cluster);
        let is_it = |object: &&Object| match &object.name {
            Some(named) => *named == **name && object.namespace.as_deref() == namespace,
            None => true,
        };
        let mut found = self.of_kind(without, api_version, kind).filter(is_it);
        let Some(object) = found.next() else {
            return Err(format!(
                "Cannot find {api_version}/{kind} named '{name}' inside of namespace '{namespace:?}'"
            ));
        };
        let text = object.text(api_version)?;
        match found.find(|other| other.text.as_ref() != Ok(text)) {
            Some(other) => Err(other.text.clone().err().unwrap_or_else(|| object.contradiction())),
            None => Ok(text.clone()),
        }
    }

    fn list(&self, without: Option<usize>, question: &Question<'_>) -> Result<String, String> {
        let Question { api_version, kind, namespace, .. } = question;
        if Scope::of(api_version, kind) == Scope::Cluster {
            return Err(format!(
                "resource {api_version}/{kind} is cluster wide. Cannot search for it inside of a namespace"
            ));
        }
        let mut listed: Vec<&Object> = Vec::new();
        let mut out = Writer::default();
        out.open_object().key(key!("items")).open_array();
        for object in self.of_kind(without, api_version, kind) {
            // What cannot be read may be in any namespace, and is an error below.
            let is_elsewhere = object.namespace.as_deref() != namespace.as_deref();
            if object.name.is_some() && is_elsewhere {
                continue;
            }
            let text = object.text(api_version)?;
            // What only has a `generateName` has no name yet, and is one more each time.
            let has_name = object.name.as_deref().is_some_and(|name| !name.is_empty());
            let is_same = |other: &&&Object| has_name && other.name == object.name;
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
    fn of_kind(
        &self,
        without: Option<usize>,
        api_version: &str,
        kind: &str,
    ) -> impl Iterator<Item = &Object> {
        let is_it = move |object: &&Object| {
            object.kind == kind
                && group(&object.api_version) == group(api_version)
                && Some(object.index) != without
        };
        self.objects.iter().filter(is_it)
    }
}

impl Object {
    /// Reads an object; none where no rule asks for its kind.
    fn read(index: usize, item: Raw<'_>) -> Result<Option<Self>, String> {
        // Where there is `null`, a list has the default.
        if item.0.is_empty() {
            return Ok(None);
        }
        let Head { api_version, kind, metadata, .. } = item.read().map_err(|e| describe(&e))?;
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
        let (api_version, kind) = (api_version.into_owned(), kind.into_owned());
        let metadata = match metadata.read::<Metadata<'_>>() {
            Ok(metadata) => metadata,
            Err(error) => {
                let why = ["there is a ", &kind, " whose metadata cannot be read: "].concat();
                let text = Err(why + &describe(&error));
                return Ok(Some(Self {
                    index,
                    api_version,
                    kind,
                    namespace: None,
                    name: None,
                    text,
                }));
            }
        };
        let namespace = match (scope, &*metadata.namespace) {
            (Scope::Cluster, _) | (Scope::Unknown, "") => None,
            (Scope::Namespaced, "") => Some("default".to_owned()),
            (_, named) => Some(named.to_owned()),
        };
        let text = complete(item.0, &kind, scope, &metadata);
        let name = Some(metadata.name.into_owned());
        Ok(Some(Self { index, api_version, kind, namespace, name, text }))
    }

    /// The object, if it has the version that is asked for: nobody here can convert.
    fn text(&self, api_version: &str) -> Result<&String, String> {
        if self.api_version != api_version {
            return Err(format!(
                "there is {} {} as {}, asked was {api_version}; write it in that version",
                self.kind,
                self.name.as_deref().unwrap_or_default(),
                self.api_version
            ));
        }
        self.text.as_ref().map_err(Clone::clone)
    }

    fn contradiction(&self) -> String {
        let name = self.name.as_deref().unwrap_or_default();
        format!("there is {} {name} twice and not alike; keep one of them", self.kind)
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

pub(crate) fn describe(error: &Error) -> String {
    let path = error.path();
    let separator = if path.is_empty() { "" } else { ": " };
    [&path, separator, error.message()].concat()
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
mod tests;
