//! The admission request, as far as a verdict depends on it.
//!
//! Own types, lenient where hosts differ: fields may be absent or `null`, the audit scanner sends
//! the kind where the resource belongs, Gatekeeper's audit sends no operation. Strict where a guess
//! could admit something: an unknown operation is malformed.

use std::borrow::Cow;

use crate::json::{Decode, Error, Scanner, nullable, once, record, same};
use crate::workload::{self, Template, WorkloadKind};

record! {
    /// `request.kind`.
    pub(crate) struct Kind<'a> {
        group: Cow<'a, str> = "group",
        kind: Cow<'a, str> = "kind",
    }

    /// `request.resource`.
    pub(crate) struct Resource<'a> {
        group: Cow<'a, str> = "group",
        resource: Cow<'a, str> = "resource",
    }

    /// `request.userInfo`.
    pub(crate) struct UserInfo<'a> {
        username: Cow<'a, str> = "username",
        groups: Vec<Cow<'a, str>> = "groups",
    }
}

/// The request. Fields that are absent are empty.
#[derive(Debug, Default)]
pub(crate) struct Request<'a> {
    pub kind: Kind<'a>,
    pub resource: Resource<'a>,
    pub sub_resource: Cow<'a, str>,
    pub operation: Cow<'a, str>,
    pub name: Cow<'a, str>,
    pub namespace: Cow<'a, str>,
    pub user_info: UserInfo<'a>,
    pub object: Object<'a>,
    /// Read when it is needed, which on most updates it is not.
    pub old_object: Option<&'a str>,
}

/// The object of a request.
#[derive(Debug, Default)]
pub(crate) enum Object<'a> {
    /// Not there, or `null`.
    #[default]
    Absent,
    /// Of a kind that carries a pod, and read in passing; and the text it was read from.
    Template(Box<Template<'a>>, &'a str),
    /// Of another kind: its text.
    Other(&'a str),
}

impl<'a> Request<'a> {
    /// The kind, where it is one that carries a pod.
    pub(crate) fn workload_kind(&self) -> Option<&'static WorkloadKind> {
        workload::find(&self.kind.group, &self.kind.kind)
    }
}

impl<'a> Decode<'a> for Request<'a> {
    fn decode(scanner: &mut Scanner<'a>) -> Result<Self, Error> {
        const KEYS: &[&str] = &[
            "kind",
            "resource",
            "subResource",
            "operation",
            "name",
            "namespace",
            "userInfo",
            "object",
            "oldObject",
        ];
        let mut request = Self::default();
        let mut early = None;
        let mut seen = 0_u32;
        scanner.object(&mut |scanner, key| {
            let Some(index) = KEYS.iter().position(|known| same(key, known)) else {
                return scanner.skip();
            };
            once(scanner, &mut seen, 1 << index)?;
            match KEYS.get(index).copied().unwrap_or_default() {
                "kind" => nullable(scanner, &mut request.kind)?,
                "resource" => nullable(scanner, &mut request.resource)?,
                "subResource" => nullable(scanner, &mut request.sub_resource)?,
                "operation" => nullable(scanner, &mut request.operation)?,
                "name" => nullable(scanner, &mut request.name)?,
                "namespace" => nullable(scanner, &mut request.namespace)?,
                "userInfo" => nullable(scanner, &mut request.user_info)?,
                // Hosts write the kind first; elsewhere the object has to wait for it.
                "object" if request.kind.kind.is_empty() => {
                    early = Some(scanner.clone());
                    scanner.skip()?;
                }
                "object" => request.object = object(scanner, request.workload_kind())?,
                _ if scanner.null()? => {}
                _ => request.old_object = Some(scanner.raw()?),
            }
            Ok(())
        })?;
        if let Some(mut scanner) = early {
            let kind = request.workload_kind();
            request.object =
                object(&mut scanner, kind).map_err(|error| error.under_key("object"))?;
        }
        Ok(request)
    }
}

fn object<'a>(
    scanner: &mut Scanner<'a>,
    kind: Option<&'static WorkloadKind>,
) -> Result<Object<'a>, Error> {
    if scanner.null()? {
        return Ok(Object::Absent);
    }
    match kind {
        Some(kind) => {
            let start = scanner.offset();
            let template = Template::decode(scanner, kind)?;
            Ok(Object::Template(Box::new(template), scanner.text_from(start)))
        }
        None => scanner.raw().map(Object::Other),
    }
}
