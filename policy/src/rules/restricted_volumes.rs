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
//! ## Parameters
//!
//! `allow` names types by their keys in `spec.volumes[*]`. Nearly every pod has a `projected`
//! volume: the token of its service account.
//!
//! The lists of drivers ask more of the types they belong to, and allow none by themselves: with
//! `flexVolumeDrivers`, `flexVolume` has to be in `allow` as well.
//!
//! Where `hostPathVolumes` has `allow`, that list decides on `hostPath` volumes and this rule
//! leaves them to it, provided that the action there is not the weaker one.
//!
//! ## How to fix
//!
//! Put what a driver of the node would mount behind a `persistentVolumeClaim`.
//!
//! Source: Pod Security Standards, restricted, "Volume Types".

use std::borrow::{Borrow, Cow};

use crate::json::same;
use crate::pod::{Container, ContainerList, Driver, Pod, Volume};
use crate::report::{Report, UNSET};
use crate::rule::{Check, CheckFn, Family, Level, Revision, Rule};
use crate::settings::{Decoder, Path, settings};
use crate::text::is_one_of;
use crate::version::Version;

use super::host_path_volumes;

mod volume_type;

use volume_type::VolumeType;

pub(super) static RULE: Rule = Rule {
    id: "restrictedVolumes",
    title: "volume types",
    family: Family::Isolation,
    fields: &["spec.volumes[*]", "spec.volumes[*].csi.driver", "spec.volumes[*].flexVolume.driver"],
    fills: &[],
    hardened: None,
    checks: &[
        Check {
            id: "restrictedVolumes",
            level: Some(Level::Restricted),
            overrides: &["hostPathVolumes"],
            revisions: &[Revision {
                since: Version::v1(0),
                summary: "volumes of the core types only",
                check: CheckFn::Pod(restricted),
            }],
        },
        Check {
            id: "restrictedVolumes_parameters",
            level: None,
            overrides: &[],
            revisions: &[Revision {
                since: Version::v1(0),
                summary: "volumes of the types and drivers that the settings allow",
                check: CheckFn::Pod(parameters),
            }],
        },
    ],
};

settings! {
    /// What settings may say of the rule.
    #[derive(Default)]
    pub struct Parameters checked by can_be_met {
        /// Types that volumes may have, instead of those of the level; `*` is every one. An empty
        /// list: none.
        allow: Option<Vec<VolumeType>> = "allow",
        /// Types that volumes may have besides, if nothing but init containers (sidecars among
        /// them) mounts them.
        allow_for_init_containers: Vec<VolumeType> = "allowForInitContainers",
        /// Drivers that `csi` volumes may have. An empty list: none.
        csi_drivers: Option<Vec<String>> = "csiDrivers",
        /// Drivers that `flexVolume` volumes may have. An empty list: none.
        flex_volume_drivers: Option<Vec<String>> = "flexVolumeDrivers",
    }
}

fn can_be_met(parameters: &Parameters, decoder: &mut Decoder, path: &Path<'_>) {
    let lists = [
        ("csiDrivers", "csi", &parameters.csi_drivers),
        ("flexVolumeDrivers", "flexVolume", &parameters.flex_volume_drivers),
    ];
    for (key, source, drivers) in lists {
        let path = path.key(key);
        let drivers = drivers.as_deref().unwrap_or_default();
        let excluded = parameters.allow.as_deref().is_some_and(|types| !holds(types, source))
            && !holds(&parameters.allow_for_init_containers, source);
        if excluded && !drivers.is_empty() {
            let message =
                ["`allow` has no `", source, "`: add it there, or drop the drivers"].concat();
            decoder.error(&path, message);
        }
        for (index, driver) in drivers.iter().enumerate() {
            if driver.is_empty() || driver.contains('*') {
                let message = "write the name of a driver; to allow every one, drop the list";
                decoder.error(&path.index(index), message.to_owned());
            }
        }
    }
}

/// The types of the restricted level.
const RESTRICTED: &[&str] = &[
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

fn restricted<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    judge(pod, Some(RESTRICTED), report);
}

fn parameters<'p>(pod: Pod<'p, '_>, report: &mut Report<'p>) {
    judge(pod, None, report);
}

fn judge<'p>(pod: Pod<'p, '_>, of_level: Option<&[&str]>, report: &mut Report<'p>) {
    let given = report.parameters().restricted_volumes.as_deref();
    for (index, volume) in pod.volumes().iter().enumerate() {
        let is_host_path = volume.host_path.is_some() && volume.sources.len() == 1;
        if is_host_path && host_path_volumes::decides_before(&RULE, report) {
            continue;
        }
        let allowed = match given.and_then(|given| given.allow.as_deref()) {
            Some(types) => are_allowed(types, volume),
            None => of_level
                .is_none_or(|types| volume.sources.iter().any(|source| is_one_of(source, types))),
        };
        let by_init = |given: &Parameters| {
            are_allowed(&given.allow_for_init_containers, volume) && is_of_init(pod, volume)
        };
        if !allowed && !given.is_some_and(by_init) {
            of_another_type(pod, index, volume, of_level, report);
        } else if let Some(given) = given {
            let drivers = [
                ("csi.driver", &volume.csi, &given.csi_drivers),
                ("flexVolume.driver", &volume.flex_volume, &given.flex_volume_drivers),
            ];
            for (field, driver, drivers) in drivers {
                if let (Some(driver), Some(drivers)) = (driver, drivers) {
                    of_driver(pod, (index, field), driver, drivers, report);
                }
            }
        }
    }
}

/// Whether the volume has a type, and every source it sets is allowed.
fn are_allowed(types: &[VolumeType], volume: &Volume<'_>) -> bool {
    types.contains(&VolumeType::ANY)
        || !volume.sources.is_empty() && volume.sources.iter().all(|source| holds(types, source))
}

fn holds(types: &[VolumeType], source: &str) -> bool {
    types.iter().any(|known| *known == VolumeType::ANY || same(source.as_bytes(), known.name()))
}

/// Whether init containers mount the volume, and no other container does.
fn is_of_init(pod: Pod<'_, '_>, volume: &Volume<'_>) -> bool {
    let mut users = pod
        .containers()
        .filter(|container| {
            container.volume_mounts().iter().any(|mount| mount.name == volume.name)
                || container.volume_devices().iter().any(|device| device.name == volume.name)
        })
        .map(Container::list)
        .peekable();
    users.peek().is_some() && users.all(|list| list == ContainerList::Init)
}

fn of_another_type<'p>(
    pod: Pod<'p, '_>,
    index: usize,
    volume: &'p Volume<'_>,
    of_level: Option<&[&str]>,
    report: &mut Report<'p>,
) {
    let source = volume.sources.first().copied();
    let found = match &volume.host_path {
        Some(folder) => ["hostPath ", &folder.path].concat().into(),
        None => Cow::Borrowed(source.unwrap_or("unknown")),
    };
    let parameters = report.parameters().restricted_volumes.as_deref();
    let types = match parameters.and_then(|given| given.allow.as_deref()) {
        Some(types) => types.iter().map(|known| known.name()).collect(),
        None => of_level.unwrap_or_default().to_vec(),
    };
    let hint = match &types[..] {
        [] => "remove it",
        types if types.contains(&"persistentVolumeClaim") => {
            "use a persistentVolumeClaim or another allowed type"
        }
        _ => "use an allowed type",
    };
    let place = pod.at_item("volumes", index, source.unwrap_or_default());
    report.violation(place, found, listed(&types), hint);
}

fn of_driver<'p>(
    pod: Pod<'p, '_>,
    (index, field): (usize, &str),
    driver: &'p Driver<'_>,
    drivers: &[String],
    report: &mut Report<'p>,
) {
    if drivers.iter().any(|known| *known == driver.driver) {
        return;
    }
    let near = drivers.iter().any(|known| known.eq_ignore_ascii_case(&driver.driver));
    report.violation(
        pod.at_item("volumes", index, field),
        if driver.driver.is_empty() { UNSET } else { &*driver.driver },
        listed(drivers),
        if near { "mind the case of its letters" } else { "use an allowed driver" },
    );
}

fn listed<T: AsRef<str> + Borrow<str>>(names: &[T]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use crate::settings::Settings;

    fn errors(parameters: &str) -> Vec<String> {
        let text = format!(r#"{{"rules":{{"restrictedVolumes":{parameters}}}}}"#);
        let errors = Settings::decode(&text).err().unwrap_or_default();
        errors.into_iter().map(|error| format!("{}: {}", error.path, error.message)).collect()
    }

    #[test]
    fn types_are_those_of_kubernetes() {
        let found = errors(r#"{"allow":["emptydir","hostpath","pvc","*"]}"#);
        let [empty_dir, host_path, pvc] = &found[..] else { panic!("{found:?}") };
        let start = "rules.restrictedVolumes.allow[0]: unknown value `emptydir`, did you mean \
                     `emptyDir`?; expected *, awsElasticBlockStore,";
        assert!(empty_dir.starts_with(start), "{empty_dir}");
        assert!(host_path.contains("did you mean `hostPath`?"), "{host_path}");
        assert!(pvc.starts_with("rules.restrictedVolumes.allow[2]: unknown value `pvc`"), "{pvc}");
    }

    #[test]
    fn drivers_of_a_type_that_is_refused_are_a_mistake() {
        assert_eq!(
            errors(
                r#"{"allow":["emptyDir","csi"],"flexVolumeDrivers":["a/b"],"csiDrivers":["c"]}"#
            ),
            [
                "rules.restrictedVolumes.flexVolumeDrivers: `allow` has no `flexVolume`: add it there, \
              or drop the drivers"
            ]
        );
        for good in [
            r#"{"allow":["*"],"flexVolumeDrivers":["a/b"]}"#,
            r#"{"allow":["emptyDir"],"flexVolumeDrivers":[],"csiDrivers":[]}"#,
            r#"{"allow":[],"allowForInitContainers":["csi"],"csiDrivers":["c"]}"#,
            r#"{"level":"privileged","flexVolumeDrivers":["a/b"]}"#,
        ] {
            assert_eq!(errors(good), [""; 0], "{good}");
        }
    }

    #[test]
    fn drivers_have_names() {
        let message = "write the name of a driver; to allow every one, drop the list";
        assert_eq!(
            errors(r#"{"csiDrivers":["","csi.example","*"],"flexVolumeDrivers":["example/*"]}"#),
            [
                format!("rules.restrictedVolumes.csiDrivers[0]: {message}"),
                format!("rules.restrictedVolumes.csiDrivers[2]: {message}"),
                format!("rules.restrictedVolumes.flexVolumeDrivers[0]: {message}"),
            ]
        );
    }
}
