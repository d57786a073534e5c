//! What a file may hold: a profile, a resource that holds one, a ConfigMap with several.

use std::borrow::Cow;

use ringfence_json::{Error, Scanner};

use super::fields;
use crate::profile::Profile;

/// What a JSON text is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Document<'a> {
    /// A profile's own file.
    Profile(Profile<'a>),
    /// A `SeccompProfile` of security-profiles-operator.
    Resource(Resource<'a>),
    /// A ConfigMap: the texts in it are profiles, or something else.
    ConfigMap(ConfigMap<'a>),
}

/// A `SeccompProfile` resource.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Resource<'a> {
    /// `metadata.name`: the profile's file below the kubelet's `seccomp/operator/`.
    pub name: Cow<'a, str>,
    /// Whether it has the label `spo.x-k8s.io/partial`, and is not written to nodes.
    pub is_partial: bool,
    /// Whether it has the label `spo.x-k8s.io/recording-id`: it was recorded from a workload.
    pub is_recorded: bool,
    /// The annotation `syscalls`, where the operator writes what came of base profiles.
    pub resolved: Option<Cow<'a, str>>,
    /// `spec`.
    pub profile: Profile<'a>,
}

/// A ConfigMap.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConfigMap<'a> {
    /// `metadata.name`.
    pub name: Cow<'a, str>,
    /// `data`: names of files and their texts.
    pub data: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

/// Reads any of them; a resource is told by its `kind`.
///
/// # Errors
/// As [`super::profile`].
pub fn document(text: &str) -> Result<Document<'_>, Error> {
    let mut kind = Cow::Borrowed("");
    let mut scanner = Scanner::new(text);
    if scanner.at_object() {
        scanner.object(&mut |scanner, key| {
            if key == b"kind" && scanner.at_string() {
                kind = scanner.string()?;
                return Ok(());
            }
            scanner.skip()
        })?;
    }
    match &*kind {
        "SeccompProfile" => resource(text).map(Document::Resource),
        "ConfigMap" => config_map(text).map(Document::ConfigMap),
        _ => super::profile(text).map(Document::Profile),
    }
}

fn resource(text: &str) -> Result<Resource<'_>, Error> {
    let mut resource = Resource::default();
    let mut scanner = Scanner::new(text);
    scanner.object(&mut |scanner, key| match key {
        b"metadata" => metadata(scanner, &mut resource),
        b"spec" => {
            resource.profile = fields::profile(scanner, true)?;
            Ok(())
        }
        _ => scanner.skip(),
    })?;
    scanner.end()?;
    resource.profile.is_resource = true;
    Ok(resource)
}

fn metadata<'a>(scanner: &mut Scanner<'a>, resource: &mut Resource<'a>) -> Result<(), Error> {
    scanner.object(&mut |scanner, key| match key {
        b"name" => {
            resource.name = scanner.string()?;
            Ok(())
        }
        b"labels" if scanner.at_object() => scanner.object(&mut |scanner, key| {
            match key {
                b"spo.x-k8s.io/partial" => resource.is_partial = true,
                b"spo.x-k8s.io/recording-id" => resource.is_recorded = true,
                _ => {}
            }
            scanner.skip()
        }),
        b"annotations" if scanner.at_object() => scanner.object(&mut |scanner, key| {
            if key == b"syscalls" && scanner.at_string() {
                resource.resolved = Some(scanner.string()?);
                return Ok(());
            }
            scanner.skip()
        }),
        _ => scanner.skip(),
    })
}

fn config_map(text: &str) -> Result<ConfigMap<'_>, Error> {
    let mut map = ConfigMap::default();
    let mut scanner = Scanner::new(text);
    scanner.object(&mut |scanner, key| match key {
        b"metadata" if scanner.at_object() => scanner.object(&mut |scanner, key| {
            if key == b"name" && scanner.at_string() {
                map.name = scanner.string()?;
                return Ok(());
            }
            scanner.skip()
        }),
        b"data" if scanner.at_object() => scanner.object(&mut |scanner, key| {
            let file = Cow::Owned(String::from_utf8_lossy(key).into_owned());
            map.data.push((file, scanner.string()?));
            Ok(())
        }),
        _ => scanner.skip(),
    })?;
    scanner.end()?;
    Ok(map)
}
