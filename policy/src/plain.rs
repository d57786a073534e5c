//! The kinds that carry no pod, and their objects: the one table of them.
//!
//! To add a kind: its type, a line here, and what [`Revise`] says of it.

use std::borrow::Cow;

use crate::connection::Connection;
use crate::json::{Decode, Error, Scanner, record, same};
use crate::namespace::Namespace;
use crate::network_policy::NetworkPolicy;
use crate::persistent_volume::PersistentVolume;
use crate::pod::{Admission, Metadata};
use crate::quota::{LimitRange, ResourceQuota};
use crate::rbac::{Binding, Role};
use crate::report::Report;
use crate::secret::Secret;
use crate::service::Service;

record! {
    /// What every object says of itself.
    pub(crate) struct Head<'a> {
        api_version: Cow<'a, str> = "apiVersion",
        kind: Cow<'a, str> = "kind",
        metadata: Metadata<'a> = "metadata",
    }
}

/// What an update does to an object of a kind.
pub(crate) trait Revise {
    /// Whether what a violation at `path` is about is as it was before.
    fn keeps(&self, old: &Self, path: &str) -> bool;
}

macro_rules! plain_kinds {
    ($( $(#[$doc:meta])* $name:ident in $group:literal as $kinds:expr; )*) => {
        /// A kind that carries no pod.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum PlainKind {
            $( $(#[$doc])* $name, )*
        }

        /// A check's function for a kind that carries no pod.
        #[derive(Debug, Clone, Copy)]
        pub enum PlainCheck {
            $(
                $(#[$doc])*
                $name(for<'p, 'a> fn(&'p $name<'a>, &'p Admission<'p>, &mut Report<'p>)),
            )*
        }

        /// What rules read of an object that carries no pod.
        #[derive(Debug)]
        pub enum Body<'a> {
            $( $(#[$doc])* $name($name<'a>), )*
        }

        impl PlainKind {
            /// Each of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The API group.
            pub fn group(self) -> &'static str {
                match self {
                    $( Self::$name => $group, )*
                }
            }

            /// The kinds that are read alike.
            pub fn kinds(self) -> &'static [&'static str] {
                match self {
                    $( Self::$name => $kinds, )*
                }
            }

            fn body<'a>(self, scanner: &mut Scanner<'a>) -> Result<Body<'a>, Error> {
                Ok(match self {
                    $( Self::$name => Body::$name($name::decode(scanner)?), )*
                })
            }
        }

        impl PlainCheck {
            /// The kind it judges.
            pub fn kind(self) -> PlainKind {
                match self {
                    $( Self::$name(_) => PlainKind::$name, )*
                }
            }

            /// Asks it, where the object is of its kind.
            pub(crate) fn ask<'p>(
                self,
                object: &'p Plain<'_>,
                admission: &'p Admission<'p>,
                report: &mut Report<'p>,
            ) {
                match (self, &object.body) {
                    $( (Self::$name(ask), Body::$name(body)) => ask(body, admission, report), )*
                    _ => {}
                }
            }
        }

        impl Plain<'_> {
            /// Whether what a violation at `path` is about is as it was before.
            pub(crate) fn keeps(&self, old: &Plain<'_>, path: &str) -> bool {
                match (&self.body, &old.body) {
                    $( (Body::$name(new), Body::$name(old)) => new.keeps(old, path), )*
                    _ => false,
                }
            }
        }
    };
}

plain_kinds! {
    /// A PersistentVolume.
    PersistentVolume in "" as &["PersistentVolume"];
    /// A Service.
    Service in "" as &["Service"];
    /// A Namespace.
    Namespace in "" as &["Namespace"];
    /// Options of a connection to a pod.
    Connection in "" as crate::connection::KINDS;
    /// A Secret.
    Secret in "" as &["Secret"];
    /// A ResourceQuota.
    ResourceQuota in "" as &["ResourceQuota"];
    /// A LimitRange.
    LimitRange in "" as &["LimitRange"];
    /// A Role or ClusterRole.
    Role in "rbac.authorization.k8s.io" as &["Role", "ClusterRole"];
    /// A RoleBinding or ClusterRoleBinding.
    Binding in "rbac.authorization.k8s.io" as &["RoleBinding", "ClusterRoleBinding"];
    /// A NetworkPolicy.
    NetworkPolicy in "networking.k8s.io" as &["NetworkPolicy"];
}

impl PlainKind {
    /// The kind of that group and name, and its name.
    pub(crate) fn find(group: &str, kind: &str) -> Option<(Self, &'static str)> {
        Self::ALL.iter().filter(|known| same(group.as_bytes(), known.group())).find_map(|known| {
            let name = known.kinds().iter().find(|name| same(kind.as_bytes(), name))?;
            Some((*known, *name))
        })
    }
}

/// An object that carries no pod.
#[derive(Debug)]
pub struct Plain<'a> {
    pub(crate) head: Head<'a>,
    pub(crate) body: Body<'a>,
}

impl<'a> Plain<'a> {
    /// Reads an object of that kind.
    pub(crate) fn decode(scanner: &mut Scanner<'a>, kind: PlainKind) -> Result<Self, Error> {
        // Twice over the same text: types of other crates read what they are for, and no more.
        let head = Head::decode(&mut scanner.clone())?;
        Ok(Self { head, body: kind.body(scanner)? })
    }
}
