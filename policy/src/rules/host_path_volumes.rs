//! # hostPathVolumes
//!
//! A hostPath volume is a folder or file of the node: the runtime's socket, other pods' volumes,
//! the kubelet's credentials.
//!
//! ## Allowed values
//!
//! `spec.volumes[*].hostPath`: unset. A volume counts whether or not a container mounts it.
//!
//! ## Parameters
//!
//! A path is compared with `allow` by its components, as the node resolves it: `//`, `/./` and a
//! `/` at the end do not matter, `/var/run` is `/run`, `/proc/1/root` is `/`. A path that is not
//! absolute, climbs by `..`, has a backslash in it or leads through another link of the kernel is
//! refused. Case matters.
//!
//! Of several entries that a path lies in, the longest decides. A path that holds a read-only entry
//! must itself be mounted read-only. That `readOnly` is asked of every mount of the volume, in all
//! three lists of containers. Mind that a socket can be written to through a read-only mount, and
//! that mounts of the node below the folder stay writable without `recursiveReadOnly`.
//!
//! Some places are the node: the sockets and files of container runtimes, the sockets of the init
//! system, the kubelet's folder, its seccomp profiles and its device plugins, `/proc`, `/sys`,
//! `/dev`, `/etc/kubernetes`, `/etc/cni`, `/opt/cni`, etcd's data, and their like. A path that is one
//! of them, lies in one or holds one is refused unless that is meant: unless the entry that it lies
//! in is that place or lies in it, or, for a path that holds it, the place has an entry of its own.
//! `/var` allows neither `/var/lib/kubelet` nor `/var` itself. `/` is meant where `/` is an entry.
//! Beyond these, whoever writes where the node's own programs read is the node, too: allow folders
//! that are there for pods, and the rest read-only.
//!
//! A mount in which seccomp profiles could be put for the kubelet has to be read-only, whatever is
//! allowed; `kubeletRoot` without `allow` asks this and nothing else at `level: privileged`. A
//! writable mount of an allowed folder is warned of: a container can make links in it that lead
//! elsewhere on the node, for whoever follows them.
//!
//! Paths of Windows nodes with a drive letter cannot be allowed here; an exemption can name them.
//!
//! ## How to fix
//!
//! Use an `emptyDir`, a `persistentVolumeClaim` or a `projected` volume.
//!
//! The restricted level asks this as part of `restrictedVolumes`.
//!
//! Source: Pod Security Standards, baseline, "HostPath Volumes"; KEP-3857.

use std::borrow::Cow;

use crate::node_path::{NodePath, holds_seccomp_profiles, sensitive};
use crate::pod::{Pod, Volume};
use crate::report::Report;
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::settings::{Action, Decoder, Path, Settings, settings};
use crate::version::Version;

mod mounts;
#[cfg(test)]
mod tests;

pub(super) static RULE: Rule = Rule {
    id: "hostPathVolumes",
    title: "folders of the node",
    family: Family::Isolation,
    fields: &[
        "spec.volumes[*].hostPath",
        "spec.containers[*].volumeMounts[*].readOnly",
        "spec.containers[*].volumeMounts[*].recursiveReadOnly",
    ],
    fills: &[],
    hardened: None,
    checks: &[
        Check {
            id: "hostPathVolumes",
            level: Some(Level::Baseline),
            overrides: &[],
            revisions: &[Revision {
                since: Version::v1(0),
                summary: "no volume is a folder of the node",
                check: CheckFn::Pod(baseline),
            }],
        },
        Check {
            id: "hostPathVolumes_parameters",
            level: None,
            overrides: &[],
            revisions: &[Revision {
                since: Version::v1(0),
                summary: "no volume is a folder of the node but those the settings allow",
                check: CheckFn::Pod(parameters),
            }],
        },
    ],
};

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters checked by are_distinct {
        /// Folders of the node that volumes may be. An empty list: none.
        allow: Option<Vec<AllowedPath>> = "allow",
        /// The kubelet's folder, where it is another than `/var/lib/kubelet`. Both are protected
        /// then, also by `persistentVolumeHostPath`.
        kubelet_root: Option<NodePath> = "kubeletRoot",
    }

    /// A folder of the node, or a file.
    #[derive(Default)]
    pub struct AllowedPath {
        /// Its absolute path. What lies below it is allowed as well.
        path_prefix: NodePath = "pathPrefix",
        /// Whether every mount of it must have `readOnly: true`.
        read_only: bool = "readOnly",
        /// Whether every mount of it must have `recursiveReadOnly: Enabled`, too, so that nothing
        /// that the node mounts below it can be written to. It implies `readOnly`.
        recursive_read_only: bool = "recursiveReadOnly",
    }
}

fn are_distinct(parameters: &Parameters, decoder: &mut Decoder, path: &Path<'_>) {
    if parameters.kubelet_root.as_ref().is_some_and(|root| root.as_str() == "/") {
        let message = "the kubelet's folder is not the root: name the folder";
        decoder.error(&path.key("kubeletRoot"), message.to_owned());
    }
    let allow = parameters.allow.as_deref().unwrap_or_default();
    distinct(&mut allow.iter().map(|entry| &entry.path_prefix), decoder, path);
}

/// Notes folders of the list `allow` that are there twice: what is asked of them would be open.
pub(super) fn distinct(
    folders: &mut dyn Iterator<Item = &NodePath>,
    decoder: &mut Decoder,
    path: &Path<'_>,
) {
    let mut seen = Vec::new();
    for (index, folder) in folders.enumerate() {
        if let Some(first) = seen.iter().position(|known| *known == folder) {
            let message = format!("`{}` is allow[{first}] already: keep one", folder.as_str());
            decoder.error(&path.key("allow").index(index), message);
        }
        seen.push(folder);
    }
}

/// What is asked of every mount of a volume.
#[derive(Default)]
struct Asked {
    /// It is read-only.
    read_only: bool,
    /// So are the mounts below it.
    recursive: bool,
    /// It is read-only because of the seccomp profiles in it.
    profiles: bool,
    /// It is read-only, unless that is meant.
    advised: bool,
}

fn baseline<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    let given = report.parameters().host_path_volumes.as_deref();
    if let Some(given) = given.filter(|given| given.allow.is_some()) {
        return judge(pod, given, RULE.checks.first(), report);
    }
    for (index, volume) in pod.volumes().iter().enumerate() {
        if let Some(found) = found(volume) {
            let place = pod.at_item("volumes", index, "hostPath");
            report.violation(place, found, "unset", OTHER_TYPES);
        }
    }
}

fn parameters<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    if let Some(given) = report.parameters().host_path_volumes.as_deref() {
        judge(pod, given, RULE.checks.last(), report);
    }
}

const OTHER_TYPES: &str = "use an emptyDir, persistentVolumeClaim or projected volume";

/// The folder of a hostPath volume, as text.
fn found<'p>(volume: &'p Volume<'_>) -> Option<&'p str> {
    let folder = volume.host_path.as_ref()?;
    Some(if folder.path.is_empty() { "no path" } else { &folder.path })
}

fn judge<'p>(
    pod: Pod<'p, '_>,
    given: &'p Parameters,
    check: Option<&'static Check>,
    report: &mut Report<'p>,
) {
    for (index, volume) in pod.volumes().iter().enumerate() {
        let (Some(found), Some(folder)) = (found(volume), &volume.host_path) else {
            continue;
        };
        match given.asked(&folder.path) {
            Ok(asked) => mounts::judge(pod, volume, found, &asked, check, report),
            Err(hint) => {
                let place = pod.at_item("volumes", index, "hostPath");
                report.violation(place, found, given.listed(), hint);
            }
        }
    }
}

impl Parameters {
    /// What is asked of the mounts of a path, or why the path is refused.
    fn asked(&self, path: &str) -> Result<Asked, Cow<'static, str>> {
        let path = NodePath::parse(path)?;
        let kubelet = self.kubelet_root.as_ref();
        let profiles = |entry| holds_seccomp_profiles(&path, entry, kubelet);
        let Some(allow) = self.allow.as_deref() else {
            let profiles = profiles(&NodePath::default());
            return Ok(Asked { profiles, ..Asked::default() });
        };
        let around = allow.iter().filter(|entry| entry.path_prefix.holds(&path));
        let Some(entry) = around.max_by_key(|entry| entry.path_prefix.as_str().len()) else {
            return Err(self.near(&path).into());
        };
        let is_named = |place: &str| allow.iter().any(|entry| entry.path_prefix.is(place));
        if let Some(place) = sensitive(&path, &entry.path_prefix, kubelet, &is_named) {
            return Err(place.hint().into());
        }
        let within = || allow.iter().filter(|other| path.holds(&other.path_prefix)).chain([entry]);
        let recursive = within().any(|entry| entry.recursive_read_only);
        Ok(Asked {
            read_only: recursive || within().any(|entry| entry.read_only),
            recursive,
            profiles: profiles(&entry.path_prefix),
            advised: true,
        })
    }

    /// How to mend a path that lies in no entry.
    fn near(&self, path: &NodePath) -> &'static str {
        let allow = self.allow.as_deref().unwrap_or_default();
        if allow.is_empty() {
            OTHER_TYPES
        } else if allow.iter().any(|entry| entry.path_prefix.holds_in_any_case(path)) {
            "mind the case of its letters"
        } else if allow.iter().any(|entry| path.holds(&entry.path_prefix)) {
            "it is above an allowed folder: name the folder that is needed"
        } else {
            "use an allowed folder, or another type of volume"
        }
    }

    /// The allowed folders, as text.
    fn listed(&self) -> Cow<'static, str> {
        let Some(allow) = self.allow.as_deref() else {
            return "an absolute path".into();
        };
        let mut text = String::new();
        for entry in allow {
            let separator = if text.is_empty() { "" } else { ", " };
            let mode =
                if entry.recursive_read_only || entry.read_only { " (read-only)" } else { "" };
            for part in [separator, entry.path_prefix.as_str(), mode] {
                text.push_str(part);
            }
        }
        if text.is_empty() { "none".into() } else { text.into() }
    }
}

/// Whether this rule decides on hostPath volumes by their paths, at least as strictly as the other
/// rule would.
pub(super) fn decides_before(other: &Rule, report: &Report<'_>) -> bool {
    let given = report.parameters().host_path_volumes.as_deref();
    given.is_some_and(|given| given.allow.is_some())
        && action(&RULE, report.settings()) >= action(other, report.settings())
}

fn action(rule: &Rule, settings: &Settings) -> Action {
    let place = super::RULES.iter().position(|known| std::ptr::eq(*known, rule));
    place.map_or(Action::Ignore, |place| settings.action_of(place))
}
