//! # persistentVolumeHostPath
//!
//! TODO
//!
//! ## Allowed values
//!
//! TODO
//!
//! ## How to fix
//!
//! TODO
//!
//! Source: TODO

use crate::persistent_volume::PersistentVolume;
use crate::report::Report;
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::settings::settings;
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "persistentVolumeHostPath",
    title: "folders of the node in PersistentVolumes",
    family: Family::Isolation,
    fields: &[
        "spec.hostPath",
        "spec.local",
    ],
    fills: &[],
    hardened: Some("a PersistentVolume of type hostPath gives a pod what hostPathVolumes refuses it"),
    checks: &[Check {
        id: "persistentVolumeHostPath",
        level: Some(Level::Hardened),
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "TODO",
            check: CheckFn::PersistentVolume(check),
        }],
    }],
};

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters {
        /// Folders of the node that volumes may be. An empty list: none.
        allow: Vec<PathPrefix> = "allow",
        /// Whether volumes may be of type `local`, anywhere.
        allow_local: bool = "allowLocal",
    }

    /// Folders of the node.
    #[derive(Default)]
    pub struct PathPrefix {
        /// The folder, and everything below it.
        path_prefix: String = "pathPrefix",
    }
}

fn check<'p>(_volume: &'p PersistentVolume<'_>, _report: &mut Report<'p>) {}
