//! The admission request, as far as a verdict depends on it.
//!
//! Own types, lenient where hosts differ: fields may be absent or `null`, the audit scanner sends
//! the kind where the resource belongs, Gatekeeper's audit sends no operation. Strict where a guess
//! could admit something: an unknown operation is malformed.

use std::borrow::Cow;

use crate::json::{Decode, Error, Scanner, field, once, record, same};
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
        let mut request = Self::default();
        request.decode_into(scanner)?;
        Ok(request)
    }

    fn decode_into(&mut self, scanner: &mut Scanner<'a>) -> Result<(), Error> {
        let mut early = None;
        let mut seen = 0_u32;
        scanner.object(&mut |scanner, key| {
            macro_rules! fields {
                ($($bit:literal $key:literal $field:ident;)*) => {$(
                    if same(key, $key) {
                        return field(scanner, &mut seen, $bit, &mut self.$field);
                    }
                )*};
            }
            fields! {
                1 "kind" kind;
                2 "resource" resource;
                4 "subResource" sub_resource;
                8 "operation" operation;
                16 "name" name;
                32 "namespace" namespace;
                64 "userInfo" user_info;
            }
            if same(key, "object") {
                once(scanner, &mut seen, 128)?;
                // Hosts write the kind first; elsewhere the object has to wait for it.
                if self.kind.kind.is_empty() {
                    early = Some(scanner.clone());
                    return scanner.skip();
                }
                self.object = object(scanner, self.workload_kind())?;
                return Ok(());
            }
            if same(key, "oldObject") {
                once(scanner, &mut seen, 256)?;
                if !scanner.null()? {
                    self.old_object = Some(scanner.raw()?);
                }
                return Ok(());
            }
            scanner.skip()
        })?;
        if let Some(mut scanner) = early {
            let read = object(&mut scanner, self.workload_kind());
            self.object = read.map_err(|error| error.under_key("object"))?;
        }
        Ok(())
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
            Ok(Object::Template(template, scanner.text_from(start)))
        }
        None => scanner.raw().map(Object::Other),
    }
}
