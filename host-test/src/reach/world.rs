//! What `ringfence-network` is asked about: a cluster's policies, namespaces, pods and workloads.

use crate::cluster::source::list;
use crate::kinds::{self, POD_BEARING};
use anyhow::{Result, anyhow};
use ringfence_host::cluster::Cluster;
use ringfence_network::json::Decode;
use ringfence_network::{LabelSelector, Namespace, NetworkPolicy, Peer, Pod, Snapshot, from_json};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt;

/// Labels that controllers put on the pods they make; no template shows them.
///
/// Source: Kubernetes documentation, "Well-Known Labels, Annotations and Taints".
const MADE_LABELS: &[&str] = &[
    "apps.kubernetes.io/pod-index",
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-completion-index",
    "batch.kubernetes.io/job-name",
    "controller-revision-hash",
    "controller-uid",
    "job-name",
    "pod-template-generation",
    "pod-template-hash",
    "statefulset.kubernetes.io/pod-name",
];

/// A pod, or a workload by its kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    /// The namespace.
    pub namespace: String,
    /// Such as `Deployment`.
    pub kind: String,
    /// The name.
    pub name: String,
}

/// As the command takes it: `shop/web-0`, `shop/deployment/web`.
impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind.as_str() {
            "Pod" => write!(f, "{}/{}", self.namespace, self.name),
            kind => write!(f, "{}/{}/{}", self.namespace, kind.to_lowercase(), self.name),
        }
    }
}

/// The texts that a [`World`] borrows from.
#[derive(Debug, Default)]
pub struct Texts {
    policies: Vec<String>,
    namespaces: Vec<String>,
    subjects: Vec<Subject>,
}

/// A pod or a workload, as text.
#[derive(Debug)]
struct Subject {
    named: Named,
    /// What made it, if anything did.
    owner: Option<Named>,
    text: String,
}

/// What there is in a cluster, as policies look at it.
#[derive(Debug, Default)]
pub struct World<'t> {
    policies: Vec<NetworkPolicy<'t>>,
    namespaces: Vec<Namespace<'t>>,
    /// The pods there are: an address may be one's.
    pods: Vec<Pod<'t>>,
    /// Pods, and the templates of workloads as pods.
    subjects: Vec<(&'t Subject, Pod<'t>)>,
}

impl Texts {
    /// Reads policies, namespaces and pods of a cluster, and workloads of the kinds that `wanted`
    /// holds for.
    ///
    /// # Errors
    /// When the cluster does not list a kind.
    pub fn read(cluster: &dyn Cluster, wanted: impl Fn(&str) -> bool) -> Result<Self> {
        let texts = |objects: Vec<Value>| objects.iter().map(Value::to_string).collect();
        let mut subjects = Vec::new();
        for (group, kind, path) in POD_BEARING {
            // A template that nobody uses is no pod.
            if *kind == "PodTemplate" || !(*kind == "Pod" || wanted(kind)) {
                continue;
            }
            let version = if group.is_empty() { "v1".into() } else { format!("{group}/v1") };
            let objects = list(cluster, &version, kind)?;
            subjects.extend(objects.iter().map(|object| Subject {
                named: named(kind, object),
                owner: owner(object),
                text: pod(object, path),
            }));
        }
        subjects.sort_by(|one: &Subject, other| one.named.cmp(&other.named));
        Ok(Self {
            policies: texts(list(cluster, "networking.k8s.io/v1", "NetworkPolicy")?),
            namespaces: texts(list(cluster, "v1", "Namespace")?),
            subjects,
        })
    }

    /// What the texts say.
    ///
    /// # Errors
    /// When an object is not of the form that the API gives it.
    pub fn world(&self) -> Result<World<'_>> {
        let mut world = World::default();
        for text in &self.policies {
            world.policies.push(decode(text, "NetworkPolicy")?);
        }
        for text in &self.namespaces {
            world.namespaces.push(decode(text, "Namespace")?);
        }
        for subject in &self.subjects {
            let Subject { named, text, .. } = subject;
            if named.kind == "Pod" {
                world.pods.push(decode(text, "Pod")?);
            }
            world.subjects.push((subject, decode(text, &named.kind)?));
        }
        Ok(world)
    }
}

fn decode<'t, T: Decode<'t>>(text: &'t str, kind: &str) -> Result<T> {
    from_json(text).map_err(|error| {
        let object: Value = serde_json::from_str(text).unwrap_or_default();
        let name = named(kind, &object);
        let (path, what) = (error.path(), error.message());
        anyhow!("{kind} {}/{} cannot be read: {path}: {what}", name.namespace, name.name)
    })
}

fn named(kind: &str, object: &Value) -> Named {
    let field = |name: &str| {
        let text = object.get("metadata").and_then(|metadata| metadata.get(name)?.as_str());
        text.unwrap_or_default().to_owned()
    };
    Named { namespace: field("namespace"), kind: kind.to_owned(), name: field("name") }
}

/// The controller that made an object.
fn owner(object: &Value) -> Option<Named> {
    let metadata = object.get("metadata")?;
    let owners = metadata.get("ownerReferences")?.as_array()?;
    let owner = owners.iter().find(|owner| owner.get("controller") == Some(&Value::Bool(true)))?;
    let text = |value: &Value, field| Some(value.get(field)?.as_str()?.to_owned());
    Some(Named {
        namespace: text(metadata, "namespace")?,
        kind: text(owner, "kind")?,
        name: text(owner, "name")?,
    })
}

/// The pod that a workload makes, without the name it will have; a pod as it is.
fn pod(object: &Value, path: &[&str]) -> String {
    if path.is_empty() {
        return object.to_string();
    }
    let template = path.iter().try_fold(object, |value, field| value.get(field));
    let template = template.unwrap_or(&Value::Null);
    let labels = template.get("metadata").and_then(|metadata| metadata.get("labels"));
    let pod = json!({
        "metadata": {"namespace": object["metadata"]["namespace"], "labels": labels},
        "spec": template.get("spec"),
    });
    pod.to_string()
}

impl<'t> World<'t> {
    /// As `ringfence-network` takes it.
    pub fn snapshot(&self) -> Snapshot<'_, 't> {
        Snapshot { policies: &self.policies, pods: &self.pods, namespaces: &self.namespaces }
    }

    /// Pods, and the templates of workloads as pods, by namespace, kind and name.
    pub fn subjects(&self) -> impl Iterator<Item = (&'t Named, &Pod<'t>)> {
        self.subjects.iter().map(|(subject, pod)| (&subject.named, pod))
    }

    /// Those that no other one has made.
    pub fn heads(&self) -> impl Iterator<Item = (&'t Named, &Pod<'t>)> {
        let named: BTreeSet<&Named> = self.subjects().map(|(named, _)| named).collect();
        let is_head = move |(subject, _): &&(&'t Subject, Pod<'t>)| {
            subject.owner.as_ref().is_none_or(|owner| !named.contains(owner))
        };
        self.subjects.iter().filter(is_head).map(|(subject, pod)| (&subject.named, pod))
    }

    /// The pod, or the workload's template as one.
    pub fn find(&self, wanted: &Named) -> Option<(&'t Named, &Pod<'t>)> {
        self.subjects().find(|(named, _)| *named == wanted)
    }

    /// Which of the labels that only controllers set decide something: of templates nobody knows
    /// them, and what is told of one may not be so for its pods.
    pub fn made_labels(&self) -> BTreeSet<&'static str> {
        let mut used = BTreeSet::new();
        for policy in &self.policies {
            let spec = &policy.spec;
            let peers = spec.ingress.iter().flat_map(|rule| &rule.from);
            let peers = peers.chain(spec.egress.iter().flat_map(|rule| &rule.to));
            let of_peers = peers.filter_map(|peer: &Peer<'_>| peer.pod_selector.as_ref());
            for selector in of_peers.chain([&spec.pod_selector]) {
                used.extend(MADE_LABELS.iter().filter(|label| asks_for(selector, label)));
            }
        }
        used
    }
}

fn asks_for(selector: &LabelSelector<'_>, label: &str) -> bool {
    selector.match_labels.iter().any(|(key, _)| key == label)
        || selector.match_expressions.iter().any(|expression| expression.key == label)
}

/// The kind that `name` means, as `kubectl` takes it: `deployment`, `deployments`, `deploy`.
pub fn kind_of(name: &str) -> Option<&'static str> {
    const SHORT: &[(&str, &str)] = &[
        ("po", "Pod"),
        ("rc", "ReplicationController"),
        ("rs", "ReplicaSet"),
        ("deploy", "Deployment"),
        ("sts", "StatefulSet"),
        ("ds", "DaemonSet"),
        ("cj", "CronJob"),
    ];
    let name = name.to_ascii_lowercase();
    let short = SHORT.iter().find(|(short, _)| *short == name).map(|(_, kind)| *kind);
    let mut kinds = POD_BEARING.iter().map(|(_, kind, _)| *kind).filter(|it| *it != "PodTemplate");
    short.or_else(|| {
        kinds.find(|kind| kind.to_lowercase() == name || kinds::resource_name(kind) == name)
    })
}
