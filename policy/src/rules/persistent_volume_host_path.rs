//! # persistentVolumeHostPath
//!
//! A PersistentVolume can be a folder of the node, and a claim on it gives a pod what
//! `hostPathVolumes` refuses it. Pods show nothing of that, so the volume itself is judged.
//!
//! ## Allowed values
//!
//! `spec.hostPath` and `spec.local` of a PersistentVolume: unset.
//!
//! ## Parameters
//!
//! Paths are compared with `allow` as `hostPathVolumes` compares them with its own, and the same
//! places are protected: the sockets and files of container runtimes, the kubelet's folder, `/proc`,
//! `/sys`, `/dev` and their like are refused unless an entry names them. So a `local` volume that is
//! a disk needs an entry below `/dev` even where `allowLocal` is set. Whether a volume is mounted
//! read-only cannot be seen here, so none may reach the kubelet's seccomp profiles.
//!
//! ## How to fix
//!
//! Use a StorageClass with a CSI driver. What provisions folders of the node belongs in `allow`.
//!
//! Source: Kubernetes documentation, "Persistent Volumes", "Types of Persistent Volumes".

use std::borrow::Cow;

use super::host_path_volumes::distinct;
use crate::node_path::{NodePath, holds_seccomp_profiles, sensitive};
use crate::persistent_volume::PersistentVolume;
use crate::plain::PlainCheck;
use crate::pod::Admission;
use crate::report::Report;
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::settings::{Decoder, Path, settings};
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "persistentVolumeHostPath",
    title: "folders of the node in PersistentVolumes",
    family: Family::Isolation,
    fields: &["spec.hostPath", "spec.local"],
    fills: &[],
    hardened: Some("a claim on a folder of the node gives a pod what hostPathVolumes refuses it"),
    checks: &[Check {
        id: "persistentVolumeHostPath",
        level: Some(Level::Hardened),
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "no PersistentVolume is a folder of the node",
            check: CheckFn::Plain(PlainCheck::PersistentVolume(check)),
        }],
    }],
};

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters checked by are_distinct {
        /// Folders of the node that volumes of type `hostPath` and `local` may be. An empty list:
        /// none.
        allow: Vec<PathPrefix> = "allow",
        /// Whether volumes of type `local` may be anywhere but in a protected place.
        allow_local: bool = "allowLocal",
    }

    /// A folder of the node, or a file.
    #[derive(Default)]
    pub struct PathPrefix {
        /// Its absolute path. What lies below it is allowed as well.
        path_prefix: NodePath = "pathPrefix",
    }
}

fn are_distinct(parameters: &Parameters, decoder: &mut Decoder, path: &Path<'_>) {
    let mut folders = parameters.allow.iter().map(|entry| &entry.path_prefix);
    distinct(&mut folders, decoder, path);
}

fn check<'p>(volume: &'p PersistentVolume<'_>, _: &'p Admission<'p>, report: &mut Report<'p>) {
    let sources =
        [("hostPath", &volume.spec.host_path, false), ("local", &volume.spec.local, true)];
    for (field, folder, is_local) in sources {
        let Some(folder) = folder else {
            continue;
        };
        if let Err(hint) = judge(&folder.path, is_local, report) {
            let found = if folder.path.is_empty() { "no path" } else { &*folder.path };
            report.violation(volume.at(field), found, allowed(is_local, report), hint);
        }
    }
}

/// Whether a volume may be at a path; else how to mend it.
fn judge(path: &str, is_local: bool, report: &Report<'_>) -> Result<(), Cow<'static, str>> {
    const OTHER: &str = "use a StorageClass with a CSI driver";
    let Some(given) = report.parameters().persistent_volume_host_path.as_deref() else {
        return Err(OTHER.into());
    };
    let path = NodePath::parse(path)?;
    let kubelet = report.parameters().host_path_volumes.as_deref();
    let kubelet = kubelet.and_then(|given| given.kubelet_root.as_ref());
    let folders = || given.allow.iter().map(|entry| &entry.path_prefix);
    let around = folders().filter(|folder| folder.holds(&path));
    let anywhere = NodePath::default();
    let entry = around
        .max_by_key(|folder| folder.as_str().len())
        .or((is_local && given.allow_local).then_some(&anywhere));
    let Some(entry) = entry else {
        let near = folders().any(|folder| folder.holds_in_any_case(&path));
        return Err(if near { "mind the case of its letters" } else { OTHER }.into());
    };
    let is_named = |place: &str| folders().any(|folder| folder.is(place));
    if let Some(place) = sensitive(&path, entry, kubelet, &is_named) {
        return Err(place.hint().into());
    }
    if holds_seccomp_profiles(&path, entry, kubelet) {
        return Err("name a folder without the kubelet's seccomp profiles".into());
    }
    Ok(())
}

/// Where a volume may be, as text.
fn allowed(is_local: bool, report: &Report<'_>) -> String {
    let mut text = String::from("unset");
    if let Some(given) = report.parameters().persistent_volume_host_path.as_deref() {
        for entry in &given.allow {
            text.push_str(", ");
            text.push_str(entry.path_prefix.as_str());
        }
        if is_local && given.allow_local {
            text.push_str(", what is not protected");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use crate::settings::Settings;

    fn errors(parameters: &str) -> Vec<String> {
        let text = format!(r#"{{"rules":{{"persistentVolumeHostPath":{parameters}}}}}"#);
        let errors = Settings::decode(&text).err().unwrap_or_default();
        errors.into_iter().map(|error| format!("{}: {}", error.path, error.message)).collect()
    }

    #[test]
    fn prefixes_are_absolute_paths_and_differ() {
        assert_eq!(
            errors(
                r#"{"allow":[{"pathPrefix":"b"},{"pathPrefix":"/c","readOnly":true}],"allowLocal":"yes"}"#
            ),
            [
                "rules.persistentVolumeHostPath.allow[0].pathPrefix: found `b`; name an absolute path of \
                 the node: it begins with /",
                "rules.persistentVolumeHostPath.allow[1].readOnly: unknown setting `readOnly`; known: \
                 pathPrefix",
                "rules.persistentVolumeHostPath.allowLocal: expected true or false, found a string",
            ]
        );
        assert_eq!(
            errors(r#"{"allow":[{"pathPrefix":"/a"},{"pathPrefix":"//a"}]}"#),
            ["rules.persistentVolumeHostPath.allow[1]: `/a` is allow[0] already: keep one"]
        );
    }
}
