//! The kinds that carry a pod, and where.

use std::borrow::Cow;

use crate::json::{Decode, Error, Scanner, field, once, same};
use crate::pod::{Admission, Metadata, Pod, PodSpec};
use crate::text::is_one_of;

/// A built-in kind that carries a pod.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct WorkloadKind {
    pub groups: &'static [&'static str],
    pub kind: &'static str,
    shape: Shape,
}

/// Where the pod stands in the object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// The object is the pod.
    Pod,
    /// `template`.
    Template,
    /// `spec.template`.
    SpecTemplate,
    /// `spec.jobTemplate.spec.template`.
    JobTemplate,
}

/// By group and kind: another group's `Job` is another thing. `extensions` is where three of them
/// lived before Kubernetes 1.16.
static KINDS: &[WorkloadKind] = &[
    WorkloadKind { groups: &[""], kind: "Pod", shape: Shape::Pod },
    WorkloadKind { groups: &[""], kind: "PodTemplate", shape: Shape::Template },
    WorkloadKind { groups: &[""], kind: "ReplicationController", shape: Shape::SpecTemplate },
    WorkloadKind {
        groups: &["apps", "extensions"],
        kind: "ReplicaSet",
        shape: Shape::SpecTemplate,
    },
    WorkloadKind {
        groups: &["apps", "extensions"],
        kind: "Deployment",
        shape: Shape::SpecTemplate,
    },
    WorkloadKind { groups: &["apps"], kind: "StatefulSet", shape: Shape::SpecTemplate },
    WorkloadKind { groups: &["apps", "extensions"], kind: "DaemonSet", shape: Shape::SpecTemplate },
    WorkloadKind { groups: &["batch"], kind: "Job", shape: Shape::SpecTemplate },
    WorkloadKind { groups: &["batch"], kind: "CronJob", shape: Shape::JobTemplate },
];

/// The kind, where it carries a pod.
pub(crate) fn find(group: &str, kind: &str) -> Option<&'static WorkloadKind> {
    KINDS.iter().find(|known| same(kind.as_bytes(), known.kind) && is_one_of(group, known.groups))
}

impl WorkloadKind {
    /// Whether the object is the pod itself.
    pub(crate) fn is_pod(&self) -> bool {
        self.shape == Shape::Pod
    }

    /// The keys from the object to the template.
    fn path(&self) -> &'static [&'static str] {
        match self.shape {
            Shape::Pod => &[],
            Shape::Template => &["template"],
            Shape::SpecTemplate => &["spec", "template"],
            Shape::JobTemplate => &["spec", "jobTemplate", "spec", "template"],
        }
    }

    /// The same as a prefix of paths.
    fn base(&self) -> &'static str {
        match self.shape {
            Shape::Pod => "",
            Shape::Template => "template.",
            Shape::SpecTemplate => "spec.template.",
            Shape::JobTemplate => "spec.jobTemplate.spec.template.",
        }
    }
}

/// An object of a pod-bearing kind: its own metadata and the pod in it.
#[derive(Debug)]
pub(crate) struct Template<'a> {
    pub kind: &'static WorkloadKind,
    /// Metadata of the object; of a pod, the pod's.
    pub metadata: Metadata<'a>,
    pub api_version: Cow<'a, str>,
    pub object_kind: Cow<'a, str>,
    /// None where the object has no template: a ReplicationController may have none.
    pub pod: Option<PodTemplate<'a>>,
}

/// A pod, or what a pod will be made from.
#[derive(Debug, Default)]
pub(crate) struct PodTemplate<'a> {
    pub metadata: Metadata<'a>,
    pub spec: PodSpec<'a>,
    /// Whether there is a `spec`.
    pub has_spec: bool,
    /// The text it was read from, where that is an object of its own.
    pub text: &'a str,
}

impl<'a> Template<'a> {
    /// Reads an object of that kind.
    pub(crate) fn decode(
        scanner: &mut Scanner<'a>,
        kind: &'static WorkloadKind,
    ) -> Result<Box<Self>, Error> {
        let mut template = Box::new(Self {
            kind,
            metadata: Metadata::default(),
            api_version: Cow::default(),
            object_kind: Cow::default(),
            pod: None,
        });
        template.level(scanner, kind.path(), true)?;
        if kind.is_pod() && template.pod.is_none() {
            template.pod = Some(PodTemplate::default());
        }
        Ok(template)
    }

    /// Reads one object on the way to the pod.
    fn level(
        &mut self,
        scanner: &mut Scanner<'a>,
        path: &'static [&'static str],
        root: bool,
    ) -> Result<(), Error> {
        let mut seen = 0;
        scanner.object(&mut |scanner, key| {
            if root && same(key, "apiVersion") {
                return field(scanner, &mut seen, 1, &mut self.api_version);
            }
            if root && same(key, "kind") {
                return field(scanner, &mut seen, 2, &mut self.object_kind);
            }
            if root && same(key, "metadata") {
                return field(scanner, &mut seen, 4, &mut self.metadata);
            }
            match path {
                [] if same(key, "spec") => {
                    let pod = self.pod.get_or_insert_default();
                    field(scanner, &mut seen, 8, &mut pod.spec)
                }
                [last] if same(key, last) => field(scanner, &mut seen, 8, &mut self.pod),
                [next, rest @ ..] if same(key, next) => {
                    once(scanner, &mut seen, 8)?;
                    if scanner.null()? { Ok(()) } else { self.level(scanner, rest, false) }
                }
                _ => scanner.skip(),
            }
        })
    }

    /// The pod as rules see it.
    pub(crate) fn subject<'p>(&'p self, admission: &'p Admission<'p>) -> Option<Pod<'p, 'a>> {
        let template = self.pod.as_ref()?;
        let metadata = if self.kind.is_pod() { &self.metadata } else { &template.metadata };
        Some(Pod::new(&template.spec, metadata, self.kind.base(), admission))
    }
}

impl<'a> Decode<'a> for PodTemplate<'a> {
    fn decode(scanner: &mut Scanner<'a>) -> Result<Self, Error> {
        let mut template = Self::default();
        template.decode_into(scanner)?;
        Ok(template)
    }

    fn decode_into(&mut self, scanner: &mut Scanner<'a>) -> Result<(), Error> {
        let start = scanner.offset();
        let mut seen = 0;
        scanner.object(&mut |scanner, key| {
            if same(key, "metadata") {
                field(scanner, &mut seen, 1, &mut self.metadata)
            } else if same(key, "spec") {
                self.has_spec = scanner.at_object();
                field(scanner, &mut seen, 2, &mut self.spec)
            } else {
                scanner.skip()
            }
        })?;
        self.text = scanner.text_from(start);
        Ok(())
    }
}

/// Reads the object in `text` as that kind.
pub(crate) fn decode<'a>(
    text: &'a str,
    kind: &'static WorkloadKind,
) -> Result<Option<Box<Template<'a>>>, Error> {
    let mut scanner = Scanner::new(text);
    if scanner.null()? {
        return Ok(None);
    }
    Template::decode(&mut scanner, kind).map(Some)
}
