//! Profiles by their names: resources of the operator with their bases.

use ringfence_seccomp::{Profile, parse, with_base};

use super::settings::{Parameters, ResourceVersion};
use crate::cluster::{Cluster, SECCOMP_PROFILE_V1, SECCOMP_PROFILE_V1BETA1, Unknown};
use crate::json::Raw;
use crate::judge::describe;

/// Why a profile is not known.
pub(super) enum Missing<'c> {
    /// There is none of that name.
    NotThere(String),
    /// There is no answer.
    Unknown(Unknown<'c>),
    /// It, or what it is based on, cannot be read.
    Unreadable(String),
}

impl<'c> From<Unknown<'c>> for Missing<'c> {
    fn from(unknown: Unknown<'c>) -> Self {
        Self::Unknown(unknown)
    }
}

/// A base has a base at most so often (security-profiles-operator, `resolveSyscallsForProfile`).
const MOST_BASES: usize = 15;

/// The resource of that name.
pub(super) fn named<'c>(
    name: &str,
    namespace: Option<&str>,
    cluster: &'c Cluster<'_>,
    given: Option<&Parameters>,
) -> Result<parse::Resource<'c>, Missing<'c>> {
    let version = given.and_then(|given| given.resource_version);
    let resource = match version.unwrap_or(ResourceVersion::V1beta1) {
        ResourceVersion::V1 => SECCOMP_PROFILE_V1,
        ResourceVersion::V1beta1 => SECCOMP_PROFILE_V1BETA1,
    };
    match cluster.get::<Raw<'_>>(resource, namespace, name)? {
        Some(text) => read(text),
        None => Err(Missing::NotThere(name.to_owned())),
    }
}

/// Reads a resource.
pub(super) fn read<'a, 'c>(text: Raw<'a>) -> Result<parse::Resource<'a>, Missing<'c>> {
    match parse::document(text.0) {
        Ok(parse::Document::Resource(resource)) => Ok(resource),
        Ok(_) => Err(Missing::Unreadable("it is no SeccompProfile".to_owned())),
        Err(error) => Err(Missing::Unreadable(describe(&error))),
    }
}

/// Hands on the profile with all that it is based on, as the operator writes it to the nodes.
pub(super) fn whole<'c, T>(
    resource: &parse::Resource<'_>,
    cluster: &'c Cluster<'_>,
    given: Option<&Parameters>,
    judge: impl FnOnce(&Profile<'_>) -> T,
) -> Result<T, Missing<'c>> {
    let mut chain = vec![resource.profile.clone()];
    let mut resolved = resource.resolved.clone();
    while let Some(base) = chain.last().and_then(|last| last.base.as_ref()) {
        if base.text.starts_with("oci://") || chain.len() > MOST_BASES {
            break;
        }
        let base = named(&base.text, None, cluster, given)?;
        resolved = base.resolved;
        chain.push(base.profile);
    }
    let mut whole = chain.pop().unwrap_or_default();
    if let Some(base) = whole.base.take() {
        // Of what is not in the cluster, the operator writes down what it found in it.
        let Some(text) = &resolved else {
            return Err(Missing::NotThere(base.text.into_owned()));
        };
        whole.rules = parse::rules(text).map_err(|error| Missing::Unreadable(describe(&error)))?;
    }
    while let Some(above) = chain.pop() {
        whole = with_base(&above, &whole);
    }
    Ok(judge(&whole))
}
