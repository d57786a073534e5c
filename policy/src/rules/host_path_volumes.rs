//! # hostPathVolumes
//!
//! A hostPath volume is a folder or file of the node: the runtime's socket, other pods' volumes,
//! the kubelet's credentials.
//!
//! ## Allowed values
//!
//! `spec.volumes[*].hostPath`: unset. A volume counts whether or not a container mounts it.
//!
//! ## How to fix
//!
//! Use an `emptyDir`, a `persistentVolumeClaim` or a `projected` volume.
//!
//! The restricted level asks this as part of `restrictedVolumes`.
//!
//! Source: Pod Security Standards, baseline, "HostPath Volumes".

use crate::pod::Pod;
use crate::report::Report;
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::settings::settings;
use crate::version::Version;

pub(super) static RULE: Rule = Rule {
    id: "hostPathVolumes",
    title: "folders of the node",
    family: Family::Isolation,
    fields: &["spec.volumes[*].hostPath"],
    fills: &[],
    hardened: None,
    checks: &[Check {
        id: "hostPathVolumes",
        level: Some(Level::Baseline),
        overrides: &[],
        revisions: &[Revision {
            since: Version::v1(0),
            summary: "no volume is a folder of the node",
            check: CheckFn::Pod(check),
        }],
    }],
};

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters {
        /// Folders of the node that volumes may be. An empty list: none.
        allow: Option<Vec<AllowedPath>> = "allow",
        /// The kubelet's folder, where that is not `/var/lib/kubelet`.
        kubelet_root: Option<String> = "kubeletRoot",
    }

    /// Folders of the node.
    #[derive(Default)]
    pub struct AllowedPath {
        /// The folder, and everything below it.
        path_prefix: String = "pathPrefix",
        /// Whether every mount of it must be read-only.
        read_only: bool = "readOnly",
    }
}

fn check<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    for (index, volume) in pod.volumes().iter().enumerate() {
        if let Some(folder) = &volume.host_path {
            report.violation(
                pod.at_item("volumes", index, "hostPath"),
                if folder.path.is_empty() { "no path" } else { &*folder.path },
                "unset",
                "use an emptyDir, persistentVolumeClaim or projected volume",
            );
        }
    }
}
