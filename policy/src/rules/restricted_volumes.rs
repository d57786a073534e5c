//! # restrictedVolumes
//!
//! Only volume types that bring nothing of the node and need no driver on it with rights of its
//! own.
//!
//! ## Allowed values
//!
//! Every item of `spec.volumes` sets one of `configMap`, `csi`, `downwardAPI`, `emptyDir`,
//! `ephemeral`, `image`, `persistentVolumeClaim`, `projected`, `secret`. A source that is none of
//! them is refused, and so is one that this build does not know.
//!
//! A manifest volume without any source is an `emptyDir` once the API server has filled its
//! defaults; the command fills it too and says so.
//!
//! ## How to fix
//!
//! Put what a driver of the node would mount behind a `persistentVolumeClaim`.
//!
//! Source: Pod Security Standards, restricted, "Volume Types".

use std::borrow::Cow;

use crate::pod::Pod;
use crate::report::Report;
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::settings::settings;
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "restrictedVolumes",
    title: "volume types",
    family: Family::Isolation,
    fields: &["spec.volumes[*]"],
    fills: &[],
    hardened: None,
    checks: &[Check {
        id: "restrictedVolumes",
        level: Some(Level::Restricted),
        overrides: &["hostPathVolumes"],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "volumes of the core types only",
            check: CheckFn::Pod(check),
        }],
    }],
};

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters {
        /// Types that volumes may have, instead of those of the level; `*` is every one. An empty
        /// list: none.
        allow: Option<Vec<String>> = "allow",
        /// Drivers that `flexVolume` volumes may have.
        flex_volume_drivers: Option<Vec<String>> = "flexVolumeDrivers",
        /// Drivers that `csi` volumes may have.
        csi_drivers: Option<Vec<String>> = "csiDrivers",
    }
}

const ALLOWED: &[&str] = &[
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

fn check<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    for (index, volume) in pod.volumes().iter().enumerate() {
        if volume.sources.iter().any(|source| ALLOWED.contains(source)) {
            continue;
        }
        let source = volume.sources.first().copied();
        let found = match &volume.host_path {
            Some(folder) => ["hostPath ", &folder.path].concat().into(),
            None => Cow::Borrowed(source.unwrap_or("unknown")),
        };
        report.violation(
            pod.at_item("volumes", index, source.unwrap_or_default()),
            found,
            ALLOWED.join(", "),
            "use a persistentVolumeClaim or another allowed type",
        );
    }
}
