//! What is asked of the mounts of a volume.

use super::{Asked, RULE, action};
use crate::pod::{Container, Pod, Volume, VolumeMount};
use crate::report::{Report, UNSET};
use crate::rule::Check;
use crate::settings::Action;

/// Judges every mount of an allowed volume. `folder` is its path as the manifest writes it, and
/// `check` the check that asks.
pub(super) fn judge<'p>(
    pod: Pod<'p, '_>,
    volume: &Volume<'_>,
    folder: &str,
    asked: &Asked,
    check: Option<&'static Check>,
    report: &mut Report<'p>,
) {
    for container in pod.containers() {
        for (index, mount) in container.volume_mounts().iter().enumerate() {
            if mount.name == volume.name {
                let mount = Mounted { container, index, mount, folder };
                mount.judge(asked, check, report);
            }
        }
    }
}

/// A mount of a folder of the node.
struct Mounted<'m, 'p, 'a> {
    container: Container<'p, 'a>,
    index: usize,
    mount: &'m VolumeMount<'a>,
    folder: &'m str,
}

impl<'p> Mounted<'_, 'p, '_> {
    fn judge(&self, asked: &Asked, check: Option<&'static Check>, report: &mut Report<'p>) {
        let recursive = self.mount.recursive_read_only.as_deref();
        if self.mount.read_only {
            if asked.recursive && recursive != Some("Enabled") {
                let found = recursive.unwrap_or(UNSET);
                self.report("recursiveReadOnly", found, "Enabled", "set it to Enabled", report);
            }
        } else if asked.read_only {
            self.report("readOnly", "false", "true", "set readOnly: true", report);
        } else if asked.profiles {
            let hint = "set readOnly: true: it holds the kubelet's seccomp profiles";
            self.report("readOnly", "false", "true", hint, report);
        } else if let (Some(check), true) = (check, asked.advised) {
            // The mount is allowed, so that this warns at most; what follows is denied as before.
            let action = action(&RULE, report.settings());
            report.attribute(&RULE, check, action.min(Action::Warn));
            let hint = "links made in it can lead elsewhere on the node: set readOnly: true";
            self.report("readOnly", "false", "true", hint, report);
            report.attribute(&RULE, check, action);
        }
    }

    fn report(
        &self,
        field: &str,
        found: &str,
        allowed: &'static str,
        hint: &'static str,
        report: &mut Report<'p>,
    ) {
        let place = self.container.at_item("volumeMounts", self.index, field);
        report.violation(place, [found, " on ", self.folder].concat(), allowed, hint);
    }
}
